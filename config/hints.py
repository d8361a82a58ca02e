"""What to write instead: the remedy for a value that does not fit the model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

import msgspec
from msgspec import inspect

_UNKNOWN = re.compile(r"unknown field `(.*)`")
_STEP = re.compile(r"[^.\[\]]+|\[[^\]]*\]")
_PAGE = "See docs/configuration.md for every key"


def remedy(kind: type, where: str, problem: str) -> str:
    """What to do about `problem` (msgspec's words) at `where` (`crawl.pace_seconds`, `rules[0]`) of `kind`.

    Names the key that was probably meant, or the values that are allowed; otherwise the page with every key.
    """
    here = [*_at(inspect.type_info(kind), where)]
    unknown = _UNKNOWN.search(problem)
    if unknown:
        return f"{_meant(kind, here, unknown[1])}{_PAGE}"
    allowed = [str(value) for node in here if isinstance(node, inspect.LiteralType) for value in node.values]
    return f"Write one of {', '.join(allowed)}" if allowed else _PAGE


def _meant(kind: type, here: list[inspect.Type], name: str) -> str:
    keys = [field.encode_name for node in here for field in _fields(node)]
    close = get_close_matches(name, keys, 1)
    if close:
        return f"Did you mean {close[0]}? "
    tables = [
        f"[{table.encode_name}]"
        for table in _fields(inspect.type_info(kind))
        for node in _plain(table.type)
        if name in {field.encode_name for field in _fields(node)}
    ]
    return f"It stands under {' or '.join(tables)}. " if tables else ""


def _at(node: inspect.Type, where: str) -> Iterator[inspect.Type]:
    """The types a value at `where` may have."""
    nodes = [*_plain(node)]
    for step in _STEP.findall(where):
        nodes = [plain for each in nodes for below in _below(each, step) for plain in _plain(below)]
    yield from nodes


def _below(node: inspect.Type, step: str) -> Iterator[inspect.Type]:
    if isinstance(node, inspect.VarTupleType | inspect.ListType):
        yield node.item_type
    elif isinstance(node, inspect.DictType):
        yield node.value_type
    else:
        yield from (field.type for field in _fields(node) if field.encode_name == step)


def _plain(node: inspect.Type) -> Iterator[inspect.Type]:
    """A union's members, without what is only wrapped."""
    if isinstance(node, inspect.UnionType):
        for each in node.types:
            yield from _plain(each)
    else:
        yield node.type if isinstance(node, inspect.Metadata) else node


def _fields(node: inspect.Type) -> tuple[inspect.Field, ...]:
    return node.fields if isinstance(node, inspect.StructType) else ()


def negatives(table: msgspec.Struct, path: str = "") -> Iterator[str]:
    """Keys (`crawl.pace_seconds`) of numbers below zero, in every table."""
    for name in table.__struct_fields__:
        value = getattr(table, name)
        if isinstance(value, msgspec.Struct):
            yield from negatives(value, f"{path}{name}.")
        elif isinstance(value, int | float) and value < 0:
            yield f"{path}{name}"
