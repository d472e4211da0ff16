"""What the status records of IDocs say of the documents they carry."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from collectors.formats import check_format, open_format
from collectors.message import Message
from collectors.rows import Rows
from collectors.sources import check_source
from tests.sources.idocs import ANSWER, BERLIN, ORDER, control, document, idoc, inbound, read, reasons, segment, status, told, write
from tests.sources.plant_floor import NOTHING, plant, record


def test_each_status_that_fails_or_succeeds_is_an_attempt_and_the_others_claim_nothing():
    rows = read(document(inbound(status("50", "090000"), status("64", "090100"), status("51", "090200"), status("53", "091500"))))
    assert told(rows) == [
        ("idoc.in_progress", "ok", "00", 1),
        ("idoc.waiting", "ok", "01", 1),
        ("purchase_order.confirmed", "idoc:51", "02", 1),
        ("purchase_order.confirmed", "ok", "15", 2),
    ]
    assert {event.objects[0] for event in rows.events} == {("purchase_order", "4500001001")}


def test_the_history_is_in_order_of_time_then_of_counter_wherever_it_stands():
    rows = read(document(inbound(status("68", "090500", "0003"), status("51", "090500", "0002"), status("64", "090000", "0001"))))
    assert told(rows) == [
        ("idoc.waiting", "ok", "00", 1),
        ("purchase_order.confirmed", "idoc:51", "05", 1),
        ("purchase_order.confirmed", "idoc:68", "05", 2),
    ]


@pytest.mark.parametrize(
    ("code", "event_type", "outcome"),
    [
        ("03", "idoc.handed_over", "ok"),
        ("12", "idoc.handed_over", "ok"),
        ("16", "idoc.handed_over", "ok"),
        ("30", "idoc.waiting", "ok"),
        ("64", "idoc.waiting", "ok"),
        ("70", "idoc.superseded", "ok"),
        ("41", "purchase_order.sent", "ok"),
        ("53", "purchase_order.sent", "ok"),
        ("02", "purchase_order.sent", "idoc:02"),
        ("31", "purchase_order.sent", "idoc:31"),
        ("40", "purchase_order.sent", "idoc:40"),
        ("56", "purchase_order.sent", "idoc:56"),
        ("66", "purchase_order.sent", "idoc:66"),
        ("68", "purchase_order.sent", "idoc:68"),
    ],
)
def test_handed_over_is_not_done(code: str, event_type: str, outcome: str):
    assert told(read(document(idoc(control(), ORDER, status(code, "090000"))))) == [(event_type, outcome, "00", 1)]


@pytest.mark.parametrize(
    ("code", "error_class"), [("51", "business"), ("56", "configuration"), ("26", "contract"), ("63", "transient"), ("66", "dependency")]
)
def test_a_failure_has_the_class_of_its_code(code: str, error_class: str):
    (event,) = read(document(inbound(status(code, "090000")))).events
    assert (event.error_class, event.is_error) == (error_class, True)


def test_a_document_that_is_locked_is_no_matter_of_business():
    text = status("51", "090000", STATXT="Order &amp;1 is locked by &amp;2", STAPA1="4500001001", STAPA2="MEIER", STAMID="06", STAMNO="023")
    (event,) = read(document(inbound(text))).events
    assert (event.error_class, event.error_text, event.error_type) == ("transient", "Order 4500001001 is locked by MEIER", "06 23")


def test_a_status_without_words_is_told_in_those_of_its_code():
    (event,) = read(document(inbound(status("51", "090000")))).events
    assert event.error_text == "Application document not posted"


def test_a_port_that_takes_the_document_can_count_as_sent():
    history = document(idoc(control(), ORDER, status("30", "090000"), status("03", "090100"), status("12", "090200")))
    rows = read(history, {"reached_by": "handed_over"})
    assert told(rows) == [
        ("idoc.waiting", "ok", "00", 1),
        ("purchase_order.sent", "ok", "01", 1),
        ("purchase_order.sent", "ok", "02", 1),
    ]
    assert {event.idempotency_key for event in rows.events[1:]} == {"0000000000000042@ERPCLNT100"}


@pytest.mark.parametrize(
    ("reached_by", "code", "expected"),
    [
        ("posted", "30", ("idoc.waiting", "ok")),
        ("handed_over", "30", ("idoc.waiting", "ok")),
        ("handed_over", "03", ("purchase_order.sent", "ok")),
        ("written", "30", ("purchase_order.sent", "ok")),
        ("written", "", ("purchase_order.sent", "ok")),
        ("written", "02", ("purchase_order.sent", "idoc:02")),
        ("written", "33", ("idoc.superseded", "ok")),
    ],
)
def test_without_status_records_the_control_record_says_it_at_the_time_of_creation(reached_by: str, code: str, expected: tuple[str, str]):
    rows = read(document(idoc(control(STATUS=code), ORDER)), {"reached_by": reached_by})
    assert [each[:2] for each in told(rows)] == [expected]
    assert rows.events[0].event_ns == 1_772_438_400_000_000_000  # 2026-03-02T08:00:00Z: nine in Berlin


def test_with_status_records_written_counts_no_more_than_handed_over():
    rows = read(document(idoc(control(), ORDER, status("30", "090000"))), {"reached_by": "written"})
    assert told(rows) == [("idoc.waiting", "ok", "00", 1)]


def test_an_audit_message_ties_to_the_document_it_answers():
    answers = segment("E1STATE", DOCNUM="0000000000000042", STATUS="53") + segment(
        "E1STATE", DOCNUM="0000000000000043", STATUS="51", STATXT="Material &amp; does not exist", STAPA1_LNG="BRKT-22"
    )
    audit = idoc(control(MESTYP="ALEAUD", DIRECT="2", SNDPRN="SUPPLIER", RCVPRN="ERPCLNT100"), segment("E1ADHDR", answers, MESTYP="ORDERS"))
    rows = read(document(audit))
    assert told(rows) == [("purchase_order.sent", "ok", "00", 1), ("purchase_order.sent", "idoc:51", "00", 1)]
    assert [(event.message_id, event.objects) for event in rows.events] == [
        ("0000000000000042@ERPCLNT100", ()),
        ("0000000000000043@ERPCLNT100", ()),
    ]
    assert rows.events[1].error_text == "Material BRKT-22 does not exist"
    (sent,) = read(document(idoc(control(STATUS="41"), ORDER))).events
    assert sent.objects == (("purchase_order", "4500001001"), ("idoc", "0000000000000042@ERPCLNT100"))
    assert sent.message_id == rows.events[0].message_id


def test_a_status_message_names_no_message_type_so_options_may():
    stats = segment("E1STATS", DOCNUM="0000000000000042", LOGDAT="20260302", LOGTIM="100500", STATUS="17")
    message = document(idoc(control(MESTYP="STATUS", DIRECT="2", SNDPRN="EDI", RCVPRN="ERPCLNT100"), stats))
    assert told(read(message)) == [("idoc.failed", "idoc:17", "05", 1)]
    assert told(read(message, {"messages": {"STATUS": "purchase_order.sent"}})) == [("purchase_order.sent", "idoc:17", "05", 1)]


def test_every_idoc_of_a_document_counts_and_a_broken_one_keeps_no_other_back():
    bad = idoc(ORDER)
    late = inbound(status("53", "256199"), status("51", "090000"))
    rows = read(document(inbound(status("53", "090000"), DOCNUM="0000000000000001"), bad, late, inbound(status("99", "090000"))))
    assert told(rows) == [("purchase_order.confirmed", "ok", "00", 1), ("purchase_order.confirmed", "idoc:51", "00", 1)]
    assert reasons(rows) == [
        "IDoc without a number: it has no control record EDI_DC40",
        "IDoc 0000000000000042: '20260302' '256199' is no date and time of SAP; allowed: 20260323 and 134558",
        "IDoc 0000000000000042: status '99' is none of SAP's; say what it means under `options.statuses`",
    ]
    assert [event.position for event in rows.events] == ["a.xml:1/1/1", "a.xml:1/3/1"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<ORDERS05/>", "no IDoc is in the document: it has no element IDOC (its root is 'ORDERS05')"),
        (b"ISA*00*", "the document is not well-formed: syntax error: line 1, column 0"),
        (
            document(idoc(control(MESTYP=""))),
            "IDoc 0000000000000042: its control record names no message type (MESTYP) or no number (DOCNUM)",
        ),
        (document(idoc(control(DIRECT="3"))), "IDoc 0000000000000042: DIRECT must be 1 (out) or 2 (in) (found '3')"),
        (
            document(idoc(control(CREDAT="00000000"))),
            "IDoc 0000000000000042: nothing says when it was created: CREDAT is empty, and it has no status records",
        ),
    ],
)
def test_what_is_no_idoc_is_rejected_with_the_reason(body: bytes, reason: str):
    rows = read(body)
    assert (reasons(rows), rows.events) == ([reason], [])


def test_the_end_of_a_day_and_its_summer_time_are_those_of_the_system():
    rows = read(document(inbound(status("53", "240000", day="20260328"), status("53", "120000", day="20260329"))))
    assert [event.event_ns // 10**9 for event in rows.events] == [1_774_738_800, 1_774_778_400]  # 23:00Z, 10:00Z


def test_goods_are_told_where_all_lines_agree():
    line = segment("E1EDP19", QUALF="001", IDTNR="BRKT-22") + segment("E1EDP20", EDATU="20260313")
    lines = [segment("E1EDP01", line, MENGE=quantity, MENEE="PCE", WERKS="1010") for quantity in ("600.000", "400.5")]
    (event,) = read(document(idoc(control(STATUS="41"), ORDER, *lines))).events
    assert (event.item, event.ordered_quantity, event.uom, event.site, event.quantity) == ("BRKT-22", "1000.500000", "PCE", "1010", None)
    assert event.due_ns == 1_773_442_800_000_000_000  # the end of 13 March in Berlin
    mixed = segment("E1EDP01", line, MENGE="1", MENEE="KGM", WERKS="1020")
    (event,) = read(document(idoc(control(STATUS="41"), ORDER, *lines, mixed))).events
    assert (event.item, event.ordered_quantity, event.uom, event.site) == ("BRKT-22", None, None, None)


def test_a_delivery_announces_every_order_in_it():
    lines = [segment("E1EDL24", VGBEL=order, WERKS="1010") for order in ("4500000001", "4500000002", "4500000001")]
    body = document(idoc(control(MESTYP="DESADV", DIRECT="2", STATUS="53"), segment("E1EDL20", "".join(lines), VBELN="80000849")))
    (event,) = read(body).events
    assert event.event_type == "asn.received"
    assert event.objects[:3] == (("asn", "80000849"), ("purchase_order", "4500000001"), ("purchase_order", "4500000002"))


def test_options_say_what_a_message_means_and_map_says_better_what_is_found():
    options = {
        "messages": {"ZPLANT/1": {"event_type": "order.released", "system": "erp", "reached_by": "handed_over"}, "ORDRSP": None},
        "statuses": {"80": "failed"},
    }
    mapping = {
        "site": {"path": "Z1HEAD/WERKS", "values": {"1010": "hamburg"}},
        "objects": {"type": {"value": "production_order"}, "id": {"path": "Z1HEAD/Z1LINE[KIND=A]/AUFNR"}},
    }
    lines = segment("Z1LINE", KIND="B", AUFNR="1") + segment("Z1LINE", KIND="A", AUFNR="2")
    own = idoc(control(MESTYP="ZPLANT"), segment("Z1HEAD", lines, WERKS="1010"), status("03", "090000"), status("80", "090500"))
    rows = read(document(own, inbound(status("53", "090000"))), options, map=mapping)
    assert told(rows) == [("order.released", "ok", "00", 1), ("order.released", "idoc:80", "05", 1), ("idoc.posted", "ok", "00", 1)]
    assert (rows.events[0].site, rows.events[0].objects[0]) == ("hamburg", ("production_order", "2"))


def test_the_same_document_read_from_two_places_counts_once(tmp_path: Path):
    write(tmp_path, "a.xml", document(inbound(status("51", "090000", "1"))))
    write(tmp_path, "b.xml", document(inbound(status("51", "090000", "1"), status("53", "091500", "2"))))
    with plant(tmp_path, {"name": "sap", "kind": "idoc", "path": "*.xml", "options": BERLIN}) as here:
        here.ingest()
        assert here.rows("select event_type, is_error, attempt from events order by event_ns") == [
            ("purchase_order.confirmed", True, 1),
            ("purchase_order.confirmed", False, 2),
        ]


def test_what_a_port_appends_is_read_as_further_documents_and_half_a_document_is_waited_for(tmp_path: Path):
    first, second = document(inbound(status("51", "090000"))), document(inbound(status("53", "091500")))
    write(tmp_path, "port.xml", first + second[:-20], age=10)
    with plant(tmp_path, {"name": "sap", "kind": "idoc", "path": "*.xml", "options": BERLIN}) as here:
        here.ingest()
        assert here.column("select error_code from events order by event_ns") == ["idoc:51"]
        write(tmp_path, "port.xml", first + second, age=5)
        here.ingest()
        assert here.column("select error_code from events order by event_ns") == ["idoc:51", None]
        assert here.column("select position from events order by event_ns") == ["port.xml:1/1/1", "port.xml:2/1/1"]
        assert here.column("select count(*) from rejected") == [0]


def test_a_document_whose_end_never_came_is_rejected_once_it_was_given_up(tmp_path: Path):
    write(tmp_path, "port.xml", document(inbound(status("53", "090000")))[:-20])
    with plant(tmp_path, {"name": "sap", "kind": "idoc", "path": "*.xml", "options": BERLIN}) as here:
        here.ingest()
        (reason,) = here.column("select reason from rejected")
    assert reason.startswith("the document is not well-formed: ")


@pytest.mark.parametrize(
    ("settings", "where", "words"),
    [
        ({}, "options.time_zone", "SAP writes times without a zone"),
        ({"options": {"time_zone": "Berlin"}}, "options.time_zone", "no time zone is called 'Berlin'"),
        ({"options": {**BERLIN, "zone": 1}}, "options.zone", "no option is called 'zone'"),
        ({"options": {**BERLIN, "reached_by": "sent"}}, "options.reached_by", "must be one of posted, handed_over, written"),
        ({"options": {**BERLIN, "messages": {"ORDERS": 5}}}, "options.messages.ORDERS", "must be an event type"),
        ({"options": {**BERLIN, "messages": {"ORDERS": {"event": "x"}}}}, "options.messages.ORDERS.event", "no key is called"),
        ({"options": {**BERLIN, "statuses": {"80": "bad"}}}, "options.statuses.80", "no meaning is called 'bad'"),
        ({"options": {**BERLIN, "statuses": {80: "failed"}}}, "options.statuses.80", "in quotes"),
        ({"options": BERLIN, "map": {"event_type": {"value": "x"}}}, "map.event_type", "is said by options.messages"),
        ({"options": BERLIN, "map": {"site": {"path": "E1EDP01[/WERKS"}}}, "map.site.path", "is no path"),
        ({"options": BERLIN, "map": {"site": {"template": "{E1EDP01[}"}}}, "map.site.path", "is no path"),
    ],
)
def test_settings_that_cannot_be_meant_are_told(settings: dict[str, Any], where: str, words: str):
    problems = dict(check_source({"name": "sap", "kind": "idoc", "path": "*.xml", **settings}))
    assert words in problems[where]


def test_an_answer_without_a_purchase_order_is_an_event_without_one():
    (event,) = read(document(inbound(status("53", "090000")).replace(ANSWER, ""))).events
    assert event.objects == (("idoc", "0000000000000042@ERPCLNT100"),)


def test_a_packed_file_that_unpacks_to_more_than_is_allowed_is_told_of_and_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("collectors.files.documents.LARGEST", 1 << 20)
    write(tmp_path, "bomb.xml.gz", gzip.compress(b" " * (2 << 20)))
    write(tmp_path, "good.xml.gz", gzip.compress(document(inbound(status("53", "090000")))))
    with plant(tmp_path, {"name": "sap", "kind": "idoc", "path": "*.xml.gz", "options": BERLIN}) as here:
        here.ingest()
        assert here.troubles == [f"{tmp_path / 'bomb.xml.gz'} is larger than 1 MiB. Nothing of it was read; split it."]
        assert here.column("select event_type from events") == ["purchase_order.confirmed"]


def test_any_carrier_may_bring_idocs_and_says_more_of_them():
    assert [where for where, _ in check_format({"format": "idoc"})] == ["options.time_zone"]
    reading = open_format("idoc", {"location": {"path": "@topic"}}, BERLIN)
    rows, message = Rows(), Message(document(inbound(status("53", "090000"))), head={"topic": "sap.orders"})
    reading.add(record(b""), message, "sap.orders/0:17", NOTHING, rows)
    assert [(event.position, event.location) for event in rows.events] == [("sap.orders/0:17/1/1", "sap.orders")]
