"""A source's entry in the configuration is checked whole, with a sentence and a place for each problem."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from collectors.event import Record
from collectors.rows import Rows
from collectors.sources import SOURCES, check_source, open_source
from tests.sources.plant_floor import NOTHING
from tests.sources.test_mapping import ANYTHING

KNOWN = ", ".join(SOURCES)


@pytest.mark.parametrize(
    ("entry", "problems"),
    [
        ("{name: a}", [("kind", f"is missing; known: {KNOWN}")]),
        ("{name: a, kind: csvlog}", [("kind", f"no source is called 'csvlog'. Did you mean 'csv'? Known: {KNOWN}")]),
        ("{name: a, kind: otlp_file}", [("path", "is missing")]),
        ("{name: a, kind: otlp_file, path: ''}", [("path", "must be a text that is not empty (found '')")]),
        (
            "{name: a, kind: otlp_file, path: x, pth: y}",
            [
                (
                    "pth",
                    "no key is called 'pth'. Did you mean 'path'? "
                    "Known: path, map, name, kind, complete, allowed_lateness, silent_after, every",
                )
            ],
        ),
        (
            "{name: a, kind: otlp, path: x}",
            [("path", "no key is called 'path'. Known: map, name, kind, complete, allowed_lateness, silent_after, every")],
        ),
        (
            "{name: a, kind: csv, path: x, delimiter: ';;', encoding: utf-9, map: {event_type: {value: a}}}",
            [
                ("map.event_time", "must be mapped: a row says nothing without it"),
                ("delimiter", 'must be one character, as in ";" or "\\t" (found \';;\')'),
                ("encoding", "no encoding is called 'utf-9'; allowed are names such as utf-8, cp1252, latin-1, utf-16"),
            ],
        ),
        ("{name: a, kind: [csv]}", [("kind", f"no source is called \"['csv']\". Did you mean 'csv'? Known: {KNOWN}")]),
        (
            "{name: a, kind: inventory_csv, path: x, map: {day: {column: D}}}",
            [
                (
                    "map.day",
                    "no field is called 'day'. Known: snapshot_time, system, site, location, item, batch, stock_status, quantity, uom",
                )
            ],
        ),
        ("{name: a, kind: csv, path: x, map: 5}", [("map", "must be a mapping of fields (found 5), as in `event_type: {column: NAME}`")]),
    ],
)
def test_every_problem_has_its_place_and_its_sentence(entry: str, problems: list[Any]) -> None:
    assert check_source(yaml.safe_load(entry)) == problems


def problems_of(**settings: Any) -> list[Any]:
    return check_source({"name": "a", "kind": "inventory_csv", "path": "x", **settings})


@pytest.mark.parametrize("encoding", ["a\0", 5, None, "klingon"])
def test_an_encoding_is_one_that_is_known(encoding: Any) -> None:
    sentence = f"no encoding is called {encoding!r}; allowed are names such as utf-8, cp1252, latin-1, utf-16"
    assert problems_of(encoding=encoding) == [("encoding", sentence)]


@pytest.mark.parametrize("encoding", ["base64", "rot13", "undefined", "punycode", "unicode_escape", "cp037"])
def test_an_encoding_is_one_in_which_a_file_has_lines(encoding: str) -> None:
    allowed = "allowed are names such as utf-8, cp1252, latin-1, utf-16"
    sentence = f"{encoding!r} is no encoding in which a file has lines and columns; {allowed}"
    assert problems_of(encoding=encoding) == [("encoding", sentence)]


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf-8-sig", "cp1252", "latin-1", "U16", "utf_32_be", "shift_jis", "gb18030"])
def test_any_encoding_that_has_lines_will_do(encoding: str) -> None:
    assert problems_of(encoding=encoding) == []


@pytest.mark.parametrize("delimiter", ['"', "\n", "\r", "\0"])
def test_a_delimiter_is_a_character_that_can_stand_between_fields(delimiter: str) -> None:
    sentence = f'must be a character that can stand between two fields, as in ";" or "\\t" (found {delimiter!r})'
    assert problems_of(delimiter=delimiter) == [("delimiter", sentence)]


def test_the_keys_every_source_has_are_left_to_others() -> None:
    entry = {"name": "a", "complete": "perhaps", "allowed_lateness": 5, "every": [], "kind": "otlp"}
    assert check_source(entry) == []


def test_every_kind_is_named_by_its_source() -> None:
    assert [source.kind for source in SOURCES.values()] == sorted(SOURCES)


WORDS = ["A", "utf-8", "base64", "a\0", ";", "\0", "*.csv", "%d.%m.%Y", "%Q", "ok", "Europe/Berlin", "Europe", "../x", ""]
ODD = st.sampled_from([*WORDS, "\ud800", math.nan])
TERM = st.fixed_dictionaries({}, optional=dict.fromkeys(("column", "value", "format", "time_zone", "decimal", "split"), ODD | ANYTHING))
MAP = st.fixed_dictionaries({"event_type": TERM, "event_time": TERM}, optional={"quantity": TERM, "outcome": TERM, "objects": ANYTHING})
KEYS = ("path", "map", "position", "delimiter", "encoding")


@given(st.sampled_from([*SOURCES, ["csv"], 5]), st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, ODD | ANYTHING)), MAP | st.none())
def test_any_settings_are_refused_or_make_a_source_that_reads(kind: Any, found: dict[str, Any], mapping: Any) -> None:
    entry = {"name": "a", "kind": kind, "path": "*.csv", **found, **({"map": mapping} if mapping else {})}
    if kind == "otlp":
        del entry["path"]
    if check_source(entry) == []:
        source = open_source(entry, Path("/nowhere"))
        list(source.read({}, lambda: 0))
        row = dict.fromkeys(WORDS, "7")
        source.decode(Record("a", "1", orjson.dumps(row), "application/json", 0, "traces"), NOTHING, Rows())
