"""Read the town's data files: `outlets.toml`, `articles/*.toml`, `faults.toml`. Reprints are made here, as declared."""

from __future__ import annotations

import tomllib
import zlib
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from demo.model import ICT, Edit, Fault, Feed, Gone, Matter, TownArticle, TownData, TownOutlet
from demo.text import to_new_tones

HERE = Path(__file__).parent
PRIVATE_PORT = 8099
"""Port of the private address that planted links point to, when nobody names another."""


@cache
def load_town(private_port: int = PRIVATE_PORT) -> TownData:
    """The whole town; a mistake in its data is a KeyError or ValueError naming the article."""
    outlets = {o.id: o for o in map(_outlet, _read("outlets.toml")["outlet"])}
    known: dict[str, TownArticle] = {}
    files = sorted((HERE / "articles").glob("*.toml"))
    matters = [_matter(raw, outlets, known) for file in files for raw in _read(f"articles/{file.name}")["matter"]]
    faults = tuple(_fault(raw, outlets, private_port) for raw in _read("faults.toml")["fault"])
    return TownData(outlets=outlets, matters=tuple(matters), faults=faults)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _outlet(raw: dict[str, Any]) -> TownOutlet:
    raw["feeds"] = tuple(Feed(**{**f, "sections": tuple(f.get("sections", ()))}) for f in raw.pop("feed"))
    for key in ("bylines", "commenters"):
        raw[key] = tuple(raw.get(key, ()))
    return TownOutlet(**raw)


def _matter(raw: dict[str, Any], outlets: dict[str, TownOutlet], known: dict[str, TownArticle]) -> Matter:
    articles = []
    for block in raw.get("article", ()):
        article = _article(block, raw, outlets[block["outlet"]])
        known[article.key] = article
        articles.append(article)
    for block in raw.get("reprint", ()):
        article = _reprint(block, raw, outlets, known[block["of"]])
        known[article.key] = article
        articles.append(article)
    ordered = tuple(sorted(articles, key=lambda a: (a.published, a.key)))
    return Matter(id=raw["id"], name=raw["name"], field=raw["field"], level=raw["level"], articles=ordered)


def _article(raw: dict[str, Any], matter: dict[str, Any], outlet: TownOutlet) -> TownArticle:
    plain = TownArticle(
        **_place(raw, outlet),
        title=raw["title"],
        sapo=raw["sapo"],
        paragraphs=_paragraphs(raw["body"]),
        caption=raw.get("caption", ""),
        matter=matter["id"],
        kind=raw.get("kind", "original"),
        about=raw.get("about", matter.get("about", True)),
        means=raw.get("means", {}),
        may=tuple(raw.get("may", ())),
        marked=raw.get("marked", True),
        level=raw.get("level", matter["level"]),
        field=matter["field"],
        edit=Edit(**raw["edit"]) if "edit" in raw else None,
        gone=Gone(**raw["gone"]) if "gone" in raw else None,
        retry_after=raw.get("retry_after", False),
        header=raw.get("header"),
    )
    return _in_house_style(plain, outlet)


def _place(raw: dict[str, Any], outlet: TownOutlet) -> dict[str, Any]:
    published: datetime = raw["at"]
    if published.tzinfo is None:
        published = published.replace(tzinfo=ICT)
    section = raw.get("section", next(iter(outlet.sections)))
    key = f"{outlet.id}/{raw['slug']}"
    path = outlet.address.format(
        section=section,
        slug=raw["slug"],
        number=100_000 + zlib.crc32(key.encode()) % 900_000,
        day=published.strftime("%Y%m%d"),
    )
    url = f"http://{outlet.host}{path}"
    return {
        "key": key, "outlet_id": outlet.id, "slug": raw["slug"], "url": url, "section": section, "published": published,
    }  # fmt: skip


def _paragraphs(body: str) -> tuple[str, ...]:
    return tuple(" ".join(block.split()) for block in body.split("\n\n") if block.strip())


def _reprint(
    raw: dict[str, Any], matter: dict[str, Any], outlets: dict[str, TownOutlet], source: TownArticle
) -> TownArticle:
    outlet = outlets[raw["outlet"]]
    paragraphs = source.paragraphs[: -raw["drop"]] if raw.get("drop") else source.paragraphs
    if "intro" in raw:
        paragraphs = (*_paragraphs(raw["intro"]), *paragraphs)
    if "more" in raw:
        paragraphs = (*paragraphs, *_paragraphs(raw["more"]))
    copy = replace(
        source,
        **_place({"slug": source.slug, **raw}, outlet),
        title=raw.get("title", source.title),
        sapo=raw.get("sapo", source.sapo),
        paragraphs=paragraphs,
        caption="",
        matter=matter["id"],
        kind="reprint",
        reprint_of=source.key,
        how=raw["how"],
        credit=outlets[source.outlet_id].name if raw.get("credit", True) else None,
        edit=Edit(**raw["edit"]) if "edit" in raw else None,
        gone=Gone(**raw["gone"]) if "gone" in raw else None,
        retry_after=False,
        header=raw.get("header"),
    )
    whole = " ".join((copy.title, copy.sapo, *copy.paragraphs))
    kept = {i: s for i, s in source.means.items() if s in whole} | raw.get("means", {})
    return _in_house_style(replace(copy, means=kept), outlet)


def _in_house_style(article: TownArticle, outlet: TownOutlet) -> TownArticle:
    """Texts are written with the old tone placement; a newsroom with the new one prints the new one."""
    if outlet.tone == "old":
        return article
    return replace(
        article,
        title=to_new_tones(article.title),
        sapo=to_new_tones(article.sapo),
        paragraphs=tuple(map(to_new_tones, article.paragraphs)),
        caption=to_new_tones(article.caption),
        means={i: to_new_tones(s) for i, s in article.means.items()},
    )


def _fault(raw: dict[str, Any], outlets: dict[str, TownOutlet], private_port: int) -> Fault:
    address: str = raw.pop("address").replace("{private_port}", str(private_port))
    outlet = outlets[raw.pop("outlet")]
    url = address if "://" in address else f"http://{outlet.host}{address}"
    published: datetime = raw.pop("at")
    return Fault(
        **{**raw, "nights": tuple(raw["nights"])},
        url=url,
        outlet_id=outlet.id,
        published=published if published.tzinfo else published.replace(tzinfo=ICT),
    )
