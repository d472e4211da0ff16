"""How one page of a web API leads to the next: a link in the body or head, a cursor, a number, or the watermark of its last item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from requests.utils import parse_header_links

from collectors.paths import NoPath, lookup_in, steps_of
from collectors.rest.authentication import a_url
from collectors.rest.client import Answer, Unanswered
from collectors.rest.request import Request, at_origin_of, link_from, origin_of, shown
from collectors.suggest import unknown

NONE, ODATA, LINK, NEXT, CURSOR, PAGE, OFFSET, SINCE = "none", "odata", "link", "next", "cursor", "page", "offset", "since"
KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # kind → (keys needed, keys allowed)
    NONE: ((), ()),
    ODATA: ((), ("delta", "same_host")),
    LINK: ((), ("same_host",)),
    NEXT: (("path",), ("same_host",)),
    CURSOR: (("path",), ("parameter", "url", "body", "method")),
    PAGE: (("parameter",), ("first", "size", "size_parameter")),
    OFFSET: (("parameter", "size"), ("size_parameter",)),
    SINCE: (("size",), ()),
}
NEXT_LINKS = ("d.__next", "['@odata.nextLink']", "['@nextLink']", "['odata.nextLink']", "__next")
DELTA_LINKS = ("d.__delta", "['@odata.deltaLink']", "['@deltaLink']", "['odata.deltaLink']", "__delta")
CURSOR_PLACE = "{cursor}"
LARGEST_SIZE = 100_000
Problems = list[tuple[str, str]]


class Pages:
    """Made from a checked section `pages`. A token says where a page is; it can be written down, and reading goes on there."""

    def __init__(self, data: dict[str, Any] | None) -> None:
        self._data = data or {"kind": NONE}
        self.kind: str = self._data["kind"]
        self.has_delta = bool(self._data.get("delta"))
        self.size: int | None = self._data.get("size")
        self.is_resumable = self.kind in (ODATA, LINK, NEXT, CURSOR)  # a number of a page says nothing once items have come and gone

    def first(self, template: Request) -> Request:
        """The request for the first page."""
        if self.kind == ODATA and self.has_delta:
            return replace(template, headers={**template.headers, "Prefer": "odata.track-changes"})
        return self.at(template, str(self._data.get("first", 1) if self.kind == PAGE else 0)) if self.kind in (PAGE, OFFSET) else template

    def at(self, template: Request, token: str) -> Request:
        """The request for the page that `token` names."""
        if self.kind == CURSOR:
            return self._at_cursor(template, token)
        if self.kind in (PAGE, OFFSET):
            sized = {self._data["size_parameter"]: str(self.size)} if "size_parameter" in self._data else {}
            return replace(template, parameters={**template.parameters, **sized, self._data["parameter"]: token})
        return replace(template, url=token, parameters={}, body=None, method="GET")

    def next_token(self, template: Request, token: str | None, answer: Answer, items: int) -> str | None:
        """Where the page behind `answer` is; None behind the last one. Raises Unanswered for a link that must not be followed."""
        if self.kind in (ODATA, LINK, NEXT):
            return self._checked(template, answer, self._link(answer))
        if self.kind == CURSOR:
            found = lookup_in(answer.document)(self._data["path"])
            return str(found) if found not in (None, "", False) and found.__class__ in (str, int) else None
        if self.kind in (PAGE, OFFSET) and items and (self.size is None or items >= self.size):
            first = self._data.get("first", 1) if self.kind == PAGE else 0
            here = first if token is None else int(token)
            return str(here + 1 if self.kind == PAGE else here + items)
        return None

    def delta_link(self, template: Request, answer: Answer) -> str | None:
        """The link behind which changes since now stand. Raises Unanswered."""
        return self._checked(template, answer, _first(answer.document, DELTA_LINKS)) if self.has_delta else None

    def _link(self, answer: Answer) -> Any:
        if self.kind == LINK:
            links = parse_header_links(answer.headers.get("Link", ""))
            return next((link.get("url") for link in links if "next" in str(link.get("rel", "")).lower().split()), None)
        return _first(answer.document, NEXT_LINKS if self.kind == ODATA else (self._data["path"],))

    def _checked(self, template: Request, answer: Answer, link: Any) -> str | None:
        """A link as it is followed: to where we asked, or not at all. It would be asked as we ask, with who we are."""
        if not isinstance(link, str) or not link.strip():
            return None
        try:
            url = link_from(answer.url, link.strip())
            is_home = origin_of(url) == origin_of(template.url)
        except ValueError:
            raise Unanswered(f"{shown(template.url)} names an address for the next page that is none. Reading stopped there.") from None
        if is_home:
            return url
        if self._data.get("same_host"):
            return at_origin_of(template.url, url)
        raise Unanswered(
            f"{shown(template.url)} names another host for the next page, {shown(url)}. It was not asked: it would be told who we "
            "are. If it is the same system under another name, set `same_host: true` under `pages`."
        )

    def _at_cursor(self, template: Request, token: str) -> Request:
        data = self._data
        asked = template
        if "parameter" in data:
            asked = replace(asked, parameters={**asked.parameters, data["parameter"]: token})
        if "url" in data:
            asked = replace(asked, url=data["url"], parameters={})
        if "body" in data:
            asked = replace(asked, body=_with_cursor(data["body"], token))
        return replace(asked, method=data.get("method", asked.method))


def check_pages(value: Any) -> Problems:
    """What is wrong with a section `pages`."""
    if not isinstance(value, dict):
        return [("", f"must be a mapping, as in `{{kind: odata}}` (found {value!r})")]
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in KEYS:
        return [("kind", unknown("kind of pages", kind, KEYS) if "kind" in value else f"is missing; known: {', '.join(KEYS)}")]
    needed, allowed = KEYS[kind]
    problems = [(str(key), unknown("key", key, ("kind", *needed, *allowed))) for key in value if key not in ("kind", *needed, *allowed)]
    problems += [(key, "is missing") for key in needed if key not in value]
    for key, check in KEY_CHECKS.items():
        if key in value and key in (*needed, *allowed) and (sentence := check(value[key])):
            problems.append((key, sentence))
    if kind == CURSOR and not {"parameter", "url", "body"} & value.keys():
        problems.append(("parameter", "is missing: say how the cursor is sent, as a parameter of this name, or with `body` or `url`"))
    return problems


def a_path(value: Any) -> str | None:
    try:
        return None if isinstance(value, str) and steps_of(value) else f"must be a path, as in d.results (found {value!r})"
    except NoPath as error:
        return str(error)


def _first(document: Any, paths: tuple[str, ...]) -> Any:
    return next((found for path in paths if (found := lookup_in(document)(path)) is not None), None)


def _with_cursor(value: Any, token: str) -> Any:
    if isinstance(value, str):
        return value.replace(CURSOR_PLACE, token)
    if isinstance(value, dict):
        return {key: _with_cursor(each, token) for key, each in value.items()}
    return [_with_cursor(each, token) for each in value] if isinstance(value, list) else value


def _url_sentence(value: Any) -> str | None:
    return next((text for _, text in a_url(value)), None)


KEY_CHECKS: dict[str, Callable[[Any], str | None]] = {
    "path": a_path,
    "url": _url_sentence,
    "method": lambda v: None if v in ("GET", "POST") else f"must be GET or POST (found {v!r})",
    "delta": lambda v: None if isinstance(v, bool) else f"must be true or false (found {v!r})",
    "same_host": lambda v: None if isinstance(v, bool) else f"must be true or false (found {v!r})",
    "parameter": lambda v: None if isinstance(v, str) and v else f"must be the name of a parameter (found {v!r})",
    "size_parameter": lambda v: None if isinstance(v, str) and v else f"must be the name of a parameter (found {v!r})",
    "first": lambda v: None if v.__class__ is int and 0 <= v < LARGEST_SIZE else f"must be the number of the first page (found {v!r})",
    "size": lambda v: None if v.__class__ is int and 0 < v <= LARGEST_SIZE else f"must be how many items a page holds (found {v!r})",
    "body": lambda v: None if isinstance(v, str | dict | list) else f"must be a text or a mapping (found {v!r})",
}
