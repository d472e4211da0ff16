"""A made plant as the files that its systems would write, with the configuration that reads them, and its stock as both sides count it."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import yaml

from collectors.event import Event
from tests.workflows.plant import END, FOLDER, Plant
from tests.workflows.truth import HOURS, SECOND, ZONES

SNAPSHOT = datetime.fromtimestamp(END // SECOND, UTC).isoformat()
OPENING = 1000  # of every item, on both sides
LOST = {"lost": "lost", "stopped": "lost"}
FAILED = dict.fromkeys(("business", "contract", "given_up", "put_aside", "abandoned"), "failed")


def write_configuration(made: Plant, folder: Path) -> None:
    shutil.copy(FOLDER / f"{made.file}.yaml", folder / "pack.yaml")
    (folder / "traces").mkdir()
    said = {
        "version": 1,
        "home": "./home",
        "timezone": "UTC",
        "sites": [{"name": name, "timezone": zone} for name, zone in ZONES.items()],
        "calendars": {
            "default": {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "17:00"},
            "supplier": {"days": ["sun", "mon", "tue", "wed", "thu"], "from": "07:00", "to": "15:30"},
        },
        "partners": {"20017": {"timezone": HOURS["20017"][0], "calendar": "supplier"}},
        "workflows": ["pack.yaml"],
        "metrics": made.metrics,
        "sources": [
            {"name": "traces", "kind": "otlp_file", "path": "traces/*.jsonl", "complete": True},
            {"name": "stock", "kind": "inventory_csv", "path": "stock.csv"},
        ],
    }
    (folder / "syncline.yaml").write_text(yaml.safe_dump(said))
    lines = ["snapshot_time,system,site,location,item,batch,stock_status,quantity,uom"]
    for row in stock(made):
        lines += [f"{SNAPSHOT},{s},{row['site']},FG,{row['item']},,unrestricted,{row[s]},PC" for s in ("erp", "wms")]
    (folder / "stock.csv").write_text("\n".join(lines) + "\n")


def write_events(events: Iterable[Event], file: Path) -> None:
    """OTLP/JSON, one request a line."""
    spans = [{"resourceSpans": [{"scopeSpans": [{"spans": [span(event)]}]}]} for event in events]
    file.write_text("".join(json.dumps(each) + "\n" for each in spans))


def span(event: Event) -> dict:
    said: dict = {"mfg.event.type": event.event_type, "mfg.system": event.system, "mfg.site": event.site, "mfg.attempt": event.attempt}
    for name in ("item", "location", "uom", "partner", "quantity", "ordered_quantity", "idempotency_key"):
        said[f"mfg.{name}"] = getattr(event, name)
    said["mfg.promised_time"] = event.promised_ns
    said["mfg.recovery.id"] = event.recovery_id
    said["mfg.dead_letter"] = event.dead_letter or None
    objects: dict[str, list[str]] = defaultdict(list)
    for object_type, object_id in event.objects:
        objects[f"mfg.object.{object_type}"].append(object_id)
    if event.is_error:
        said |= {"error.type": event.error_type, "mfg.error.code": event.error_code}
    attributes = [{"key": key, "value": value_of(value)} for key, value in {**said, **objects}.items() if value is not None]
    return {
        "traceId": event.event_id[:32],
        "spanId": event.event_id[32:],
        "name": event.event_type,
        "kind": 5,
        "startTimeUnixNano": str(event.event_ns - SECOND),
        "endTimeUnixNano": str(event.event_ns),
        "attributes": attributes,
        "status": {"code": 2, "message": event.error_text} if event.is_error else {},
    }


def value_of(value: object) -> dict:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    return {"arrayValue": {"values": [value_of(each) for each in value]}} if isinstance(value, list) else {"stringValue": str(value)}


def stock(made: Plant) -> list[dict]:
    """The export `inventory` at the end: what both sides have, and which postings were withheld from the ERP or made twice there."""
    keys: dict[tuple[str, str], list] = defaultdict(list)
    for told, item, quantity, fate in made.moved:
        keys[told.site, item].append((told.transaction_id, quantity, fate))
    rows = []
    for (site, item), moved in sorted(keys.items()):
        causes = []
        for transaction_id, quantity, fate in sorted(moved):
            cause = "duplicated" if fate == "twice" else {**LOST, **FAILED}.get(fate)
            if cause:
                causes.append({"cause": cause, "transaction_id": transaction_id, "quantity": quantity if fate == "twice" else -quantity})
        wms, difference = OPENING + sum(quantity for _, quantity, _ in moved), sum(cause["quantity"] for cause in causes)
        there = {"erp": wms + difference, "wms": wms, "difference": difference, "hit": difference == 0, "explained": difference}
        rows.append({"site": site, "item": item, **there, "unexplained": 0, "causes": causes})
    return rows
