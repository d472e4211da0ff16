"""A whole exchange with a real trading partner: what Syncline concludes from the interchanges is what the partner says happened."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.servers.trading_partner import HOUR_MS
from tests.sources.edi_texts import edifact, x12
from tests.sources.plant_floor import plant

CAPTURE = Path(__file__).parents[3] / "shared" / "data" / "mockedi"
STEPS = {"response_h": "purchase_order.confirmed", "despatch_h": "asn.received", "invoice_h": "invoice.issued"}
SENT = "purchase_order.sent"
PARTNERS = ("ACME", "GLOBEX", "EURODIS")
BEHAVIOURS = (
    "accept", "accept", "short-ship", "over-ship", "late", "out-of-order", "no-ack", "no-invoice", "duplicate-invoice", "corrupt",
    "reject-line", "reject-all",
)  # fmt: skip
FIRST = """
select o.object_id, e.event_type, min(e.event_ns)
from events e join event_objects o using (event_no)
where o.object_type = 'purchase_order' and not e.is_error
group by all
"""


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 10**9


def keep(folder: Path, name: str, payload: str | bytes, at: str) -> None:
    path = folder / name
    path.write_bytes(payload if isinstance(payload, bytes) else payload.encode())
    os.utime(path, ns=(ns(at),) * 2)


def hours(opened: Any) -> dict[str, dict[str, float]]:
    """By order and step: hours after the order was first sent."""
    first = {(order, step): at for order, step, at in opened.rows(FIRST)}
    return {
        order: {name: (first[order, step] - sent) / 3.6e12 for name, step in STEPS.items() if (order, step) in first}
        for (order, step_), sent in first.items()
        if step_ == SENT
    }


def entry(*own_ids: str) -> dict[str, Any]:
    return {"name": "edi", "kind": "edi", "path": "*.edi", "options": {"own_ids": list(own_ids)}}


def test_what_is_concluded_from_an_exchange_is_what_the_partner_did(trading_partner: Callable[..., Any], tmp_path: Path) -> None:
    partner = trading_partner(response_delay_ms=3 * HOUR_MS, despatch_delay_ms=20 * HOUR_MS, invoice_delay_ms=40 * HOUR_MS)
    sent = [
        ("ACME", x12("850", *lines("A-1"), sender="ACME", receiver="MOCKEDI", control=1), "accept"),
        ("GLOBEX", order_of("GLOBEX-1", 1), "short-ship"),
        ("EURODIS", edifact("ORDERS", *lines_of_edifact("E-1"), sender="EURODIS", receiver="MOCKEDI", control=1), "accept"),
        ("ACME", x12("850", *lines("A-2"), sender="ACME", receiver="MOCKEDI", control=2), "reject-all"),
        ("EURODIS", edifact("ORDERS", *lines_of_edifact("E-2"), sender="EURODIS", receiver="MOCKEDI", control=2), "reject-ack"),
        ("ACME", x12("850", *lines("A-3"), sender="ACME", receiver="MOCKEDI", control=3), "reject-ack"),
    ]
    for number, (name, payload, behaviour) in enumerate(sent):
        partner.behaviour(name, behaviour)
        partner.send(payload.decode())
        keep(tmp_path, f"out-{number}.edi", payload, f"2026-03-02T{8 + number // 6:02}:{number % 6}0:00Z")
        partner.advance(seconds=600)
    partner.advance(everything=True)
    partner.settle()
    for number, row in enumerate(partner.mailbox()):
        keep(tmp_path, f"in-{number}.edi", row["payload"], row["released_at"])
    truth = {order: said_by(partner.timeline(order)) for order in ("A-1", "GLOBEX-1", "E-1", "A-2")}
    assert truth["A-1"] == {"response_h": 3.0, "despatch_h": 20.0, "invoice_h": 40.0}
    with plant(tmp_path, entry("ACME", "GLOBEX", "EURODIS")) as opened:
        opened.ingest()
        assert opened.rows("select reason from rejected") == []
        assert {order: found for order, found in hours(opened).items() if found} == {
            order: found for order, found in truth.items() if found
        }
        errors = opened.rows("select event_type, error_code, error_class, message_id from events where is_error order by error_code")
    assert errors == [
        ("purchase_order.confirmed", "edifact.contrl:4", "contract", "edifact:EURODIS>MOCKEDI:2:1"),
        ("purchase_order.confirmed", "x12.855:RD", "business", errors[1][3]),
        ("purchase_order.confirmed", "x12.997:R", "contract", "x12:ACME>MOCKEDI:3:1"),
    ]


@pytest.mark.parametrize("seed", [11, 12])
def test_the_hours_of_a_fresh_exchange_are_those_of_the_partners_own_log(
    seed: int, trading_partner: Callable[..., Any], tmp_path: Path
) -> None:
    luck = random.Random(seed)
    waits = zip(("response", "despatch", "invoice"), (luck.randrange(1, 30), luck.randrange(30, 60), luck.randrange(61, 99)), strict=True)
    partner = trading_partner(seed_value=seed, **{f"{step}_delay_ms": hours_ * HOUR_MS for step, hours_ in waits})
    orders = [f"{luck.choice(PARTNERS)}-{number}" for number in range(16)]
    passed = 0
    for number, order in enumerate(orders):
        partner.behaviour(order.partition("-")[0], luck.choice(BEHAVIOURS))
        sent = order_of(order, number + 1)
        partner.send(sent.decode())
        keep(tmp_path, f"out-{number}.edi", sent, f"{datetime(2026, 3, 2, 8) + timedelta(seconds=passed):%Y-%m-%dT%H:%M:%SZ}")
        step = 60 * luck.randrange(1, 200)
        partner.advance(seconds=step)
        passed += step
    partner.advance(everything=True)
    partner.settle()
    for number, row in enumerate(partner.mailbox()):
        keep(tmp_path, f"in-{number}.edi", row["payload"], row["released_at"])
    with plant(tmp_path, entry(*PARTNERS)) as opened:
        opened.ingest()
        assert {reason.partition(". ")[2] for (reason,) in opened.rows("select reason from rejected")} <= {
            "What could be read of it counts"
        }
        found = hours(opened)
    assert {order: found.get(order, {}) for order in orders} == {order: pytest.approx(said_by(partner.timeline(order))) for order in orders}
    assert sum(map(len, found.values())) > len(orders), "most were answered"


def order_of(order: str, control: int) -> bytes:
    """As this buyer sends it: EURODIS in EDIFACT, GLOBEX in a newer X12 than ACME."""
    sender = order.partition("-")[0]
    if sender == "EURODIS":
        return edifact("ORDERS", *lines_of_edifact(order), sender=sender, receiver="MOCKEDI", control=control)
    sent = x12("850", *lines(order), sender=sender, receiver="MOCKEDI", control=control)
    return sent.replace(b"00401", b"00501").replace(b"004010", b"005010") if sender == "GLOBEX" else sent


def lines(order: str) -> tuple[str, ...]:
    return (f"BEG*00*SA*{order}**20260302", "N1*ST*PLANT 1000*92*1000", "PO1*1*100*EA*8.90**VP*GEAR-100", "CTT*1")


def lines_of_edifact(order: str) -> tuple[str, ...]:
    head = (f"BGM+220+{order}+9", "DTM+137:20260302:102", "NAD+BY+EURODIS::91", "NAD+SU+MOCKEDI::91", "CUX+2:EUR:9")
    return (*head, "LIN+1++GEAR-100:SA", "QTY+21:5", "PRI+AAA:8.90", "UNS+S", "CNT+2:1")


def said_by(timeline: dict[str, Any]) -> dict[str, float]:
    """Hours by step, as the partner's own log has them: a refusal is no response."""
    at = {(event["event"], event.get("kind")): ns(event["at"]) for event in reversed(timeline["events"])}
    begun, steps = at["received", "order"], {"response_h": "response", "despatch_h": "despatch", "invoice_h": "invoice"}
    found = {name: (at["sent", kind] - begun) / 3.6e12 for name, kind in steps.items() if ("sent", kind) in at}
    return {} if timeline["status"] in ("rejected", "cancelled") else found


@pytest.mark.skipif(
    not CAPTURE.is_dir(), reason="The captured exchange with three partners is not beside this checkout; it is not ours to ship."
)
def test_the_hours_of_every_order_of_a_captured_week_are_those_of_the_partners_own_log(tmp_path: Path) -> None:
    for row in json.loads((CAPTURE / "index.json").read_text()):
        keep(tmp_path, row["file"], (CAPTURE / "raw" / row["file"]).read_bytes(), row.get("due_at", row["collected_at"]))
    expected = {
        row["po"]: {name: row[name] for name in STEPS if row[name] is not None}
        for row in json.loads((CAPTURE / "truth" / "expected_per_order.json").read_text())
    }
    with plant(tmp_path, entry("ACME", "EURODIS", "GLOBEX")) as opened:
        opened.ingest()
        assert opened.rows("select reason from rejected") == []
        assert hours(opened) == expected
    assert len(expected) == 15
