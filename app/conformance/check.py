"""A check: a small function that asks an endpoint and returns what it saw, or raises why it is not as it should be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from app.conformance.items import Item

HTTP, GRPC = "HTTP", "gRPC"
SEEN_INSIDE = "seen only from inside"
PASSED, FAILED, NOT_SHOWN = "passed", "failed", "not shown"
ACCEPTED, INVALID, TOO_LARGE, UNAVAILABLE, OTHER = "accepted", "invalid", "too large", "unavailable", "other"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint answered, whatever carried it. `said` is the status as a person reads it."""

    outcome: str
    said: str
    code: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)  # of HTTP, by lower-case name
    details: bytes = b""  # of gRPC: grpc-status-details-bin
    partial: tuple[int, str] | None = None  # rejected, and the message; None is unset


TRIES, PAUSE_SECONDS = 3, 1.0


def patiently(ask: Callable[[], Answer], tries: int) -> Answer:
    """The answer, asked again after a while where it is "not now", as any client does."""
    while True:
        answer, tries = ask(), tries - 1
        if answer.outcome != UNAVAILABLE or tries < 1:
            return answer
        time.sleep(PAUSE_SECONDS)


class Endpoint(Protocol):
    """Where the checks send to."""

    carrier: str

    def export(self, signal: str, body: bytes, *, is_packed: bool = False) -> Answer: ...


class Failed(Exception):
    """It is not as it should be; the text says what was seen."""


class NotShown(Exception):
    """It cannot be seen at this endpoint; the text says why."""


class Finding(NamedTuple):
    item: Item
    result: str
    seen: str


Check = Callable[[Any], str]
CHECKS: dict[tuple[int, str], Check] = {}


def shows(number: int, *carriers: str) -> Callable[[Check], Check]:
    """Registers the check of an item for HTTP, gRPC or both."""

    def register(check: Check) -> Check:
        for carrier in carriers:
            CHECKS[number, carrier] = check
        return check

    return register


def expect(answer: Answer, outcome: str, what: str) -> Answer:
    """The answer, if it has this outcome. Raises Failed."""
    if answer.outcome != outcome:
        raise Failed(f"{what}: {answer.said}, wanted is {outcome}")
    return answer


def expect_all(answer: Answer, what: str) -> Answer:
    """The answer, if everything was accepted."""
    expect(answer, ACCEPTED, what)
    if answer.partial and answer.partial[0]:
        raise Failed(f"{what}: {answer.partial[0]} rejected, {answer.partial[1]!r}")
    return answer


def is_refused(answer: Answer) -> bool:
    """Whether something in it was refused for good: the whole, or a part."""
    return answer.outcome == INVALID or bool(answer.outcome == ACCEPTED and answer.partial and answer.partial[0])
