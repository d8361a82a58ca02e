"""Write docs/outlets.md from config/outlets/*.toml, so that what we read, and how well we know it, is always on record.

usage: python -m config.outlet_table > docs/outlets.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from urllib.parse import urlsplit

from config.loader import load
from config.model import Outlet

TIERS = {
    "local": "Local: city and province papers",
    "central": "Central: national papers",
    "ministry": "Ministry: papers of a ministry or sector",
    "magazine": "Magazines",
    "official": "Official: sites of public bodies, not press",
    "aggregator": "Aggregators: reprint others",
}
"""Every tier with its heading, in the order of the page."""

COLUMNS = (
    "id", "name", "domains", "owner", "feeds", "sitemaps", "sections", "search", "pace", "rules", "verified", "visited",
    "permission",
)  # fmt: skip
HEAD = """\
# Outlets

Written from `config/outlets/*.toml` by `python -m config.outlet_table > docs/outlets.md`; a test fails when it is
stale.

{all} outlets; {active} are visited every night, {silent} are not, as their permission column says why; {verified} have
a rule that was checked against a captured page. Names, feeds and selectors of the others come from what other crawlers
recorded, some of them years ago: `verified` says no until a page or the live site was compared. A block of the same id
in `$DIEMBAO_HOME/config/outlets/` replaces one of these (see `docs/configuration.md`).

Rules are dated selectors; where none fits a page, the generic reader takes over. robots.txt is always obeyed, and
nothing is done to pass a gate: a page that cannot be had stays a teaser.
"""


def outlet_table(outlets: Iterable[Outlet]) -> str:
    """The whole page as Markdown, one table a tier, rows in order of id."""
    known = sorted(outlets, key=lambda outlet: outlet.id)
    active = sum(outlet.active for outlet in known)
    head = HEAD.format(
        all=len(known), active=active, silent=len(known) - active, verified=sum(outlet.verified for outlet in known)
    )
    return head + "".join(_section(tier, [o for o in known if o.tier == tier]) for tier in TIERS)


def _section(tier: str, outlets: list[Outlet]) -> str:
    if not outlets:
        return ""
    return f"\n## {TIERS[tier]} ({len(outlets)})\n\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n" + "".join(
        _row(outlet) for outlet in outlets
    )


def _row(outlet: Outlet) -> str:
    cells = (
        f"`{outlet.id}`",
        outlet.name,
        ", ".join(outlet.domains),
        outlet.owner or "not known",
        _addresses(outlet.feeds),
        _addresses(outlet.sitemaps),
        _addresses(outlet.sections),
        outlet.search_url or "-",
        "-" if outlet.pace_seconds is None else f"{outlet.pace_seconds:g} s",
        ", ".join(rule.name for rule in outlet.rules) or "-",
        "yes" if outlet.verified else "no",
        "yes" if outlet.active else "no",
        outlet.permission or "-",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _addresses(urls: Iterable[str]) -> str:
    """Links that show only the path: the host stands in the column of domains."""
    return "<br>".join(f"[{_path(url)}]({url})" for url in urls) or "-"


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


if __name__ == "__main__":
    sys.stdout.write(outlet_table(load().outlets.values()))
