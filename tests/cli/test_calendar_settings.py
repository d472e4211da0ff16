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


def definitions(folder: Path, sections: str) -> Definitions:
    file = folder / "syncline.yaml"
    file.write_text(f"version: 1\n{sections}")
    return load_settings(file, {}).definitions


def test_a_calendar_is_said_back(tmp_path: Path):
    plant = definitions(tmp_path, SHIFTS).calendars[1]
    assert day_seconds(plant) == 16 * 3600
    assert sentence(plant) == (
        "Mon to Fri 06:00–14:00; Mon to Fri 14:00–22:00; Sun 22:00–06:00, free on the public holidays of DE-HH, "
        "closed 2026-12-24 to 2027-01-03, open on 2026-05-02 06:00–14:00; a working day is 16 h"
    )


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
        ("calendars: {a: {closed: [{from: 24.12.}]}}", "must be a date, written YYYY-MM-DD"),
        ("calendars: {a: {holidays: {country: Germany}}}", "no country is called 'Germany'"),
        ("calendars: {a: {holidays: {country: DE, subdivision: HA}}}", "DE has no part called 'HA'."),
        ("calendars: {a: {day: 30h}}", "at most 24h"),
        ("partners: {p: {timezone: UTC, calendar: nights}}", "no calendar is called 'nights'"),
        ("exclusions: [{from: 2026-03-21T20:00:00Z, to: 2026-03-21T19:00:00Z, reason: r, author: a}]", "must be later than `from`"),
        ("exclusions: [{from: 2026-03-21T20:00:00, to: 2026-03-22T19:00:00Z, reason: r, author: a}]", "offset"),
        ("exclusions: [{from: 2026-03-21T20:00:00Z, to: 2026-03-22T19:00:00Z, reason: r}]", "author: is missing"),
        (
            "exclusions: [{from: 2026-03-21T20:00:00Z, to: 2026-03-22T19:00:00Z, reason: r, author: a, sites: [x]}]",
            "no site is called 'x'",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, section: str, sentence: str):
    with pytest.raises(ConfigurationError) as refused:
        definitions(tmp_path, section)
    assert sentence in str(refused.value)
    assert "line 2" in str(refused.value)
