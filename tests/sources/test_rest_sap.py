"""The sales orders of an SAP system are read over its OData, version 2 and 4, and what changes there comes with the next round."""

from __future__ import annotations

from typing import Any

from tests.servers.sap import Sap
from tests.sources.plant_floor import rows_of
from tests.sources.test_rest import Intake

V2 = "/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder"
V4 = "/sap/opu/odata4/sap/api_salesorder/srvd_a2x/sap/api_salesorder/0001/SalesOrder"
MAP = {
    "event_type": {"value": "order.changed"},
    "event_time": {"path": "LastChangeDate", "format": "odata"},
    "system": {"value": "erp"},
    "value": {"path": "TotalNetAmount"},
    "objects": {"type": {"value": "sales_order"}, "id": {"path": "SalesOrder"}},
}


def entry(sap: Sap, path: str, **settings: Any) -> dict[str, Any]:
    return {"name": "s4", "kind": "rest", "url": f"{sap.url}{path}", "key": "SalesOrder", "map": MAP, **settings}


def test_orders_are_read_by_their_last_change(sap: Sap) -> None:
    source = entry(
        sap,
        V2,
        items="d.results",
        version="__metadata.etag",
        watermark="LastChangeDate",
        since_format="%Y-%m-%dT%H:%M:%S",
        pages={"kind": "offset", "parameter": "$skip", "size": 10, "size_parameter": "$top"},
        parameters={"$format": "json", "$filter": "LastChangeDate ge datetime'{since}'", "$orderby": "LastChangeDate,SalesOrder"},
        order="oldest_first",
    )
    with Intake(source) as s4:
        assert s4.poll() == []
        before = len(s4.records)
        assert before > 10
        order = sap.sales_orders()[0]
        sap.change_sales_order(order, PurchaseOrderByCustomer="PO-V2")
        assert s4.poll() == []
        assert len(s4.records) == before + 1
        (event,) = rows_of(source, s4.records[-1]).events
        assert (event.objects, event.event_type) == ((("sales_order", order),), "order.changed")
        assert event.position.startswith(f"{order}@")


def test_orders_are_read_by_delta_links(sap: Sap) -> None:
    source = entry(sap, V4, items="value", version="['@odata.etag']", pages={"kind": "odata", "delta": True})
    with Intake(source) as s4:
        assert s4.poll() == []
        assert s4.positions()[0].count("@") == 1
        before = len(s4.records)
        order = sap.sales_orders()[1]
        sap.change_sales_order(order, PurchaseOrderByCustomer="PO-V4")
        assert s4.poll() == []
        changed = [record.position.partition("@")[0] for record in s4.records[before:]]
        assert order in changed
        assert s4.poll() == []
        assert len(s4.records) == before + len(changed)
