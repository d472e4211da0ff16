"""What the settings of a web API may be, each and together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from collectors import instants
from collectors.event import Refused
from collectors.formats.json import Json
from collectors.mapping import as_list
from collectors.mapping_check import OPTION_CHECKS, check_fields
from collectors.paths import NoPath, steps_of
from collectors.readings import STOCK_FIELDS
from collectors.rest.authentication import Problems, a_url, check_authentication
from collectors.rest.items import NEWEST_FIRST, OLDEST_FIRST
from collectors.rest.pages import CURSOR, NEXT, ODATA, SINCE, check_pages
from collectors.rest.request import Request
from collectors.settings import DURATION, EVENTS, INVENTORY, seconds_of
from collectors.suggest import unknown

__all__ = ["a_url", "check_authentication", "check_pages"]

LONGEST_SECONDS = 600
LARGEST_MEGABYTES = 1024
HEADER = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)
A_TIME = datetime(2026, 3, 23, 13, 45, 58, tzinfo=UTC)
OWN_HEADERS = ("authorization", "host", "content-length", "accept-encoding")


def as_texts(values: dict[str, Any] | None) -> dict[str, str]:
    return {str(name): str(value).lower() if value.__class__ is bool else str(value) for name, value in (values or {}).items()}


def a_place(value: Any) -> Problems:
    try:
        good = isinstance(value, str) and bool(steps_of(value))
    except NoPath as error:
        return [("", str(error))]
    return [] if good else [("", f"must be a path, as in d.results (found {value!r})")]


def places(value: Any) -> Problems:
    if value == []:
        return [("", "must be a path or a list of them (found [])")]
    return [problem for each in as_list(value) for problem in a_place(each)]


def a_method(value: Any) -> Problems:
    return [] if value in ("GET", "POST") else [("", f"must be GET or POST (found {value!r})")]


def plain_values(value: Any) -> Problems:
    if isinstance(value, dict) and all(isinstance(name, str) and isinstance(each, str | int | float) for name, each in value.items()):
        return []
    return [("", "must be a mapping of names to texts or numbers")]


def plain_headers(value: Any) -> Problems:
    """No problem shows a value: it may be a secret."""
    if problems := plain_values(value):
        return problems
    wrong = [name for name in value if not HEADER.fullmatch(name) or name.lower() in OWN_HEADERS]
    found = [(name, "is no header that can be set here; who we are stands under `auth`") for name in wrong]
    return found + [
        (name, "holds a line end or another sign that cannot be sent") for name, text in value.items() if not str(text).isprintable()
    ]


def a_body(value: Any) -> Problems:
    try:
        orjson.dumps(value)
    except TypeError as error:
        return [("", f"cannot be written as JSON: {error}")]
    return [] if isinstance(value, str | dict | list) else [("", f"must be a text or a mapping (found {value!r})")]


def an_order(value: Any) -> Problems:
    known = (OLDEST_FIRST, NEWEST_FIRST)
    return [] if value in known else [("", unknown("order", value, known))]


def a_format(value: Any) -> Problems:
    return [("", problem)] if (problem := OPTION_CHECKS["format"](value)) else []


def a_since_format(value: Any) -> Problems:
    if isinstance(value, str) and value in instants.EPOCHS:
        return []
    try:
        good = isinstance(value, str) and "%" in value and A_TIME.strftime(value) != value
    except ValueError:
        good = False
    known = ", ".join(instants.EPOCHS)
    return [] if good else [("", f'must be letters of strftime, as in "%Y-%m-%dT%H:%M:%SZ", or one of {known} (found {value!r})')]


def a_start(value: Any) -> Problems:
    if value.__class__ is int and 0 <= value < 2**63:
        return []
    try:
        instants.of_text(value if isinstance(value, str) else "")
        return []
    except Refused:
        return [("", f"must be a time with an offset, as in 2026-03-01T00:00:00Z, or a whole number (found {value!r})")]


def a_duration(value: Any) -> Problems:
    good = isinstance(value, str) and DURATION.fullmatch(value) and 0 < seconds_of(value) <= LONGEST_SECONDS
    return [] if good else [("", f"must be a whole number above 0 and one of s m, at most 10m, as in 30s (found {value!r})")]


def a_proxy(value: Any) -> Problems:
    """A proxy may want a name and a password, so the problem does not show them."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        good = bool(parts and parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) > 0)
    except ValueError:
        good = False
    return [] if good else [("", "must be the URL of a proxy, as in http://proxy.example.com:3128")]


def problems_between(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    pages = data["pages"].get("kind") if isinstance(data.get("pages"), dict) else None
    asks_since = _asks_since(data)
    if asks_since and "watermark" not in data:
        yield "watermark", "is missing: {since} is made from it"
    if pages == SINCE and not asks_since:
        yield "pages", "the kind since needs a {since} in `parameters`, `body` or `url`"
    if data.get("order") == NEWEST_FIRST and "watermark" not in data:
        yield "watermark", "is missing: with the newest first, it says when all that is new was read"
    if asks_since and pages == ODATA and data["pages"].get("delta"):
        yield "pages.delta", "changes are told by the delta link or by {since}; choose one"
    if data.get("method", "GET") == "GET" and "body" in data:
        yield "body", "is sent with `method: POST` only"
    if data.get("method") == "POST" and pages in (ODATA, NEXT):
        yield "pages", f"the kind {pages} follows links, which are asked with GET; for a POST use {CURSOR}, page or offset"
    if "key_file" in data and "certificate_file" not in data:
        yield "certificate_file", "is missing: a key alone identifies nobody"
    yield from _problems_of_map(data)


def _problems_of_map(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    own = data.get("map")
    if data.get("holds", EVENTS) == INVENTORY:
        found = check_fields(own, "path", STOCK_FIELDS, ()) if own is not None else []
        if "options" in data:
            yield "options", "is only for events"
    else:
        found = Json.check_map(own)
        yield from ((f"options.{where}" if where else "options", text) for where, text in Json.check_options(data.get("options")))
    yield from ((f"map.{where}" if where else "map", text) for where, text in found)


def _asks_since(data: dict[str, Any]) -> bool:
    if plain_values(data.get("parameters", {})) or a_url(data.get("url")) or ("body" in data and a_body(data["body"])):
        return False
    return Request(data["url"], "GET", as_texts(data.get("parameters")), {}, data.get("body")).asks_since()
