"""The one box: whatever form a number is typed in, it is found in the form it is kept in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.components.search import forms_of
from tests.pages.served import Client, make_server, opened, someone
from tests.pages.trees import links, revived, text

TABLE = """no,time,type,system,site,purchase_order,asn,message
1,2026-11-23T10:00:00Z,purchase_order.created,erp,brno,00004500012345,,
2,2026-11-23T10:01:00Z,purchase_order.sent,erp,brno,4500012345,,IDOC-0000000815
3,2026-11-23T10:02:00Z,asn.received,supplier,brno,4500012345,k7,
4,2026-11-23T10:03:00Z,purchase_order.created,erp,brno,TO-KUL-1,,
5,2026-11-23T10:04:00Z,purchase_order.created,erp,kulim,4500099999,,IDOC-0000000816
6,2026-11-23T10:05:00Z,purchase_order.created,erp,brno,50%_OFF,,
7,2026-11-23T10:06:00Z,purchase_order.created,erp,brno,770000,,
""" + "".join(f"{8 + n},2026-11-23T10:07:00Z,purchase_order.created,erp,kulim,7700-{n:03d},,\n" for n in range(300))
TRACE_ID, SPAN_ID, HIDDEN_SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "00f067aa0ba902b9"
CONFIGURATION = """
version: 1
timezone: UTC
sites: [{name: brno, timezone: Europe/Prague}]
objects:
  purchase_order: {keys: [strip_leading_zeros]}
  asn: {keys: [upper, {composite: [site]}]}
sources:
  - name: bus
    kind: csv
    path: bus.csv
    position: no
    complete: true
    map:
      event_type: {column: type}
      event_time: {column: time}
      system: {column: system}
      message_id: {column: message}
      site: {column: site}
      objects:
        - {type: {value: purchase_order}, id: {column: purchase_order}}
        - {type: {value: asn}, id: {column: asn}}
  - {name: traces, kind: otlp_file, path: traces.jsonl, complete: true}
