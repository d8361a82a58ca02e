"""Alerts: what cannot wait for the morning goes to the office's own people as a short digest, each matter once.

Nothing goes to an agency: the channels are those that the office has put into its settings.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from night.health import TROUBLED
from report.forms.phrases import LONGEST_TITLE
from report.forms.printed import printable, quoted_title, safe_link
from report.signing.channels import Parcel
from report.signing.deliver import with_retries
from storage.alerts import AlertRow
from storage.views import v1_articles, v1_issues, v1_spikes
from vietnamese.clock import to_local
from vietnamese.numbers import count, date_time, number

if TYPE_CHECKING:
    from config.model import Alerts, Channel, Settings
    from night.health import OutletHealth
    from storage.store import Store

logger = logging.getLogger(__name__)

_RECENT = timedelta(hours=24)

State = Literal["sent", "nothing", "quiet", "enough", "unclear", "failed", "would", "unknown"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """One thing worth an alert."""

    kind: Literal["issue", "agency", "outlet"]
    subject_id: str
    text: str
    """One line, Vietnamese."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What became of one channel."""

    channel: str
    state: State
    """quiet: it waits for the end of the quiet hours; enough: for the next day; unknown: no such channel."""
    matters: tuple[Matter, ...] = ()
    detail: str = ""


def alerts_stage(
    store: Store, settings: Settings, health: Sequence[OutletHealth], *, now: datetime
) -> tuple[Told, ...]:
    """`send_alerts` for the end of a night: whatever goes wrong is logged, and the night goes on."""
    try:
        return tuple(send_alerts(store, settings, health, now=now))
    except Exception:
        logger.exception("alerts failed")
        return ()


def send_alerts(
    store: Store,
    settings: Settings,
    health: Sequence[OutletHealth] = (),
    *,
    now: datetime,
    dry_run: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Told]:
    """Tell every channel of `settings.alerts` what it has not been told; empty without channels.

    `health` as the night judged it; without it nothing is said of outlets. `now` is aware. With `dry_run` nothing is
    sent or noted. Raises StoreError when the store cannot be used.
    """
    rules = settings.alerts
    if not rules.channels:
        return []
    if health and not dry_run:
        store.end_alerts("outlet", [each.id for each in health if each.state not in TROUBLED], now)
    matters = matters_now(store, rules, health, now)
    known = {channel.name: channel for channel in settings.delivery.channels}
    results = [
        _tell(store, settings, known[name], matters, now=now, dry_run=dry_run, sleep=sleep)
        if name in known
        else Told(channel=name, state="unknown", detail="no such channel among delivery.channels of the settings")
        for name in rules.channels
    ]
    for told in results:
        logger.info("alerts: %s: %s, %d matters %s", told.channel, told.state, len(told.matters), told.detail)
    return results


def matters_now(store: Store, rules: Alerts, health: Sequence[OutletHealth], now: datetime) -> list[Matter]:
    """What there is to tell now, told before or not: the gravest issues, spikes, outlets; each subject once."""
    found = [*_grave(store, rules, now)]
    found += _spikes(store, now) if rules.spikes else ()
    found += _outlets(health) if rules.silent else ()
    first: dict[tuple[str, str], Matter] = {}
    for matter in found:
        first.setdefault((matter.kind, matter.subject_id), matter)
    return list(first.values())


def _grave(store: Store, rules: Alerts, now: datetime) -> Iterator[Matter]:
    i, a = v1_issues.c, v1_articles.c
    query = (
        select(i.issue_id, i.title, i.level, i.articles, i.outlets, a.url)
        .select_from(v1_issues.outerjoin(v1_articles, a.article_id == i.first_article_id))
        .where(i.merged_into.is_(None), i.level >= rules.level, i.last_at >= now - _RECENT, i.last_at <= now)
        .order_by(i.level.desc(), i.articles.desc(), i.issue_id)
    )
    for row in store.rows(query):
        text = f"Mức {row['level']}: “{quoted_title(row['title'])}”, {_coverage(row['articles'], row['outlets'])}"
        link = safe_link(row["url"] or "")
        yield Matter(kind="issue", subject_id=row["issue_id"], text=f"{text}: {link}" if link else text)


