"""The reader of one request: everything as of the moment in its address, limited to the sites its user may see."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from flask import current_app
from flask_login import current_user

from app.instants import instant_ns
from metrics.read import Moment, Reader, open_reader

if TYPE_CHECKING:
    from metrics.workflows import Definitions


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment a page is about. `is_now`: it moves with the clock; otherwise somebody looks at the past."""

    moment: Moment
    is_now: bool
    now_ns: int
    words: tuple[tuple[str, str], ...] = ()  # what of an address says the moment

    @property
    def past(self) -> dict[str, Any]:
        """For the links of a page, so that what they open is of the same moment."""
        return dict(self.words)


def application() -> Any:
    """What `create_app` was given: .settings .store .accounts .intake .refresher .now_ns()."""
    return current_app.extensions["syncline"]


def definitions() -> Definitions:
    return application().settings.definitions


def as_of(search: str | Mapping[str, Any] | None = None) -> AsOf:
    """From a query string, or the query a page's layout was given: `as_of` and `known_at`, else now. Raises ValueError."""
    query = search if isinstance(search, Mapping) else parse_qs((search or "").lstrip("?"))
    now_ns = application().now_ns()
    as_of_ns, known_ns = _instant(query.get("as_of")), _instant(query.get("known_at"))
    moment = Moment(now_ns if as_of_ns is None else as_of_ns, now_ns if known_ns is None else known_ns)
    words = tuple((name, text) for name in ("as_of", "known_at") if (text := _text(query.get(name))))
    return AsOf(moment, as_of_ns is None and known_ns is None, now_ns, words)


def reader(at: AsOf | None = None) -> AbstractContextManager[Reader]:
    """Opens a reader at that moment (default: now) for the signed-in user."""
    return open_reader(application().store, (at or as_of()).moment, current_user.sees, application().settings.objectives)


def _instant(value: str | list[str] | None) -> int | None:
    return instant_ns(text) if (text := _text(value)) else None


def _text(value: str | list[str] | None) -> str | None:
    return value[0] if isinstance(value, list) else value
