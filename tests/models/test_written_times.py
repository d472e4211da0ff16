"""Instants as exports write them: RFC 3339 in UTC, with as many digits as there is to say."""

from __future__ import annotations

import pytest

from tests.models.agreement import empty_store


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_705_327_800_000_000_001, "2024-01-15T14:10:00.000000001Z"),
        (1_705_327_800_120_000_000, "2024-01-15T14:10:00.120Z"),
        (1_705_327_800_000_450_000, "2024-01-15T14:10:00.000450Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (-500_000_000, "1969-12-31T23:59:59.500Z"),
        (-2_208_988_800_000_000_000, "1900-01-01T00:00:00.000Z"),
        (None, None),
    ],
)
def test_an_instant_is_written_to_the_last_digit_that_says_something(ns: int | None, text: str | None) -> None:
    with empty_store() as store, store.read() as cursor:
        assert cursor.execute("select utc(?::bigint)", [ns]).fetchall() == [(text,)]
