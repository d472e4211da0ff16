"""Times keep every nanosecond, whatever they are written in."""

from __future__ import annotations

from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import instants
from collectors.event import Refused

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("2024-01-15T14:10:00Z", 1705327800_000000000),
        ("2024-01-15T14:10:00.000000001Z", 1705327800_000000001),
        ("2024-01-15T14:10:00.1234567899Z", 1705327800_123456789),
        ("2024-01-15t15:10:00+01:00", 1705327800_000000000),
        ("2024-01-15 14:10:00z", 1705327800_000000000),
        ("1969-12-31T23:59:59.5Z", -500_000_000),
        ("2016-12-31T23:59:60Z", 1483228800_000000000),
        ("1900-01-01T00:00:00Z", -2208988800_000000000),
        ("2179-12-31T23:59:59.999999999Z", 6626966399_999999999),
    ],
)
def test_rfc_3339_is_read_to_the_nanosecond(text: str, ns: int) -> None:
    assert instants.of_text(text) == ns


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "2024-01-15T14:10:00",
            "'2024-01-15T14:10:00' has no offset, so it could be any zone's time; allowed: RFC 3339 with an offset, "
            "as in 2026-03-31T06:00:00Z, between 1900 and 2179 (or set `time_zone` in the mapping)",
        ),
        ("soon", "'soon' is no time; allowed: RFC 3339 with an offset, as in 2026-03-31T06:00:00Z, between 1900 and 2179"),
        ("1899-12-31T23:59:59Z", "'1899-12-31T23:59:59Z' lies outside the years 1900 to 2179"),
        ("2180-01-01T00:00:00Z", "'2180-01-01T00:00:00Z' lies outside the years 1900 to 2179"),
        (
            "2024-01-15T14:10:00+99:00",
            "'2024-01-15T14:10:00+99:00' is no time: +99:00 is no offset; they go to 23:59; "
            "allowed: RFC 3339 with an offset, as in 2026-03-31T06:00:00Z, between 1900 and 2179",
        ),
        ("9999-12-31T23:59:60+23:59", "'9999-12-31T23:59:60+23:59' lies outside the years 1900 to 2179"),
    ],
)
def test_what_is_no_time_is_refused_with_what_was_found(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        instants.of_text(text)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30T00:00:00Z",
        "2024-01-15T25:00:00Z",
        "2024-01-15T14:61:00Z",
        "2024-01-15T14:10:00+99:00",
        "",
        "0000-01-01T00:00:00Z",
        "2024-01-15T14:10Z",
        "٢٠٢٤-01-15T14:10:00Z",
    ],
)
def test_impossible_times_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        instants.of_text(text)


def test_a_time_without_offset_is_local_in_the_zone_given() -> None:
    assert instants.of_text("2024-07-15T14:10:00", BERLIN) == instants.of_text("2024-07-15T14:10:00+02:00")
    assert instants.of_text("2024-01-15T14:10:00", BERLIN) == instants.of_text("2024-01-15T14:10:00+01:00")


def test_an_offset_wins_over_the_zone() -> None:
    assert instants.of_text("2024-07-15T14:10:00Z", BERLIN) == instants.of_text("2024-07-15T14:10:00Z")


@pytest.mark.parametrize(
    ("text", "pattern", "ns"),
    [
        ("15.01.2024 15:10:00", "%d.%m.%Y %H:%M:%S", 1705327800_000000000),
        ("20240115151000", "%Y%m%d%H%M%S", 1705327800_000000000),
        ("2024-01-15 14:10:00.123456 +0000", "%Y-%m-%d %H:%M:%S.%f %z", 1705327800_123456000),
        ("1705327800", "unix_s", 1705327800_000000000),
        ("1705327800.25", "unix_s", 1705327800_250000000),
        ("1705327800123", "unix_ms", 1705327800_123000000),
        ("1705327800000000001", "unix_ns", 1705327800_000000001),
        ("-1.5", "unix_s", -1_500000000),
    ],
)
def test_other_ways_to_write_a_time_are_named_by_format(text: str, pattern: str, ns: int) -> None:
    assert instants.of_format(text, pattern, BERLIN) == ns


