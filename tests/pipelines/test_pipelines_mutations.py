"""Whatever bytes come, a reading or a fate comes out, in bounded time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.loader import load
from pipelines.files import page_of
from pipelines.read import read_page
from storage.records import FateWord

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))
OUTLETS = load().outlets
URL = "https://vnexpress.net/mot-bai-viet-bi-hong-giua-duong-123456.html"


def truncated(body: bytes, chooser: random.Random) -> bytes:
    return body[: chooser.randrange(len(body))]


def flipped(body: bytes, chooser: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chooser.randrange(1, 200)):
        changed[chooser.randrange(len(changed))] ^= 1 << chooser.randrange(8)
    return bytes(changed)


def nested(body: bytes, chooser: random.Random) -> bytes:
    at = chooser.randrange(len(body))
    tag = chooser.choice([b"div", b"b", b"table", b"span", b"font", b"li"])
    return body[:at] + b"<%s>" % tag * chooser.randrange(1, 3000) + body[at:]


def entities(body: bytes, chooser: random.Random) -> bytes:
    trick = chooser.choice([b"&#xD83D;", b"&#0;", b"&#99999999;", b"&amp;amp;quot;", b"&nbsp;", b"&lt;script&gt;"])
    return body.replace(b" ", trick, chooser.randrange(1, 200))


def shuffled(body: bytes, chooser: random.Random) -> bytes:
    pieces = body.split(b"<")
    chooser.shuffle(pieces)
    return b"<".join(pieces)


def recoded(body: bytes, chooser: random.Random) -> bytes:
    encoding = chooser.choice(["utf-16", "utf-32", "cp1258", "shift_jis", "utf-7", "latin-1"])
    return body.decode("utf-8", "replace").encode(encoding, "replace")


def noise(body: bytes, chooser: random.Random) -> bytes:
    at = chooser.randrange(len(body))
    return body[:at] + chooser.randbytes(chooser.randrange(1, 2000)) + body[at:]


MUTATIONS = [truncated, flipped, nested, entities, shuffled, recoded, noise]


@pytest.mark.parametrize("mutate", MUTATIONS)
def test_mutated_pages_give_a_reading_or_a_fate(mutate: Callable[[bytes, random.Random], bytes]) -> None:
    chooser = random.Random(mutate.__name__)
    for _ in range(40):
        body = mutate(chooser.choice(PAGES).read_bytes(), chooser)
        found = read_page(page_of(body, url=URL, outlet_id=None), outlet=OUTLETS["vnexpress"])
        assert found.fate is None or isinstance(found.fate, FateWord)
        assert found.fate is not None or (found.title and found.paragraphs)


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 50_000 + b"x",
        b"<p>" + b"&amp;" * 200_000,
        b"<a href=x>" * 20_000,
        b"<table><tr><td>" * 10_000,
        b"<br>" * 100_000,
    ],
    ids=["deep", "entities", "links", "tables", "breaks"],
)
def test_monsters_end_in_time(body: bytes) -> None:
    began = time.process_time()
    found = read_page(page_of(b"<html><body>" + body, url=URL, outlet_id=None), outlet=None)
    assert found.fate is not None
    assert time.process_time() - began < 8
