"""What is wrong with a `map` section: every problem at once, each with its place and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from collectors import instants
from collectors.mapping import FIELDS, NUMBERS, PLACE, ROW_ONLY, TIMES, as_list
from collectors.paths import NoPath, steps_of
from collectors.suggest import unknown

OPTIONS = {
    "values": "any field",
    "time_zone": "times, such as event_time",
    "format": "times, such as event_time",
    "decimal": "numbers: quantity, ordered_quantity, value",
    "split": "the ids of objects",
    "factor": "numbers: quantity, ordered_quantity, value",
}
PLAIN = (str, int, float)  # and bool, which is an int
A_TIME = datetime(2026, 3, 23, 13, 45, 58, tzinfo=UTC)
Problems = Iterator[tuple[str, str]]
Steps = Callable[[str], Any]


def check_mapping(data: Any, word: str = "column") -> list[tuple[str, str]]:
    """Every problem of a `map` section as (path inside it, sentence); `word` is what a place is called, as in column."""
    if word == "attribute":
        return check_fields(data, word, [*FIELDS, "objects"], ())
    return check_fields(data, word, [*FIELDS, *ROW_ONLY, "objects"], ("event_type", "event_time"))


def check_additions(data: Any, word: str, steps: Steps = steps_of, known: Sequence[str] = (*FIELDS, "objects")) -> list[tuple[str, str]]:
    """The same where a form says itself what it means, and the mapping only adds to it: nothing has to be mapped. Where its paths are
    written in another way, `steps` reads them (and raises NoPath)."""
    return list(_check(data, word, known, (), steps))


def check_fields(data: Any, word: str, known: Sequence[str], required: Sequence[str]) -> list[tuple[str, str]]:
    """The same for any set of fields."""
    return list(_check(data, word, known, required))


def _check(data: Any, word: str, known: Sequence[str], required: Sequence[str], steps: Steps = steps_of) -> Problems:
    if not isinstance(data, dict):
        yield "", f"must be a mapping of fields (found {data!r}), as in `{known[0]}: {{{word}: NAME}}`"
        return
    for name, term in data.items():
        if name not in known:
            yield str(name), unknown("field", name, known)
        elif name == "objects":
            yield from _check_objects(term, word, steps)
        else:
            yield from _check_terms(term, word, name, name, steps)
    yield from ((name, "must be mapped: a row says nothing without it") for name in required if name not in data)


def _check_objects(data: Any, word: str, steps: Steps) -> Problems:
    for i, spec in enumerate(as_list(data)):
        path = f"objects[{i}]" if isinstance(data, list) else "objects"
        if not isinstance(spec, dict):
            yield path, f"must be `{{type: …, id: …}}` or a list of such (found {spec!r})"
            continue
        yield from ((f"{path}.{key}", unknown("key", key, ("type", "id"))) for key in spec if key not in ("type", "id"))
        for key in ("type", "id"):
            if key not in spec:
                yield f"{path}.{key}", "is missing; an object has a type and an id"
            else:
                yield from _check_terms(spec[key], word, f"{path}.{key}", key, steps)


def _check_terms(data: Any, word: str, path: str, field: str, steps: Steps) -> Problems:
    if data == []:
        yield path, "is an empty list; name at least one place"
    for i, term in enumerate(as_list(data)):
        yield from _check_term(term, word, f"{path}[{i}]" if isinstance(data, list) else path, field, steps)


def _check_term(term: Any, word: str, path: str, field: str, steps: Steps) -> Problems:
    if not isinstance(term, dict):
        yield path, f"must be `{{{word}: NAME}}` or `{{value: CONSTANT}}` (found {term!r})"
        return
    known = (word, "value", "template", *OPTIONS)
    yield from ((f"{path}.{key}", unknown("key", key, known)) for key in term if key not in known)
    if not {word, "value", "template"} & set(term):
        yield path, f"says neither {word} nor value"
    if "template" in term and (problem := _check_template(term["template"], word)):
        yield f"{path}.template", problem
    if word == "path":
        yield from _check_paths(term, path, steps)
    if word in term and not all(isinstance(n, str) and n for n in as_list(term[word]) or [None]):
        yield f"{path}.{word}", f"must be a name or a list of names (found {term[word]!r})"
    if "value" in term and (term["value"] == "" or not isinstance(term["value"], PLAIN)):
        yield f"{path}.value", f"must be one constant (found {term['value']!r})"
    elif "value" in term and field == "outcome" and term["value"] not in ("ok", "error"):
        yield f"{path}.value", f"an outcome is ok or error (found {term['value']!r})"
    yield from _check_options(term, path, field)


def _check_template(value: Any, word: str) -> str | None:
    if isinstance(value, str) and PLACE.search(value) and not set("{}") & set(PLACE.sub("", value)):
        return None
    return f'must be a text with the name of a {word} in braces, as in "{{WERKS}}-{{AUFNR}}" (found {value!r})'


def _check_paths(term: dict[str, Any], path: str, steps: Steps) -> Problems:
    template = term.get("template")
    for name in [*as_list(term.get("path", [])), *(PLACE.findall(template) if isinstance(template, str) else ())]:
        try:
            steps(name.removeprefix("@") if isinstance(name, str) else "?")
        except NoPath as error:
            yield f"{path}.path", str(error)


def _check_factor(value: Any) -> str | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and value != 0 and abs(value) < 10**12
    return None if good else f"must be the number to multiply with, not zero (found {value!r})"


def _check_options(term: dict[str, Any], path: str, field: str) -> Problems:
    if "values" in term and (not isinstance(term["values"], dict) or not term["values"]):
        yield f"{path}.values", f"must map what is found to what it means (found {term['values']!r}), as in `{{OK: ok, NOK: error}}`"
    elif "values" in term and (wrong := [v for v in term["values"].values() if not (v is None or isinstance(v, PLAIN))]):
        yield f"{path}.values", f"each must mean one constant, or null for nothing (found {wrong[0]!r})"
    elif "values" in term and field == "outcome" and (wrong := [v for v in term["values"].values() if v not in ("ok", "error")]):
        yield f"{path}.values", f"an outcome is ok or error (found {wrong[0]!r})"
    for key, fields in (("time_zone", TIMES), ("format", TIMES), ("decimal", NUMBERS), ("split", ("id",)), ("factor", NUMBERS)):
        if key in term and field not in fields:
            yield f"{path}.{key}", f"is only for {OPTIONS[key]}"
        elif key in term and (problem := OPTION_CHECKS[key](term[key])):
            yield f"{path}.{key}", problem


def _check_zone(value: Any) -> str | None:
    try:
        ZoneInfo(value)
        return None
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError, AttributeError):
        return f"no time zone is called {value!r}; allowed are names such as Europe/Berlin or UTC"


def _check_format(value: Any) -> str | None:
    if isinstance(value, str) and (value in instants.NAMED or _is_whole_date(value)):
        return None
    known = ", ".join(instants.NAMED)
    return f'must be letters of strptime that give a whole date, as in "%d.%m.%Y %H:%M", or one of {known} (found {value!r})'


def _is_whole_date(pattern: str) -> bool:
    """Whether a time written so can be read again, with its day."""
    try:
        return datetime.strptime(A_TIME.strftime(pattern), pattern).date() == A_TIME.date()  # noqa: DTZ007  only its day counts
    except (ValueError, re.error):
        return False


OPTION_CHECKS: dict[str, Callable[[Any], str | None]] = {
    "time_zone": _check_zone,
    "format": _check_format,
    "decimal": lambda v: None if v in (".", ",") else f'must be "." or "," (found {v!r})',
    "split": lambda v: None if isinstance(v, str) and v else f"must be the text between two ids (found {v!r})",
    "factor": _check_factor,
}
