"""Where the documents of X12 and EDIFACT state what an event needs: one layout for each kind, in the language of places."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

REJECTED_X12 = ("RD", "RE", "RF", "RJ", "RO")
REJECTED_LINES_X12 = ("ID", "IR", "R1", "R2", "R3", "R4")
REJECTED_LINES_EDIFACT = ("7",)


@dataclass(frozen=True, slots=True)
class Lines:
    """The items of a document: each begins with `tag`. Quantities stand at the first of `quantity` that an item has."""

    tag: str
    quantity: tuple[str, ...]
    uom: tuple[str, ...]
    price: tuple[str, ...] = ()
    items: int = 0  # X12: the element from which on pairs of qualifier and product id stand
    items_in: str = ""  # X12: the segment they stand in, where it is not the first one


@dataclass(frozen=True, slots=True)
class Layout:
    """`order` is the purchase order, `objects` what is named beside it, `own` what is named by our number when we are the seller."""

    kind: str
    order: tuple[str, ...] = ()
    objects: dict[str, tuple[str, ...]] = field(default_factory=dict)
    own: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    currency: tuple[str, ...] = ()
    total: tuple[str, ...] = ()
    total_factor: str = "1"
    lines: Lines | None = None
    quantity: str | None = None  # the field that the sum of the quantities is
    cancels: tuple[str, frozenset[str]] | None = None
    answers: tuple[str, ...] = ()  # where the whole is accepted or rejected
    rejects: tuple[str, ...] = ()
    line_answer: str = ""
    line_rejects: tuple[str, ...] = ()
    parts: str = ""  # the tag that splits a document into the orders it is about; of HL those of level O


CANCEL_X12, CANCEL_EDIFACT = frozenset({"01"}), frozenset({"1"})
PO1 = Lines("PO1", ("PO102",), ("PO103",), ("PO104",), items=6)
POC = Lines("POC", ("POC03",), ("POC05",), ("POC06",), items=8)

X12_LAYOUTS = {
    "850": Layout(
        "order",
        order=("BEG03",),
        own={"sales_order": ("REF[VN]02",)},
        dates={"due_time": ("DTM[002]02", "DTM[010]02", "DTM[106]02")},
        currency=("CUR02",),
        lines=PO1,
        quantity="ordered_quantity",
        cancels=("BEG01", CANCEL_X12),
    ),
    "855": Layout(
        "response",
        order=("BAK03",),
        own={"sales_order": ("BAK08", "REF[VN]02")},
        dates={"promised_time": ("ACK05[]", "DTM[067]02", "DTM[017]02", "DTM[068]02")},
        currency=("CUR02",),
        lines=Lines("PO1", ("ACK02", "PO102"), ("ACK03", "PO103"), ("PO104",), items=6),
        quantity="ordered_quantity",
        answers=("BAK02",),
        rejects=REJECTED_X12,
        line_answer="ACK01",
        line_rejects=REJECTED_LINES_X12,
    ),
    "856": Layout(
        "despatch",
        order=("PRF01", "REF[PO]02"),
        objects={"asn": ("BSN02",), "shipment": ("REF[BM]02",)},
        own={"delivery": ("REF[DO]02", "REF[SI]02", "BSN02")},
        lines=Lines("LIN", ("SN102",), ("SN103",), items=2),
        quantity="quantity",
        cancels=("BSN01", CANCEL_X12),
        parts="HL",
    ),
    "810": Layout(
        "invoice",
        order=("BIG04", "REF[PO]02"),
        objects={"invoice": ("BIG02",)},
        own={"delivery": ("REF[DO]02", "REF[SI]02"), "sales_order": ("REF[VN]02",)},
        currency=("CUR02",),
        total=("TDS01",),
        total_factor="0.01",
        lines=Lines("IT1", ("IT102",), ("IT103",), ("IT104",), items=6),
        quantity="quantity",
    ),
    "860": Layout(
        "change",
        order=("BCH03",),
        objects={"purchase_order_change": ("BCH05", "BCH04")},
        dates={"due_time": ("DTM[002]02",)},
        lines=POC,
        cancels=("BCH01", CANCEL_X12),
    ),
    "865": Layout(
        "change_response",
        order=("BCA03",),
        objects={"purchase_order_change": ("BCA05", "BCA04")},
        dates={"promised_time": ("ACK05[]", "DTM[067]02")},
        lines=Lines("POC", ("ACK02", "POC03"), ("ACK03", "POC05"), items=8),
        answers=("BCA02",),
        rejects=REJECTED_X12,
        line_answer="ACK01",
        line_rejects=REJECTED_LINES_X12,
    ),
    "861": Layout(
        "receipt",
        order=("PRF01", "REF[PO]02"),
        objects={"receiving_advice": ("BRA01",), "asn": ("REF[SI]02",)},
        lines=Lines("RCD", ("RCD02",), ("RCD03.1",), items=2, items_in="LIN"),
        quantity="quantity",
    ),
    "940": Layout(
        "warehouse_order",
        order=("W0503",),
        objects={"delivery": ("W0502",)},
        dates={"due_time": ("G62[10]02", "G62[02]02")},
        lines=Lines("W01", ("W0101",), ("W0102",), items=4),
        quantity="quantity",
        cancels=("W0501", frozenset({"F"})),
    ),
    "945": Layout(
        "warehouse_shipment",
        order=("W0606",),
        objects={"delivery": ("W0602",), "shipment": ("W0604",)},
        lines=Lines("W12", ("W1203", "W1202"), ("W1205",), items=7),
        quantity="quantity",
    ),
}

LIN_ORDERED = Lines("LIN", ("QTY[21]01.2",), ("QTY[21]01.3",), ("PRI[AAA]01.2", "PRI[AAB]01.2"))
EDIFACT_LAYOUTS = {
    "ORDERS": Layout(
        "order",
        order=("BGM02",),
        own={"sales_order": ("RFF[VN]01.2",)},
        dates={"due_time": ("DTM[2]01.2", "DTM[69]01.2", "DTM[64]01.2", "DTM[63]01.2")},
        currency=("CUX01.2",),
        lines=LIN_ORDERED,
        quantity="ordered_quantity",
        cancels=("BGM03", CANCEL_EDIFACT),
    ),
    "ORDRSP": Layout(
        "response",
        order=("RFF[ON]01.2",),
        own={"sales_order": ("RFF[VN]01.2", "BGM02")},
        dates={"promised_time": ("DTM[67]01.2", "DTM[69]01.2", "DTM[17]01.2", "DTM[2]01.2", "DTM[11]01.2")},
        currency=("CUX01.2",),
        lines=Lines("LIN", ("QTY[113]01.2", "QTY[12]01.2", "QTY[21]01.2"), ("QTY[113]01.3", "QTY[21]01.3"), ("PRI[AAA]01.2",)),
        quantity="ordered_quantity",
        answers=("BGM04", "BGM03"),
        rejects=("RE", "NA", "27"),
        line_answer="LIN02",
        line_rejects=REJECTED_LINES_EDIFACT,
    ),
    "ORDCHG": Layout(
        "change",
        order=("RFF[ON]01.2",),
        objects={"purchase_order_change": ("BGM02",)},
        dates={"due_time": ("DTM[2]01.2", "DTM[69]01.2")},
        lines=LIN_ORDERED,
        cancels=("BGM03", CANCEL_EDIFACT),
    ),
    "DESADV": Layout(
        "despatch",
        order=("RFF[ON]01.2",),
        objects={"asn": ("BGM02",), "shipment": ("RFF[BM]01.2", "TDT[20]02")},
        own={"delivery": ("RFF[DQ]01.2", "BGM02")},
        lines=Lines("LIN", ("QTY[12]01.2",), ("QTY[12]01.3",)),
        quantity="quantity",
        cancels=("BGM03", CANCEL_EDIFACT),
        parts="LIN",
    ),
    "RECADV": Layout(
        "receipt",
        order=("RFF[ON]01.2",),
        objects={"receiving_advice": ("BGM02",), "asn": ("RFF[AAK]01.2",)},
        lines=Lines("LIN", ("QTY[194]01.2", "QTY[48]01.2"), ("QTY[194]01.3", "QTY[48]01.3")),
        quantity="quantity",
        parts="LIN",
    ),
    "INVOIC": Layout(
        "invoice",
        order=("RFF[ON]01.2",),
        objects={"invoice": ("BGM02",)},
        own={"delivery": ("RFF[DQ]01.2", "RFF[AAK]01.2"), "sales_order": ("RFF[VN]01.2",)},
        currency=("CUX01.2",),
        total=("MOA[77]01.2", "MOA[9]01.2", "MOA[139]01.2", "MOA[86]01.2"),
        lines=Lines("LIN", ("QTY[47]01.2",), ("QTY[47]01.3",), ("PRI[AAA]01.2",)),
        quantity="quantity",
    ),
}

EDIFACT_CHANGE_RESPONSE = replace(
    EDIFACT_LAYOUTS["ORDRSP"], kind="change_response", objects={"purchase_order_change": ("RFF[POC]01.2",)}, quantity=None
)
