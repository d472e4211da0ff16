"""A plant whose every name, number and sentence means harm: forty shapes of text that some page would run, in all that a sender can say."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import yaml

from app.annotations.annotation import Given
from app.application import Application
from app.configuration.roles import shipped
from app.instants import instant_text
from app.recovery.cases import find
from app.recovery.runs import Actor
from app.telling.subscription import Wanted
from metrics.recovering import Group
from metrics.workflows import parse
from tests.pages.plant import PACK
from tests.pages.recovering import CATALOGUE
from tests.pages.served import opened

RUNS = "window.ran=1"  # what each shape would do
SHAPES = (
    f"<script>{RUNS}</script>",
    f"</script><script>{RUNS}</script>",
    f"\"'><img src=x onerror={RUNS}>",
    f"<svg onload={RUNS}>",
    f"<svg><script>{RUNS}</script></svg>",
    f"<svg><animate onbegin={RUNS} attributeName=x dur=1s>",
    f"<svg><a xlink:href='javascript:{RUNS}'><text y=9>x</text></a></svg>",
    f"<math><mtext><style><img src=x onerror={RUNS}></style></mtext></math>",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "<iframe src=javascript:parent.ran=1></iframe>",
    "<object data=data:text/html;base64,PHNjcmlwdD5wYXJlbnQucmFuPTE8L3NjcmlwdD4=>",
    f"<embed src=javascript:{RUNS}>",
    f"<details open ontoggle={RUNS}>x</details>",
    f"<input autofocus onfocus={RUNS}>",
    f"<video><source onerror={RUNS}></video>",
    f"<body onpageshow={RUNS}>",
    f"<style onload={RUNS}>*{{display:none}}</style>",
    "<link rel=stylesheet href=//evil.invalid/x.css>",
    "<base href=//evil.invalid/>",
    "<meta http-equiv=refresh content='0;url=//evil.invalid/'>",
    f"<form action=//evil.invalid><button formaction=javascript:{RUNS}>x</button></form>",
    f"<x-evil onmouseover={RUNS} style='position:fixed;inset:0'>x</x-evil>",
    f"<template><script>{RUNS}</script></template>",
    f"<noscript><p title='</noscript><img src=x onerror={RUNS}>'>",
    f"<!--<img src='--><img src=x onerror={RUNS}>'>",
    f"javascript:{RUNS}",
    f" JaVaScRiPt:{RUNS}//",
    f"java\tscript:{RUNS}",
    f"data:text/html,<script>{RUNS}</script>",
    f"//evil.invalid/{RUNS}",
    f"https://evil.invalid/?{RUNS}",
    f"[x](javascript:{RUNS}) ![x](https://evil.invalid/x.png)",
    f"{{{{constructor.constructor('{RUNS}')()}}}} ${{{RUNS}}} #{{{RUNS}}} <%={RUNS}%>",
    "{% raw %}{{ config }} {0.__class__} %(x)s %s",
    f"'\";{RUNS};//\\",
    f"\\u003cimg src=x onerror={RUNS}\\u003e &lt;img src=x onerror={RUNS}&gt;",
    f"＜script＞{RUNS}＜/script＞ ʺ›",
    "\u202e<b>gnp.exe\u2066\u200b",
    f"url(javascript:{RUNS}) expression({RUNS}) @import '//evil.invalid/x.css'; }} * {{ display: none",
    f'=HYPERLINK("http://evil.invalid","{RUNS}")',
    f"%3Cscript%3E{RUNS}%3C/script%3E ?next=//evil.invalid",
    f"a/../../{RUNS}#<img src=x onerror={RUNS}>",
)
CONFIGURATION = """
version: 1
timezone: Europe/Berlin
sites:
  - {name: hamburg, timezone: Europe/Berlin}
inventory: {currency: EUR}
sources:
  - {name: bus, kind: files, format: jsonl, path: "bus.jsonl", complete: true}
  - {name: traces, kind: otlp_file, complete: true, path: traces.jsonl}
  - {name: stock, kind: inventory_csv, path: stock.csv}
  - {name: table, kind: csv, path: table.csv, map: {event_type: {column: type}, event_time: {column: time}}}
