"""A request to a web API, made from what the configuration says: with `{since}` filled in, and told without its secrets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urljoin, urlsplit, urlunsplit

import orjson

SINCE = "{since}"
JSON, TEXT = "application/json", "text/plain; charset=utf-8"
PLAIN_SIGNS = "$'(),:/!*"  # as people read them; OData is full of them, and some gateways do not know them in another form


class Origin(NamedTuple):
    """Who answers: what is meant for one origin is no other one's business."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: `parameters` go behind the URL, a `body` that is no text goes as JSON."""

    url: str
    method: str = "GET"
    parameters: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None

    def since(self, text: str) -> Request:
        """With `text` in place of every {since}."""
        return replace(
            self,
            url=self.url.replace(SINCE, quote(text, safe="")),
            parameters={name: value.replace(SINCE, text) for name, value in self.parameters.items()},
            body=_filled(self.body, text),
        )

    def asks_since(self) -> bool:
        return SINCE in self.url or any(SINCE in value for value in self.parameters.values()) or SINCE.encode() in orjson.dumps(self.body)

    def whole_url(self) -> str:
        parts = urlsplit(self.url)
        more = urlencode(self.parameters, quote_via=quote, safe=PLAIN_SIGNS)
        return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, more))), fragment=""))

    def payload(self) -> tuple[bytes | None, dict[str, str]]:
        """The body as bytes, and the headers with it."""
        if self.body is None:
            return None, self.headers
        is_text = isinstance(self.body, str)
        kind = {} if any(name.lower() == "content-type" for name in self.headers) else {"Content-Type": TEXT if is_text else JSON}
        return (self.body.encode() if is_text else orjson.dumps(self.body)), {**self.headers, **kind}


def origin_of(url: str) -> Origin:
    """Raises ValueError for a port that is none."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return Origin(scheme, (parts.hostname or "").lower(), parts.port or {"https": 443}.get(scheme, 80))


def shown(url: str) -> str:
    """A URL as it may be told: names, passwords and parameters hold secrets."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))[:300]


def link_from(url: str, link: str) -> str:
    """Where a link leads that stands in the answer of `url`; it may be relative."""
    return urljoin(url, link)


def at_origin_of(url: str, link: str) -> str:
    """`link` with the scheme, host and port of `url`: behind a proxy, systems write names into their links that nobody else knows."""
    ours = urlsplit(url)
    return urlunsplit(urlsplit(link)._replace(scheme=ours.scheme, netloc=ours.netloc))


def _filled(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return value.replace(SINCE, text)
    if isinstance(value, dict):
        return {key: _filled(each, text) for key, each in value.items()}
    return [_filled(each, text) for each in value] if isinstance(value, list) else value
