"""EDI as it travels: interchanges of X12 and EDIFACT in one message or file; each order of each document is an event."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, ClassVar

from collectors.edi.dates import stamp_ns
from collectors.edi.envelope import Document, Interchange, Junk, interchanges
from collectors.edi.options import check_trade
from collectors.edi.places import checked_place, lookup_among
from collectors.edi.reading import Stated, layout_of, stated_in
from collectors.edi.receipts import ADVICES, RECEIPTS_EDIFACT, RECEIPTS_X12, Receipt, interchange_receipt, receipts_in
from collectors.edi.tokens import X12, Segment
from collectors.edi.trade import (
    BUYING,
    CANCELLED,
    OF_WAREHOUSE,
    RECEIPT,
    TRANSMISSION,
    UNANSWERED,
    Meant,
    Trade,
    document_keys,
    idempotency_key,
    interchange_key,
    trade_of,
)
from collectors.event import Refused
from collectors.formats.form import Problems, Saying
from collectors.mapping import FIELDS, AttributeMapping
from collectors.mapping_check import check_additions
from collectors.meaning import FINE, Failing
from collectors.message import Message
from collectors.paths import NoPath
from collectors.rows import EXCERPT
from collectors.said import Said, Unsaid

MOST_PROBLEMS = 50  # of one interchange that are told one by one
TOLD_OF_ANSWERS = (*RECEIPTS_X12, *RECEIPTS_EDIFACT, *ADVICES)


class Edi(Saying):
    """`map` adds to what a document says by itself, and counts before it; its word is `segment`. `options` are those of the kind `edi`."""

    name: ClassVar[str] = "edi"
    content_type: ClassVar[str] = "application/edi"

    def __init__(self, data: dict[str, Any] | None, options: dict[str, Any]) -> None:
        self.mapping = AttributeMapping(data or {}, "segment")
        self._trade = trade_of(options)

    @classmethod
    def check_map(cls, data: Any) -> Problems:
        if data is None or (problems := check_additions(data, "segment")):
            return [] if data is None else problems
        return [problem for name in AttributeMapping(data, "segment").columns() for problem in _not_a_place(name)]

    @classmethod
    def check_options(cls, data: Any) -> Problems:
        return [] if data is None else check_trade(data)

    def said(self, message: Message) -> Iterator[Said | Unsaid]:
        count = 0
        for count, found in enumerate(interchanges(message.body), 1):
            before = "" if count == 1 else f"{count}/"
            if isinstance(found, Junk):
                yield Unsaid(found.reason, f"{count}", "interchange", found.excerpt)
            else:
                yield from _Speaker(found, self._trade, self.mapping, message, before).things()
        if not count:
            yield Unsaid("it is empty: no interchange is in it")


class _Speaker:
    """Says what one interchange says."""

    def __init__(self, interchange: Interchange, trade: Trade, mapping: AttributeMapping, message: Message, before: str) -> None:
        self._interchange, self._trade, self._mapping = interchange, trade, mapping
        self._head, self._before, self._told_ns = message.head, before, message.default_ns
        self._stamp_ns, self._stamp_problem = self._stamp()
        self._orders: dict[str, None] = {}

    def things(self) -> Iterator[Said | Unsaid]:
        for number, segment in enumerate(self._interchange.receipts, 1):
            yield self._receipt(interchange_receipt(self._interchange, segment), f"TA1-{number}", None, [self._interchange.header, segment])
        for number, document in enumerate(self._interchange.documents, 1):
            yield from self._document(document, f"{self._before}{number}")
        yield from self._passage()
        yield from self._problems()

    def _document(self, document: Document, part: str) -> Iterator[Said | Unsaid]:
        layout = layout_of(self._interchange.dialect, document.kind, document.segments)
        if layout:
            parts = list(stated_in(document, layout, self._trade.zone))
            for number, stated in enumerate(parts, 1):
                at = part if len(parts) == 1 else f"{part}/{number}"
                yield self._stated(stated, document, at)
                yield from (Unsaid(f"{self._named(document)}: {problem}", at, "segment") for problem in stated.problems[:MOST_PROBLEMS])
        elif document.kind in TOLD_OF_ANSWERS:
            receipts = list(receipts_in(self._interchange, document))
            for number, receipt in enumerate(receipts, 1):
                scope = self._scope(document, document.segments)
                yield self._receipt(receipt, part if len(receipts) == 1 else f"{part}/{number}", document, scope)
        else:
            yield self._finished({}, {}, FINE, part, self._scope(document, document.segments))

    def _stated(self, stated: Stated, document: Document, part: str) -> Said | Unsaid:
        layout, trade = stated.layout, self._trade
        is_ours = trade.direction(self._interchange, layout.kind)
        meant, other = trade.meant(layout.kind, is_ours), self._other(is_ours)
        event_type = CANCELLED.get(meant.event_type, meant.event_type) if stated.is_cancelled else meant.event_type
        if is_ours and trade.waits_for_receipt(other):
            event_type = TRANSMISSION
        objects = self._objects(stated, is_ours)
        if not objects:
            places = " or ".join(layout.order)
            return Unsaid(f"{self._named(document)} names no order and nothing else it is about ({places} is empty)", part, "document")
        if objects.get("purchase_order"):
            self._orders[objects["purchase_order"]] = None
        message_id, conversation_id = document_keys(self._interchange, document)
        attributes = {
            "mfg.event.type": event_type,
            "mfg.system": meant.system,
            **trade.attributes(other),
            **{FIELDS[name]: value for name, value in stated.fields.items()},
            **{f"mfg.object.{kind}": name for kind, name in objects.items()},
            "mfg.idempotency_key": idempotency_key(self._interchange, document, stated.order or ""),
            "messaging.message.id": message_id,
            "messaging.message.conversation_id": conversation_id,
        }
        failing = FINE
        if stated.rejection:
            family = f"{self._interchange.dialect}.{document.kind.lower()}"
            attributes["mfg.error.code"] = f"{family}:{stated.rejection.code}"
            failing = Failing(True, f"{family.partition('.')[0].upper()} {document.kind}", stated.rejection.text)
        origins = {**stated.origins, "event_type": f"{document.kind} {'sent' if is_ours else 'received'} by us"}
        return self._finished(attributes, origins, failing, part, self._scope(document, stated.scope))

    def _objects(self, stated: Stated, is_ours: bool) -> dict[str, str]:
        """What it is about: our purchase order, or when we are the seller the customer's and our own numbers."""
        kind = stated.layout.kind
        are_we_buyer = kind not in OF_WAREHOUSE and is_ours == (kind in BUYING)
        objects = {"purchase_order" if are_we_buyer else "customer_order": stated.order} if stated.order else {}
        named = {**stated.objects, **({} if are_we_buyer else stated.own)}
        if "purchase_order_change" in named:
            number, order = named.pop("purchase_order_change"), stated.order or ""
            own_name = number if number.startswith(order) else f"{order}-{number}"
            objects["purchase_order_change" if are_we_buyer else "customer_order_change"] = own_name
        return {**objects, **named}

    def _receipt(self, receipt: Receipt, part: str, document: Document | None, scope: list[Segment]) -> Said | Unsaid:
        """That it could be read is an event outside of the workflows; that it could not is one of what therefore does not come."""
        known = self._trade.is_ours(self._interchange)
        is_about_ours = self._is_about_ours(receipt, known)
        other = self._other(not is_about_ours)
        meant = self._awaited(receipt, is_about_ours, other)
        attributes: dict[str, Any] = {
            "mfg.event.type": meant.event_type,
            "mfg.system": meant.system,
            **self._trade.attributes(other),
            **{f"mfg.object.{kind}": name for kind, name in receipt.objects},
            "messaging.message.id": receipt.message_id,
            "messaging.message.conversation_id": receipt.conversation_id,
        }
        if document:
            attributes["mfg.idempotency_key"] = idempotency_key(self._interchange, document, part)
        failing = FINE
        if receipt.is_rejected:
            attributes["mfg.error.code"] = receipt.code
            family = receipt.code.partition(":")[0].partition(".")
            failing = Failing(True, f"{family[0].upper()} {family[2].upper()}", receipt.text)
        kept = {name: value for name, value in attributes.items() if value is not None}
        return self._finished(kept, {"event_type": receipt.text}, failing, part, scope)

    def _is_about_ours(self, receipt: Receipt, known: bool | None) -> bool:
        """Whether it is about something that we sent: then the receipt came from the partner."""
        if known is not None:
            return not known
        layout = layout_of(self._interchange.dialect, receipt.kind)
        return layout is None or self._trade.direction(self._interchange, layout.kind)

    def _awaited(self, receipt: Receipt, is_about_ours: bool, other: str) -> Meant:
        layout, trade = layout_of(self._interchange.dialect, receipt.kind), self._trade
        who = Meant(RECEIPT, "supplier" if is_about_ours else trade.system)
        kind = layout.kind if layout else "order" if is_about_ours and not receipt.kind else None
        if kind is None:
            return who
        meant = trade.meant(kind, is_about_ours)
        if is_about_ours and trade.waits_for_receipt(other):
            return meant if receipt.is_rejected or layout else who
        return UNANSWERED.get(meant.event_type, meant) if receipt.is_rejected else who

    def _passage(self) -> Iterator[Said | Unsaid]:
        """The interchange itself, where it asks for a TA1: what a TA1 rejects is everything in it."""
        interchange = self._interchange
        if interchange.dialect != X12 or interchange.header.value(14) != "1" or not self._orders:
            return
        is_ours = self._trade.is_ours(interchange) is not False
        attributes = {
            "mfg.event.type": "interchange.sent" if is_ours else "interchange.received",
            "mfg.system": self._trade.system,
            **self._trade.attributes(self._other(is_ours)),
            "mfg.object.purchase_order": list(self._orders),
            "messaging.message.id": interchange_key(X12, interchange.sender, interchange.receiver, interchange.control),
        }
        yield self._finished(attributes, {"event_type": "segment ISA14"}, FINE, f"{self._before}ISA", [interchange.header])

    def _problems(self) -> Iterator[Unsaid]:
        """What is wrong with the envelopes. What could be read counts all the same."""
        interchange = self._interchange
        about = f"interchange {interchange.control or 'without a number'}"
        problems = [f"{about}: {problem}" for problem in interchange.problems]
        problems += [f"{self._named(document)}: {problem}" for document in interchange.documents for problem in document.problems]
        if self._stamp_problem:
            problems.append(f"{about}: {self._stamp_problem}")
        shown = "".join(each.text() + each.marks.terminator for each in [interchange.header])[:EXCERPT]
        for problem in islice(problems, MOST_PROBLEMS):
            yield Unsaid(f"{problem}. What could be read of it counts", f"{self._before}envelope", "envelope", shown)
        if len(problems) > MOST_PROBLEMS:
            yield Unsaid(f"{about}: {len(problems) - MOST_PROBLEMS} further problems", f"{self._before}envelope", "envelope", shown)

    def _finished(
        self, attributes: dict[str, Any], origins: dict[str, str], failing: Failing, part: str, scope: list[Segment]
    ) -> Said | Unsaid:
        """With what the mapping finds, which counts first, and the time."""
        try:
            mapped, by_mapping = self._mapping.explained({}, lookup_among(scope, self._head))
        except Refused as error:
            return Unsaid(str(error), part, "segment", _shown(scope))
        default_ns, origin = self._when()
        told = {"event_time": origin, **{name: text for name, text in origins.items() if name != "order"}, **by_mapping}
        return Said({**attributes, **mapped}, failing, part, default_ns=default_ns, origins=told)

    def _when(self) -> tuple[int | None, str]:
        """A document counts from when it came; its own time is the fallback, and said to be one."""
        if self._stamp_ns is not None and (self._trade.by_document or self._told_ns is None):
            return self._stamp_ns, "the time written in the interchange, not that of its coming"
        return self._told_ns, "when it came"

    def _stamp(self) -> tuple[int | None, str]:
        try:
            return stamp_ns(self._interchange.stamp, self._trade.zone), ""
        except Refused as error:
            return None, f"when it was made cannot be read: {error}"

    def _scope(self, document: Document, segments: Any) -> list[Segment]:
        group = [document.group] if document.group else []
        return [self._interchange.header, *group, *segments]

    def _other(self, is_ours: bool) -> str:
        return self._interchange.receiver if is_ours else self._interchange.sender

    @staticmethod
    def _named(document: Document) -> str:
        return f"{document.kind or 'document'} {document.control}".strip()


def _not_a_place(name: str) -> Problems:
    try:
        checked_place(name)
    except NoPath as error:
        return [("", str(error))]
    return []


def _shown(scope: list[Segment]) -> str:
    return "".join(each.text() + each.marks.terminator for each in scope[:8])[:EXCERPT]
