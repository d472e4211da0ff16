"""Watching a source arrive: the first record it said since a moment, and what the receivers refused meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from collectors import own
from collectors.understanding import READ

if TYPE_CHECKING:
    from app.application import Application
    from collectors.event import Record
    from collectors.journal import Journal

LOOKED_THROUGH = 2_000  # records at a time: whoever looks is a page that asks again a second later
OURS = (READ, own.CONTENT_TYPE)  # what Syncline wrote down itself
SUCCESSES = ("200", "204", "OK")


@dataclass(frozen=True, slots=True)
class First:
    """The first record: its number in the journal, what it is, and when it was told to us."""

    number: int
    source: str
    stream: str  # the file, topic or table; of a receiver traces or logs
    content_type: str
    size_bytes: int
    recorded_ns: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Requests that a receiver did not take: how many with this status, and what the newest of them was told."""

    carrier: str  # http or grpc
    status: str
    requests: int
    sentence: str


def first_record(journal: Journal, sources: Collection[str], after: int) -> tuple[First | None, int]:
    """The first record of these sources behind number `after`, and up to which number was looked."""
    for number, record in islice(journal.read(after), LOOKED_THROUGH):
        after = number
        if record.source in sources and record.content_type not in OURS:
            return _first(number, record), after
    return None, after


def _first(number: int, record: Record) -> First:
    return First(number, record.source, record.stream, record.content_type, len(record.payload), record.recorded_ns)


def answered(application: Application) -> dict[str, int]:
    """How many requests each receiver refused since it started: `http 401` → number."""
    counted: dict[str, int] = {}
    for carrier, receiver in (("http", application.receiver), ("grpc", application.grpc_receiver)):
        for (_, status), number in receiver.counts.copy().items() if receiver else ():
            if str(status) not in SUCCESSES:
                counted[f"{carrier} {status}"] = counted.get(f"{carrier} {status}", 0) + number
    return counted


def refused_since(application: Application, before: Mapping[str, int]) -> list[Refused]:
    """What was refused since `before`, what `answered` said then; a receiver that was started anew counts from the beginning."""
    found = []
    for name, number in sorted(answered(application).items()):
        carrier, _, status = name.partition(" ")
        receiver = application.receiver if carrier == "http" else application.grpc_receiver
        known = before.get(name, 0)
        new = number - known if number >= known else number
        if new and receiver:
            sentences = {str(each): sentence for each, sentence in receiver.refusals.copy().items()}
            found.append(Refused(carrier, status, new, sentences.get(status, "")))
    return found
