"""Erasing a person from the data: their name, number or address becomes another in every record, and all is computed anew from these."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from app.examination.erasure import PLAN
from app.privacy.disguise import Disguise, candidates, text_of, whole
from collectors.event import Record
from collectors.rewriting import head_texts, records, rewrite

SHORTEST, FEWEST_DIGITS = 4, 6  # fewer digits may be a quantity
WHAT = {False: "letters or digits", True: "digits beside zeros in front"}
Group = tuple[str, tuple[str, ...]]  # signature, and the words it is made of
CHOICE = 50  # candidates for one pseudonym


class CannotErase(Exception):
    """A sentence that says why."""


@dataclass(slots=True)
class Held:
    """In how many records, by source, a value stands; `inside`: only as a part of longer words; `heads`: in what says how far was read."""

    records: Counter[str] = field(default_factory=Counter)
    inside: Counter[str] = field(default_factory=Counter)
    heads: Counter[str] = field(default_factory=Counter)


def find(journal: Path, values: Collection[str]) -> Held:
    """Reads the whole journal, whoever has it open."""
    looked = [Disguise(whole(value), whole(value)) for value in checked(values)]
    held = Held()
    for record in records(journal):
        text, heads = text_of(record.payload), head_texts(record)
        holding = [each for each in looked if each.holds(text)]
        if any(_replaces(each, record) for each in holding):
            held.records[record.source] += 1
        elif holding:
            held.inside[record.source] += 1
        held.heads[record.source] += any(each.holds(heads) for each in looked)
    for counter in (held.records, held.inside, held.heads):
        for source in [source for source, number in counter.items() if not number]:
            del counter[source]
    return held


@dataclass(frozen=True, slots=True)
class Plan:
    """What stands in place of each value, and the groups of failures as they were: what is known of them stays with them."""

    disguises: tuple[Disguise, ...]
    groups: tuple[Group, ...]

    def text(self, text: str) -> str:
        """Without the values."""
        for each in self.disguises:
            text = each.text(text)
        return text

    def moved(self, now: Iterable[Group]) -> dict[str, str]:
        """By the signature of a group the one it has now, where that is another."""
        new = {tuple(words): signature for signature, words in now}
        found = {old: new.get(tuple(self.text(word) for word in words), old) for old, words in self.groups}
        return {old: signature for old, signature in found.items() if old != signature}


def planned(home: Path, values: Collection[str], groups: Callable[[], Iterable[Group]] = tuple) -> Plan:
    """As it was begun; else each value gets what occurs nowhere. Kept in the home until `done`: what was begun is ended with the same
    pseudonyms."""
    file = home / PLAN
    wanted = [whole(value) for value in checked(values)]
    if file.exists():
        begun: dict[str, Any] = orjson.loads(file.read_bytes())
        if set(begun["values"]) != set(wanted):
            raise CannotErase(f"Something else was begun and did not end: {', '.join(sorted(begun['values']))}. Erase that first.")
    else:
        begun = {"values": _free(home / "journal", wanted), "groups": list(groups())}
        draft = file.with_suffix(".part")
        draft.touch(mode=0o600)
        draft.write_bytes(orjson.dumps(begun))
        draft.replace(file)
    kept = tuple((signature, tuple(words)) for signature, words in begun["groups"])
    return Plan(tuple(Disguise(value, begun["values"][value]) for value in wanted), kept)


def groups_of(rows: Iterable[Mapping[str, Any]]) -> list[Group]:
    """Of the export `failure_groups`, what a signature is made of."""
    return [
        (row["signature"], tuple(str(row[name]) for name in ("workflow", "milestone", "error_class", "error_code", "words")))
        for row in rows
    ]


def disguise(home: Path, plan: Plan) -> Counter[str]:
    """Every record without the values; how many are others now, by source. The tables that were made of them are gone with it."""

    def change(record: Record) -> bytes:
        for each in plan.disguises:
            record = Record(
                record.source, record.position, each.body(record), record.content_type, record.recorded_ns, record.stream, record.after
            )
        return record.payload

    def change_bytes(content: bytes) -> bytes:
        for each in plan.disguises:
            content = each.raw(content)
        return content

    changed = rewrite(home / "journal", change, change_bytes)
    for name in ("syncline.duckdb", "syncline.duckdb.wal"):  # what is deleted in it would still be in the file
        (home / name).unlink(missing_ok=True)
    return +changed


def done(home: Path) -> None:
    """All of it is done: nothing of the person is needed any more."""
    (home / PLAN).unlink(missing_ok=True)


def checked(values: Collection[str]) -> list[str]:
    """The longest first, which may hold another. Raises CannotErase for what would be found everywhere."""
    for value in values:
        least = FEWEST_DIGITS if value.isdecimal() else SHORTEST
        if len(whole(value)) < least or not any(sign.isalnum() for sign in value):
            raise CannotErase(f"{value!r} is too short: {least} {WHAT[value.isdecimal()]} at least, or it would be found in everything.")
    return sorted(dict.fromkeys(values), key=len, reverse=True)


def _free(journal: Path, values: Collection[str]) -> dict[str, str]:
    """For each value one that occurs nowhere, so that nobody else is taken for this person."""
    luck = random.Random(secrets.token_bytes(16))  # noqa: S311  not a secret: it must only not be taken
    left = {value: list(dict.fromkeys(islice(candidates(value, luck), CHOICE))) for value in values}
    for record in records(journal):
        text = text_of(record.payload).casefold()
        left = {value: [each for each in free if each.casefold() not in text and each != value] for value, free in left.items()}
    if taken := [value for value, free in left.items() if not free]:
        raise CannotErase(f"All that could stand in place of {taken[0]!r} is somebody else's already. Give a longer part of it.")
    chosen: dict[str, str] = {}
    for value, free in left.items():
        other = next((each for each in free if each not in chosen.values()), None)
        if other is None:
            raise CannotErase(f"All that could stand in place of {value!r} is taken already. Erase one after the other.")
        chosen[value] = other
    return chosen


def _replaces(each: Disguise, record: Record) -> bool:
    """Whether it stands there by itself, as what would be replaced."""
    mark = Disguise(each.value, next(candidates(each.value, random.Random(0))))  # noqa: S311
    return mark.body(record) != record.payload