"""
TEXTS = (
    *("system_name", "item", "location", "batch", "stock_status", "uom", "currency", "partner", "customer", "work_center"),
    *("schema_version", "payload_ref", "payload_digest", "idempotency_key", "error_code", "error_type", "error_text"),
    *("message_id", "conversation_id"),
)
MINUTE, SECOND = 60 * 10**9, 10**9
TOM = Actor("tom", frozenset({"it", "supply"}), access=shipped())


@contextmanager
def hostile_plant(folder: Path, now_ns: int) -> Iterator[Application]:
    """What senders said; and what people here wrote about it."""
    (folder / "drop").mkdir(parents=True)
    _write_events(folder, now_ns)
    (folder / "traces.jsonl").write_text("".join(json.dumps(each) + "\n" for each in _traces(now_ns - 30 * MINUTE)))
    with (folder / "stock.csv").open("w", newline="") as file:
        csv.writer(file).writerows(_stock(now_ns))
    with (folder / "table.csv").open("w", newline="") as file:
        csv.writer(file).writerows(_table(now_ns))
    (folder / "syncline.yaml").write_text(CONFIGURATION + CATALOGUE)
    with opened(folder / "syncline.yaml") as application:
        _write_what_people_say(application, now_ns)
        yield application


def _write_events(folder: Path, now_ns: int) -> None:
    """A transaction of every workflow for every shape: its first step, the second one failed or not, everything about it harmful."""
    workflows, _problems = parse(yaml.safe_load(PACK.read_text()))
    shapes, lines = cycle(SHAPES), []
    for place, shape in enumerate(SHAPES):
        for workflow in workflows:
            ns = now_ns - (600 + place) * MINUTE
            for step, milestone in enumerate(workflow.milestones[:3]):
                told = {name: next(shapes) for name in TEXTS}
                is_error = step == 1 and place % 2 == 0
                objects = {workflow.object: [shape], "sales_order": [next(shapes)], next(shapes): [next(shapes)]}
                where = {"system": milestone.system, "site": next(shapes) if place % 5 == 0 else "hamburg"}
                what = {"event_type": milestone.event, "event_time": instant_text(ns + step * MINUTE), "quantity": 7, "value": 3}
                lines.append({**told, **where, **what, "objects": objects, "outcome": "error" if is_error else "ok"})
        strange = {"event_type": shape, "system": shape, "site": shape, "objects": {shape: [shape]}}
        lines.append({**strange, "event_time": instant_text(now_ns - 60 * MINUTE)})
        lines.append({shape: shape, "nothing": {"that": [shape]}})
    (folder / "bus.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def _traces(start_ns: int) -> list[dict[str, Any]]:
    found = []
    for number, shape in enumerate(SHAPES, 1):
        keys = ("mfg.object.production_order", shape, "messaging.system", "messaging.destination.name", "url.full", "db.query.text")
        attributes = [_attribute(key, shape) for key in keys]
        spans = [
            _span(number, 1, shape, start_ns, [_attribute("mfg.event.type", "order.released"), *attributes]),
            _span(number, 2, shape, start_ns + SECOND, [_attribute("mfg.event.type", "work_order.received"), *attributes], shape),
            _span(number, 3, f"send {shape}", start_ns + SECOND, attributes, shape),
        ]
        resource = [
            _attribute("service.name", shape),
            _attribute("mfg.system", "mes"),
            _attribute("mfg.site", "hamburg"),
            _attribute(shape, shape),
        ]
        found.append(
            {"resourceSpans": [{"resource": {"attributes": resource}, "scopeSpans": [{"scope": {"name": shape}, "spans": spans}]}]}
        )
    return found


def _span(trace: int, number: int, name: str, ns: int, attributes: list[dict[str, Any]], error: str = "") -> dict[str, Any]:
    event = {"name": error or name, "timeUnixNano": str(ns), "attributes": [_attribute("exception.message", error), _attribute(name, name)]}
    return {
        "traceId": f"{trace:032x}",
        "spanId": f"{trace * 10 + number:016x}",
        "name": name,
        "kind": 4 if number == 3 else 1,
        "startTimeUnixNano": str(ns),
        "endTimeUnixNano": str(ns + SECOND),
        "attributes": attributes,
        "events": [event],
        "status": {"code": 2, "message": error} if error else {},
        **({"parentSpanId": f"{trace * 10 + 1:016x}"} if number > 1 else {}),
    }


def _attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def _stock(now_ns: int) -> Iterator[tuple[Any, ...]]:
    yield "snapshot_time", "system", "site", "location", "item", "batch", "stock_status", "quantity", "uom"
    for system, quantity in (("erp", 100), ("wms", 90)):
        for shape in SHAPES:
            yield instant_text(now_ns - 30 * MINUTE), system, "hamburg", shape, shape, shape, "unrestricted", quantity, "PC"


def _table(now_ns: int) -> Iterator[tuple[Any, ...]]:
    """Columns nobody has mapped, called as harmfully as what is in them; and rows that cannot be understood."""
    yield "type", "time", *SHAPES
    for number, shape in enumerate(SHAPES):
        yield shape, instant_text(now_ns - number * MINUTE) if number % 2 else shape, *SHAPES


def _write_what_people_say(application: Application, now_ns: int) -> None:
    with application.read_now() as reader:
        groups = [row["signature"] for row in reader.export("failure_groups")]
        case = find(reader, Group(kind="failed", workflow="production_to_inventory"))
    for signature, shape in zip(groups, cycle(SHAPES), strict=False):
        application.memory.note(signature, TOM, shape)
        application.memory.link(signature, TOM, f"https://tickets.invalid/{shape}")
    for number, shape in enumerate(each for each in SHAPES if each.isprintable()):
        application.views.keep("ada", shape[:60], f"transactions?text={shape}")
        application.subscriptions.add("ada", shape[:60], Wanted(partners=(shape,)), ())
        application.annotations.say(Given("other", shape, now_ns - number * MINUTE, None, (), (), (shape[:60],)), TOM)
    proposal = application.desk.propose("give-up", case[:1])
    application.desk.request(proposal, proposal.plan.hash, TOM, SHAPES[2], {})
