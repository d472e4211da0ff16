"""Receipts find what they acknowledge, whichever comes first: could not be read is a failure of the order, could be read is no answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.application import opened
from app.settings import load_settings
from metrics.read import Moment
from tests.sources.edi_texts import ISA, edifact, x12

CONFIG = """
version: 1
home: ./home
timezone: UTC
sites: [{{name: hamburg, timezone: UTC}}]
calendars: {{default: {{days: [mon, tue, wed, thu, fri], from: "08:00", to: "17:00"}}}}
workflows: [workflow.yaml]
sources:
  - {{name: edi, kind: edi, path: "edi/*", options: {{own_ids: [ACME], site: hamburg{more}}}}}
"""
WORKFLOW = """
version: 1
workflows:
  - name: procurement
    object: purchase_order
    milestones:
      - {name: sent,      event: purchase_order.sent,      system: erp}
      - {name: confirmed, event: purchase_order.confirmed, system: supplier, after: sent, within: 2d}
"""
SENT_NS = int(datetime(2026, 3, 2, 14, tzinfo=UTC).timestamp()) * 10**9
MINUTE_NS = 60 * 10**9
THEM = {"sender": "BOLT", "receiver": "ACME"}
Judged = Callable[..., tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]]


@pytest.fixture
def judged(tmp_path: Path) -> Judged:
    """Transactions by order, and the events, once all files were read, written a minute apart, with an ingest for each of `turns`."""

    def judge(*files: bytes, more: str = "", turns: Sequence[Sequence[int]] = ()) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
        (tmp_path / "syncline.yaml").write_text(CONFIG.format(more=more))
        (tmp_path / "workflow.yaml").write_text(WORKFLOW)
        (tmp_path / "edi").mkdir()
        with opened(load_settings(tmp_path / "syncline.yaml", {})) as application:
            for turn in turns or [range(len(files))]:
                for number in turn:
                    path = tmp_path / "edi" / f"{number:02}.edi"
                    path.write_bytes(files[number])
                    os.utime(path, ns=(SENT_NS + number * MINUTE_NS,) * 2)
                application.ingest()
            with application.reader(Moment(SENT_NS + 60 * MINUTE_NS, application.now_ns())) as reader:
                found = {row["transaction_id"]: row for row in reader.export("transactions")}
                return found, list(reader.export("events"))

    return judge


def order(control: int, asks: str = "0") -> bytes:
    return x12("850", f"BEG*00*SA*PO-{control}**20260302", control=control, asks=asks)


def orders(control: int) -> bytes:
    return edifact("ORDERS", f"BGM+220+PO-{control}+9", control=control)


def of_set(control: int, answer: str, kind: str = "997", tag: str = "AK5") -> bytes:
    return x12(kind, f"AK1*PO*{control}", "AK2*850*0001", f"{tag}*{answer}", f"AK9*{answer[0]}*1*1*0", **THEM)


def of_group(control: int, answer: str) -> bytes:
    return x12("997", f"AK1*PO*{control}", f"AK9*{answer}*1*1*0", **THEM)


def of_interchange(control: int, answer: str) -> bytes:
    return f"{ISA.format(control=50, asks='0', **THEM)}\nTA1*{control:0>9}*260302*1400*{answer}~\nIEA*0*000000050~\n".encode()


def contrl(control: int, answer: str, *messages: str) -> bytes:
    return edifact("CONTRL", f"UCI+{control}+ACME:14+BOLT:ZZ+{answer}", *messages, **THEM)


NEGATIVE = [
    (order(1), of_set(1, "R*5"), "x12.997:R"),
    (order(2), of_set(2, "R*5", "999", "IK5"), "x12.999:R"),
    (order(3), of_group(3, "R"), "x12.997:R"),
    (order(4, asks="1"), of_interchange(4, "R*025"), "x12.ta1:025"),
    (orders(5), contrl(5, "7", "UCM+1+ORDERS:D:96A:UN+4+13"), "edifact.contrl:4"),
    (orders(6), contrl(6, "4+23"), "edifact.contrl:4"),
    (orders(7), edifact("APERAK", "BGM+313+1+9", "RFF+ON:PO-7", "ERC+12", "FTX+AAO+++No such item", **THEM), "edifact.aperak:12"),
]
COUNT = len(NEGATIVE)


@pytest.mark.parametrize(
    "turns",
    [[range(COUNT), range(COUNT, 2 * COUNT)], [range(COUNT, 2 * COUNT), range(COUNT)]],
    ids=["receipts later", "receipts earlier"],
)
def test_an_order_that_could_not_be_read_has_failed(judged: Judged, turns: Sequence[Sequence[int]]) -> None:
    found, events = judged(*(sent for sent, _, _ in NEGATIVE), *(receipt for _, receipt, _ in NEGATIVE), turns=turns)
    failed = {name: (row["state"], row["failed_milestone"]) for name, row in found.items()}
    assert failed == {f"PO-{number}": ("failed", "confirmed") for number in range(1, COUNT + 1)}
    codes = [event["error_code"] for event in sorted(events, key=lambda event: str(event["event_time"])) if event["outcome"] == "error"]
    assert codes == [code for _, _, code in NEGATIVE]


def test_that_it_could_be_read_is_no_answer(judged: Judged) -> None:
    sent = [order(1), order(2), order(3), orders(4), orders(5), order(6, asks="1")]
    receipts = [
        of_set(1, "A"),
        of_group(2, "A"),
        of_set(3, "E*5"),
        contrl(4, "7", "UCM+1+ORDERS:D:96A:UN+7"),
        contrl(5, "8"),
        of_interchange(6, "A*000"),
    ]
    found, events = judged(*sent, *receipts)
    assert {(row["state"], *row["reached"], row["failed_attempts"]) for row in found.values()} == {("in_progress", "sent", 0)}
    assert [event["event_type"] for event in events].count("technical.receipt") == 6
    assert {event["event_type"] for event in events} == {"purchase_order.sent", "interchange.sent", "technical.receipt"}


def test_where_a_partner_acknowledges_an_order_is_sent_once_it_could_be_read(judged: Judged) -> None:
    again = x12("850", "BEG*00*SA*PO-2**20260302", control=3)
    files = (order(1), of_set(1, "A"), order(2), of_set(2, "R*5"), again, of_set(3, "A"), order(4), of_set(4, "R*5"), order(5))
    found, events = judged(*files, more=", partners: {BOLT: {name: Bolt, acknowledges: true}}")
    assert {name: (row["state"], list(row["reached"]), row["is_recovered"], row["failed_milestone"]) for name, row in found.items()} == {
        "PO-1": ("in_progress", ["sent"], False, None),
        "PO-2": ("in_progress", ["sent"], True, None),
        "PO-4": ("failed", [], False, "sent"),
    }
    assert found["PO-2"]["reached"]["sent"] == "2026-03-02T14:05:00.000Z"
    failed = [(event["event_type"], event["system"], event["error_code"]) for event in events if event["outcome"] == "error"]
    assert failed == [("purchase_order.sent", "erp", "x12.997:R")] * 2
    assert [event["event_type"] for event in events].count("technical.transmission") == 5


def test_a_receipt_about_nothing_known_is_kept_and_says_why_and_a_document_sent_twice_is_a_redelivery(judged: Judged) -> None:
    lost = x12("997", "AK1*PO*99", "AK2*850*0001", "AK3*PO1*4**3", "AK4*2*330*7*XX", "AK5*R*5", "AK9*R*1*1*0", **THEM)
    found, events = judged(lost, order(1), order(1), x12("850", "BEG*00*SA*PO-1**20260302", control=2))
    assert {name: row["state"] for name, row in found.items()} == {"PO-1": "in_progress"}
    (failed,) = [event for event in events if event["outcome"] == "error"]
    assert (failed["error_class"], failed["error_code"]) == ("contract", "x12.997:R")
    assert failed["error_text"] == (
        "997: 850 0001 was rejected (AK5 R): segments are in error; "
        "segment PO1 at 4: mandatory and missing; element 2: an invalid code (found 'XX')"
    )
    keys = [event["idempotency_key"] for event in events if event["outcome"] == "ok"]
    assert keys == ["x12:ACME>BOLT:000000001/1/0001/PO-1"] * 2 + ["x12:ACME>BOLT:000000002/2/0001/PO-1"]
