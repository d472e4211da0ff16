"""What every target is: it takes one attempt, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import orjson

from app.recovery.model import Dispatch, Sent
from collectors.collector import Package
from metrics.keys import Key, Place, Problem, duration_seconds, flag, shown

IDEMPOTENT = Key(
    "idempotent",
    flag,
    "true or false",
    "true: the receiver does nothing again for an `Idempotency-Key` that it knows, so that an attempt without an answer may be repeated.",
    default=False,
)
NOT_TAKEN, UNKNOWN = "not_taken", "unknown"  # what an error of the receiver means


class Target(Protocol):
    """Open from its first attempt on, asked by several threads at once. A mistake of the receiver is an answer, never an exception."""

    name: str
    kind: str
    idempotent: bool  # an attempt that may have had its effect can be repeated without harm

    def describe(self) -> str:
        """Where it sends to, in a sentence without secrets."""

    def fingerprint(self) -> str:
        """Of all that decides where it sends, and of no secret: whoever approved a plan approved this."""

    def send(self, dispatch: Dispatch) -> Sent:
        """Lets one attempt go, once, and waits for what comes of it."""

    def close(self) -> None:
        """Lets go of what it holds."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of target: its keys, how they go together, what it needs beyond the default installation, and how it is opened with them.
    Files are relative to the folder that is handed in."""

    keys: tuple[Key, ...]
    open: Callable[[str, Mapping[str, Any], Path], Target]
    check: Callable[[dict[str, Any]], Iterable[tuple[str, str]]] = lambda _: ()
    package: Package | None = None


def some_seconds(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """A duration above nothing, in seconds."""
    found = duration_seconds(value, place, problems)
    if found == 0:
        problems.append(Problem(place, f"must be longer than nothing (found {shown(value)})."))
    return found or None


def fingerprint_of(kind: str, said: Mapping[str, Any]) -> str:
    """Of settings that decide where a target sends."""
    return sha256(orjson.dumps([kind, said], option=orjson.OPT_SORT_KEYS)).hexdigest()
