"""Interfaces: versions, schema errors, keys and plants that differ are told; what nobody mapped comes with a mapping to begin with."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest
from flask import Flask

from app.application import Application
from app.figures.interface_facts import differences, interfaces_of
from app.figures.rows import rows_of
from app.figures.words import percent
from metrics.events import interfaces
from metrics.read import Moment, open_reader
from tests.pages import trees
from tests.pages.served import drawn_text, opened_on, someone, table
from tests.sources.plant_floor import span, traces

COLUMNS = ("T", "AT", "SYSTEM", "SITE", "VERSION", "KEY", "RC", "TRY", "DEAD", "TEXT", "ID")
CONFIGURATION = """
version: 1
sites: [{name: brno, timezone: Europe/Prague}, {name: hamburg, timezone: Europe/Berlin}]
sources:
  - name: bus
    kind: csv
    complete: true
    path: bus.csv
    map:
      event_type: {column: T}
      event_time: {column: AT}
      system: {column: SYSTEM}
      site: {column: SITE}
      schema_version: {column: VERSION}
      idempotency_key: {column: KEY}
      outcome: {column: RC}
      attempt: {column: TRY}
      dead_letter: {column: DEAD}
      error_text: {column: TEXT}
      objects: {type: {value: production_order}, id: {column: ID}}
  - {name: traces, kind: otlp_file, path: "*.jsonl"}
  - name: said
    kind: files
    path: "*.said"
    format: jsonl
    map: {event_type: {path: step}, event_time: {path: at}, objects: {type: {value: production_order}, id: {path: order}}}
