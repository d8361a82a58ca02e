"""Which fields a template asks for that we do not have: found before a sheet is made, and named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin, get_type_hints

from jinja2 import nodes

Scope = Mapping[str, Any]
"""Names a template may use here -> their type; `Any` may hold anything."""


def unknown_fields(tree: nodes.Node, fields: type) -> Iterator[str]:
    """Every name of a parsed template that the dataclass `fields` does not hold, as written: `article.titel`."""
    yield from _walk(tree, get_type_hints(fields) | {"loop": Any, "range": Any})


def _walk(node: nodes.Node, scope: Scope) -> Iterator[str]:
    if isinstance(node, nodes.For):
        yield from _loop(node, scope)
        return
    if isinstance(node, nodes.Getattr | nodes.Name):
        try:
            _type_of(node, scope)
        except LookupError as missing:
            yield str(missing.args[0])
        return
    inner = scope
    for child in node.iter_child_nodes():
        yield from _walk(child, inner)
        if isinstance(child, nodes.Assign) and isinstance(child.target, nodes.Name):
            inner = {**inner, child.target.name: Any}


def _loop(node: nodes.For, scope: Scope) -> Iterator[str]:
    yield from _walk(node.iter, scope)
    try:
        element = _element(_type_of(node.iter, scope))
    except LookupError:
        element = Any
    names = [node.target] if isinstance(node.target, nodes.Name) else list(node.target.find_all(nodes.Name))
    inner = {**scope, **{name.name: element if name is node.target else Any for name in names}}
    for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
        yield from _walk(child, inner)


def _type_of(node: nodes.Node, scope: Scope) -> Any:  # noqa: ANN401 (a type, or Any itself)
    """The type of an expression; LookupError with its dotted name where it is unknown."""
    if isinstance(node, nodes.Name):
        if node.ctx == "load" and node.name not in scope:
            raise LookupError(node.name)
        return scope.get(node.name, Any)
    if isinstance(node, nodes.Getattr):
        owner = _type_of(node.node, scope)
        known = get_type_hints(owner) if hasattr(owner, "__dataclass_fields__") else None
        if known is not None and node.attr not in known:
            raise LookupError(_dotted(node))
        return known[node.attr] if known is not None else Any
    return Any


def _element(kind: Any) -> Any:  # noqa: ANN401 (a type, or Any itself)
    arguments = get_args(kind)
    return arguments[0] if get_origin(kind) is tuple and arguments else Any


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_dotted(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"
