"""IDocs of a real SAP interface: written by its outbound port, posted or refused by its inbound side, read by the source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.servers.sap import Sap
from tests.sources.idocs import BERLIN, control, reasons, segment, told, write
from tests.sources.idocs import read as read_idoc
from tests.sources.plant_floor import plant

SAMPLES = ROOT.parent / "shared" / "data" / "sap_b2b_o2c"
UTC_WRITTEN = {"time_zone": "UTC", "reached_by": "written"}


def test_what_the_port_wrote_is_read_from_the_folder_once(sap: Sap, tmp_path: Path) -> None:
    orders = sap.sales_orders()[:2]
    for order in orders:
        write(tmp_path, f"{order}.xml", sap.idoc_of("ORDERS", order))
    write(tmp_path, "invoice.xml", sap.idoc_of("INVOIC", orders[0]))
    with plant(tmp_path, {"name": "sap", "kind": "idoc", "path": "*.xml", "options": UTC_WRITTEN}) as here:
        here.ingest()
        here.ingest()
        found = here.rows("select event_type, system, system_name, site from events order by event_no")
        orders_named = here.column("select object_id from event_objects where object_type = 'purchase_order' order by 1")
        invoices_named = here.column("select count(*) from event_objects where object_type = 'invoice'")
        hours = here.column("select distinct event_ns // 3600000000000 from events")
        rejected = here.column("select reason from rejected")
    assert rejected == []
    assert found == [
        ("purchase_order.sent", "erp", "MCKCLNT100", "1710"),
        ("purchase_order.sent", "erp", "MCKCLNT100", "1710"),
        ("invoice.issued", "fin", "MCKCLNT100", "1710"),
    ]
    assert hours == [492_344]  # the system's clock goes on from 2026-03-02 08:00
    assert (orders_named, invoices_named) == (sorted(orders), [1])


@pytest.mark.parametrize(("status", "reason"), [("51", "Posting period 02/2026 is closed"), ("56", "EDI: partner profile not available")])
def test_accepted_is_not_posted(sap: Sap, status: str, reason: str) -> None:
    sent = sap.idoc_of("ORDERS", sap.sales_orders()[0])
    sap.refuse_next("ORDERS", status, reason)
    histories = [sap.receive(sent), sap.receive(sent)]
    rows = read_idoc(as_kept(sent, histories[0]), {"time_zone": "UTC"})
    assert [each[:2] for each in told(rows)] == [("order.created", f"idoc:{status}")]
    assert rows.events[0].error_text == reason
    again = read_idoc(as_kept(sent, histories[1]), {"time_zone": "UTC"})
    assert [each[:2] for each in told(again)] == [("order.created", "ok")]
    assert rows.events[0].objects[0] == again.events[0].objects[0]


def as_kept(sent: bytes, receipt: dict[str, Any]) -> bytes:
    """The IDoc as the receiving system keeps it: its own number and direction, and the status it ended in."""
    before, _, after = sent.decode().partition("<EDI_DC40")
    data = after.partition("</EDI_DC40>")[2]
    names = {"DOCNUM": receipt["DOCNUM"], "DIRECT": receipt["DIRECT"], "STATUS": receipt["STATUS"], "SNDPRN": "PARTNER01"}
    times = {"CREDAT": receipt["CREDAT"], "CRETIM": receipt["CRETIM"]}
    history = segment(
        "EDI_DS40", LOGDAT=receipt["CREDAT"], LOGTIM=receipt["CRETIM"], STATUS=receipt["STATUS"], STATXT=receipt["STATUS_TEXT"]
    )
    return (before + control(**names, **times, RCVPRN="MCKCLNT100") + history + data).encode()


def test_sap_s_own_samples_of_one_flow_are_read() -> None:
    if not SAMPLES.is_dir():
        pytest.skip("SAP's samples (shared/data/sap_b2b_o2c) are not beside this checkout.")
    found = {}
    for file in sorted(SAMPLES.glob("IDOC_*.xml")):
        rows = read_idoc(file.read_bytes(), {**BERLIN, "reached_by": "written"})
        assert reasons(rows) == []
        (event,) = rows.events
        found[file.stem] = (event.event_type, event.site, event.objects[0])
    assert found == {
        "IDOC_DELVRY07_DESADV__01": ("asn.sent", "3010", ("delivery", "0080000849")),
        "IDOC_INVOIC02_INVOIC__01": ("invoice.issued", "NL20", ("invoice", "0123456789")),
        "IDOC_ORDERS05_ORDERS__01": ("purchase_order.sent", "1010", ("purchase_order", "4500000670")),
        "IDOC_ORDERS05_ORDRSP__01": ("order.confirmed", "NL20", ("sales_order", "2001319044")),
    }
