"""Deliver what was approved to the channels of the settings: tried again with growing waits, and never twice.

Before a channel is asked the store notes that the delivery begins; a delivery that was cut off stays so noted and is
not repeated by itself, because it may have arrived.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Literal

from report.files import sha256
from report.forms.formats import FORMATS
from report.signable import Signable
from report.signing.approve import sent_files
from report.signing.channels import Attachment, ChannelError, Parcel, UnclearError, hand_over, problem
from storage.report_records import Delivery, ReportFile

if TYPE_CHECKING:
    from config.model import Channel, Settings
    from config.model import Delivery as Rules
    from storage.store import Store

_NOT_ATTACHED = frozenset({"eml"})
"""The mail itself is no attachment of the mail."""

State = Literal["delivered", "already", "unclear", "failed", "would"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of one channel."""

    channel: str
    state: State
    """already: it went there before; unclear: begun before, or broken off at the end, and perhaps arrived."""
    detail: str = ""

    @property
    def failed(self) -> bool:
        """Whether a person has to look."""
        return self.state in {"failed", "unclear"}


def deliver(
    store: Store,
    settings: Settings,
    sheet: Signable,
    *,
    now: datetime,
    dry_run: bool = False,
    again: Collection[str] = (),
    sleep: Callable[[float], None] = time.sleep,
) -> list[Result]:
    """Deliver the approved sheet to every channel that takes it, in order; one that fails stops no other.

    The sheet of one office goes only to channels that name it, and these get nothing else.

    `again` names channels that get it once more although it went there. With `dry_run` nothing is sent or noted.
    Raises ApprovalError while nobody has approved the sheet, StoreError when the store cannot be used.
    """
    files = sent_files(store, sheet)
    parcel = parcel_of(sheet, files, now)
    digest = sha256("\n".join(sorted(f"{file.name} {file.sha256}" for file in files)).encode())
    rules = settings.delivery
    return [
        _would(store, sheet, channel, digest)
        if dry_run
        else _deliver(store, sheet, channel, parcel, digest, rules=rules, again=channel.name in again, sleep=sleep)
        for channel in rules.channels
        if (sheet.office in channel.offices if sheet.office else not channel.offices)
    ]


def parcel_of(sheet: Signable, files: Sequence[ReportFile], now: datetime) -> Parcel:
    """The signed files as one parcel, the main one first.

    The words of the mail are those of the signed mail where there is one. Otherwise they name the files only: numbers
    of ours could contradict a document that a person has edited.
    """
    attached = tuple(_attachment(file) for file in files if _ending(file) not in _NOT_ATTACHED)
    mail = next((file.content for file in files if _ending(file) == "eml" and file.content), None)
    text = "\n".join([f"{sheet.title}.", "", "Tệp kèm theo:", *(f"- {file.name}" for file in attached), ""])
    plain = Parcel(title=sheet.title, text=text, made_at=now, files=attached, folder=sheet.day.isoformat())
    return _with_words(plain, mail) if mail else plain


def _with_words(parcel: Parcel, mail: bytes) -> Parcel:
    message = message_from_bytes(mail, policy=default)
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    if text is None:
        return parcel
    return replace(
        parcel, title=str(message["Subject"]), text=text.get_content(), page=page.get_content() if page else None
    )


def with_retries(
    parcel: Parcel, channel: Channel, rules: Rules, sleep: Callable[[float], None] = time.sleep
) -> tuple[Literal["delivered", "unclear", "failed"], int, str]:
    """Hand over, again after growing waits where it may pass: what became of it, tries, and what a log may say."""
    wrong = problem(channel)
    if wrong:
        return "failed", 0, wrong
    wait = rules.wait_seconds
    for attempt in range(1, max(1, rules.attempts) + 1):
        try:
            return "delivered", attempt, hand_over(parcel, channel, timeout=rules.timeout_seconds)
        except UnclearError as error:
            return "unclear", attempt, str(error)
        except ChannelError as error:
            if not error.passing or attempt >= rules.attempts:
                return "failed", attempt, str(error)
        sleep(wait)
        wait *= 2
    raise AssertionError("the last attempt returns")


def _deliver(
    store: Store,
    sheet: Signable,
    channel: Channel,
    parcel: Parcel,
    digest: str,
    *,
    rules: Rules,
    again: bool,
    sleep: Callable[[float], None],
) -> Result:
    begun = Delivery(channel=channel.name, sha256=digest, state="sending", attempts=0, last_at=parcel.made_at)
    before = store.claim_delivery(sheet.report_id, begun, again=again)
    if before is not None:
        return _before(before)
    state, attempts, detail = with_retries(parcel, channel, rules, sleep)
    kept: Literal["sending", "delivered", "failed"] = "sending" if state == "unclear" else state
    store.save_delivery(sheet.report_id, replace(begun, state=kept, attempts=attempts, detail=detail))
    tries = f" after {attempts} tries" if attempts > 1 else ""
    return Result(channel=channel.name, state=state, detail=f"{detail}{tries}")


def _before(delivery: Delivery) -> Result:
    if delivery.state == "delivered":
        return Result(channel=delivery.channel, state="already")
    detail = f"it was begun and cut off; ask the receiver, then `--again {delivery.channel}` if it did not arrive"
    return Result(channel=delivery.channel, state="unclear", detail=detail)


def _would(store: Store, sheet: Signable, channel: Channel, digest: str) -> Result:
    before = [row for row in store.deliveries(sheet.report_id) if (row.channel, row.sha256) == (channel.name, digest)]
    wrong = problem(channel)
    if before and before[0].state != "failed":
        return _before(before[0])
    return Result(channel=channel.name, state="failed" if wrong else "would", detail=wrong or channel.kind)


def unknown_channels(names: Iterable[str], settings: Settings) -> list[str]:
    """Those of `names` that no channel of the settings has."""
    known = {channel.name for channel in settings.delivery.channels}
    return [name for name in names if name not in known]


def _attachment(file: ReportFile) -> Attachment:
    known = FORMATS.get(_ending(file))
    kind = known.media_type if known else "application/octet-stream"
    return Attachment(name=file.name, content=file.content or b"", media_type=kind)


def _ending(file: ReportFile) -> str:
    return file.name.rpartition(".")[2]
