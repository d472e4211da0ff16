"""What each kind of document becomes: whose event, about what, how much, by when, and when it is a refusal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.event import Event
from collectors.rows import Rows
from collectors.sources import check_source
from tests.sources.edi_texts import ORDER, ORDERS, edifact, x12
from tests.sources.plant_floor import TOLD_NS, record, rows_of

US = {"own_ids": ["ACME"]}
THEM = {"sender": "BOLT", "receiver": "ACME"}


def read(data: bytes, options: dict[str, Any] = US, **settings: Any) -> Rows:
    return rows_of({"kind": "edi", "path": "*", "options": options, **settings}, record(data, "application/edi"))


def event(data: bytes, options: dict[str, Any] = US, **settings: Any) -> Event:
    rows = read(data, options, **settings)
    assert rows.rejected == []
    (found,) = rows.events
    return found


def told(found: Event) -> tuple[str, str | None, tuple[tuple[str, str], ...]]:
    return found.event_type, found.system, found.objects


def end_of(day: str) -> int:
    return int(datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=UTC).timestamp()) * 10**9


PO = ("purchase_order", "4500012345")
LINES = ("PO1*1*100*EA*8.90**VP*GEAR-100", "ACK*IA*100*EA*067*20260307", "PO1*2*40*EA*3.95**VP*CABLE", "ACK*IQ*30*EA*067*20260310")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (x12("850", *ORDER), ("purchase_order.sent", "erp", (PO,))),
        (edifact("ORDERS", *ORDERS), ("purchase_order.sent", "erp", (PO,))),
        (x12("850", *ORDER, **THEM), ("order.received", "erp", (("customer_order", "4500012345"),))),
        (x12("850", "BEG*01*SA*4500012345**20260302"), ("purchase_order.cancelled", "erp", (PO,))),
        (x12("855", "BAK*00*AD*4500012345*20260302", *LINES, **THEM), ("purchase_order.confirmed", "supplier", (PO,))),
        (edifact("ORDRSP", "BGM+231+51+9+AP", "RFF+ON:4500012345", **THEM), ("purchase_order.confirmed", "supplier", (PO,))),
        (
            x12(
                "856", "BSN*00*SHP1*20260303", "HL*1**S", "REF*BM*700003", "HL*2*1*O", "PRF*4500012345", "HL*3*2*I", "SN1*1*100*EA", **THEM
            ),
            ("asn.received", "supplier", (PO, ("asn", "SHP1"), ("shipment", "700003"))),
        ),
        (
            edifact("DESADV", "BGM+351+SHP1+9", "RFF+ON:4500012345", "CPS+1", "LIN+1", "QTY+12:5", **THEM),
            ("asn.received", "supplier", (PO, ("asn", "SHP1"))),
        ),
        (x12("810", "BIG*20260304*INV1*20260302*4500012345", "TDS*100", **THEM), ("invoice.issued", "supplier", (PO, ("invoice", "INV1")))),
        (
            x12("810", "BIG*20260304*INV1*20260302*C-77", "REF*SI*8000123"),
            ("invoice.issued", "fin", (("customer_order", "C-77"), ("invoice", "INV1"), ("delivery", "8000123"))),
        ),
        (
            edifact("INVOIC", "BGM+380+INV1+9", "RFF+ON:C-77", "RFF+DQ:8000123"),
            ("invoice.issued", "fin", (("customer_order", "C-77"), ("invoice", "INV1"), ("delivery", "8000123"))),
        ),
        (
            x12("860", "BCH*04*SA*4500012345**2*20260303"),
            ("purchase_order_change.sent", "erp", (PO, ("purchase_order_change", "4500012345-2"))),
        ),
        (
            edifact("ORDCHG", "BGM+230+4500012345-2+4", "RFF+ON:4500012345"),
            ("purchase_order_change.sent", "erp", (PO, ("purchase_order_change", "4500012345-2"))),
        ),
        (
            edifact("ORDCHG", "BGM+230+4500012345-2+1", "RFF+ON:4500012345"),
            ("purchase_order.cancelled", "erp", (PO, ("purchase_order_change", "4500012345-2"))),
        ),
        (
            x12("865", "BCA*00*AC*4500012345**2*20260303", **THEM),
            ("purchase_order_change.confirmed", "supplier", (PO, ("purchase_order_change", "4500012345-2"))),
        ),
        (
            edifact("ORDRSP", "BGM+231+51+9+AC", "RFF+ON:4500012345", "RFF+POC:4500012345-2", **THEM),
            ("purchase_order_change.confirmed", "supplier", (PO, ("purchase_order_change", "4500012345-2"))),
        ),
        (x12("861", "BRA*RA1*20260305", "REF*PO*4500012345", "RCD*1*60*EA"), ("goods.received", "wms", (PO, ("receiving_advice", "RA1")))),
        (
            edifact("RECADV", "BGM+632+RA1+9", "RFF+ON:4500012345", "CPS+1", "LIN+1", "QTY+48:60:PCE"),
            ("goods.received", "wms", (PO, ("receiving_advice", "RA1"))),
        ),
        (x12("940", "W05*N*8000123*C-77", "W01*5*EA"), ("delivery.created", "erp", (("customer_order", "C-77"), ("delivery", "8000123")))),
        (
            x12("945", "W06*N*8000123*20260304*SH1**C-77", "W12*CC*5*5**EA", **THEM),
            ("shipment.dispatched", "tms", (("customer_order", "C-77"), ("delivery", "8000123"), ("shipment", "SH1"))),
        ),
    ],
)
def test_a_document_is_an_event_of_the_one_who_says_it(data: bytes, expected: Any) -> None:
    assert told(event(data)) == expected


def test_without_our_ids_we_are_the_buyer() -> None:
    assert event(x12("850", *ORDER), {"time_zone": "UTC"}).event_type == "purchase_order.sent"
    assert event(x12("855", "BAK*00*AD*1", **THEM), {"time_zone": "UTC"}).event_type == "purchase_order.confirmed"


def test_an_order_says_how_much_is_worth_what_and_wanted_when() -> None:
    found = event(x12("850", *ORDER, "CUR*BY*EUR"))
    assert (found.ordered_quantity, found.uom, found.value, found.currency) == ("140.000000", "EA", "1048.000000", "EUR")
    assert (found.due_ns, found.item, found.partner) == (end_of("2026-03-09"), None, "BOLT")
    found = event(edifact("ORDERS", *ORDERS, "CUX+2:EUR:9"))
    assert (found.ordered_quantity, found.uom, found.value, found.currency) == ("100.000000", "PCE", "890.000000", "EUR")
    assert (found.due_ns, found.item) == (end_of("2026-03-09"), "GEAR-100")


def test_an_answer_promises_what_was_accepted_for_the_last_of_its_dates() -> None:
    found = event(x12("855", "BAK*00*AC*4500012345", *LINES, "PO1*3*9*EA", "ACK*IR*9*EA", **THEM))
    assert (found.is_error, found.ordered_quantity, found.promised_ns) == (False, "130.000000", end_of("2026-03-10"))
    lines = ("LIN+1+5+X:SA", "QTY+21:9", "QTY+113:5", "DTM+67:202603071200:203", "LIN+2+7+Y:SA", "QTY+21:4")
    found, noon = event(edifact("ORDRSP", "BGM+231+51+9+AC", "RFF+ON:1", *lines, **THEM)), end_of("2026-03-07") - 43_199 * 10**9
    assert (found.is_error, found.ordered_quantity, found.promised_ns) == (False, "5.000000", noon)


@pytest.mark.parametrize(
    ("data", "code", "error_class"),
    [
        (x12("855", "BAK*00*RD*1", "PO1*1*9*EA", "ACK*IR*0*EA", "MSG*is blocked", **THEM), "x12.855:RD", "business"),
        (x12("855", "BAK*00*AC*1", "PO1*1*9*EA", "ACK*IR*0*EA", **THEM), "x12.855:IR", "unknown"),
        (x12("865", "BCA*00*RJ*1**2", **THEM), "x12.865:RJ", "unknown"),
        (edifact("ORDRSP", "BGM+231+51+9+RE", "RFF+ON:1", **THEM), "edifact.ordrsp:RE", "business"),
        (edifact("ORDRSP", "BGM+231+51+27", "RFF+ON:1", **THEM), "edifact.ordrsp:27", "unknown"),
        (edifact("ORDRSP", "BGM+231+51+9+AC", "RFF+ON:1", "LIN+1+7+X:SA", **THEM), "edifact.ordrsp:7", "unknown"),
    ],
)
def test_an_answer_that_refuses_the_whole_order_is_a_failure(data: bytes, code: str, error_class: str) -> None:
    found = event(data)
    assert (found.is_error, found.error_code, found.error_class, found.ordered_quantity) == (True, code, error_class, None)


def test_the_words_of_a_refusal_are_the_partners() -> None:
    data = edifact("ORDRSP", "BGM+231+51+9+RE", "RFF+ON:1", "FTX+AAO+++Item is blocked", **THEM)
    assert event(data).error_text == "rejected, BGM04 is RE: Item is blocked"


def test_a_notice_about_several_orders_is_one_event_for_each_with_its_own_quantity() -> None:
    order = ("HL*2*1*O", "PRF*A", "HL*3*2*I", "LIN*1*VP*X", "SN1*1*10*EA")
    rows = read(x12("856", "BSN*00*S1", "HL*1**S", *order, "HL*4*1*O", "PRF*B", "HL*5*4*I", "LIN*2*VP*Y", "SN1*2*7*EA", *order, **THEM))
    assert [(e.position, e.objects[0][1], e.quantity, e.item) for e in rows.events] == [
        ("erp.jsonl:1/1/1", "A", "20.000000", "X"),
        ("erp.jsonl:1/1/2", "B", "7.000000", "Y"),
    ]
    lines = ("LIN+1++X:SA", "QTY+12:10", "RFF+ON:A:1", "LIN+2++Y:SA", "QTY+12:7", "RFF+ON:B:1", "LIN+3", "QTY+12:1")
    rows = read(edifact("DESADV", "BGM+351+S1+9", "RFF+ON:A", *lines, **THEM))
    assert [(e.objects[0][1], e.quantity) for e in rows.events] == [("A", "11.000000"), ("B", "7.000000")]


def test_a_document_counts_from_when_it_came_unless_its_own_time_is_asked_for() -> None:
    assert event(x12("850", *ORDER)).event_ns == TOLD_NS
    found = event(x12("850", *ORDER), {**US, "time": "document", "time_zone": "Europe/Berlin"})
    assert found.event_ns == int(datetime(2026, 3, 2, 13, tzinfo=UTC).timestamp()) * 10**9


def test_a_partner_has_a_name_and_a_plant() -> None:
    options = {**US, "site": "hamburg", "system": "scm", "partners": {"BOLT": {"name": "Bolt & Co", "site": "penang"}, "NUT": "Nut"}}
    found = event(x12("850", *ORDER), options)
    assert (found.partner, found.site, found.system) == ("Bolt & Co", "penang", "scm")
    found = event(x12("850", *ORDER, receiver="NUT"), options)
    assert (found.partner, found.site) == ("Nut", "hamburg")


def test_a_mapping_adds_and_counts_before_what_a_document_says() -> None:
    mapping = {
        "site": {"segment": "N1[ST]04", "values": {"1000": "hamburg"}},
        "event_type": {"segment": "ST01", "values": {"850": "order.handed_over", "830": "forecast.sent"}},
        "partner": {"template": "{GS03}/{ISA08}"},
        "objects": [{"type": {"value": "contract"}, "id": {"segment": "REF[CT]02[]"}}],
    }
    found = event(x12("850", *ORDER, "N1*ST*Plant*92*1000", "REF*CT*K1", "REF*CT*K2"), map=mapping)
    assert told(found) == ("order.handed_over", "erp", (PO, ("contract", "K1"), ("contract", "K2")))
    assert (found.site, found.partner) == ("hamburg", "BOLT/BOLT")
    assert told(event(x12("830", "BFR*00"), map={"event_type": mapping["event_type"]}))[0] == "forecast.sent"
    assert read(x12("830", "BFR*00")).events == []


def test_what_does_not_fit_is_told_and_the_rest_is_read() -> None:
    rows = read(x12("850", "BEG*00*SA*1", "DTM*002*soon", "PO1*1*many*EA*2", "PO1*2*5*EA*2"))
    assert [(e.ordered_quantity, e.due_ns, e.value) for e in rows.events] == [("5.000000", None, None)]
    assert sorted({row[3] for row in rows.rejected}) == [
        "850 0001: DTM[002]02: 'soon' is no date of digits such as 20260331, so it does not count",
        "850 0001: PO102: 'many' is no number, so it does not count",
    ]
    (row,) = read(x12("850", "REF*DP*1")).rejected
    assert row[3] == "850 0001 names no order and nothing else it is about (BEG03 is empty)"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            {"map": {"site": {"segment": "BEG"}}},
            "'BEG' is no place in a segment; write it as in BEG03, REF[DP]02, DTM[137]01.2, PRF01[] or @file",
        ),
        ({"options": {"own_ids": "ACME"}}, "must list the ids of ours"),
        ({"options": {"partner": {}}}, "no option is called 'partner'. Did you mean 'partners'?"),
        ({"options": {"partners": {"B": {"nam": "x"}}}}, "no key is called 'nam'. Did you mean 'name'?"),
        ({"options": {"time": "now"}}, "must be received or document (found 'now')"),
        ({"options": {"time_zone": "Berlin"}}, "no time zone is called 'Berlin'"),
        ({"options": {"acknowledged": "yes"}}, "must be true or false (found 'yes')"),
    ],
)
def test_settings_are_refused_with_a_sentence(settings: dict[str, Any], told: str) -> None:
    ((_, sentence),) = check_source({"name": "edi", "kind": "edi", "path": "*", **settings})
    assert told in sentence
