"""How each system does its part: the name of its own operation, and the statement it sends to its database."""

from __future__ import annotations

from typing import NamedTuple


class Operation(NamedTuple):
    name: str  # what its own code calls it
    statement: str | None = None  # what its database sees
    entry: str | None = None  # how people and devices start it, when no message does


OPERATIONS = {
    ("order.created", "erp"): Operation(
        "BAPI_SALESORDER_CREATEFROMDAT2", "INSERT VBAK", "POST /sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder"
    ),
    ("order.released", "erp"): Operation(
        "BAPI_PRODORD_RELEASE", "UPDATE AUFK", "POST /sap/opu/odata/sap/API_PRODUCTION_ORDER_2_SRV/Release"
    ),
    ("order.changed", "erp"): Operation(
        "BAPI_PRODORD_CHANGE", "UPDATE AFKO", "PATCH /sap/opu/odata/sap/API_PRODUCTION_ORDER_2_SRV/A_ProductionOrder_2"
    ),
    ("order.cancelled", "erp"): Operation("BAPI_PRODORD_CLOSE", "UPDATE AUFK", "POST /sap/opu/odata/sap/API_PRODUCTION_ORDER_2_SRV/Cancel"),
    ("work_order.received", "mes"): Operation("WorkOrderService.accept", "INSERT work_order"),
    ("work_order.scheduled", "mes"): Operation("Scheduler.place", "UPDATE operation_slot", "job finite-scheduler"),
    ("work_order.changed", "mes"): Operation("WorkOrderService.change", "UPDATE work_order"),
    ("work_order.resequenced", "mes"): Operation("Scheduler.resequence", "UPDATE operation_slot", "job finite-scheduler"),
    ("production.completed", "mes"): Operation("OperationService.complete", "UPDATE operation", "POST /terminal/operations/complete"),
    ("production.confirmed", "erp"): Operation("BAPI_PRODORDCONF_CREATE_TT", "INSERT AFRU"),
    ("inventory.posted", "erp"): Operation("BAPI_GOODSMVT_CREATE", "INSERT MATDOC", "job CO1P process confirmations"),
    ("inventory.available", "scm"): Operation("StockSignal.apply", "UPDATE stock_projection"),
    ("purchase_order.created", "erp"): Operation(
        "BAPI_PO_CREATE1", "INSERT EKKO", "POST /sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV/A_PurchaseOrder"
    ),
    ("purchase_order.sent", "erp"): Operation("MASTER_IDOC_CREATE_ORDERS", "INSERT EDIDC", "job RSNAST00"),
    ("purchase_order.confirmed", "supplier"): Operation("X12 855 received", None, "POST /as2/receive"),
    ("purchase_order.cancelled", "erp"): Operation(
        "BAPI_PO_CHANGE", "UPDATE EKPO", "PATCH /sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV/A_PurchaseOrder"
    ),
    ("purchase_order.changed", "erp"): Operation(
        "BAPI_PO_CHANGE", "UPDATE EKPO", "PATCH /sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV/A_PurchaseOrder"
    ),
    ("purchase_order_change.sent", "erp"): Operation("MASTER_IDOC_CREATE_ORDCHG", "INSERT EDIDC", "job RSNAST00"),
    ("purchase_order_change.confirmed", "supplier"): Operation("X12 865 received", None, "POST /as2/receive"),
    ("asn.received", "supplier"): Operation("X12 856 received", None, "POST /as2/receive"),
    ("goods.received", "wms"): Operation("PKG_INBOUND.RECEIVE", "INSERT INBOUND_RECEIPT", "RF scan receive"),
    ("receipt.posted", "erp"): Operation("BAPI_GOODSMVT_CREATE", "INSERT MATDOC"),
    ("quality.hold_placed", "qms"): Operation("HoldController.Place", "INSERT Hold", "POST /holds"),
    ("quality.released", "qms"): Operation("HoldController.Release", "UPDATE Hold", "POST /holds/release"),
    ("quality.scrapped", "qms"): Operation("HoldController.Scrap", "UPDATE Hold", "POST /holds/scrap"),
    ("stock.blocked", "wms"): Operation("PKG_STATUS.BLOCK", "UPDATE STOCK_QUANT"),
    ("stock.blocked", "erp"): Operation("BAPI_GOODSMVT_CREATE", "INSERT MATDOC"),
    ("stock.unblocked", "wms"): Operation("PKG_STATUS.UNBLOCK", "UPDATE STOCK_QUANT"),
    ("stock.unblocked", "erp"): Operation("BAPI_GOODSMVT_CREATE", "INSERT MATDOC"),
    ("stock.moved", "wms"): Operation("PKG_TRANSFER.CONFIRM", "UPDATE STOCK_QUANT", "RF scan transfer"),
    ("stock.moved", "erp"): Operation("BAPI_GOODSMVT_CREATE", "INSERT MATDOC"),
    ("delivery.created", "erp"): Operation("BAPI_OUTB_DELIVERY_CREATE_SLS", "INSERT LIKP", "job VL10 delivery due list"),
    ("delivery.cancelled", "erp"): Operation(
        "WS_DELIVERY_UPDATE", "UPDATE LIKP", "DELETE /sap/opu/odata/sap/API_OUTBOUND_DELIVERY_SRV/A_OutbDeliveryHeader"
    ),
    ("delivery.picked", "wms"): Operation("PKG_OUTBOUND.PICK_CONFIRM", "UPDATE PICK_TASK", "RF scan pick"),
    ("shipment.dispatched", "tms"): Operation("DepartureService.depart", "UPDATE shipment", "POST /v1/gate/departures"),
    ("shipment.delivered", "tms"): Operation("TrackingService.proofOfDelivery", "UPDATE shipment", "POST /v1/carrier/events"),
    ("goods_issue.posted", "erp"): Operation("WS_DELIVERY_UPDATE_2", "INSERT MATDOC"),
    ("invoice.issued", "fin"): Operation("BAPI_BILLINGDOC_CREATEMULTIPLE", "INSERT VBRK", "job VF06 billing due list"),
    ("demand.changed", "erp"): Operation(
        "BAPI_SALESORDER_CHANGE", "UPDATE VBAP", "PATCH /sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrderItem"
    ),
    ("plan.updated", "scm"): Operation("Planner.replan", "UPDATE supply_plan"),
    ("commitment.updated", "supplier"): Operation("X12 870 received", None, "POST /as2/receive"),
    ("capacity.updated", "scm"): Operation("CapacityService.reduce", "UPDATE resource_capacity"),
    ("downtime.recorded", "mes"): Operation("DowntimeService.record", "INSERT downtime"),
    ("item.synced", "mes"): Operation("MaterialService.upsert", "UPDATE material_definition"),
    ("item.synced", "wms"): Operation("PKG_ARTICLE.MERGE", "UPDATE ARTICLE"),
    ("item.synced", "scm"): Operation("ProductService.upsert", "UPDATE product"),
}
SENTENCES = {  # what the systems that speak logs write
    "item.changed": "Change notice {id} released for {item}",
    "machine.down": "{work_center} stopped, downtime {id} opened",
}
