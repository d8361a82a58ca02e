"""The ways out of the office: a folder, a mail server, a chat. No log and no error names an address or a secret."""

from __future__ import annotations

import hashlib
import logging
import os
import smtplib
import ssl
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

from report.files import replace_file
from report.forms.as_mail import alternative
from report.forms.printed import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apprise import Apprise

    from config.model import Channel

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PASSING = range(400, 500)
"""Answers of a mail server that mean: not now."""


class ChannelError(Exception):
    """It did not arrive. The text names no address."""

    passing = False
    """Whether it may pass by itself."""


class PassingError(ChannelError):
    """It did not arrive and may do so a little later."""

    passing = True


class UnclearError(ChannelError):
    """The connection broke after the message was handed over: nobody knows whether it arrived."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file that goes along."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """What is handed over."""

    title: str
    text: str
    made_at: datetime
    page: str | None = None
    """The text as HTML, where there is one."""
    files: tuple[Attachment, ...] = ()
    folder: str = ""
    """Below the folder of a folder channel."""


def hand_over(parcel: Parcel, channel: Channel, *, timeout: float) -> str:
    """Hand the parcel to the channel; returns what a log may say of it.

    Raises ChannelError: PassingError where another try may help, UnclearError where it may have arrived.
    """
    if channel.kind == "folder":
        return _to_folder(parcel, channel)
    if channel.kind == "mail":
        return _by_mail(parcel, channel, timeout)
    return _by_chat(parcel, channel)


def problem(channel: Channel) -> str | None:
    """What is wrong with the settings of a channel, with the key to mend; None when nothing is."""
    found = next(_problems(channel), None)
    return f"channel {channel.name}: {found}" if found else None


def _problems(channel: Channel) -> Iterator[str]:
    yield from (f"{key} is empty" for key in _NEEDED[channel.kind] if not getattr(channel, key))
    if channel.kind == "folder" and not Path(channel.folder).is_absolute():
        yield "folder is not an absolute path"
    if channel.kind == "mail" and channel.security == "none" and channel.host not in _LOOPBACK:
        yield 'security = "none" is only for a mail server on this machine'
    if any(character in line for line in (channel.sender, *channel.to) for character in "\r\n"):
        yield "a line break in an address"
    if channel.secret and _secret(channel.secret) is None:
        yield "nothing is found where secret points to (env:NAME or file:/absolute/path)"
    if channel.user and not channel.secret:
        yield "a user without a secret"


_NEEDED: Mapping[str, tuple[str, ...]] = {
    "folder": ("folder",),
    "mail": ("host", "sender", "to"),
    "chat": ("secret",),
}


def _secret(where: str) -> str | None:
    """The password or address itself; it leaves this module only on its way to the server."""
    kind, _, name = where.partition(":")
    if kind == "env":
        return os.environ.get(name) or None
    if kind == "file" and name.startswith("/"):
        with suppress(OSError, UnicodeDecodeError):
            return Path(name).read_text(encoding="utf-8").strip() or None
    return None


def _to_folder(parcel: Parcel, channel: Channel) -> str:
    there = Path(channel.folder) / parcel.folder
    try:
        there.mkdir(parents=True, exist_ok=True)
        for file in parcel.files:
            replace_file(there / file.name, file.content)
    except OSError as error:
        raise PassingError(f"the folder cannot be written: {error.strerror}") from error
    return f"{len(parcel.files)} files"


def message_of(parcel: Parcel, channel: Channel) -> EmailMessage:
    """The mail as it goes out. The same words and files give the same Message-ID, whenever: readers show it once."""
    message = alternative(parcel.title, parcel.text, parcel.page, made_at=parcel.made_at)
    del message["X-Unsent"]
    key = _key(parcel, channel)
    message.replace_header("Message-ID", f"<{key}@diembao.invalid>")
    message["From"] = channel.sender
    message["To"] = ", ".join(channel.to)
    message["Auto-Submitted"] = "auto-generated"
    for file in parcel.files:
        main, _, sub = file.media_type.partition(";")[0].partition("/")
        if main == "message":
            main, sub = "application", "octet-stream"
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    if parcel.files:
        message.set_boundary(f"={key}")
    return message


def _key(parcel: Parcel, channel: Channel) -> str:
    said = (channel.name, parcel.title, parcel.text, parcel.page or "")
    held = hashlib.sha256("\0".join(said).encode(errors="replace"))
    for file in parcel.files:
        held.update(hashlib.sha256(file.content).digest())
    return held.hexdigest()[:32]


def _by_mail(parcel: Parcel, channel: Channel, timeout: float) -> str:
    content = message_of(parcel, channel).as_bytes()
    try:
        with _server(channel, timeout) as server:
            server.ehlo_or_helo_if_needed()
            refused = _envelope(server, channel)
            _data(server, content)
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code) from error
    except (OSError, smtplib.SMTPException) as error:
        raise PassingError(f"no mail server to talk to ({type(error).__name__})") from error
    return f"{len(channel.to) - refused} of {len(channel.to)} receivers" if refused else "every receiver"


@contextmanager
def _server(channel: Channel, timeout: float) -> Iterator[smtplib.SMTP]:
    """A connection, encrypted and logged in as the settings say. A certificate is always checked."""
    trusted = ssl.create_default_context()
    if channel.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(channel.host, channel.port, timeout=timeout, context=trusted)
    else:
        server = smtplib.SMTP(channel.host, channel.port, timeout=timeout)
    try:
        if channel.security == "starttls":
            server.starttls(context=trusted)
        if channel.user:
            server.login(channel.user, _secret(channel.secret) or "")
        yield server
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _envelope(server: smtplib.SMTP, channel: Channel) -> int:
    """Name sender and receivers; returns how many the server refused, raises when it was all of them."""
    code, _ = server.mail(_bare(channel.sender))
    if code != 250:  # noqa: PLR2004 (RFC 5321: done)
        raise _refusal(code)
    codes = [server.rcpt(_bare(address))[0] for address in channel.to]
    if not any(code in {250, 251} for code in codes):
        raise _refusal(codes[0])
    return sum(code not in {250, 251} for code in codes)


def _data(server: smtplib.SMTP, content: bytes) -> None:
    """Hand the message over; whatever breaks from here on leaves it open whether it arrived."""
    try:
        code, _ = server.data(content)
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code) from error
    except (OSError, smtplib.SMTPException) as error:
        raise UnclearError("the connection broke while the message was handed over") from error
    if code != 250:  # noqa: PLR2004 (RFC 5321: done)
        raise _refusal(code)


def _refusal(code: int) -> ChannelError:
    text = f"the mail server answered {code}"
    return PassingError(text) if code in _PASSING else ChannelError(text)


def _bare(address: str) -> str:
    from email.utils import parseaddr

    return parseaddr(address)[1]


def _by_chat(parcel: Parcel, channel: Channel) -> str:
    """Through apprise. Its own log is kept shut: it names addresses."""
    chat = _chat(channel)
    with _on_disk(parcel.files if chat[0].attachment_support else ()) as files:
        attached = [str(file) for file in files] or None
        if not chat.notify(title=printable(parcel.title), body=parcel.text, attach=attached):
            raise PassingError("the chat service did not take it")
    return "taken by the service"


def _chat(channel: Channel) -> Apprise:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its plugins import what Python is about to drop
        import apprise

        log = logging.getLogger("apprise")
        log.addHandler(logging.NullHandler())
        log.propagate = False
        chat = apprise.Apprise()
        if not chat.add(_secret(channel.secret) or ""):
            raise ChannelError("apprise does not know the address that secret points to")
    return chat


@contextmanager
def _on_disk(files: Sequence[Attachment]) -> Iterator[list[Path]]:
    """The files under their names in a folder of their own, for as long as they are needed."""
    with tempfile.TemporaryDirectory(prefix="diembao-") as folder:
        made = [Path(folder) / file.name for file in files]
        for path, file in zip(made, files, strict=True):
            path.write_bytes(file.content)
        yield made
