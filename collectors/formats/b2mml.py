"""B2MML messages, V0401 to V0701: schedules, performance, jobs, material and stock, and their answers, as events or stock snapshots.

The Business To Manufacturing Markup Language (B2MML) is used courtesy of MESA International.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from collectors import instants
from collectors.event import Record, Refused
from collectors.formats.b2mml_content import Part, lots_of, part_of, parts_of, segments_of
from collectors.formats.b2mml_words import (
    ANSWERED,
    CONFIRMED,
    DISPATCH,
    HOLDS,
    JOBS,
    NOUNS,
    PERFORMANCE,
    PRODUCTION,
    SCHEDULE,
    STATES,
    STOCK,
    TOLD,
    VERBS,
    Step,
    check_b2mml_options,
    step_of,
)
from collectors.formats.form import Problems, Saying
from collectors.formats.xml_document import Document, elements_at, lookup_in, read_document, steps_of, text_at
from collectors.mapping import FIELDS, AttributeMapping
from collectors.mapping_check import check_additions
from collectors.meaning import FINE, Failing, Meaning
from collectors.message import Message
from collectors.readings import STOCK_FIELDS, Lookup, StockReading
from collectors.rows import Rows
from collectors.said import Said, Unsaid, add_said

MAPPED = [*FIELDS, "snapshot_time", "objects"]


class Head(NamedTuple):
    """What holds for all of one message."""

    root: Element
    kind: str
    noun: str
    verb: str
    action: str  # the actionCode of the verb
    criteria: tuple[Element, ...]  # what an answer says of what it answers
    sender: str
    message_id: str
    original_id: str  # of the message that is answered
    created_ns: int | None
    version: str
    carried: dict[str, Any]  # what its carrier said


class B2mml(Saying):
    """`options` say who the senders are, what a message means, and whether stock is read as snapshots; `map` adds, and says better
    what is found by default."""

    name: ClassVar[str] = "b2mml"
    content_type: ClassVar[str] = "application/xml"

    def __init__(self, data: dict[str, Any] | None, options: dict[str, Any]) -> None:
        self._holds_stock = options.get("holds", HOLDS[0]) == "inventory"
        own = data or {}
        self._stock = StockReading({name: own[name] for name in STOCK_FIELDS if name in own}, "path")
        events = AttributeMapping({name: term for name, term in own.items() if name != "snapshot_time"}, "path")
        self.mapping: Any = self._stock.mapping if self._holds_stock else events
        self._events = events
        self._zone = ZoneInfo(options["time_zone"]) if "time_zone" in options else None
        self._systems, self._site, self._messages = options.get("systems", {}), options.get("site", ""), options.get("messages", {})

    @classmethod
    def check_map(cls, data: Any) -> Problems:
        return [] if data is None else check_additions(data, "path", steps_of, MAPPED)

    @classmethod
    def check_options(cls, data: Any) -> Problems:
        return check_b2mml_options(data)

    def add(self, record: Record, message: Message, position: str, meaning: Meaning, rows: Rows) -> None:
        if not self._holds_stock:
            super().add(record, message, position, meaning, rows)
            return
        try:
            head = self._head(read_document(message.body), message)
        except Refused as error:
            add_said(record, [Unsaid(f"the document {error}")], meaning, rows, position, message)
            return
        for number, lot in enumerate(lots_of(head.root) if head.kind == STOCK else (), 1):
            if lot.stock["quantity"]:
                self._stock.add(record, self._stock_lookup(head, lot), f"{position}/{number}", meaning, rows, message)

    def _stock_lookup(self, head: Head, lot: Part) -> Lookup:
        said = {"snapshot_time": head.created_ns, "system": self._systems.get(head.sender), "site": lot.site or self._site, **lot.stock}
        in_lot = lookup_in(lot.element, head.root, head.carried)
        return lambda path: (said[path] or None) if path in said else in_lot(path)

    def said(self, message: Message) -> Iterator[Said | Unsaid]:
        try:
            head = self._head(read_document(message.body), message)
        except Refused as error:
            yield Unsaid(f"the document {error}")
            return
        if head.noun == "ConfirmBOD":
            yield from self._confirmed(head)
            return
        parts = parts_of(head.root, head.noun, head.kind)
        for number, part in enumerate(parts, 1):
            try:
                yield from self._of_part(_answering(head, part, number, len(parts)), part, str(number))
            except Refused as error:
                yield Unsaid(f"{part.element.tag} {part.id or 'without an ID'}: {error}", str(number), part.element.tag)

    def _head(self, document: Document, message: Message) -> Head:
        """Raises Refused."""
        root = document.root
        verb = next((verb for verb in VERBS if root.tag.startswith(verb) and root.tag[len(verb) :] in NOUNS), "")
        noun = root.tag[len(verb) :]
        if noun not in NOUNS and noun != "ConfirmBOD":
            raise Refused(f"is a {root.tag[:80]!r}, which is not read; read are ConfirmBOD and, with or without a verb, {', '.join(NOUNS)}")
        times = ("ApplicationArea/CreationDateTime", f"DataArea/{noun}/PublishedDate", "PublishedDate")
        written = next((text for path in times if (text := text_at(root, path))), "")
        action = f"DataArea/{verb or 'Confirm'}/"
        criteria = tuple(elements_at(root, f"{action}ResponseCriteria"))
        return Head(
            root,
            NOUNS.get(noun, ""),
            noun,
            verb,
            text_at(root, f"{action}ActionCriteria/ActionExpression/@actionCode") or _code(criteria),
            criteria,
            text_at(root, "ApplicationArea/Sender/LogicalID"),
            text_at(root, "ApplicationArea/BODID"),
            text_at(root, f"{action}OriginalApplicationArea/BODID"),
            instants.of_text(written, self._zone) if written else message.default_ns,
            root.get("releaseID", "").strip() or document.namespace.rpartition("B2MML-")[2].rpartition("/")[2],
            message.head,
        )

    def _step(self, head: Head, part: Part) -> Step | None:
        """What `options` say of the message, and of the message in this state, counts before the default reading. Raises Refused."""
        other = part.work_type
        if other not in PRODUCTION and head.root.tag not in self._messages:  # maintenance, quality: no production order, no step of ours
            return Step(f"{other.lower()}.{'requested' if head.kind in (SCHEDULE, DISPATCH) else 'reported'}", "mes")
        default = step_of(head.kind, head.verb, head.action, part.state, bool(part.ended))
        for key in (f"{head.root.tag}/{part.state}", head.root.tag):
            if key in self._messages:
                means = self._messages[key]
                told = means if isinstance(means, dict) else {"event_type": means}
                kept = default or Step("", "mes")
                event_type = told.get("event_type", kept.event_type)
                is_senders = kept.is_senders and "system" not in told
                return Step(event_type, told.get("system", kept.system), kept.is_error, is_senders) if event_type else None
        if default is None and head.verb in TOLD and part.state not in STATES.get(head.kind, {"": None}):
            name = part.state[:40]
            raise Refused(f"the state {name!r} is none of B2MML; say what it means under `options.messages`, as {head.root.tag}/{name}")
        return default

    def _of_part(self, head: Head, part: Part, number: str) -> Iterator[Said]:
        """Raises Refused."""
        step = self._step(head, part)
        if step is None:
            return
        is_rejected = head.verb in ANSWERED and head.action == "Rejected"
        failing = self._failing(head, part) if step.is_error or is_rejected else FINE
        has_ended = head.verb in TOLD and step.event_type.startswith(ENDED.get(head.kind, "no end"))
        ended = part.ended if has_ended else ""
        when = instants.of_text(ended, self._zone) if ended else head.created_ns
        code = "Rejected" if is_rejected else part.state
        yield self._said(head, part, step, failing, when, number, code)
        if head.kind == PERFORMANCE and head.verb in TOLD and not failing.is_error:
            for place, segment in enumerate(segments_of(part.element), 1):
                if segment.ended:
                    done = Step("operation.completed", "mes")
                    within = segment._replace(id=part.id, request=part.request, site=segment.site or part.site)
                    yield self._said(head, within, done, FINE, instants.of_text(segment.ended, self._zone), f"{number}/{place}", "")

    def _said(self, head: Head, part: Part, step: Step, failing: Failing, when: int | None, number: str, code: str) -> Said:
        """Raises Refused."""
        if when is None:
            raise Refused("nothing says when: it has no CreationDateTime")
        due = {"mfg.due_time": instants.of_text(part.ended, self._zone)} if head.kind in (SCHEDULE, DISPATCH) and part.ended else {}
        change = (head.message_id if head.verb == "Change" else head.original_id) if head.verb in ("Change", "Respond") else ""
        known = {
            "mfg.system": (self._systems.get(head.sender) if step.is_senders else "") or step.system,
            "mfg.system.name": head.sender,
            "mfg.site": part.site or self._site,
            "mfg.schema.version": head.version,
            "messaging.message.id": head.message_id,
            "messaging.message.conversation_id": head.original_id or head.message_id,
            "mfg.object.order_change": change if head.kind == SCHEDULE else "",
            **due,
            **part.attributes(head.kind),
        }
        added, origins = self._events.explained({}, lookup_in(part.element, head.root, head.carried))
        error = {"mfg.error.code": f"b2mml:{code}"} if failing.is_error and code else {}
        time = {} if "mfg.event.time" in added else {"mfg.event.time": when}
        kept = {name: value for name, value in {**error, **known}.items() if value}
        attributes = {**kept, **added, **time, "mfg.event.type": added.get("mfg.event.type", step.event_type)}
        identity = f"b2mml:{head.sender}:{head.message_id}:{number}" if head.message_id and head.sender else None
        return Said(attributes, failing, number, identity, origins=origins)

    def _failing(self, head: Head, part: Part) -> Failing:
        """The reason in the words of the answer."""
        reasons = [
            *(text_at(each, f"ChangeStatus/{path}") for each in head.criteria for path in REASONS),
            *(text_at(part.element, path) for path in ("Description", "Note")),
        ]
        return Failing(True, None, ": ".join(dict.fromkeys(text for text in reasons if text))[:1000] or None)

    def _confirmed(self, head: Head) -> Iterator[Said | Unsaid]:
        """A ConfirmBOD: that a message has come, or why it could not be used. Which step that is, the original's sender says."""
        for number, bod in enumerate(elements_at(head.root, "DataArea/BOD"), 1):
            original = {
                path: text_at(bod, f"{ORIGINAL}/{path}") or text_at(head.root, f"{CONFIRM}/{ORIGINAL}/{path}") for path in ORIGINALS
            }
            is_error = head.action == "Rejected" or any(True for each in bod.iter() if each.tag in FAILURES)
            is_error = is_error or (not head.action and original["Sender/ConfirmationCode"] == "OnError")
            step = CONFIRMED.get(self._systems.get(original["Sender/LogicalID"], "erp"), CONFIRMED["erp"])
            told = self._messages.get("ConfirmBOD", step.event_type if is_error else "b2mml.confirmed")
            told = told if isinstance(told, dict) else {"event_type": told}
            if told.get("event_type", step.event_type) is None:
                continue
            step = Step(told.get("event_type", step.event_type), told.get("system", step.system), is_senders=False)
            answered = head._replace(original_id=original["BODID"])
            try:
                failing = self._failing(head, part_of(bod)) if is_error else FINE
                yield self._said(answered, part_of(bod), step, failing, head.created_ns, str(number), "ConfirmBOD")
            except Refused as error:
                yield Unsaid(f"ConfirmBOD: {error}", str(number), "BOD")