"""


def traces() -> str:
    """Two spans of one trace at Brno, and one of another trace at another site."""
    spans = [("brno", TRACE_ID, SPAN_ID), ("brno", TRACE_ID, "00f067aa0ba902b8"), ("kulim", TRACE_ID[::-1], HIDDEN_SPAN_ID)]
    return "".join(json.dumps(request(*span)) + "\n" for span in spans)


def request(site: str, trace_id: str, span_id: str) -> dict[str, Any]:
    resource = [{"key": key, "value": {"stringValue": value}} for key, value in (("mfg.system", "erp"), ("mfg.site", site))]
    span = {
        "traceId": trace_id,
        "spanId": span_id,
        "name": "POST",
        "startTimeUnixNano": "1795428000000000000",
        "endTimeUnixNano": "1795428001000000000",
    }
    return {"resourceSpans": [{"resource": {"attributes": resource}, "scopeSpans": [{"spans": [span]}]}]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder: Path = tmp_path_factory.mktemp("search")
    (folder / "bus.csv").write_text(TABLE)
    (folder / "traces.jsonl").write_text(traces())
    (folder / "syncline.yaml").write_text(CONFIGURATION)
    with opened(folder / "syncline.yaml") as application:
        yield make_server(application)


def find(client: Client, wanted: str) -> tuple[str, list[str]]:
    """What is to be read below the box, and where it leads."""
    outputs = [{"id": "shell-hits", "property": name} for name in ("children", "hidden", "data-query")]
    inputs = [{"id": "shell-search", "property": "value", "value": wanted}]
    state = [{"id": "shell-url", "property": "search", "value": ""}]
    answer = client.call("..shell-hits.children...shell-hits.hidden...shell-hits.data-query..", inputs, outputs, state)
    tree = revived(answer.json["response"]["shell-hits"].get("children"))
    return text(tree), [address for _, address in links(tree)]


@pytest.mark.parametrize("typed", ["4500012345", "00004500012345", " 4500012345 ", "45000", "k7", "K7", "brno/K7"])
def test_a_number_is_found_however_it_is_typed(server: Flask, typed: str) -> None:
    assert "/path/procure_to_receipt/4500012345" in find(someone(server, "maria"), typed)[1]


def test_what_was_found_through_another_object_says_so(server: Flask) -> None:
    said, _ = find(someone(server, "maria"), "k7")
    assert "4500012345 Procure-to-receipt synchronization, Brno, through ASN brno/K7" in said


def test_a_transaction_is_listed_once_however_many_forms_find_it(server: Flask) -> None:
    assert find(someone(server, "maria"), "4500012345")[1].count("/path/procure_to_receipt/4500012345") == 1


def test_nothing_found_says_what_was_looked_for(server: Flask) -> None:
    said, addresses = find(someone(server, "maria"), "<b>x</b>")
    assert said.startswith("Nothing is called so. Looked for: the number of an order, batch, delivery or any other object")
    assert addresses == []


@pytest.mark.parametrize("typed", ["", " ", "4"])
def test_a_single_sign_is_not_looked_for(server: Flask, typed: str) -> None:
    assert find(someone(server, "maria"), typed) == ("", [])


def test_a_traceparent_is_read_as_its_trace_id(server: Flask) -> None:
    with server.app_context():
        forms = forms_of("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", [])
    assert forms[1] == "4bf92f3577b34da6a3ce929d0e0e4736"


# -- capitals, the list below, spans ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["tO-kUl-1", "to-kul-1", "TO-KUL-1", "to-kul"])
def test_capitals_make_no_difference(server: Flask, typed: str) -> None:
    said, addresses = find(someone(server, "maria"), typed)
    assert "/path/procure_to_receipt/TO-KUL-1" in addresses
    assert "Nothing is called so" not in said


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("00004500012345", ["/transactions?text=4500012345"]),
        ("45000", ["/transactions?text=45000"]),
        ("to-kul", ["/transactions?text=to-kul"]),
        ("k7", []),  # found through its shipping notice: no transaction is called so
        (TRACE_ID, []),
        (SPAN_ID, []),
    ],
)
def test_the_link_to_the_list_is_there_where_the_list_finds_something(server: Flask, typed: str, listed: list[str]) -> None:
    _, addresses = find(someone(server, "maria"), typed)
    assert [address for address in addresses if address.startswith("/transactions")] == listed


@pytest.mark.parametrize("typed", [TRACE_ID, TRACE_ID.upper(), SPAN_ID, SPAN_ID.upper()])
def test_a_trace_is_found_by_its_id_and_by_that_of_a_span(server: Flask, typed: str) -> None:
    said, addresses = find(someone(server, "maria"), typed)
    assert (said, addresses) == (f"Trace {TRACE_ID} 2 spans", [f"/path?trace={TRACE_ID}"])


def test_a_span_of_a_site_one_may_not_see_finds_no_trace(server: Flask) -> None:
    assert find(someone(server, "bruno"), HIDDEN_SPAN_ID)[1] == []


# -- messages, parts and what is nearest -----------------------------------------------------------------------------------

ORDER = "/path/procure_to_receipt/4500012345"


def test_the_id_of_a_message_finds_what_it_is_about(server: Flask) -> None:
    said, addresses = find(someone(server, "maria"), "IDOC-0000000815")
    assert addresses == [ORDER]
    assert "Nothing is called so" not in said


@pytest.mark.parametrize("typed", ["12345", "00012", "5000123"])
def test_a_part_of_a_number_finds_it_and_says_that_nothing_is_called_so(server: Flask, typed: str) -> None:
    said, addresses = find(someone(server, "maria"), typed)
    assert said.startswith("Nothing is called so. The nearest: 4500012345")
    assert ORDER in addresses


@pytest.mark.parametrize("typed", ["4500012354", "450012345", "45000123455", "to-kul-l"])
def test_a_number_mistyped_in_a_sign_or_two_finds_the_nearest(server: Flask, typed: str) -> None:
    said, addresses = find(someone(server, "maria"), typed)
    assert said.startswith("Nothing is called so. The nearest: ")
    assert addresses[0] == ("/path/procure_to_receipt/TO-KUL-1" if typed == "to-kul-l" else ORDER)


@pytest.mark.parametrize("typed", ["4500099999", "45000999", "IDOC-0000000816", "99999", "4500099998"])
def test_what_one_may_not_see_is_not_found_nor_is_it_the_nearest(server: Flask, typed: str) -> None:
    assert "/path/procure_to_receipt/4500099999" not in find(someone(server, "bruno"), typed)[1]
    assert "/path/procure_to_receipt/4500099999" in find(someone(server, "maria"), typed)[1]


@pytest.mark.parametrize(("typed", "found"), [("50%", True), ("50%_o", True), ("%", False), ("__", False), ("5_%", False), ("50\\", False)])
def test_signs_that_stand_for_others_elsewhere_stand_for_themselves(server: Flask, typed: str, found: bool) -> None:
    assert ("/path/procure_to_receipt/50%25_OFF" in find(someone(server, "maria"), typed)[1]) == found


@pytest.mark.parametrize("typed", ["7700", "70000", "770000", "77000O"])
def test_what_others_see_does_not_crowd_out_what_one_sees_oneself(server: Flask, typed: str) -> None:
    assert "/path/procure_to_receipt/770000" in find(someone(server, "bruno"), typed)[1]
