"""Topics that a night follows: what may be saved (never a person), and what is new to each."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from gazetteer.load import load
from night.matters import sort_out
from night.topic import MOST_HITS
from storage.query import Names, read_query
from storage.search import Filters
from storage.topics import Topic
from vietnamese.normal import unaccent

if TYPE_CHECKING:
    from config.loader import Config
    from night.topic import Asked
    from storage.store import Store

logger = logging.getLogger(__name__)

FOR_A_NIGHT = 24 * 7
"""Hours that a saved topic looks back where nothing else was said."""

_WORD = re.compile(r"[^\W\d_]+")
_LEFT_OUT = re.compile(r'-"[^"]*"?|(?<!\S)-\S+')
_HONORIFICS = frozenset({"ong", "ba", "anh", "chi", "em", "chau", "co", "chu", "bac", "thay", "cu"})
_ONLY_FAMILY = frozenset({"nguyen", "huynh"})
"""Family names that begin no other word."""
_FAMILY = frozenset({"tran", "le", "pham", "hoang", "vu", "bui", "ngo", "phan", "dinh", "trinh", "luong"})
_MIDDLE = (["van"], ["thi"])
_LONGEST_PERSON = 4
_ROLE = re.compile(
    r"(?:(?:ong|ba|nguyen|cuu|pho|tong|truong|quyen) )*"
    r"(?:phong vien|nha bao|ky gia|bien tap vien|tac gia|nha van|giam doc|chu tich|bi thu|truong phong|hieu truong"
    r"|bac si|luat su|nghe si|ca si|co giao|thay giao|giao vien|bi can|bi cao|nghi pham|doi tuong|thieu tuong"
    r"|(?:thieu|trung|thuong|dai) (?:uy|ta)) "
)
"""What somebody is, before his name: it makes no matter of a person, least of all of who wrote."""


def save_topic(store: Store, config: Config, name: str, topic: Asked, *, by: str) -> str | None:
    """Save a topic of `by` under a name; returns why it is refused, or None when it was saved."""
    refused = refusal(topic.words, Names(load(config.folders)))
    if refused is None and not name.strip():
        refused = "it needs a name"
    if refused is not None:
        return refused
    hours = FOR_A_NIGHT if topic.since is None else max(1, round(topic.since.total_seconds() / 3600))
    store.save_topic(
        Topic(
            name=name.strip(),
            query=topic.words,
            outlets=topic.outlets,
            since_hours=hours,
            saved_at=store.clock(),
            saved_by=by,
        )
    )
    return None


def refusal(words: str, names: Names) -> str | None:
    """Why a query may not be saved: it holds neither office nor unit nor a word for a matter, as a person's name alone.

    None when it may. A topic follows public bodies and matters, never people.
    """
    query = read_query(words, names)
    typed = _WORD.findall(_LEFT_OUT.sub(" ", words))
    role = _ROLE.match(" ".join(unaccent(word) for word in typed) + " ")
    plain = [word for word in typed[len(role[0].split()) if role else 0 :] if unaccent(word) not in _HONORIFICS]
    if role and (not plain or plain[0].isupper()):
        plain, role = typed, None  # «giám đốc UBND», «phóng viên bị cản trở»: of nobody by name
    bodies = [
        part
        for part, ids in zip(query.wanted, query.named, strict=True)
        if ids or (len(part) > 1 and names.ids(part, accented=query.accented) is not None)
    ]
    short = 0 < len(plain) <= _LONGEST_PERSON
    # «Nguyễn Văn An» holds the commune Văn An, and is a person all the same.
    inside = short and any(len(part) < len(plain) for part in bodies) and unaccent(plain[0]) in _FAMILY | _ONLY_FAMILY
    if bodies and not inside:
        return None
    matter = any(word[0].islower() for word in plain)
    if plain and not (short and (not matter or _lower_case_person(plain, of_role=role is not None))):
        return None
    return (
        "it looks like a person's name alone, and a topic follows offices, places and matters, never people. "
        "Add an office, a unit or a word for the matter in lower case: 'cảng Đình Vũ'"
    )


def _lower_case_person(words: Sequence[str], *, of_role: bool) -> bool:
    """`nguyen van a`, typed without capitals; after what somebody is, a family name is enough: `phong vien tran ha`."""
    folded = [unaccent(word) for word in words]
    family = folded[0] in _FAMILY and (folded[1:2] in _MIDDLE or (of_role and len(folded) > 1))
    return folded[0] in _ONLY_FAMILY or family


def mark_topics(store: Store, config: Config, run_id: str) -> dict[str, int]:
    """Search for every saved open topic and mark what is about it and new; returns how many articles were new to each.

    Part of the night, after the crawl; what only mentions it in passing is left, as in `diembao topic`.
    Idempotent: an article is marked for a topic once.
    """
    saved = store.topics()
    if not saved:
        return {}
    names = Names(load(config.folders))
    marked = {}
    for topic in saved:
        since = store.clock() - timedelta(hours=topic.since_hours) if topic.since_hours else None
        filters = Filters(since=since, outlets=topic.outlets)
        query = read_query(topic.query, names)
        about = sort_out(store, config, query, store.search(query, MOST_HITS, filters), filters).about
        new = store.mark_articles(topic.name, list(about.items()), run_id)
        logger.info("topic %s: %d new of %d found", topic.name, len(new), len(about))
        marked[topic.name] = len(new)
    return marked
