"""Looks into component trees: the text a person reads, parts by class, links, and every word of every property."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from dash.development.base_component import Component


def parts(tree: Any) -> Iterator[Any]:
    """The tree itself and everything in it, in order of reading."""
    if isinstance(tree, list | tuple):
        for one in tree:
            yield from parts(one)
    elif tree is not None:
        yield tree
        yield from parts(getattr(tree, "children", None))


def text(tree: Any) -> str:
    """What is to be read, with one blank between pieces."""
    return " ".join(" ".join(str(part).strip() for part in parts(tree) if isinstance(part, str | int | float)).split())


def with_class(tree: Any, name: str) -> list[Component]:
    return [part for part in parts(tree) if name in (getattr(part, "className", None) or "").split()]


def of_kind(tree: Any, kind: type) -> list[Any]:
    return [part for part in parts(tree) if isinstance(part, kind)]


def links(tree: Any) -> list[tuple[str, str]]:
    """(text, address) of every link."""
    return [(text(part), part.href) for part in parts(tree) if getattr(part, "href", None)]


def said(part: Component) -> str:
    """What a screen reader says instead of the text."""
    return str(getattr(part, "aria-label"))


def drawn(answer: Any) -> SimpleNamespace:
    """The page in an answer of the server, as a tree that the functions above can look into."""
    return revived(answer.get_json()["response"]["shell-page"]["children"])


def revived(node: Any) -> Any:
    """JSON of a component tree as objects with their properties."""
    if isinstance(node, list):
        return [revived(one) for one in node]
    if isinstance(node, dict) and {"type", "props"} <= node.keys():
        return SimpleNamespace(**{**node["props"], "kind": node["type"], "children": revived(node["props"].get("children"))})
    return node
