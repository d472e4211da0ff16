"""A small plant as a table of events: mostly well, with one trouble of each kind at a place that tests know."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from app.instants import instant_text
from metrics.keys import seconds
from metrics.workflows import Workflow, parse

PACK = Path(__file__).parents[2] / "app" / "packs" / "discrete_manufacturing.yaml"
SECOND, HOUR, DAY = 10**9, 3600 * 10**9, 86_400 * 10**9
SITES = {"augsburg": "Europe/Berlin", "monterrey": "America/Monterrey", "suzhou": "Asia/Shanghai", "brno": "Europe/Prague"}
COLUMNS = ("no", "time", "type", "system", "site", "object_type", "object_id", "outcome", "code", "error", "attempt", "quantity")
CONFIGURATION = """
version: 1
timezone: Europe/Berlin
sites:
{sites}
sources:
  - {{name: bus, kind: csv, complete: true, path: bus.csv, position: no, map: &columns {{
      event_type: {{column: type}}, event_time: {{column: time}}, system: {{column: system}}, site: {{column: site}},
      objects: {{type: {{column: object_type}}, id: {{column: object_id}}}}, outcome: {{column: outcome}}, error_code: {{column: code}},
      error_text: {{column: error}}, attempt: {{column: attempt}}, quantity: {{column: quantity}}}}}}
  - {{name: scm-suzhou, kind: csv, path: scm.csv, position: no, map: *columns}}
owners:
  plant-it: {{title: Plant IT}}
  supply-chain: {{title: Supply chain}}
  logistics: {{title: Logistics}}
  quality: {{title: Quality}}
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the table."""

    ns: int
    type: str
    system: str
    site: str
    object_type: str
    object_id: str
    code: str = ""
    error: str = ""
    attempt: int = 1


# What goes wrong: (workflow, site, how many of the newest, what, at which milestone, code, the sender's words)
TROUBLES = (
    ("production_to_inventory", "augsburg", 7, "fails", "confirmed", "idoc:51", "Posting period 11/2026 is not open for account type M"),
    ("production_to_inventory", "augsburg", 2, "fails", "posted", "http:409", "Material 4711 is locked by user FERRARO"),
    ("order_to_production", "monterrey", 3, "is lost", "received", "", ""),
    ("shipment_to_invoice", "monterrey", 4, "is lost", "invoiced", "", ""),
    ("quality_to_shipment", "augsburg", 9, "is late", "blocked_wms", "", ""),
    ("stock_movement_sync", "suzhou", 2, "is before", "moved_erp", "", ""),
    ("procure_to_receipt", "brno", 1, "fails", "sent", "http:401", "Certificate expired on 21 Nov 2026"),
)
SILENT = ("scm", "suzhou", 3 * HOUR)  # the planning system of Suzhou has said nothing for three hours
UNUSED = {("demand_to_supply", "brno"), ("downtime_to_capacity", "brno"), ("purchase_order_change", "brno")}


def write_plant(folder: Path, now_ns: int, per_day: int = 14) -> Path:
    """Writes configuration and tables for the two days before `now_ns`; gives the configuration."""
    workflows, problems = parse(yaml.safe_load(PACK.read_text()))
    assert not problems
    dice = random.Random(11)
    events = [
        event
        for workflow in workflows
        for site in SITES
        if (workflow.name, site) not in UNUSED
        for event in _runs(workflow, site, now_ns, per_day, dice)
    ]
    heard = [event for event in events if event.ns <= now_ns and not _is_silent(event, now_ns)]
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "bus.csv", [event for event in heard if not _is_apart(event)])
    _write(folder / "scm.csv", [event for event in heard if _is_apart(event)])
    sites = "\n".join(f"  - {{name: {name}, timezone: {zone}}}" for name, zone in {**SITES, "pune": "Asia/Kolkata"}.items())
    (folder / "syncline.yaml").write_text(CONFIGURATION.format(sites=sites))
    return folder / "syncline.yaml"


def _is_apart(event: Event) -> bool:
    return (event.system, event.site) == SILENT[:2]


def _is_silent(event: Event, now_ns: int) -> bool:
    return _is_apart(event) and event.ns > now_ns - SILENT[2]


def _runs(workflow: Workflow, site: str, now_ns: int, per_day: int, dice: random.Random) -> list[Event]:
    starts = sorted(now_ns - int(dice.random() * 2 * DAY) for _ in range(2 * per_day))
    troubles = [trouble for trouble in TROUBLES if trouble[:2] == (workflow.name, site) for _ in range(trouble[2])]
    # Troubles fall on runs old enough for what is missing to be overdue.
    old = (
        [place for place, start in enumerate(starts) if start < now_ns - 30 * HOUR]
        if workflow.name == "shipment_to_invoice"
        else [place for place, start in enumerate(starts) if now_ns - 9 * HOUR < start < now_ns - HOUR]
    )
    chosen = dict(zip(reversed(old), troubles, strict=False))
    events: list[Event] = []
    for place, start in enumerate(starts):
        events += _run(workflow, site, f"{abs(hash_of(workflow.name, site)) % 90 + 10}{place:05d}", start, chosen.get(place), dice)
    return events


def hash_of(*words: str) -> int:
    return sum(position * ord(sign) for position, sign in enumerate("/".join(words), 7))


def _run(workflow: Workflow, site: str, number: str, start: int, trouble: tuple[str, ...] | None, dice: random.Random) -> list[Event]:
    """One transaction: each milestone some part of its time after the one before it."""
    reached: dict[str, int] = {}
    events: list[Event] = []
    what, where = (trouble[3], trouble[4]) if trouble else ("", "")
    for milestone in workflow.milestones:
        if milestone.after and milestone.after not in reached:
            continue
        limit = seconds(milestone.within) if milestone.within else 1800
        took = int(limit * min(0.9, dice.betavariate(1.4, 5)) * SECOND)
        if milestone.name == where and what == "is late":
            took = int(limit * (1.2 + 2 * dice.random())) * SECOND
        if milestone.name == where and what == "is before":
            took = -600 * SECOND
        ns = (reached[milestone.after] if milestone.after else start) + took
        event = Event(ns, milestone.event, milestone.system, site, workflow.object, number)
        if milestone.name == where and what == "fails":
            return [*events, *_attempts(event, trouble or ())]
        if milestone.name == where and what == "is lost":
            return events
        reached[milestone.name] = ns
        events.append(event)
    return events


def _attempts(event: Event, trouble: tuple[str, ...]) -> list[Event]:
    return [
        replace(event, ns=event.ns + attempt * 300 * SECOND, code=trouble[5], error=trouble[6], attempt=attempt + 1) for attempt in range(3)
    ]


def _write(path: Path, events: list[Event]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for no, event in enumerate(sorted(events, key=lambda one: one.ns), 1):
            outcome = "error" if event.error else "ok"
            writer.writerow(
                [
                    no,
                    instant_text(event.ns),
                    event.type,
                    event.system,
                    event.site,
                    event.object_type,
                    event.object_id,
                    outcome,
                    event.code,
                    event.error,
                    event.attempt,
                    "",
                ]
            )
