"""IDocs as XML: the business step each one takes, told by its status records; audit messages that answer earlier ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from collectors.event import Refused
from collectors.formats.form import Problems, Saying
from collectors.formats.idoc_codes import ABANDONED, FAILED, HANDED_OVER, OUT, POSTED, STATUS_CLASS, STEPS, SUPERSEDED, TEXTS, Step
from collectors.formats.idoc_content import content_of, fields_of, sap_time, segments, texts_of
from collectors.formats.idoc_options import REACHED_BY, check_idoc_options, own_steps
from collectors.formats.xml_document import lookup_in, read_document, steps_of
from collectors.mapping import AttributeMapping
from collectors.mapping_check import check_additions
from collectors.meaning import FINE, Failing
from collectors.message import Message
from collectors.said import Said, Unsaid

CONTROL = "DOCNUM MANDT STATUS DIRECT IDOCTYP CIMTYP MESTYP SNDPRN RCVPRN CREDAT CRETIM"
ANSWERS = ("ALEAUD", "STATUS")  # message types that say how other IDocs fared
RECORDS = ("EDI_DS40", "EDI_DS", "E1STATUS")


class Status(NamedTuple):
    """One status record. The history is in order of time, then counter, then place in the document."""

    when_ns: int
    counter: str
    place: int
    code: str
    kind: str  # its class
    text: str
    message: str  # SAP's message class and number

    @property
    def failing(self) -> Failing:
        is_error = self.kind in (FAILED, ABANDONED)
        return Failing(True, self.message or None, self.text or TEXTS.get(self.code)) if is_error else FINE


class Idoc(Saying):
    """`options` name the zone of the times and what a message means; `map` adds, and says better what is found by default."""

    name: ClassVar[str] = "idoc"
    content_type: ClassVar[str] = "application/xml"

    def __init__(self, data: dict[str, Any] | None, options: dict[str, Any]) -> None:
        self.mapping = AttributeMapping(data or {}, "path")
        self._zone = ZoneInfo(options.get("time_zone", "UTC"))
        self._classes = {**STATUS_CLASS, **options.get("statuses", {})}
        self._steps, self._reached = own_steps(options)

    @classmethod
    def check_map(cls, data: Any) -> Problems:
        if data is None:
            return []
        said = {"event_type": "options.messages", "event_time": "the status record itself"}
        problems = [(name, f"is said by {by}; take it out here") for name, by in said.items() if isinstance(data, dict) and name in data]
        return problems + check_additions(data, "path", steps_of)

    @classmethod
    def check_options(cls, data: Any) -> Problems:
        return check_idoc_options(data)

    def said(self, message: Message) -> Iterator[Said | Unsaid]:
        try:
            root = read_document(message.body).root
        except Refused as error:
            yield Unsaid(f"the document {error}")
            return
        found = [root] if root.tag == "IDOC" else list(root.iter("IDOC"))
        if not found:
            yield Unsaid(f"no IDoc is in the document: it has no element IDOC (its root is {root.tag[:80]!r})")
        for number, idoc in enumerate(found, 1):
            try:
                yield from self._one(idoc, str(number), message.head)
            except Refused as error:
                yield Unsaid(f"IDoc {_number(idoc)}: {error}", str(number), "IDoc")

    def _one(self, idoc: Element, part: str, head: dict[str, Any]) -> Iterator[Said | Unsaid]:
        """Raises Refused."""
        control = _control(idoc)
        if control["MESTYP"] in ANSWERS:
            yield from self._answers(idoc, control, part)
            return
        key = (control["MESTYP"], control["DIRECT"])
        step = self._steps.get(key, STEPS.get(key))
        added, origins = self.mapping.explained({}, lookup_in(idoc, idoc, head))
        known = content_of(idoc, control, step, self._zone)
        own = control["SNDPRN"] if control["DIRECT"] == OUT else control["RCVPRN"]
        identified = _identified(control["DOCNUM"], own)
        facts = {**known, **added, **identified, "mfg.object.idoc": identified["messaging.message.id"]}
        records = [each for each in idoc if each.tag in RECORDS]
        attempt = 1
        for number, status in enumerate(self._history(records, control), 1):
            if isinstance(status, str):
                yield Unsaid(f"IDoc {control['DOCNUM']}: {status}", f"{part}/{number}", "status")
            else:
                place = f"{part}/{number}"
                yield self._event(status, attempt, place, step, key, facts, origins, is_written=not records)
                attempt += status.failing.is_error

    def _history(self, records: list[Element], control: dict[str, str]) -> list[Status | str]:
        """The statuses in order, behind them the reasons why others are none. Without records it is that of the control record."""
        if not records:
            created = sap_time(control["CREDAT"], control["CRETIM"], self._zone)
            if created is None:
                raise Refused("nothing says when it was created: CREDAT is empty, and it has no status records")
            return [self._status({"STATUS": control["STATUS"] or "00"}, created, 0)]
        good, bad = [], []
        for place, record in enumerate(records):
            try:
                fields = texts_of(record)
                when = sap_time(
                    fields.get("LOGDAT") or fields.get("CREDAT", ""), fields.get("LOGTIM") or fields.get("CRETIM", ""), self._zone
                )
                if when is None:
                    raise Refused(f"its status {fields.get('STATUS', '')!r} says no time: LOGDAT is empty")
                good.append(self._status(fields, when, place))
            except Refused as error:
                bad.append(str(error))
        return [*sorted(good), *bad]

    def _status(self, fields: dict[str, str], when_ns: int, place: int) -> Status:
        """Raises Refused."""
        code = fields.get("STATUS", "").zfill(2)
        kind = self._classes.get(code)
        if kind is None:
            raise Refused(f"status {code[:20]!r} is none of SAP's; say what it means under `options.statuses`")
        counter = fields.get("COUNTR", "") or fields.get("COUNTER", "")
        return Status(when_ns, counter.zfill(16), place, code, kind, _text(fields), _message(fields))

    def _event(
        self,
        status: Status,
        attempt: int,
        part: str,
        step: Step | None,
        key: tuple[str, str],
        facts: dict[str, Any],
        origins: dict[str, str],
        is_written: bool = False,
    ) -> Said:
        reached_by = self._reached.get(key, self._reached["", ""])
        failing = status.failing
        is_reached = status.kind == POSTED or (status.kind == HANDED_OVER and reached_by != POSTED)
        is_reached = is_reached or (is_written and reached_by == REACHED_BY[-1] and status.kind not in (FAILED, ABANDONED, SUPERSEDED))
        takes = step is not None and (is_reached or failing.is_error)
        attributes = {
            **facts,
            "mfg.event.type": step.event_type if step and takes else f"idoc.{FAILED if failing.is_error else status.kind}",
            "mfg.event.time": status.when_ns,
        }
        attributes.setdefault("mfg.attempt", attempt)
        if failing.is_error:
            attributes.setdefault("mfg.error.code", f"idoc:{status.code}")
            failing = Failing(True, attributes.get("error.type", failing.error_type), attributes.get("exception.message", failing.text))
        else:
            attributes.setdefault("mfg.idempotency_key", facts["messaging.message.id"])
        identity = f"idoc:{facts['messaging.message.id']}:{status.code}:{status.when_ns}:{status.counter.lstrip('0')}"
        return Said(attributes, failing, part, identity if "@" in identity else None, origins=origins)

    def _answers(self, idoc: Element, control: dict[str, str], part: str) -> Iterator[Said | Unsaid]:
        """What an audit message says about IDocs that the system it goes to has sent. Raises Refused."""
        created = sap_time(control["CREDAT"], control["CRETIM"], self._zone)
        sender = control["RCVPRN"]
        for number, (kind, record) in enumerate(_answered(idoc, control), 1):
            key = (kind, OUT)
            step = self._steps.get(key, STEPS.get(key))
            fields = texts_of(record)
            document = fields.get("DOCNUM", "")[:40]
            try:
                when = sap_time(fields.get("LOGDAT", ""), fields.get("LOGTIM", ""), self._zone) or created
                if when is None or not document:
                    raise Refused("the answer says no time, or not which IDoc it answers (DOCNUM)")
                status = self._status(fields, when, number)
            except Refused as error:
                yield Unsaid(f"IDoc {document or 'without a number'}: {error}", f"{part}/{number}", "status")
                continue
            # It names no object, so it takes over those of the document with this id.
            facts = {"mfg.system": step.system if step else "erp", "mfg.system.name": sender, **_identified(document, sender)}
            yield self._event(status, 1, f"{part}/{number}", step, key, facts, {})


def _answered(idoc: Element, control: dict[str, str]) -> Iterator[tuple[str, Element]]:
    """(message type, status segment) of every answer in an audit message."""
    for header in segments(idoc, "E1ADHDR", "E1STATS"):
        if header.tag == "E1STATS":
            yield control["MESTYP"], header
            continue
        named = fields_of(header, "MESTYP_LNG MESTYP")
        yield from ((named["MESTYP_LNG"] or named["MESTYP"], record) for record in segments(header, "E1STATE"))


def _control(idoc: Element) -> dict[str, str]:
    """Raises Refused."""
    record = next((each for each in idoc if each.tag in ("EDI_DC40", "EDI_DC")), None)
    if record is None:
        raise Refused("it has no control record EDI_DC40")
    control = fields_of(record, CONTROL)
    if not control["MESTYP"] or not control["DOCNUM"]:
        raise Refused("its control record names no message type (MESTYP) or no number (DOCNUM)")
    if control["DIRECT"] not in ("1", "2"):
        raise Refused(f"DIRECT must be 1 (out) or 2 (in) (found {control['DIRECT'][:20]!r})")
    return control


def _identified(document: str, system: str) -> dict[str, str]:
    """An IDoc's number is unique within its system only, so both make the id."""
    return {"messaging.message.id": f"{document}@{system}" if system else document}


def _number(idoc: Element) -> str:
    return next((each.text.strip()[:40] for each in idoc.iter("DOCNUM") if each.text), "without a number")


def _text(fields: dict[str, str]) -> str:
    """The text of a status with its parameters put in: `Posting period &1 &2 is not open`."""
    text = fields.get("STATXT", "")
    for number in "1234":
        value = fields.get(f"STAPA{number}_LNG") or fields.get(f"STAPA{number}", "")
        text = text.replace(f"&{number}", value) if f"&{number}" in text else text.replace("&", value, 1)
    return " ".join(text.split())[:1000]


def _message(fields: dict[str, str]) -> str:
    """SAP's message as in `VG 311`."""
    named = f"{fields.get('STAMID', '')} {fields.get('STAMNO', '').lstrip('0')}".strip() if fields.get("STAMID") else ""
    return named or fields.get("STACOD", "")
