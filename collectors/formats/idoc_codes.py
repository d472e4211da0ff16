"""What IDoc statuses and message types mean: SAP's status codes by class, and the business step that a message takes."""

from __future__ import annotations

from typing import NamedTuple

WAITING, IN_PROGRESS, HANDED_OVER, POSTED = "waiting", "in_progress", "handed_over", "posted"
FAILED, ABANDONED, SUPERSEDED = "failed", "abandoned", "superseded"
CLASSES = (WAITING, IN_PROGRESS, HANDED_OVER, POSTED, FAILED, ABANDONED, SUPERSEDED)
CODES = {
    WAITING: "30 32 42 64 67 69 75",
    IN_PROGRESS: "00 01 19 21 25 35 38 50 55 57 58 61 62 71 72 73 74",  # 25 and 61 go on despite an error in the syntax
    HANDED_OVER: "03 06 08 10 12 13 14 16 18 22 24 39",  # it left; nobody has said yet that it did anything
    POSTED: "41 53",
    FAILED: "02 04 05 07 09 11 15 17 20 23 26 27 29 34 36 37 40 51 52 54 56 59 60 63 65 66",  # 66 waits for one that has not come
    ABANDONED: "31 68",  # closed by a person: the state of the transaction hears of it by the code
    SUPERSEDED: "33 70",  # the original of an edited copy, which goes on
}
STATUS_CLASS = {code: name for name, codes in CODES.items() for code in codes.split()}
TEXTS = {  # what a failed status means where its record does not say so
    "02": "Error passing data to port",
    "04": "Error within control information of EDI subsystem",
    "05": "Error during translation",
    "07": "Error during syntax check",
    "09": "Error during interchange handling",
    "11": "Error during dispatch",
    "15": "Interchange acknowledgement negative",
    "17": "Functional acknowledgement negative",
    "20": "Error triggering EDI subsystem",
    "23": "Error during retransmission",
    "26": "Error during syntax check of IDoc (outbound)",
    "27": "Error in dispatch level (ALE service)",
    "29": "Error in ALE service",
    "31": "Error, no further processing",
    "34": "Error in control record of IDoc",
    "36": "Electronic signature not performed (timeout)",
    "37": "IDoc added incorrectly",
    "40": "Application document not created in target system",
    "51": "Application document not posted",
    "52": "Application document not fully posted",
    "54": "Error during formal application check",
    "56": "IDoc with errors added",
    "60": "Error during syntax check of IDoc (inbound)",
    "63": "Error passing IDoc to application",
    "65": "Error in ALE service",
    "66": "IDoc is waiting for predecessor IDoc (serialization)",
    "68": "Error, no further processing",
}
OUT, IN = "1", "2"  # the field DIRECT


class Step(NamedTuple):
    """What a message of one type and direction does. `objects` are (type, paths); the first path that finds something counts."""

    event_type: str
    system: str
    objects: tuple[tuple[str, tuple[str, ...]], ...] = ()


_ORDER, _CUSTOMERS_ORDER = "E1EDK01/BELNR", "E1EDK02[QUALF=001]/BELNR"
_DELIVERY, _LINE = "E1EDL20/VBELN", "E1EDL20/E1EDL24[]/"
_BOUGHT = ("purchase_order", (_CUSTOMERS_ORDER, _ORDER))
_ORDERED = ("purchase_order", (_CUSTOMERS_ORDER, "E1EDP01/E1EDP02[QUALF=001]/BELNR"))
_SOLD = ("sales_order", ("E1EDK02[QUALF=002]/BELNR", "E1EDP01/E1EDP02[QUALF=002]/BELNR"))
_WANTED = ("customer_order", (_CUSTOMERS_ORDER, "E1EDP01/E1EDP02[QUALF=001]/BELNR"))
_PURCHASES = ("purchase_order", (_LINE + "E1EDL41[QUALI=001]/BSTNR", _LINE + "VGBEL"))
_GOODS = "E1BP2017_GM_ITEM_CREATE[]/"
_MADE = ("production_order", ("E1AFKOL/AUFNR",))
_BATCH_OF_ORDERS = ("sales_order", (_LINE + "VGBEL",))
STEPS = {
    ("ORDERS", OUT): Step("purchase_order.sent", "erp", (_BOUGHT,)),
    ("ORDERS", IN): Step("order.created", "erp", (("customer_order", (_CUSTOMERS_ORDER, _ORDER)),)),
    ("ORDCHG", OUT): Step("purchase_order_change.sent", "erp", (_BOUGHT,)),
    ("ORDCHG", IN): Step("order.changed", "erp", (("customer_order", (_CUSTOMERS_ORDER, _ORDER)),)),
    ("ORDRSP", OUT): Step("order.confirmed", "erp", (("sales_order", ("E1EDK02[QUALF=002]/BELNR", _ORDER)), _WANTED)),
    ("ORDRSP", IN): Step("purchase_order.confirmed", "supplier", (_ORDERED,)),
    ("DESADV", OUT): Step("asn.sent", "erp", (("delivery", (_DELIVERY,)), _BATCH_OF_ORDERS)),
    ("DESADV", IN): Step("asn.received", "supplier", (("asn", (_DELIVERY,)), _PURCHASES)),
    ("DELVRY", OUT): Step("delivery.created", "erp", (("delivery", (_DELIVERY,)), _BATCH_OF_ORDERS)),
    ("DELVRY", IN): Step("asn.received", "supplier", (("asn", (_DELIVERY,)), _PURCHASES)),
    ("SHPORD", OUT): Step("delivery.created", "erp", (("delivery", (_DELIVERY,)),)),
    ("WHSORD", OUT): Step("delivery.created", "erp", (("delivery", (_DELIVERY,)),)),
    ("SHPCON", IN): Step("delivery.picked", "wms", (("delivery", (_DELIVERY,)),)),
    ("WHSCON", IN): Step("delivery.picked", "wms", (("delivery", (_DELIVERY,)),)),
    ("SHPMNT", IN): Step("shipment.dispatched", "tms", (("shipment", ("E1EDT20/TKNUM",)), ("delivery", ("E1EDT20/E1EDL20[]/VBELN",)))),
    ("INVOIC", OUT): Step(
        "invoice.issued",
        "fin",
        (("invoice", (_ORDER,)), ("delivery", ("E1EDK02[QUALF=012]/BELNR", "E1EDP01/E1EDP02[QUALF=016]/BELNR")), _SOLD, _WANTED),
    ),
    ("INVOIC", IN): Step("invoice.received", "erp", (("supplier_invoice", ("E1EDK02[QUALF=009]/BELNR", _ORDER)), _ORDERED)),
    ("LOIPRO", OUT): Step("order.released", "erp", (_MADE,)),
    ("MBGMCR", IN): Step(
        "inventory.posted", "erp", (("production_order", (_GOODS + "ORDERID",)), ("purchase_order", (_GOODS + "PO_NUMBER",)))
    ),
    ("WMMBXY", IN): Step("stock.moved", "erp", (("purchase_order", ("E1MBXYH/E1MBXYI[]/EBELN",)),)),
    ("MATMAS", OUT): Step("item.changed", "erp", (("item", ("E1MARAM/MATNR",)),)),
    ("MATMAS", IN): Step("item.synced", "erp", (("item", ("E1MARAM/MATNR",)),)),
    ("DELINS", OUT): Step("forecast.sent", "erp", (("scheduling_agreement", ("E1EDK09/VTRNR",)),)),
    ("DELINS", IN): Step("demand.changed", "erp", (("scheduling_agreement", ("E1EDK09/VTRNR",)),)),
}
