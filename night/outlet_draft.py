"""A block for a new outlet, drafted from its own pages: what was found, and what a person still has to say."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from config.model import Tier
from night.outlet_selectors import Derived
from vietnamese.normal import unaccent

_PLAIN_TOPS = frozenset({"com", "net", "org", "gov", "edu", "info", "co", "biz", "name", "vn", "example", "test"})
_ENDING = re.compile(r"\s*[-–|•:]\s*")
_LEAST_PAGES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What is known of a new outlet."""

    id: str
    name: str
    domain: str
    tier: Tier
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    teasers: bool = False
    """Only what the feeds say may be kept: pages are not asked for."""
    derived: Derived = field(default_factory=Derived)

    def notes(self) -> list[str]:
        """What a person has to look at, one sentence each."""
        said = ["tier and owner are for a person to say"]
        if not (self.feeds or self.sitemaps):
            said.append("neither feed nor sitemap was found: the listing page stands in")
        if self.derived.rule is None:
            said.append(f"no selector agreed with the generic reader on {self.derived.pages} pages: it reads alone")
        elif self.derived.pages < _LEAST_PAGES:
            said.append("the selectors come from one page only: look at a second one")
        return said


def outlet_id(domain: str) -> str:
    """The slug of a domain: `vnexpress` of vnexpress.net, `haiphong-gov` of haiphong.gov.vn."""
    labels = [label for label in domain.removeprefix("www.").lower().split(".") if label]
    kept = [label for label in labels if label not in _PLAIN_TOPS] or labels[:1]
    if "gov" in labels[1:]:
        kept.append("gov")
    return re.sub(r"[^a-z0-9]+", "-", unaccent("-".join(kept))).strip("-")


def outlet_name(domain: str, derived: Derived, front_title: str | None) -> str:
    """The name as the site gives it: og:site_name, else the ending of its titles, the front page's title, the host."""
    ending = _ENDING.sub("", derived.title_suffix or "", count=1)
    front = next((part for part in _ENDING.split(front_title or "") if part), "")
    named = derived.site_name or ending or front or domain
    return " ".join(named.split())[:80]


def tier_of(domain: str) -> Tier:
    """`official` for the sites of public bodies, else the commonest; to be checked by a person."""
    return "official" if ".gov." in f".{domain}." else "central"


def block(draft: Draft) -> str:
    """The outlet's TOML block, 8 to 15 lines, comments where a person has to look."""
    lines = [
        f"id = {_quoted(draft.id)}",
        f"name = {_quoted(draft.name)}",
        f"domains = [{_quoted(draft.domain)}]",
        f'tier = "{draft.tier}"   # check: central, ministry, local, magazine, aggregator, official',
    ]
    for key in ("feeds", "sitemaps", "sections"):
        lines += _listed(key, getattr(draft, key))
    if draft.teasers:
        lines.append("fetch_pages = false")
    suffix = draft.derived.title_suffix
    if suffix:
        lines.append(f"title_suffix = {_quoted(suffix)}")
    lines.append("verified = false   # set to true when feeds and rule have been compared with real pages")
    rule = draft.derived.rule
    if rule is not None and not draft.teasers:
        lines += ["", "[[rule]]", f"name = {_quoted(rule.name)}"]
        named = (("title", rule.title), ("sapo", rule.sapo), ("published", rule.published), ("body", rule.body))
        lines += [f"{key} = {_quoted(css)}" for key, css in named if css]
        lines.append("verified = false")
    return "\n".join(lines) + "\n"


def host(url: str) -> str:
    """The domain an outlet is known by: its host without `www.`."""
    return (urlsplit(url).hostname or "").lower().removeprefix("www.")


def _listed(key: str, urls: Sequence[str]) -> list[str]:
    if not urls:
        return []
    if len(urls) == 1:
        return [f"{key} = [{_quoted(urls[0])}]"]
    return [f"{key} = [", *(f"  {_quoted(url)}," for url in urls), "]"]


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's."""
    return json.dumps(text.replace("\x7f", ""), ensure_ascii=False)
