"""What a configuration may say of rosters, by whose clocks they are, and the warning where nobody is on shift."""

from __future__ import annotations

from datetime import time
from pathlib import Path

from app.configuration.model import Settings
from app.duty.roster import Level, Roster, Shift
from app.settings import load_settings

SITES = "version: 1\ntimezone: UTC\nsites: [{name: hamburg, timezone: Europe/Berlin}]\n"


def settings(folder: Path, rosters: str) -> Settings:
    file = folder / "syncline.yaml"
    file.write_text(SITES + rosters)
    return load_settings(file, {})


def test_a_roster_is_by_the_clocks_of_its_site_else_of_the_enterprise(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        """
rosters:
  hamburg-it:
    owner: plant-it
    site: hamburg
    shifts: [{days: [mon, tue], from: "06:00", to: "14:00", people: [Maria]}]
    then: [{people: [lena]}, {role: it}]
    after: {critical: 5m}
  rest: {then: [{role: admin}]}
""",
    ).rosters
    after = {"critical": 300, "important": 3600, "routine": 14_400}
    usual = {"critical": 900, "important": 3600, "routine": 14_400}
    early = Shift((0, 1), time(6), time(14), ("maria",))
    assert found == (
        Roster("hamburg-it", "plant-it", "hamburg", "Europe/Berlin", (early,), (Level(("lena",)), Level((), "it")), after),
        Roster("rest", None, None, "UTC", (), (Level((), "admin"),), usual),
    )


def test_it_is_told_when_nobody_is_on_shift(tmp_path: Path) -> None:
    week = """
rosters:
  plant:
    shifts:
      - {from: "06:00", to: "22:00", people: [maria]}
      - {days: [mon, tue, wed, thu], from: "22:00", to: "06:00", people: [lena]}
      - {days: [sun], from: "22:00", to: "06:00", people: []}
  leads: {owner: plant-it, then: [{people: [lena]}]}
  empty: {owner: finance, shifts: [{from: "06:00", to: "14:00", people: []}], then: [{people: [lena]}]}
  always: {owner: quality, shifts: [{from: "06:00", to: "06:00", people: [lena]}]}
"""
    assert settings(tmp_path, week).notes == (
        "rosters.plant: nobody is on shift from Fri 22:00 to Sat 06:00, Sat 22:00 to Sun 06:00, Sun 22:00 to Mon 06:00; "
        "nobody is told of what begins then before the next shift.",
        "rosters.empty: nobody is on shift at any time; who comes under `then` is told at once.",
    )
