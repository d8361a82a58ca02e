"""A heavy morning in every format: 1,000 articles on 300 issues, each format alone and all as a command makes them.

usage: python benchmarks/formats.py [ARTICLES] [ISSUES]   (prints a table, writes formats.json beside it)

CPU seconds (with what a format's own process took), bytes, wall seconds for all together, and the most memory of this
process and of the largest process it started; medians of three rounds. Issue 7 allows ten seconds and 400 MB.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from config.loader import BUILTIN  # noqa: E402
from config.model import Calendar  # noqa: E402
from report.forms.formats import FORMATS, render, render_all  # noqa: E402
from report.inputs import Body, IssueScore, OutletName, SheetArticle, SheetInputs, SheetIssue  # noqa: E402
from report.sheet import Sheet, build_sheet  # noqa: E402
from report.style import load_style  # noqa: E402
from report.window import window_for  # noqa: E402

ROUNDS = 3
FOLDERS = (BUILTIN,)
DAY = date(2026, 9, 10)
EXCERPT = (
    "Lực lượng chức năng đã kiểm tra hiện trường, yêu cầu chủ đầu tư dừng thi công và báo cáo cơ quan cấp trên. " * 2
)


def main() -> None:
    articles, issues = (int(word) for word in (sys.argv[1:] or ["1000", "300"]))
    sheet, style = heavy_sheet(articles, issues), load_style(FOLDERS)
    found: dict[str, dict[str, float]] = {}
    for name in FORMATS:
        rounds = [_measured(lambda name=name: len(render(name, sheet, style, FOLDERS))) for _ in range(ROUNDS)]
        found[name] = _median(rounds)
        print(f"{name:6} {found[name]['cpu']:6.2f} s CPU {found[name]['bytes'] / 1e6:7.2f} MB")
    together = _median(
        [
            _measured(lambda: sum(map(len, render_all(FORMATS, sheet, style, FOLDERS).files.values())))
            for _ in range(ROUNDS)
        ]
    )
    memory = {
        "this process": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "largest process started": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }
    print(f"all    {together['cpu']:6.2f} s CPU {together['wall']:7.2f} s wall; MB: {memory}")
    result = {
        "articles": articles,
        "issues": issues,
        "rounds": ROUNDS,
        "formats": found,
        "all": together,
        "memory_mb": memory,
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def heavy_sheet(articles: int, issues: int) -> Sheet:
    """A morning of made-up articles, spread over issues, outlets, fields and levels."""
    window = window_for(DAY, Calendar())
    levels = {n: 2 + n % 2 if n % 20 == 0 else n % 2 for n in range(issues)}
    made = tuple(
        SheetArticle(
            article_id=f"{n:016x}",
            outlet_id=f"o{n % 40}",
            url=f"https://o{n % 40}.example/bai-{n}.html",
            title=f"Bài số {n}: người dân phản ánh công trình xây dựng không phép gây lún nứt nhà bên cạnh",
            excerpt=EXCERPT.strip(),
            published_at=window.start + timedelta(seconds=80 * n % 86_000),
            first_seen_at=window.end - timedelta(minutes=20),
            kind="full",
            level=levels[n % issues],
            level_score=1.5,
            field_of=n % 12 + 1,
            reprint_of=None,
            issue_id=f"i{n % issues}",
            late=False,
            bodies=(f"n{n % 30}", f"a{n % 15}"),
        )
        for n in range(articles)
    )
    return build_sheet(
        SheetInputs(
            day=DAY,
            window=window,
            run_id="nightly-20260910",
            generated_at=datetime(2026, 9, 9, 23, 20, tzinfo=UTC),
            articles=made,
            issues={
                f"i{n}": SheetIssue(issue_id=f"i{n}", title="Vụ", level=level, field_of=n % 12 + 1, reasons=("cháy",))
                for n, level in levels.items()
            },
            scores={f"i{n}": IssueScore(total=Decimal(1), parts={"level": Decimal(1)}) for n in levels},
            bodies={f"n{n}": Body(body_id=f"n{n}", name=f"Phường số {n}", kind="unit") for n in range(30)}
            | {f"a{n}": Body(body_id=f"a{n}", name=f"Sở số {n}", kind="agency") for n in range(15)},
            outlets={f"o{n}": OutletName(outlet_id=f"o{n}", name=f"Báo số {n}", tier="central") for n in range(40)},
            health=(),
            addressees=("Thường trực Thành ủy", "Lãnh đạo Ủy ban nhân dân thành phố"),
        )
    )


def _measured(make: Callable[[], int]) -> dict[str, float]:
    cpu, wall = _cpu(), time.perf_counter()
    size = make()
    return {"cpu": _cpu() - cpu, "wall": time.perf_counter() - wall, "bytes": size}


def _cpu() -> float:
    """Seconds of this process and of those it started and waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def _median(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {key: round(statistics.median(each[key] for each in rounds), 2) for key in rounds[0]}


if __name__ == "__main__":
    main()
