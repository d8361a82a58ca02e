"""Keys of URLs. Only the key is normalised; the URL that is fetched is never altered."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import SplitResult, quote, urlsplit

TRACKING_PREFIX = "utm_"
_NAMES = (
    "_ga _gl _hsenc _hsmi cmpid dclid fb_action_ids fb_action_types fb_source fbclid gbraid gclid gidzl igsh igshid "
    "mc_cid mc_eid mibextid mkt_tok msclkid ocid ref_src ref_url s_cid spm ttclid twclid vero_id wbraid yclid zarsrc "
    "zclid"
)
TRACKING_NAMES = frozenset(_NAMES.split())
"""Parameters that say where the reader came from and never what is shown."""

_TWINS = ("www.", "m.", "amp.")
_LONGEST_HOST = 253
"""Characters: no longer name can be looked up, and writing 300,000 of them in ASCII takes a second."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]*://|//|(?:mailto|data|javascript|tel):")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def url_key(url: str) -> str:
    """The key under which `url` is one page: 32 hex digits of the SHA-256 of `normal_url(url)`."""
    return _digest(url)[:32]


def article_id(canonical_url: str) -> str:
    """The id of the article at `canonical_url`: 16 hex digits of the SHA-256 of `normal_url(canonical_url)`."""
    return _digest(canonical_url)[:16]


def normal_url(url: str) -> str:
    """`url` as it is compared: no scheme, twin host folded, no tracking, parameters in order. Idempotent and total.

    What is no web address is its own normal form.
    """
    url = re.sub(r"[\t\r\n]", "", url).strip()
    try:
        parts = urlsplit(url if _SCHEME.match(url) else "//" + url)
        host = _host(parts)
    except ValueError:
        return url
    if not host or (parts.scheme and parts.scheme not in _DEFAULT_PORTS):
        return url
    query = _query(parts.query)
    return host + _escapes(parts.path).rstrip("/") + (f"?{query}" if query else "")


def _digest(url: str) -> str:
    return hashlib.sha256(normal_url(url).encode("utf-8", "surrogatepass")).hexdigest()


def _host(parts: SplitResult) -> str:
    """Lower case, ASCII (IDN), without `www.`, `m.`, `amp.` and the default port."""
    host = _without_twins(_ascii((parts.hostname or "").rstrip(".")))
    if ":" in host:
        host = f"[{host}]"
    # A key has no scheme any more: 80 and 443 are the default of both, so http and https stay one page.
    if parts.port is not None and parts.port not in _DEFAULT_PORTS.values():
        return f"{host}:{parts.port}"
    return host


def _ascii(host: str) -> str:
    if host.isascii() or len(host) > _LONGEST_HOST:
        return host
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return host


def _without_twins(host: str) -> str:
    """`m.vnexpress.net` is `vnexpress.net`; `m.vn` and `www.vn` are sites of their own."""
    for twin in _TWINS:
        rest = host.removeprefix(twin)
        if rest != host and "." in rest:
            return _without_twins(rest)
    return host


def _query(query: str) -> str:
    """Parameters sorted by name (equal names keep their order: it may mean something), tracking left out."""
    pairs = [_escapes(pair.replace("+", "%20")) for pair in query.split("&") if pair]
    return "&".join(sorted((pair for pair in pairs if not _is_tracking(pair)), key=_name))


def _name(pair: str) -> str:
    return pair.partition("=")[0]


def _is_tracking(pair: str) -> bool:
    name = _name(pair).lower()
    return name.startswith(TRACKING_PREFIX) or name in TRACKING_NAMES


def _escapes(text: str) -> str:
    """Percent escapes in one form: upper case, none for unreserved characters, all others outside ASCII escaped."""
    decoded = _ESCAPE.sub(_escape, text)
    return quote(decoded, safe="%/!$&'()*+,;=:@~?[]|{}^`\\\"<>", errors="surrogatepass")


def _escape(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return char if char in _UNRESERVED else found[0].upper()