@pytest.mark.parametrize(("text", "pattern"), [("15/01/2024", "%d.%m.%Y"), ("now", "unix_s"), ("1e9", "unix_s"), ("9" * 20, "unix_s")])
def test_a_text_of_another_format_is_refused(text: str, pattern: str) -> None:
    with pytest.raises(Refused):
        instants.of_format(text, pattern, BERLIN)


@pytest.mark.parametrize(
    ("text", "zone", "like"),
    [
        ("/Date(1705327800123)/", None, "2024-01-15T14:10:00.123Z"),
        ("/Date(1705327800123)/", BERLIN, "2024-01-15T13:10:00.123Z"),  # what clocks show there
        ("/Date(1705327800123+0000)/", BERLIN, "2024-01-15T14:10:00.123Z"),
        ("/Date(1705327800123+0060)/", None, "2024-01-15T14:10:00.123Z"),  # minutes of an offset: the instant is the same
        ("/Date(-86400000)/", None, "1969-12-31T00:00:00Z"),
        ("/Date(1705276800000)/ PT15H10M", BERLIN, "2024-01-15T14:10:00Z"),
        ("/Date(1705276800000)/PT15H10M2.5S", BERLIN, "2024-01-15T14:10:02.5Z"),
        ("2024-07-15 PT0S", BERLIN, "2024-07-14T22:00:00Z"),
        ("2024-07-15 16:10:00", BERLIN, "2024-07-15T14:10:00Z"),
        ("2024-07-15", BERLIN, "2024-07-14T22:00:00Z"),
        ("2024-01-15T14:10:00.1234567Z", BERLIN, "2024-01-15T14:10:00.1234567Z"),
    ],
)
def test_times_are_read_as_odata_writes_them(text: str, zone: ZoneInfo | None, like: str) -> None:
    assert instants.of_format(text, "odata", zone) == instants.of_text(like)


@pytest.mark.parametrize(
    "text",
    [
        "/Date(99999999999999999)/",
        "/Date()/",
        "/Date(1705276800000)/ PT24H",
        "/Date(1705276800000)/ PT1H1H",
        "2024-02-30",
        "PT10H",
        "2024-01-15 24:00:00",
        "soon",
        "",
    ],
)
def test_what_odata_would_not_write_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        instants.of_format(text, "odata", BERLIN)


@pytest.mark.parametrize("text", ["2024-01-15", "/Date(1705276800000)/ PT15H10M", "2024-01-15T15:10:00"])
def test_the_wall_clock_of_odata_needs_a_zone(text: str) -> None:
    with pytest.raises(Refused, match="has no offset"):
        instants.of_format(text, "odata", None)


@given(st.text(alphabet="/Date()0123456789+- PTHMS:.", max_size=40))
def test_any_text_of_odata_is_a_time_or_refused(text: str) -> None:
    with suppress(Refused):
        assert instants.FIRST_NS <= instants.of_format(text, "odata", BERLIN) < instants.END_NS


@given(st.integers(instants.FIRST_NS, instants.END_NS - 1))
def test_whole_nanoseconds_pass_untouched(ns: int) -> None:
    assert instants.of_value(ns, "mfg.event.time") == ns


@pytest.mark.parametrize("value", [1.5, True, None, [], instants.END_NS, instants.FIRST_NS - 1])
def test_anything_else_is_no_time(value: object) -> None:
    with pytest.raises(Refused, match=r"^mfg\.due_time: "):
        instants.of_value(value, "mfg.due_time")


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    with suppress(Refused):
        assert instants.FIRST_NS <= instants.of_text(text, BERLIN) < instants.END_NS