"""


def rows() -> Iterator[tuple[str, ...]]:
    """Hamburg sends version 2 with keys; Brno version 1 without, and every other message of it cannot be parsed."""
    for number in range(40):
        at = f"2026-03-23T08:{number:02d}:00Z"
        yield "work_order.received", at, "mes", "hamburg", "2", f"K{number // 2}", "ok", "1", "", "", f"H{number}"
        broken = number % 2 == 0
        outcome, why = ("error", "malformed document") if broken else ("ok", "")
        yield (
            "work_order.received",
            at,
            "mes",
            "brno",
            "1",
            "",
            outcome,
            "2" if broken else "1",
            "true" if number == 4 else "",
            why,
            f"B{number}",
        )


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder = tmp_path_factory.mktemp("interfaces")
    unmapped = span(
        attributes={"acme.step": "<b>WO_IN</b>", "messaging.system": "kafka", "messaging.destination.name": "orders"}, name="orders receive"
    )
    (folder / "a.said").write_text('{"head": {"msg_type": "WO_IN", "sent": "2026-03-23T12:00:00Z"}, "order_no": "471<b>1"}\n' * 3)
    (folder / "traces.jsonl").write_bytes(traces(unmapped, resource={"service.name": "opcenter"}) + b"\n")
    with opened_on(folder, CONFIGURATION, bus=table(COLUMNS, *rows())) as application:
        yield application


AS_OF = "?as_of=2026-03-23T13:00:00Z"


def test_an_interface_is_told_with_its_versions_and_what_goes_wrong(web: Flask) -> None:
    said = drawn_text(someone(web, "tom").show("/interfaces", AS_OF))
    assert (
        "1 interface with 80 events in the last 7 days , 20 messages could not be read by the receiver , 1 interface in several versions."
        in said
    )
    assert "work_order.received" in said
    assert "1 50 % 2 50 %" in said
    assert "20 25 % 1 dead letter" in said


def test_the_counts_of_the_reader(plant: Application) -> None:
    at = 1_774_270_800_000_000_000
    with open_reader(plant.store, Moment(at, plant.now_ns())) as reader:
        (found,) = interfaces_of(rows_of(interfaces(reader, at - 86_400 * 10**9)))
    assert dict(found.counts) == {
        "events": 80, "error_events": 20, "contract_errors": 20, "retries": 20, "dead_letters": 1, "keyed_events": 40, "redelivered": 20,
    }  # fmt: skip
    assert (found.from_systems, found.owners, list(found.versions)) == (["erp"], ["plant-it"], ["1", "2"])
    assert found.events_by_version == {"1": 40, "2": 40}
    told = [each.text for each in differences(found)]
    assert any("speaks version" in sentence for sentence in told)
    assert "Brno: 0 % with an idempotency key, elsewhere 100 %." in told
    assert "Brno: 50 % failed, elsewhere 0 %." in told


def test_the_sums_and_what_differs_open_their_events(web: Flask) -> None:
    page = trees.drawn(someone(web, "tom").show("/interfaces", AS_OF))
    opened = {text: href for text, href in trees.links(page) if text in ("80 events", "20 messages could not be read by the receiver")}
    (differing,) = trees.with_class(page, "interfaces-differing")
    items = [part for part in trees.parts(differing) if getattr(part, "kind", None) == "Li"]
    told = {item.children[0]: item.children[2].href for item in items if isinstance(item.children[0], str)}
    counts = {text: int(text.split()[0]) for text in opened} | {
        "Hamburg speaks version 2, most events are version 1.": 40,
        "Brno: 0 % with an idempotency key, elsewhere 100 %.": 40,  # none has one: all of them
        "Brno: 50 % failed, elsewhere 0 %.": 20,
        "Brno: 50 % were retries, elsewhere 0 %.": 20,
    }
    assert (opened | told).keys() == counts.keys()
    for said, href in (opened | told).items():
        assert f" {counts[said]} events from" in drawn_text(someone(web, "tom").show("/events", "?" + href.partition("?")[2])), said


@pytest.mark.parametrize(
    ("kind", "count"), [(None, 80), ("failed", 20), ("contract", 20), ("retries", 20), ("dead", 1), ("unkeyed", 40), ("redelivered", 20)]
)
def test_every_count_opens_the_events_it_counts(web: Flask, kind: str | None, count: int) -> None:
    page = trees.drawn(someone(web, "tom").show("/interfaces", AS_OF))
    wanted = f"&system=mes&kind={kind}" if kind else "&system=mes"
    (link,) = {href for _, href in trees.links(page) if "/events?" in href and href.endswith(wanted)}
    told = drawn_text(someone(web, "tom").show("/events", "?" + link.partition("?")[2]))
    assert f"{count} event{'' if count == 1 else 's'} from Mon 16 Mar" in told, told[:300]
    assert told.count(" in order ") + told.count(" failed, ") == count


def test_events_are_narrowed_to_a_version_and_a_site_and_only_those_that_may_be_seen(web: Flask) -> None:
    narrowed = f"{AS_OF}&event=work_order.received&system=mes&version=2"
    assert "40 events from" in drawn_text(someone(web, "tom").show("/events", narrowed))
    assert "0 events from" in drawn_text(someone(web, "bruno").show("/events", narrowed))
    assert "No such event" in drawn_text(someone(web, "tom").show("/events", f"{narrowed}&site=brno"))
    assert "No such event" in drawn_text(someone(web, "tom").show("/events", f"{AS_OF}&system=none"))
    assert "No kind is called 'odd'" in drawn_text(someone(web, "tom").show("/events", "?kind=odd"))


def test_who_sees_one_site_sees_the_interfaces_of_that_site(web: Flask) -> None:
    said = drawn_text(someone(web, "bruno").show("/interfaces", AS_OF))
    assert "1 interface with 40 events" in said
    assert "Plants that differ" not in said


def test_what_says_no_event_comes_with_a_mapping_and_its_values_only_for_those_who_may(web: Flask) -> None:
    of_it, of_supply = (drawn_text(someone(web, name).show("/interfaces", AS_OF)) for name in ("tom", "maria"))
    for said in (of_it, of_supply):
        assert "orders receive" in said
        assert "event_type: attribute: acme.step values:" in said
    assert "WO_IN" in of_it
    assert "WO_IN" not in of_supply


def test_records_without_an_event_come_with_a_mapping_whatever_their_source(web: Flask) -> None:
    of_it, of_supply, of_brno = (drawn_text(someone(web, name).show("/interfaces")) for name in ("tom", "maria", "bruno"))
    for said in (of_it, of_supply):
        assert "said files head.msg_type head.sent order_no 3 " in said
        assert "map: event_type: path: head.msg_type values:" in said
        assert "event_time: {path: head.sent}" in said
        assert "id: {path: order_no}" in said
    assert "values: {WO_IN: order.released}" in of_it
    assert "471<b>1" in of_it
    assert "WO_IN" not in of_supply
    assert "471" not in of_supply
    assert "Records without an event" not in of_brno, "nobody knows of which site they are"


def test_every_count_of_what_says_no_event_opens_the_list_of_it(web: Flask) -> None:
    seen_by = {name: trees.drawn(someone(web, name).show("/interfaces", AS_OF)) for name in ("tom", "maria")}
    records, spans = (
        {href for _, href in trees.links(seen_by["tom"]) if "/without-event?" in href and word in href} for word in ("shape=", "name=")
    )
    (of_records,), (of_spans,) = ([href.partition("?")[2] for href in found] for found in (records, spans))
    told = drawn_text(someone(web, "tom").show("/without-event", "?" + of_records))
    assert "3 records of said with the fields head.msg_type, head.sent, order_no say no event type." in told
    assert told.count('"order_no": "471<b>1"') == 3
    assert "1 message ‘orders receive’ of opcenter through orders in whose traces nothing is a business event" in (
        told := drawn_text(someone(web, "tom").show("/without-event", "?" + of_spans))
    )
    assert "WO_IN" in told
    assert "471" not in drawn_text(someone(web, "maria").show("/without-event", "?" + of_records))
    assert "WO_IN" not in drawn_text(someone(web, "maria").show("/without-event", "?" + of_spans))
    assert "Not for you" in drawn_text(someone(web, "bruno").show("/without-event", "?" + of_records))
    assert "There are only 3" in drawn_text(someone(web, "tom").show("/without-event", f"?{of_records}&page=2"))
    assert "The address names neither" in drawn_text(someone(web, "tom").show("/without-event", "?source=said"))


@pytest.mark.parametrize(("who", "fields"), [("tom", {"recorded_time", "position", "excerpt"}), ("maria", {"recorded_time", "position"})])
def test_the_list_of_records_without_an_event_is_exported(web: Flask, who: str, fields: set[str]) -> None:
    page = trees.drawn(someone(web, who).show("/interfaces", AS_OF))
    (address,) = {href for _, href in trees.links(page) if "shape=" in href}
    about = {"id": "without-event-about", "property": "data", "value": dict(parse_qsl(address.partition("?")[2]))}
    clicked, download = (
        {"id": "without-event-export", "property": "n_clicks", "value": 1},
        {"id": "without-event-download", "property": "data"},
    )
    answer = someone(web, who).call("without-event-download.data", [clicked], download, [about])
    lines = list(csv.DictReader(io.StringIO(answer.get_json()["response"]["without-event-download"]["data"]["content"])))
    assert [set(line) for line in lines] == [fields] * 3


def test_what_is_opened_is_of_the_moment_that_is_looked_at(web: Flask) -> None:
    page = trees.drawn(someone(web, "tom").show("/interfaces", AS_OF))
    (of_spans,) = (href for _, href in trees.links(page) if "/without-event?" in href and "name=" in href)
    pages = [page, *(trees.drawn(someone(web, "tom").show(*href.split("?"))) for href in ("/events" + AS_OF, of_spans))]
    for number, one in enumerate(pages):
        opened = [href for _, href in trees.links(one) if href.startswith(("/path?", "/transactions?"))]
        assert opened, number
        assert all("as_of=2026-03-23T13" in href for href in opened), opened[:3]


def test_a_period_nobody_knows_is_told(web: Flask) -> None:
    assert "There is no period '3d'. Known: 24h, 7d, 28d." in drawn_text(someone(web, "tom").show("/interfaces", "?period=3d"))
    assert "No event in the last 24 hours" in drawn_text(someone(web, "tom").show("/interfaces", "?period=24h"))


@pytest.mark.parametrize(("share", "text"), [(0, "0 %"), (0.0001, "0.1 %"), (0.123, "12 %"), (0.9999, "99 %"), (1, "100 %")])
def test_a_share_is_never_rounded_to_all_or_nothing(share: float, text: str) -> None:
    assert percent(share) == text
