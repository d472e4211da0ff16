"""A plant whose documents hang together: an order behind production orders, a lot in deliveries, a truck, an invoice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.application import Application
from app.instants import instant_text
from tests.pages.served import opened

MINUTE = 60 * 10**9
CONFIGURATION = """
version: 1
timezone: Europe/Berlin
sites:
  - {name: brno, timezone: Europe/Prague}
  - {name: penang, timezone: Asia/Kuala_Lumpur}
sources:
  - {name: bus, kind: files, format: jsonl, path: "bus.jsonl", complete: true}
"""
# Minutes ago, type, system, site, what it names; then the code and the words of an error. Several ids of one type stand behind commas.
TOLD = """
300 | order.created        | erp | brno   | sales_order SO-1
290 | order.released       | erp | brno   | production_order PO-1; sales_order SO-1
289 | order.released       | erp | brno   | production_order PO-2; sales_order SO-1
288 | work_order.received  | mes | brno   | production_order PO-1
287 | work_order.scheduled | mes | brno   | production_order PO-1
286 | work_order.received  | mes | brno   | production_order PO-2 | idoc:51 | Material 7 is blocked
200 | production.completed | mes | brno   | confirmation C-1; production_order PO-1; batch B-1
199 | production.confirmed | erp | brno   | confirmation C-1; production_order PO-1
198 | inventory.posted     | erp | brno   | confirmation C-1; material_document M-1
197 | inventory.available  | scm | brno   | material_document M-1
100 | delivery.created     | erp | brno   | delivery D-1; sales_order SO-1
99  | delivery.created     | erp | penang | delivery D-2; sales_order SO-1
90  | delivery.picked      | wms | brno   | delivery D-1; batch B-1
89  | delivery.picked      | wms | penang | delivery D-2; batch B-1
80  | shipment.dispatched  | tms | brno   | delivery D-1,D-2; shipment S-1
70  | goods_issue.posted   | erp | brno   | delivery D-1
60  | invoice.issued       | fin | brno   | invoice I-1; delivery D-1
50  | delivery.created     | erp | brno   | delivery D-3; sales_order SO-3
40  | delivery.picked      | wms | brno   | delivery D-3 | http:424 | Waiting for predecessor PO-2, which is not done
"""
MANY = 11  # deliveries that one lot went into, in a long list


def write_linked_plant(folder: Path, now_ns: int) -> Path:
    """Gives the configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = TOLD.strip().splitlines()
    lines += [f"{30 - n} | delivery.created | erp | brno | delivery L-{n:02}; batch B-9" for n in range(MANY)]
    (folder / "bus.jsonl").write_text("".join(json.dumps(_event(line, now_ns)) + "\n" for line in lines))
    (folder / "syncline.yaml").write_text(CONFIGURATION)
    return folder / "syncline.yaml"


@contextmanager
def linked_plant(folder: Path, now_ns: int) -> Iterator[Application]:
    with opened(write_linked_plant(folder, now_ns)) as application:
        yield application


def _event(line: str, now_ns: int) -> dict[str, object]:
    ago, event_type, system, site, named, *error = (part.strip() for part in line.split("|"))
    objects = {kind: ids.split(",") for kind, ids in (each.split() for each in named.split(";"))}
    told: dict[str, object] = {
        "event_type": event_type,
        "event_time": instant_text(now_ns - int(ago) * MINUTE),
        "system": system,
        "site": site,
        "objects": objects,
        "outcome": "error" if error else "ok",
    }
    return {**told, "error_code": error[0], "error_text": error[1]} if error else told
