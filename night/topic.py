"""A breaking topic: search the store, crawl for what is new, search again; and saved topics as part of the night."""

from __future__ import annotations

import getpass
import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crawler.run import crawl
from gazetteer.load import load
from night.entities import sync_entities
from night.matters import sort_out
from storage.query import Limits, Names, Query, read_query
from storage.search import Filters, Hit
from storage.topics import Topic
from vietnamese.clock import to_local
from vietnamese.normal import unaccent

if TYPE_CHECKING:
    from config.loader import Config
    from config.places import Places
    from crawler.guard import HostMap
    from crawler.tally import Progress
    from storage.store import Store
    from vietnamese.clock import Clock

logger = logging.getLogger(__name__)

MOST_HITS = 200
"""Articles that one topic shows; who finds more should ask for less."""

SECONDS_BETWEEN_LOOKS = 0.5
"""How often the store is searched while a crawl goes on."""

FOR_A_NIGHT = 24 * 7
"""Hours that a saved topic looks back where nothing else was said."""

Found = Callable[[Sequence[Hit]], None]

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What somebody wants to know of."""

    words: str
    query: Query
    outlets: tuple[str, ...] = ()
    """Ids; empty = all active ones."""
    since: timedelta | None = None
    """Only articles at most this old; None = any."""
    limits: Limits = field(default_factory=Limits)

    def filters(self, clock: Clock) -> Filters:
        """The same as what narrows a search."""
        return Filters(since=clock() - self.since if self.since else None, outlets=self.outlets)


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """What one look around came to."""

    run_id: str
    fates: Mapping[str, int]
    requests: int
    unreachable: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    outlets: int = 0
    """How many were visited."""

    @property
    def nothing_reached(self) -> bool:
        """No outlet answered at all."""
        return 0 < self.outlets <= len(self.unreachable)

    @property
    def outcome(self) -> str:
        """`partial` when an outlet could not be reached or something of ours failed."""
        return "partial" if self.unreachable or self.errors else "done"


def asked(words: str, config: Config, **more: Any) -> Asked:  # noqa: ANN401 - the fields of Asked
    """Read a query with the names of the configured gazetteer."""
    return Asked(words=words, query=read_query(words, Names(load(config.folders))), **more)


class Watch:
    """Searches the store for a topic again and again and tells what it had not seen before."""

    def __init__(
        self,
        store: Store,
        config: Config,
        topic: Asked,
        on_found: Found | None = None,
        *,
        every: timedelta | None = None,
    ) -> None:
        """`every`: how often it is looked around, None for once."""
        self._store, self._config, self._topic, self._on_found = store, config, topic, on_found
        self.every = every
        self.validators: dict[str, tuple[str | None, str | None]] = {}
        """ETag and Last-Modified of the feeds between two looks around: see `Context.validators`."""
        self.about: dict[str, str] = {}
        """Articles about the topic as of the last look, with the reason why they were found."""
        self.passing: tuple[str, ...] = ()
        """Those that only mention it."""
        self._told: set[str] = set()
        self._fates: Mapping[str, int] = {}
        self._looked = 0.0

    def look(self, *, thorough: bool = True) -> list[Hit]:
        """Search; returns what is new, and tells the listener.

        A `thorough` look also brings what belongs to the same matter and was not placed by a night yet.
        """
        self._looked = time.monotonic()
        query, filters = self._topic.query, self._topic.filters(self._store.clock)
        hits = self._store.search(query, MOST_HITS, filters)
        seen = sort_out(self._store, self._config, query, hits, filters, thorough=thorough)
        self.about, self.passing = dict(seen.about), seen.passing
        fresh = {each: why for each, why in seen.about.items() if each not in self._told}
        self._told |= fresh.keys()
        new = [replace(hit, why=fresh[hit.article_id]) for hit in self._store.hits(query, list(fresh))]
        if new and self._on_found is not None:
            self._on_found(new)
        return new

    def progress(self, seen: Progress) -> None:
        """Listener of a crawl: look again when something was stored, now and then."""
        if seen.fates != self._fates and time.monotonic() - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._fates = dict(seen.fates)
            self.look(thorough=False)


async def look_around(
    *,
    store: Store,
    config: Config,
    where: Places,
    clock: Clock,
    topic: Asked,
    watch: Watch,
    hosts: HostMap | None = None,
) -> Round:
    """Crawl once for the topic, in a run of kind `topic`, then search again: `watch` has what was found.

    May go on beside a night on the same store: hosts are claimed in the store, so together they keep the pace, and what
    is not fetched here stays due for the night. Raises StoreError, KeyboardInterrupt, or ValueError for an outlet that
    is not configured.
    """
    store.sync_outlets(config.outlets.values())
    sync_entities(store, config.folders)
    run_id = store.begin_own_run("topic", to_local(clock()).date()).run_id
    spans = {"since": topic.since, "every": watch.every if watch.validators else None}
    try:
        came = await crawl(
            "topic",
            store=store,
            config=config,
            where=where,
            run_id=run_id,
            clock=clock,
            hosts=hosts,
            outlets=topic.outlets or visited_ids(config, hosts),
            on_progress=watch.progress,
            validators=watch.validators,
            until=None,
            feeds=None,
            q=topic.words,
            pages=str(topic.limits.pages),
            seconds=str(topic.limits.seconds),
            **{name: f"{max(1, round(span.total_seconds()))}s" for name, span in spans.items() if span},
        )
    except KeyboardInterrupt:
        # Whoever looks again wants a run of its own, not the rest of this one.
        store.close_fates(run_id)
        store.finish_run(run_id, "partial")
        watch.look()
        raise
    store.close_fates(run_id)
    result = Round(
        run_id=run_id,
        fates=came.fates,
        requests=came.requests,
        unreachable=came.unreachable,
        errors=came.errors,
        outlets=len(came.outlets),
    )
    store.finish_run(run_id, result.outcome)
    watch.look()
    return result


def visited_ids(config: Config, hosts: HostMap | None) -> list[str]:
    """The outlets that a night would visit."""
    from night.nightly import visited

    return [outlet.id for outlet in visited(config, hosts)]


def user() -> str:
    """Who asks: the user of the operating system."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def save_topic(store: Store, config: Config, name: str, topic: Asked) -> str | None:
    """Save a topic under a name; returns why it is refused, or None when it was saved."""
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
            saved_by=user(),
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
    bodies = [part for part in query.wanted if len(part) > 1 and names.ids(part, accented=query.accented) is not None]
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
