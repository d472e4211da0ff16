"""Reads mappings that people write by hand: every key is declared once, and every problem is collected with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from metrics.texts import _

Place = tuple[str | int, ...]  # ("sources", 1, "kind") is written sources[1].kind
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST_SECONDS = 3650 * 86400


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where it stands, and in words what was found and what is allowed."""

    place: Place
    text: str


Read = Callable[[Any, Place, list[Problem]], Any]  # returns the value, which may be None, or None after adding what is wrong with it


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping: how its value is read, and what it is for. `kind` and `about` make the reference."""

    name: str
    read: Read
    kind: str
    about: str
    default: Any = None
    required: bool = False


def read_keys(value: Any, keys: Iterable[Key], place: Place, problems: list[Problem]) -> dict[str, Any]:
    """The value of every key, its default where it is absent or wrong; unknown and missing keys become problems."""
    declared = {key.name: key for key in keys}
    if not isinstance(value, dict):
        problems.append(Problem(place, f"must be a mapping with the keys {_list(declared)} (found {shown(value)})."))
        value = {}
    else:
        problems += [Problem((*place, name), unknown("key", name, declared)) for name in value if name not in declared]
        problems += [
            Problem((*place, key.name), f"is missing. {key.about}")
            for key in declared.values()
            if key.required and value.get(key.name) is None
        ]
    return {name: _read_one(key, value, place, problems) for name, key in declared.items()}


def _read_one(key: Key, value: dict[str, Any], place: Place, problems: list[Problem]) -> Any:
    if value.get(key.name) is None:
        return key.default
    before = len(problems)
    found = key.read(value[key.name], (*place, key.name), problems)
    return key.default if found is None and len(problems) > before else found


def text(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """A word or a sentence; numbers are taken as they are written."""
    if isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
        return str(value)
    problems.append(Problem(place, f"must be a text (found {shown(value)})."))
    return None


def name(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """A name that can stand in an address: letters, digits, `_`, `-` and `.`."""
    if isinstance(value, (str, int)) and not isinstance(value, bool) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", str(value)):
        return str(value)
    problems.append(Problem(place, f"must be a name of letters, digits, '_', '-' and '.' (found {shown(value)})."))
    return None


def flag(value: Any, place: Place, problems: list[Problem]) -> bool | None:
    """true or false."""
    if isinstance(value, bool):
        return value
    problems.append(Problem(place, f"must be true or false (found {shown(value)})."))
    return None


def whole(low: int, high: int) -> Read:
    """A whole number from `low` to `high`."""

    def read(value: Any, place: Place, problems: list[Problem]) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        problems.append(Problem(place, f"must be a whole number from {low} to {high} (found {shown(value)})."))
        return None

    return read


def version(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """The version of a format; so far there is one."""
    if value == 1 and not isinstance(value, bool):
        return 1
    problems.append(Problem(place, f"must be 1, the only version of this format (found {shown(value)})."))
    return None


def choice(allowed: Iterable[str]) -> Read:
    """One of `allowed`."""
    words = tuple(allowed)

    def read(value: Any, place: Place, problems: list[Problem]) -> str | None:
        if value in words:
            return str(value)
        near = f" Did you mean '{close[0]}'?" if (close := nearest(value, words)) else ""
        problems.append(Problem(place, f"must be {_or(words)} (found {shown(value)}).{near}"))
        return None

    return read


def duration(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """A duration as written: a whole number and one of s m h d."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,10}[smhd]", value) and seconds(value) <= LONGEST_SECONDS:
        return value
    problems.append(
        Problem(
            place, f"must be a duration: a whole number and one of s, m, h, d, such as 15m or 2d, at most 3650d (found {shown(value)})."
        )
    )
    return None


def seconds(written: str) -> int:
    """The length of a duration by the clock."""
    return int(written[:-1]) * SECONDS[written[-1]]


def duration_seconds(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """A duration, in seconds."""
    written = duration(value, place, problems)
    return seconds(written) if written else None


def list_of(read: Read, noun: str) -> Read:
    """A list of what `read` reads, as a tuple; entries with problems are left out."""

    def read_list(value: Any, place: Place, problems: list[Problem]) -> tuple[Any, ...] | None:
        if not isinstance(value, list):
            problems.append(Problem(place, f"must be a list of {noun} (found {shown(value)})."))
            return None
        found = (read(entry, (*place, number), problems) for number, entry in enumerate(value))
        return tuple(entry for entry in found if entry is not None)

    return read_list


def mapping_of(read: Read, noun: str) -> Read:
    """A mapping from names to what `read` reads; entries with problems are left out."""

    def read_mapping(value: Any, place: Place, problems: list[Problem]) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            problems.append(Problem(place, f"must be a mapping of {noun} (found {shown(value)})."))
            return None
        found = {key: read(entry, (*place, key), problems) for key, entry in value.items()}
        return {key: entry for key, entry in found.items() if entry is not None}

    return read_mapping


def record_of(keys: Iterable[Key], make: Callable[..., Any]) -> Read:
    """A mapping with `keys`, made into one thing by `make`; None when anything in it is wrong."""
    declared = tuple(keys)

    def read(value: Any, place: Place, problems: list[Problem]) -> Any:
        before = len(problems)
        found = read_keys(value, declared, place, problems)
        return make(**found) if len(problems) == before else None

    return read


def repeated(things: Iterable[tuple[Place, Any]], what: str) -> list[Problem]:
    """A problem for each name that stood before, also where one is written 1 and the other "1". What is no name has its own problem."""
    first: dict[str, Place] = {}
    problems = []
    for place, thing in things:
        if not isinstance(thing, str | int):
            continue
        if str(thing) in first:
            problems.append(Problem(place, f"{what} '{thing}' stands already at {written(first[str(thing)])}; each name may be used once."))
        first.setdefault(str(thing), place)
    return problems


def unknown(noun: str, found: str, allowed: Iterable[str]) -> str:
    """The sentence for a name nobody knows, with the nearest known one."""
    words = sorted(allowed)
    near = nearest(found, words)
    said = [_("no {noun} is called '{found}'.", noun=noun, found=found)]
    said += [_("Did you mean '{near}'?", near=near[0])] if near else []
    return " ".join([*said, _("Known: {names}.", names=", ".join(words) or _("none"))])


def nearest(found: Any, words: Iterable[str]) -> list[str]:
    """The known words that look like what was found, the most similar first."""
    lowered = {word.lower(): word for word in words}
    return [lowered[word] for word in get_close_matches(str(found).lower(), lowered, cutoff=0.55)]


def shown(value: Any) -> str:
    """What was found, short enough for a sentence."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value if len(str(value)) <= 60 else f"{str(value)[:57]}…")


def written(place: Place) -> str:
    """sources[1].kind"""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).lstrip(".")


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)


def _or(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
