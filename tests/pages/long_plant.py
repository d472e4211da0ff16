"""A workflow of sixty steps in eight systems with branches side by side, and one run of it that failed two thirds of the way."""

from __future__ import annotations

import csv
from pathlib import Path

import yaml

from app.instants import instant_text

MINUTE = 60 * 10**9
STEPS, FAILS_AT = 60, 40
SYSTEMS = ("erp", "scm", "mes", "qms", "wms", "tms", "supplier", "fin")
NAME = "from_plan_to_money"
CONFIGURATION = """
version: 1
timezone: Europe/Berlin
sites: [{name: hamburg, timezone: Europe/Berlin}]
workflows: [long.yaml]
sources:
  - {name: bus, kind: csv, complete: true, path: bus.csv, position: no, map: {
      event_type: {column: type}, event_time: {column: time}, system: {column: system}, site: {column: site},
      objects: {type: {value: programme}, id: {column: id}}, outcome: {column: outcome},
      error_code: {column: code}, error_text: {column: error}}}
"""


def before(number: int) -> int:
    """Every fifth step opens the two after it side by side."""
    return number - 2 if number % 5 == 2 else number - 1


def write_long_plant(folder: Path, now_ns: int) -> Path:
    """Gives the configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    milestones = [
        {"name": f"s{n}", "event": f"stage_{n}.done", "system": SYSTEMS[n * 3 % len(SYSTEMS)]}
        | ({"after": f"s{before(n)}", "within": "2h"} if n else {})
        for n in range(STEPS)
    ]
    workflow = {"name": NAME, "title": "From plan to money", "object": "programme", "criticality": "important", "milestones": milestones}
    (folder / "long.yaml").write_text(yaml.safe_dump({"version": 1, "workflows": [workflow]}, sort_keys=False))
    (folder / "syncline.yaml").write_text(CONFIGURATION)
    with (folder / "bus.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("no", "time", "type", "system", "site", "id", "outcome", "code", "error"))
        for n in range(FAILS_AT + 1):
            at, failed = instant_text(now_ns - (STEPS - n) * 37 * MINUTE), n == FAILS_AT
            error = ("error", "idoc:51", "Cost centre 4100 is blocked") if failed else ("ok", "", "")
            writer.writerow((n, at, f"stage_{n}.done", SYSTEMS[n * 3 % len(SYSTEMS)], "hamburg", "P-1", *error))
    return folder / "syncline.yaml"
