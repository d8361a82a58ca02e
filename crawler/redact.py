"""What a log line or a message must not tell: passwords, tokens, cookies; and nothing in it may forge another line."""

from __future__ import annotations

import re

HIDDEN = "***"

_USER = re.compile(r"(?<=://)[^\s/?#\"'<>]*@")
_FIELD = re.compile(
    r"(?i)\b((?:[a-z0-9_-]{0,40}(?:token|secret|signature|api_?key|password|passwd|pwd))|key|sig|auth|sid|session(?:id)?)"
    r"(\s*=\s*)[^\s&;#\"'<>]+"
)
_HEADER = re.compile(r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(['\"]?\s*[:=]\s*)[^\r\n]+")
_CHANNEL = re.compile(r"(?i)\b(?!https?\b|ftps?\b|sqlite\b|postgres)([a-z][a-z0-9+.-]{1,20})://[^\s\"'<>]+")
"""Addresses of message services (`tgram://token/chat`) are secrets from end to end."""

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def hide_secrets(text: str) -> str:
    """`text` with `***` for users and passwords in addresses, tokens in queries, and the values of such headers."""
    if "=" in text or ":" in text:
        text = _CHANNEL.sub(rf"\1://{HIDDEN}", text)
        text = _USER.sub(f"{HIDDEN}@", text)
        text = _HEADER.sub(rf"\1\2{HIDDEN}", text)
        text = _FIELD.sub(rf"\1\2{HIDDEN}", text)
    return text


def one_line(text: str) -> str:
    r"""`text` with control characters written out (`\n`, `\x1b`): no second log entry, no order to a terminal."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
