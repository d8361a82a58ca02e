"""Write docs/configuration.md from config/model.py, so that no key can be left undescribed.

usage: python -m config.describe > docs/configuration.md
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

MODEL = Path(__file__).with_name("model.py")

HEAD = """\
# Configuration

Written from `config/model.py` by `python -m config.describe`; a test fails when it is stale.

Configuration is TOML. What the project ships lies in `config/`; your own lies in `$DIEMBAO_HOME/config/` and is laid
over it; `--config DIR` is laid over both. A folder holds `settings.toml` (single keys replace single keys) and
`outlets/*.toml` (a block replaces the outlet of the same id). Everything is checked at load: a mistake names the file,
the key, what is wrong and what to write.

`--hosts FILE` (TOML, `"vnexpress.net" = "127.0.0.1:8081"`) maps host names to loopback, for rehearsals: connections to
anything else are refused, and outlets none of whose hosts is mapped are left out.

`diembao outlets add URL` looks at a site (robots.txt and pace obeyed, about a dozen requests) and drafts its block into
`$DIEMBAO_HOME/config/outlets/`; `--dry-run` only prints it, a file that exists is never overwritten. `diembao outlets
check [NAME]` asks every feed, sitemap and section once and says in a table what answered. A person still says tier and
owner, compares the rule with a few pages and sets `verified = true`.

An outlet is one block:

```toml
id = "bao-vi-du"
name = "Báo Ví dụ"
domains = ["baovidu.example"]
tier = "central"
owner = "Hội Ví dụ"
feeds = ["https://baovidu.example/rss/tin-moi.rss"]
sections = ["https://baovidu.example/hai-phong"]
pace_seconds = 3.0
permission = "RSS offered to the public"
verified = false

[[rule]]
name = "2026"
title = "h1.title"
sapo = "p.sapo"
body = "div.content > p"
```
"""


def describe() -> str:
    """The whole page as Markdown."""
    tree = ast.parse(MODEL.read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return HEAD + "".join(_section(node) for node in classes)


def _section(node: ast.ClassDef) -> str:
    rows = "".join(f"| `{name}` | `{kind}` | {default} | {text} |\n" for name, kind, default, text in _fields(node))
    table = node.name.lower() if node.name not in {"Outlet", "OutletRule", "Channel", "Settings"} else None
    title = {
        "Outlet": "Outlet block",
        "OutletRule": "`[[rule]]` in an outlet block",
        "Channel": "`[[delivery.channels]]` in `settings.toml`",
        "Settings": "`settings.toml`",
    }.get(node.name, f"`[{table}]` in `settings.toml`")
    return (
        f"\n## {title}\n\n{ast.get_docstring(node) or ''}\n\n"
        f"| key | type | default | meaning |\n|---|---|---|---|\n{rows}"
    )


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str, str, str]]:
    for at, item in enumerate(node.body):
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            after = node.body[at + 1] if at + 1 < len(node.body) else None
            text = after.value.value if _is_text(after) else ""  # type: ignore[union-attr]
            default = f"`{ast.unparse(item.value)}`" if item.value else "required"
            yield (
                item.target.id,
                ast.unparse(item.annotation).replace("|", "or"),
                default.replace("|", "or").replace("\n", " "),
                " ".join(str(text).split()).replace("|", "\\|"),
            )


def _is_text(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


if __name__ == "__main__":
    sys.stdout.write(describe())
