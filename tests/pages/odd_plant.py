"""A plant whose documents have the worst names a sender could think of, one order of each kind a list shows, and one real trace."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from app.instants import instant_text

ODD_IDS = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "W" * 200,
    "مرحبا-123",
    "订单 7&a=b#c?",
    "{{constructor}}",
    "..",
    "a/b//c",
    "=1+1",
    "%2F",
]
CONFIGURATION = """
version: 1
timezone: Europe/Berlin
sites:
  - {name: hamburg, timezone: Europe/Berlin}
  - {name: penang, timezone: Asia/Kuala_Lumpur}
owners:
  plant-it: {title: Plant IT}
sources:
  - {name: odd, kind: csv, complete: true, path: odd.csv, position: no, map: {
      event_type: {column: type}, event_time: {column: time}, system: {column: system}, site: {column: site},
      objects: {type: {column: object_type}, id: {column: object_id}}, outcome: {column: outcome}, error_code: {column: code},
      error_text: {column: error}, attempt: {column: attempt}}}
  - {name: traces, kind: otlp_file, complete: true, path: traces.jsonl}
"""
COLUMNS = ("no", "time", "type", "system", "site", "object_type", "object_id", "outcome", "code", "error", "attempt")
MINUTE, SECOND = 60 * 10**9, 10**9
TRACE, SENDING_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b74bf92f3577b34da6"

Row = tuple[Any, ...]


def write_odd_plant(folder: Path, now_ns: int) -> Path:
    """Fourteen orders from a table and one, traced-1, from traces; gives the configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = sorted(_odd(now_ns) + _plain(now_ns) + _tried(now_ns), key=lambda row: row[0])
    with (folder / "odd.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows((no, instant_text(row[0]), *row[1:]) for no, row in enumerate(rows, 1))
    (folder / "traces.jsonl").write_text("".join(json.dumps(request) + "\n" for request in _traces(now_ns - 9 * MINUTE)))
    (folder / "syncline.yaml").write_text(CONFIGURATION)
    return folder / "syncline.yaml"


# -- the table -------------------------------------------------------------------------------------------------------------


def _row(ns: int, event: str, system: str, site: str, name: str, code: str = "", error: str = "", attempt: int = 1) -> Row:
    return ns, event, system, site, "production_order", name, "error" if error else "ok", code, error, attempt


def _odd(now_ns: int) -> list[Row]:
    """Each released, and refused ten minutes later."""
    released = [_row(now_ns - (90 + n) * MINUTE, "order.released", "erp", "hamburg", name) for n, name in enumerate(ODD_IDS)]
    return released + [
        _row(now_ns - (80 + n) * MINUTE, "work_order.received", "mes", "hamburg", name, "idoc:51", f"{name} is blocked")
        for n, name in enumerate(ODD_IDS)
    ]


def _plain(now_ns: int) -> list[Row]:
    return [
        _row(now_ns - 60 * MINUTE, "order.released", "erp", "penang", "PO-complete"),
        _row(now_ns - 58 * MINUTE, "work_order.received", "mes", "penang", "PO-complete"),
        _row(now_ns - 57 * MINUTE, "work_order.scheduled", "mes", "penang", "PO-complete"),
        _row(now_ns - 40 * MINUTE, "order.released", "erp", "penang", "PO-overdue"),
        _row(now_ns - 3 * MINUTE, "order.released", "erp", "penang", "PO-waiting"),
        _row(now_ns - 2 * MINUTE, "work_order.received", "mes", "penang", "PO-waiting"),
    ]


def _tried(now_ns: int) -> list[Row]:
    """Twenty attempts, a minute apart."""
    tries = [
        _row(now_ns - (290 - n) * MINUTE, "work_order.received", "mes", "penang", "PO-tried", "http:503", "Service unavailable", n + 1)
        for n in range(20)
    ]
    return [_row(now_ns - 300 * MINUTE, "order.released", "erp", "penang", "PO-tried"), *tries]


# -- the traces: sent by the ERP, taken up by a batch of 230 spans three minutes later ----------------------------------------


def _traces(start_ns: int) -> list[dict[str, Any]]:
    sent = [
        _span(1, None, SENDING_TRACE, "POST /orders", start_ns, 2.4, kind=2),
        _span(2, 1, SENDING_TRACE, "release order", start_ns + SECOND // 5, 1.8, event="order.released"),
        _span(3, 2, SENDING_TRACE, "send erp.orders", start_ns + SECOND, 0.3, kind=4),
    ]
    later = start_ns + 3 * MINUTE
    batch = [_span(10, None, TRACE, "import batch", later, 9.0, links=[(SENDING_TRACE, 3)])]
    batch += [_span(100 + n, 10, TRACE, f"check line {n}", later + n * SECOND // 30, 0.2) for n in range(227)]
    batch += [
        _span(400, 10, TRACE, "create work order", later + 8 * SECOND, 0.6, event="work_order.received"),
        _span(401, 400, TRACE, "reserve line 3", later + 8 * SECOND, 0.5, error="Line 3 is reserved for maintenance"),
    ]
    return [_request("erp", sent), _request("mes", batch)]


def _request(system: str, spans: list[dict[str, Any]]) -> dict[str, Any]:
    resource = [_attribute("service.name", f"{system}-bridge"), _attribute("mfg.system", system), _attribute("mfg.site", "penang")]
    return {"resourceSpans": [{"resource": {"attributes": resource}, "scopeSpans": [{"scope": {"name": "plant"}, "spans": spans}]}]}


def _span(number: int, parent: int | None, trace: str, name: str, start_ns: int, seconds: float, **more: Any) -> dict[str, Any]:
    span: dict[str, Any] = {
        "traceId": trace,
        "spanId": f"{number:016x}",
        "name": name,
        "kind": more.get("kind", 1),
        "startTimeUnixNano": str(start_ns),
        "endTimeUnixNano": str(start_ns + int(seconds * SECOND)),
        "attributes": [_attribute("thread.name", f"worker-{number % 4}")],
        "links": [{"traceId": linked, "spanId": f"{of:016x}"} for linked, of in more.get("links", [])],
    }
    if parent is not None:
        span["parentSpanId"] = f"{parent:016x}"
    if event := more.get("event"):
        span["attributes"] += [_attribute("mfg.event.type", event), _attribute("mfg.object.production_order", "traced-1")]
    if error := more.get("error"):
        span["status"] = {"code": 2, "message": error}
    return span


def _attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}
