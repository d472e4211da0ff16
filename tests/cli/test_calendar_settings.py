"""What a configuration may say about working time and agreed exclusions, how it is said back, and the sentence for what it may not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.configuration.calendars import sentence
from app.configuration.problems import ConfigurationError
from app.settings import load_settings
from metrics.calendars import day_seconds
from metrics.workflows import Definitions

SHIFTS = """
calendars:
  plant:
    shifts:
      - {from: "06:00", to: "14:00"}
      - {from: "14:00", to: "22:00"}
      - {days: [sun], from: "22:00", to: "06:00"}
    holidays: {country: DE, subdivision: HH}
    closed: [{from: 2026-12-24, to: 2027-01-03, reason: shutdown}]
    open: [{on: 2026-05-02, from: "06:00", to: "14:00"}]
"""
EXCLUDED = "exclusions: [{{from: 2026-03-21T20:00:00Z, to: 2026-03-22T19:00:00Z, reason: r, author: a, {}}}]"


def definitions(folder: Path, sections: str) -> Definitions:
    file = folder / "syncline.yaml"
    file.write_text(f"version: 1\n{sections}")
    return load_settings(file, {}).definitions


def test_a_calendar_is_said_back(tmp_path: Path):
    plant = definitions(tmp_path, SHIFTS).calendars[1]
    assert day_seconds(plant) == 16 * 3600
    assert sentence(plant, 2026) == (
        "Mon to Fri 06:00–22:00 in 2 shifts, Sun 22:00–06:00; 10 holidays in 2026 (DE-HH); closed 2026-12-24 to 2027-01-03 (shutdown); "
        "open 2026-05-02 06:00–14:00; a working day is 16 h"
    )


@pytest.mark.parametrize(
    ("calendar", "told"),
    [
        ("{}", "Mon to Fri 08:00–17:00; a working day is 9 h"),
        ('{days: [sun, mon, tue, wed, thu], from: "22:00", to: "06:00"}', "Sun to Thu 22:00–06:00; a working day is 8 h"),
        (
            '{shifts: [{from: "13:00", to: "17:30"}, {from: "08:00", to: "12:00"}]}',
            "Mon to Fri 08:00–12:00 and 13:00–17:30; a working day is 8.5 h",
        ),
        ('{days: [mon, wed], from: "00:00", to: "00:00", day: 8h}', "Mon, Wed 00:00–00:00; a working day is 8 h"),
        (
            '{days: [mon, tue, wed, thu, fri, sat, sun], holidays: {country: GR, half_days_end: "13:00"}, closed: [{from: 2026-08-10}]}',
            "every day 08:00–17:00; 12 holidays in 2026 (GR), half holidays until 13:00; closed 2026-08-10; a working day is 9 h",
        ),
    ],
)
def test_days_shifts_and_breaks_are_said_as_people_say_them(tmp_path: Path, calendar: str, told: str):
    assert sentence(definitions(tmp_path, f"calendars: {{plant: {calendar}}}").calendars[1], 2026) == told


def test_partners_are_known_by_the_ids_that_events_have_once_they_are_read(tmp_path: Path):
    told = definitions(
        tmp_path,
        """
objects: {partner: {keys: [strip_leading_zeros]}}
partners: {"0000020017": {timezone: Asia/Tokyo}}
exclusions: [{from: 2026-03-21T20:00:00Z, to: 2026-03-22T19:00:00Z, reason: r, author: a, partners: ["0020017"]}]
""",
    )
    assert (told.partners[0].name, told.exclusions[0].partners) == ("20017", ("20017",))


def test_partners_have_calendars_and_exclusions_their_reasons(tmp_path: Path):
    told = definitions(
        tmp_path,
        f"""{SHIFTS}
sites: [{{name: hamburg, timezone: Europe/Berlin}}]
partners:
  "20017": {{title: Sakura, timezone: Asia/Tokyo, calendar: plant}}
exclusions:
  - {{from: 2026-03-21T20:00:00+01:00, to: 2026-03-22T06:00:00+01:00, sites: [hamburg], reason: upgrade, author: Ortiz, agreed: 2026-03-02}}
""",
    )
    assert [(p.name, p.timezone, p.calendar, p.title) for p in told.partners] == [("20017", "Asia/Tokyo", "plant", "Sakura")]
    (exclusion,) = told.exclusions
    assert (exclusion.to_ns - exclusion.from_ns, exclusion.sites, exclusion.agreed) == (36_000 * 10**9, ("hamburg",), date(2026, 3, 2))


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("calendars: {a: {shifts: []}}", "is empty; a calendar that is never open would make nothing ever due."),
        ('calendars: {a: {shifts: [{from: "06:00", to: "14:00"}], from: "08:00"}}', "contradicts `shifts`"),
        ("calendars: {a: {closed: [{from: 2026-12-24, to: 2026-12-01}]}}", "must not be before `from`"),
        ("calendars: {a: {closed: [{from: 24.12.}]}}", "must be a date from 1900 to 2179, written YYYY-MM-DD"),
        ("calendars: {a: {closed: [{from: 2026-12-24, to: 2099-12-31}]}}", "must be within two years of `from`"),
        ("calendars: {a: {open: [{on: 2026-02-30, from: '06:00', to: '14:00'}]}}", "must be a date from 1900 to 2179"),
        ("calendars: {a: {holidays: {country: DE, half_days_end: '13:00'}}}", "no half holidays of DE are known."),
        ("calendars: {a: {days: [mon], from: '08:00', to: '08:01', day: 24h}}", "48 hours, last 55 years; at most 10 can be told."),
        ("calendars: {a: {holidays: {country: Germany}}}", "no country is called 'Germany'"),
        ("calendars: {a: {holidays: {country: DE, subdivision: HA}}}", "DE has no part called 'HA'."),
        ("calendars: {a: {day: 30h}}", "at most 24h"),
        ("partners: {p: {timezone: UTC, calendar: nights}}", "no calendar is called 'nights'"),
        ("exclusions: [{from: 2026-03-21T20:00:00Z, to: 2026-03-21T19:00:00Z, reason: r, author: a}]", "must be later than `from`"),
        ("exclusions: [{from: 2026-03-21T20:00:00, to: 2026-03-22T19:00:00Z, reason: r, author: a}]", "offset"),
        ("exclusions: [{from: 2026-03-21T20:00:00Z, to: 2026-03-22T19:00:00Z, reason: r}]", "author: is missing"),
        (EXCLUDED.format("sites: [x]"), "no site is called 'x'"),
        (EXCLUDED.format("workflows: [order_to_productoin]"), "Did you mean 'order_to_production'?"),
        (EXCLUDED.format("metrics: [first_pass_yeild]"), "exclusions[0].metrics[0]: no metric is called 'first_pass_yeild'."),
        (
            "objects: {partner: {keys: [upper]}}\npartners: {a: {timezone: UTC}, A: {timezone: UTC}}",
            "a partner whose id is read as 'A' stands already at partners.a",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, section: str, sentence: str):
    with pytest.raises(ConfigurationError) as refused:
        definitions(tmp_path, section)
    assert sentence in str(refused.value)
    assert f"line {1 + len(section.splitlines())}, " in str(refused.value)