def _answering(head: Head, part: Part, number: int, parts: int) -> Head:
    """The message as far as it answers one part: by the criterion that names its ID, else the one at its place where there are as many."""
    if head.verb not in ANSWERED or len(head.criteria) < 2:
        return head
    named = [each for each in head.criteria if part.id and part.id in re.split(r"[^\w.-]+", text_at(each, "ResponseExpression"))]
    own = tuple(named or (head.criteria[number - 1 : number] if len(head.criteria) == parts else head.criteria))
    return head._replace(action=_code(own), criteria=own)


def _code(criteria: tuple[Element, ...]) -> str:
    """The actionCode of an answer; where it is none for all, one Rejected counts."""
    codes = [text_at(each, "ResponseExpression/@actionCode") for each in criteria]
    return "Rejected" if "Rejected" in codes else next((code for code in codes if code), "")


ORIGINAL, CONFIRM = "OriginalApplicationArea", "DataArea/Confirm"
ORIGINALS = ("BODID", "Sender/LogicalID", "Sender/ConfirmationCode")
ENDED = {PERFORMANCE: "production.", JOBS: "operation.completed"}  # what takes effect at the end that is told
REASONS = ("ReasonCode", "Reason", "Code", "Description")
FAILURES = ("BODFailureMessage", "ErrorProcessMessage")
