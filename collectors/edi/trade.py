"""Who trades with whom: which documents are ours, what each means, and by what name a document and its receipt find each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from collectors.edi.envelope import Document, Interchange
from collectors.edi.tokens import X12

RECEIPT = "technical.receipt"  # it could be read, and no more; no workflow waits for it
TRANSMISSION = "technical.transmission"  # sent to a partner who has yet to say that it could be read


class Meant(NamedTuple):
    """The event of a document; `system` is a role, or OURS."""

    event_type: str
    system: str


OURS, SUPPLIER = "ours", "supplier"
SENT: dict[str, Meant] = {  # what we send
    "order": Meant("purchase_order.sent", OURS),
    "change": Meant("purchase_order_change.sent", OURS),
    "response": Meant("order.confirmed", OURS),
    "change_response": Meant("order_change.confirmed", OURS),
    "despatch": Meant("asn.sent", OURS),
    "invoice": Meant("invoice.issued", "fin"),
    "receipt": Meant("goods.received", "wms"),
    "warehouse_order": Meant("delivery.created", OURS),
    "warehouse_shipment": Meant("shipment.dispatched", "tms"),
}
RECEIVED: dict[str, Meant] = {  # what partners send
    "order": Meant("order.received", OURS),
    "change": Meant("order_change.received", OURS),
    "response": Meant("purchase_order.confirmed", SUPPLIER),
    "change_response": Meant("purchase_order_change.confirmed", SUPPLIER),
    "despatch": Meant("asn.received", SUPPLIER),
    "invoice": Meant("invoice.issued", SUPPLIER),
    "receipt": Meant("goods.received", "wms"),
    "warehouse_order": Meant("delivery.created", OURS),
    "warehouse_shipment": Meant("shipment.dispatched", "tms"),
}
CANCELLED = {"purchase_order.sent": "purchase_order.cancelled", "purchase_order_change.sent": "purchase_order.cancelled",
             "order.received": "order.cancelled", "order_change.received": "order.cancelled", "asn.received": "asn.cancelled",
             "asn.sent": "asn.cancelled", "delivery.created": "delivery.cancelled"}  # fmt: skip
# What a partner who cannot read a document will not do; of the others it is what they stand for themselves.
UNANSWERED = {"purchase_order.sent": Meant("purchase_order.confirmed", SUPPLIER),
              "purchase_order_change.sent": Meant("purchase_order_change.confirmed", SUPPLIER)}  # fmt: skip
BUYING = ("order", "change", "receipt", "warehouse_order")  # sent by who buys; all else by who sells

OF_WAREHOUSE = ("warehouse_order", "warehouse_shipment")  # their orders are those of customers, whoever writes


@dataclass(frozen=True, slots=True)
class Partner:
    name: str
    site: str | None = None
    acknowledges: bool | None = None


@dataclass(frozen=True, slots=True)
class Trade:
    """What a source knows about its partners. `own_ids` tell the direction; without them we are taken to be the buyer."""

    own_ids: frozenset[str] = frozenset()
    partners: dict[str, Partner] = field(default_factory=dict)
    system: str = "erp"
    site: str | None = None
    zone: tzinfo = UTC
    by_document: bool = False  # whether the time of a document counts instead of that of its coming
    acknowledged: bool = False

    def is_ours(self, interchange: Interchange) -> bool | None:
        """Whether we sent it; None where neither side is known to be us."""
        if interchange.sender in self.own_ids:
            return True
        return False if interchange.receiver in self.own_ids else None

    def direction(self, interchange: Interchange, kind: str) -> bool:
        """Whether a document of this kind was sent by us."""
        known = self.is_ours(interchange)
        return kind in BUYING if known is None else known

    def meant(self, kind: str, is_ours: bool) -> Meant:
        found = (SENT if is_ours else RECEIVED)[kind]
        return Meant(found.event_type, self.system) if found.system == OURS else found

    def attributes(self, partner_id: str) -> dict[str, Any]:
        """What is known of the other side."""
        partner = self.partners.get(partner_id)
        found = {
            "mfg.partner": partner.name if partner else partner_id,
            "mfg.site": partner.site if partner and partner.site else self.site,
        }
        return {name: value for name, value in found.items() if value}

    def waits_for_receipt(self, partner_id: str) -> bool:
        partner = self.partners.get(partner_id)
        return self.acknowledged if partner is None or partner.acknowledges is None else partner.acknowledges


def trade_of(options: dict[str, Any]) -> Trade:
    """The checked options of a source."""
    partners = {
        str(key): Partner(given if isinstance(given, str) else given.get("name", str(key)),
                          *((None, None) if isinstance(given, str) else (given.get("site"), given.get("acknowledges"))))
        for key, given in (options.get("partners") or {}).items()
    }  # fmt: skip
    return Trade(
        frozenset(str(each) for each in options.get("own_ids") or ()),
        partners,
        options.get("system") or "erp",
        options.get("site"),
        ZoneInfo(options.get("time_zone") or "UTC"),
        options.get("time") == "document",
        bool(options.get("acknowledged", False)),
    )


def interchange_key(dialect: str, sender: str, receiver: str, control: str) -> str:
    """What an interchange and its receipt are both called. Leading zeros are left out: receipts write them or not."""
    return f"{dialect}:{sender}>{receiver}:{control.lstrip('0')}"


def document_keys(interchange: Interchange, document: Document) -> tuple[str, str]:
    """What a document is called by its receipt: itself, and what it came in (X12: its group, EDIFACT: its interchange)."""
    control = interchange.control
    if interchange.dialect == X12:
        control = document.group.value(6) if document.group else ""
    around = interchange_key(interchange.dialect, interchange.sender, interchange.receiver, control)
    return f"{around}:{document.control.lstrip('0')}", around


def idempotency_key(interchange: Interchange, document: Document, part: str) -> str:
    """The same for a document that is sent again as it was, in whatever file."""
    group = document.group.value(6 if interchange.dialect == X12 else 5) if document.group else ""
    numbers = (interchange.control, group, document.control, part)
    return f"{interchange.dialect}:{interchange.sender}>{interchange.receiver}:{'/'.join(numbers)}"
