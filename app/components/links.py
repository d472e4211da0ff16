"""Where things are: the address of every page with its filters, below the prefix the product is served at."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import current_app, has_app_context


def prefix() -> str:
    """Starts and ends with a slash."""
    return current_app.config.get("SYNCLINE_PREFIX", "/") if has_app_context() else "/"


def to(page: str, /, **query: object) -> str:
    """The address of `page` ("failures", "" for the board) with what is set of `query`; lists repeat the name."""
    words = [(name, text) for name, value in query.items() for text in several(value)]
    return prefix() + page.lstrip("/") + (f"?{urlencode(words)}" if words else "")


def transactions(**filters: object) -> str:
    """workflow, site, status, milestone, error_class, text, from, to."""
    return to("transactions", **filters)


def with_object(object_type: str, object_id: str, /, **past: object) -> str:
    """The transactions that are about this object, or that some event names with it."""
    return transactions(about=f"{object_type} {object_id}", **past)


def path(workflow: str, transaction_id: str, /, **query: object) -> str:
    """/path/<workflow>/<transaction>; what servers, proxies or browsers would change on the way goes into the query instead."""
    names = (workflow, transaction_id)
    if any(not name.strip(".") or not name.isprintable() or "/" in name or "\\" in name for name in names):
        return to("path", workflow=workflow, transaction=transaction_id, **query)
    return to("/".join(["path", *(quote(name, safe="") for name in names)]), **query)


def failures(**filters: object) -> str:
    return to("failures", **filters)


def document(where: str) -> str:
    """A document, or with `#` a section of it: recovery#cases."""
    name, _, anchor = where.partition("#")
    return to("docs", page=name) + (f"#{anchor}" if anchor else "")


def asset(name: str) -> str:
    return to(f"assets/{name}")


def one(value: str | list[str] | None) -> str | None:
    """Of a value that an address may give several times the last, as for a form's fields."""
    return value[-1] if isinstance(value, list) else value


def several(value: object) -> list[str]:
    """What an address gives none, one or several times."""
    if value is None:
        return []
    if isinstance(value, list | tuple | set | frozenset):
        return [str(each) for each in value]
    return [str(value)]
