"""What the settings of a database may be, and where a poll begins for each kind of watermark."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collectors.relational.cells import LONGEST_CELL, lookup_of, position_of, row_as_json
from collectors.relational.known_rows import SLACK, KnownRows
from collectors.relational.watermark import LookBack, read_back, written
from collectors.sources import check_source
from tests.sources.plant_floor import NOON_NS
from tests.sources.tables import entry

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"url": "erp"}, ("url", "is no URL of a database; it is written as in ")),
        ({"url": "oracel://u:geheim@h/d"}, ("url", "nothing installed here speaks to 'oracel'; it is written as in ")),
        ({"url": "mysql+pymysql://u:geheim@h/d"}, ("url", "needs the driver pymysql, which is not installed here: pip install 'pymysql'")),
        (
            {"url": "postgresql+asyncpg://u:geheim@h/d"},
            ("url", "the driver asyncpg cannot be used here; name one that is not asynchronous"),
        ),
        ({"url": "postgresql://u:geheim@h:port/d"}, ("url", "is no URL of a database")),
        ({"url": "sqlite://"}, ("url", "names no file; write sqlite:///FILE")),
        ({"url": 5}, ("url", "must be the URL of a database, best as ${NAME}: it holds a password")),
        ({"table": None, "query": "delete from log"}, ("query", "must be one SELECT (found 'delete from log')")),
        ({"query": "select 1"}, ("table", "say either `table` or `query`: where the rows are")),
        ({"key": []}, ("key", "must be a column or a list of them (found [])")),
        ({"key": ["a", "b"]}, ("watermark", "is missing: with a key of several columns, say by which column rows are read in order")),
        ({"look_back": "5 m"}, ("look_back", "must be a duration, as in 5m, for a watermark that is a time, or how many numbers")),
        ({"time_zone": "Berlin"}, ("time_zone", "no time zone is called 'Berlin'; allowed are names such as Europe/Berlin or UTC")),
        ({"page_size": 0}, ("page_size", "must be a whole number from 1 to 50,000 (found 0)")),
        ({"timeout": "0s"}, ("timeout", "must be a whole number above 0 and one of s m h d, as in 30s (found '0s')")),
        ({"holds": "stock"}, ("holds", "no content is called 'stock'. Known: events, inventory")),
        ({"map": None}, ("map", "is missing: it says where the fields of an event stand")),
        ({"map": {"event_type": {"column": "A"}}}, ("map.event_time", "must be mapped: a row says nothing without it")),
        ({"holds": "inventory", "map": {"itme": {"column": "A"}}}, ("map.itme", "no field is called 'itme'. Did you mean 'site'?")),
    ],
)
def test_what_cannot_be_is_told_without_the_password(settings: dict[str, Any], problem: tuple[str, str]) -> None:
    asked = entry(**{"url": "sqlite:///erp.db", **settings})
    ((place, sentence),) = check_source({key: value for key, value in asked.items() if value is not None})
    assert place == problem[0]
    assert sentence.startswith(problem[1])
    assert "geheim" not in sentence


@pytest.mark.parametrize(
    ("newest", "settings", "start"),
    [
        (5000, (None, None), 4000),
        (5000, (None, 0), 5000),
        (Decimal(123456789012345678901), (None, 1), Decimal(123456789012345678900)),
        (b"\x00\x01\x00\x05", (None, 6), b"\x00\x00\xff\xff"),
        (datetime(2026, 3, 23, 12, tzinfo=UTC), (None, None), datetime(2026, 3, 23, 11, 55, tzinfo=UTC)),
        (datetime(2026, 3, 23, 12), (60, None), datetime(2026, 3, 23, 11, 59)),
        (datetime(2026, 10, 25, 2, 30), (300, None), datetime(2026, 10, 25, 1, 25)),  # 02:30 comes twice in Berlin
        (datetime(2026, 3, 29, 3, 2), (300, None), datetime(2026, 3, 29, 2, 57)),
        (date(2026, 3, 23), (300, None), date(2026, 3, 22)),
        ("2026-03-23 12:00:00.5", (300, None), "2026-03-23 11:55:00"),
        ("2026-03-23T12:00:00Z", (300, None), "2026-03-23T11:55:00"),
        ("2026-03-23T12:00:00+01:00", (300, None), "2026-03-23T10:55:00"),
    ],
)
def test_a_poll_begins_a_little_before_what_was_seen(newest: Any, settings: tuple[int | None, int | None], start: Any) -> None:
    back = LookBack(*settings, BERLIN)
    assert back.start(newest) == start
    assert read_back("c", written("c", newest)) == newest
    assert read_back("another", written("c", newest)) is None


@pytest.mark.parametrize(
    ("value", "capped"),
    [
        (datetime(2099, 1, 1, tzinfo=UTC), datetime(2026, 3, 23, 12, tzinfo=UTC)),
        (datetime(2099, 1, 1), datetime(2026, 3, 23, 13)),
        (date(2099, 1, 1), date(2026, 3, 24)),
        ("2099-01-01T00:00:00Z", "2026-03-23T12:00:00Z"),
        ("2099-01-01 00:00:00", "2026-03-23 13:00:00"),
        ("2026-01-01 00:00:00", "2026-01-01 00:00:00"),
        (2**62, 2**62),
    ],
)
def test_what_is_kept_is_never_later_than_now(value: Any, capped: Any) -> None:
    assert LookBack(None, None, BERLIN).capped(value, NOON_NS) == capped


def test_values_that_json_has_no_words_for_are_texts() -> None:
    row = row_as_json(["a", "b", "c", "d", "e"], [float("nan"), 2**70, "\ud800", [Decimal("1.10"), {1: b"\x01"}], True])
    assert json.loads(row) == {"a": "nan", "b": "1180591620717411303424", "c": "\\ud800", "d": ["1.10", {"1": "01"}], "e": True}
    assert json.loads(row_as_json(["a"], ["x" * (LONGEST_CELL + 1)]))["a"].endswith("x… (cut; it has 1,048,577 characters)")


def test_keys_of_several_columns_are_never_taken_for_each_other() -> None:
    assert position_of(["a/b", "c"]) != position_of(["a", "b/c"])
    assert position_of(["a"], "b@c") != position_of(["a@b"], "c")
    assert position_of([Decimal("4711.10")]) == "4711.10"


def test_a_column_is_found_whatever_its_capitals_unless_only_they_tell_two_apart() -> None:
    find = lookup_of({"Qty": 1, "qty": 2, "Ref": "D1", "a.b": 3, "p": '{"x": [1]}', "broken": "{"})
    found = [find(name) for name in ("Qty", "qty", "QTY", "REF", "a.b", "P.x[0]", "broken.x", "[")]
    assert found == [1, 2, None, "D1", 3, 1, None, None]


def test_what_has_left_the_window_is_forgotten() -> None:
    known = KnownRows()
    for number in range(SLACK * 3):
        assert known.add(str(number), b"", number)
        known.kept(1)
        if number % 1000 == 0:
            assert known.leave_behind(number - 500)
    assert known.leave_behind(SLACK * 3 - 500)
    assert len(known._watermarks) < SLACK * 2
    assert not known.add(str(SLACK * 3 - 1), b"", SLACK * 3 - 1)