def _spikes(store: Store, now: datetime) -> Iterator[Matter]:
    s, i = v1_spikes.c, v1_issues.c
    query = (
        select(s.subject_id, s.articles, s.outlets, s.usual_30, i.title)
        .select_from(v1_spikes.join(v1_issues, i.issue_id == s.subject_id))
        .where(s.kind == "issue", s.window_end > now - _RECENT, s.window_end <= now + _RECENT)
        .order_by(s.articles.desc(), s.subject_id)
    )
    for row in store.rows(query):
        told = f"{_coverage(row['articles'], row['outlets'])} trong 24 giờ, thường ngày {number(row['usual_30'], 1)}"
        text = f"Tăng đột biến: “{quoted_title(row['title'])}”, {told}"
        yield Matter(kind="issue", subject_id=row["subject_id"], text=text)


def _outlets(health: Sequence[OutletHealth]) -> Iterator[Matter]:
    for each in health:
        if each.state in TROUBLED:
            text = f"Nguồn tin {printable(each.name)}: {printable(each.reason_vi)}"
            yield Matter(kind="outlet", subject_id=each.id, text=text[: 2 * LONGEST_TITLE])


def _coverage(articles: int, outlets: int) -> str:
    return f"{number(articles)} bài / {number(outlets)} báo"


def _tell(
    store: Store,
    settings: Settings,
    channel: Channel,
    matters: Sequence[Matter],
    *,
    now: datetime,
    dry_run: bool,
    sleep: Callable[[float], None],
) -> Told:
    rules = settings.alerts
    before = store.alerts(channel.name)
    open_ones = {(row.kind, row.subject_id) for row in before if row.over_at is None}
    fresh = tuple(matter for matter in matters if (matter.kind, matter.subject_id) not in open_ones)
    held = _held(rules, before, fresh, now)
    if held or dry_run:
        return Told(channel=channel.name, state=held or "would", matters=fresh)
    rows = [AlertRow(channel=channel.name, kind=matter.kind, subject_id=matter.subject_id, at=now) for matter in fresh]
    if not store.claim_alerts(rows):
        return Told(channel=channel.name, state="nothing", detail="another digest has them")
    state, _, detail = with_retries(digest(fresh, rules, now), channel, settings.delivery, sleep)
    if state != "unclear":
        store.settle_alerts(rows, sent=state == "delivered")
    return Told(
        channel=channel.name, state="sent" if state == "delivered" else state, matters=fresh, detail=detail
    )  # fmt: skip


def _held(rules: Alerts, before: Sequence[AlertRow], fresh: Sequence[Matter], now: datetime) -> State | None:
    """Why nothing goes out now; None where it does."""
    if not fresh:
        return "nothing"
    if quiet(rules, now):
        return "quiet"
    today = to_local(now).date()
    digests = {row.at for row in before if to_local(row.at).date() == today}
    return "enough" if len(digests) >= rules.most_a_day else None


def quiet(rules: Alerts, now: datetime) -> bool:
    """Whether `now` (aware) lies in the quiet hours, which may reach over midnight."""
    clock, start, end = to_local(now).time(), rules.quiet_from, rules.quiet_until
    return start <= clock < end if start <= end else clock >= start or clock < end


def digest(matters: Sequence[Matter], rules: Alerts, now: datetime) -> Parcel:
    """The message: one line a matter, the rest counted."""
    shown = matters[: rules.most_matters]
    lines = [f"- {matter.text}" for matter in shown]
    if len(matters) > len(shown):
        lines.append(f"- và {count(len(matters) - len(shown))} việc khác, xem bản tin")
    note = "Mức độ và việc gộp vụ việc là gợi ý tự động, chờ chuyên viên thẩm định."
    text = "\n".join([*lines, "", f"{note} Lập lúc {date_time(now)}.", ""])
    return Parcel(title=f"Điểm báo: {count(len(matters))} việc cần biết", text=text, made_at=now)
