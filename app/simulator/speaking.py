"""How the systems tell what they did: an act becomes the spans or the log record that real instrumentation would have made."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from typing import Any

from opentelemetry._logs import SeverityNumber
from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags, set_span_in_context

from app.simulator.act import Act, Message, Trouble
from app.simulator.company import NEWER, SYSTEMS, Plant
from app.simulator.numbers import as_written_by
from app.simulator.operations import OPERATIONS, SENTENCES, Operation
from app.simulator.rhythm import MILLISECOND, SECOND
from app.simulator.systems import Systems

BROKER = "kafka"
MOST_ATTEMPTS = 5
MIDDLEWARE_TAKES_NS = 200 * MILLISECOND
TIMES = ("due_time", "promised_time")


class Failed(Exception):
    """What record_exception is given; its type and words are those of the system that failed."""


def speak(systems: Systems, plant: Plant, act: Act, ids: Random) -> None:
    """Says the act in telemetry. `ids` gives the ids, so that the same act always has the same."""
    systems.ids.random = ids
    if SYSTEMS[act.system].speaks_logs:
        _log(systems, plant, act)
    else:
        _Telling(systems, plant, act).tell()


def speak_unreadable(systems: Systems, plant: Plant, time_ns: int, trouble: Trouble, ids: Random) -> None:
    """A message nobody could read: the middleware knows only that it failed, not what it was about."""
    systems.ids.random = ids
    span = systems.tracer("middleware", plant).start_span(
        "process edi.inbound",
        None,
        SpanKind.CONSUMER,
        {
            "messaging.system": "as2",
            "messaging.destination.name": "edi.inbound",
            "messaging.operation.type": "process",
            "messaging.operation.name": "process",
            "messaging.message.id": f"<{ids.getrandbits(64):016x}@straits-connect.example>",
        },
        (),
        time_ns - 80 * MILLISECOND,
    )
    _fail(span, trouble, time_ns)
    span.end(time_ns)
    systems.written += 1


class _Telling:
    """One act of a system that is instrumented with traces."""

    def __init__(self, systems: Systems, plant: Plant, act: Act) -> None:
        self.systems, self.plant, self.act = systems, plant, act
        self.system = SYSTEMS[act.system]
        self.operation = OPERATIONS.get((act.event, act.system), Operation(act.event))
        self.begins = act.time_ns - act.took_ns
        # A receiver's clock may be behind; the middleware's is right, and it takes nothing before it was sent.
        arrived = act.receives.sent_ns + MIDDLEWARE_TAKES_NS if act.receives else 0
        self.handed = max(self.begins, arrived)

    def tell(self) -> None:
        message, trouble = self.act.receives, self.act.trouble
        if message is None:
            self._own_doing()
        elif trouble and trouble.in_middleware:
            self._refused_on_the_way(message)
        else:
            self._by_message(message)

    def _start(
        self,
        role: str,
        name: str,
        parent: Context | None,
        kind: SpanKind,
        attributes: dict[str, Any],
        start_ns: int,
        links: tuple[Link, ...] = (),
    ) -> Span:
        self.systems.written += 1
        return self.systems.tracer(role, self.plant).start_span(name, parent, kind, attributes, links, start_ns)

    def _own_doing(self) -> None:
        """Somebody at a screen, a scanner or a job starts it; the event is what the system did for them."""
        entry = self.operation.entry or self.operation.name
        attributes = {**_entry_attributes(entry, self.system.host(self.plant)), **_objects(self.act, self.act.system)}
        links: tuple[Link, ...] = ()
        if self.act.answers and self.act.answers.arrived:
            attributes["messaging.message.conversation_id"] = self.act.answers.conversation
            links = (Link(self.act.answers.arrived),)
        outer = self._start(self.act.system, entry, None, _kind_of(entry), attributes, self.begins - 6 * MILLISECOND, links)
        inner = self._event_span(
            self.operation.name, set_span_in_context(outer), SpanKind.INTERNAL, {"code.function.name": self.operation.name}
        )
        self._do(inner)
        if self.act.trouble:
            outer.set_status(Status(StatusCode.ERROR, self.act.trouble.text))
        outer.end(self.act.time_ns + 2 * MILLISECOND)

    def _by_message(self, message: Message) -> None:
        """Through the middleware into the receiver: consumed, mapped, handed over; the receiver's span is the event."""
        taken = self._middleware_takes(message)
        handed, parent, links, kind, attributes = self._hand_over(message, set_span_in_context(taken))
        name = f"process {attributes['messaging.destination.name']}" if kind is SpanKind.CONSUMER else f"POST {attributes['url.path']}"
        event = self._event_span(name, parent, kind, attributes, links)
        message.arrived = _remote(event)
        self._do(event)
        self._end_middleware(taken, handed)

    def _refused_on_the_way(self, message: Message) -> None:
        """The receiver never saw it, so the middleware's own call is the event, said for the receiver."""
        taken = self._middleware_takes(message)
        said = {
            "mfg.system": self.act.system,
            "mfg.system.name": self.system.instance(self.plant),
            **_call(self.system.host(self.plant), self._address),
        }
        event = self._event_span(f"POST {self._address}", set_span_in_context(taken), SpanKind.CLIENT, said, role="middleware")
        if self.act.trouble:
            _fail(event, self.act.trouble, self.act.time_ns)
        event.end(self.act.time_ns)
        self._end_middleware(taken, event)

    @property
    def _address(self) -> str:
        return self.system.intake.address if self.system.intake else "/"

    def _middleware_takes(self, message: Message) -> Span:
        attributes = {
            **_messaging(message, "process"),
            "messaging.consumer.group.name": f"to-{self.act.system}",
            "mfg.attempt": self.act.attempt,
            **_objects(self.act, "middleware"),
        }
        parent, links = _from(message.context)
        start = self.handed - (45 + message.size // 100) * MILLISECOND
        taken = self._start("middleware", f"process {message.destination}", parent, SpanKind.CONSUMER, attributes, start, links)
        mapped = self._start(
            "middleware",
            f"map {message.mapping}",
            set_span_in_context(taken),
            SpanKind.INTERNAL,
            {"mfg.schema.version": "2.3.0"},
            start + 2 * MILLISECOND,
        )
        mapped.end(start + (12 + message.size // 200) * MILLISECOND)
        return taken

    def _hand_over(self, message: Message, inside: Context) -> tuple[Span, Context, tuple[Link, ...], SpanKind, dict[str, Any]]:
        """The middleware's outgoing span, and what the receiver's span is to begin with."""
        start = self.handed - 14 * MILLISECOND
        if self.system.intake and self.system.intake.protocol == "queue":
            onward = {**_messaging(message, "send"), "messaging.system": "jms", "messaging.destination.name": self._address}
            sent = self._start("middleware", f"send {self._address}", inside, SpanKind.PRODUCER, onward, start)
            received = {**onward, "messaging.operation.type": "process", "messaging.operation.name": "process"}
            return sent, set_span_in_context(NonRecordingSpan(_remote(sent))), (Link(_remote(sent)),), SpanKind.CONSUMER, received
        sent = self._start(
            "middleware", f"POST {self._address}", inside, SpanKind.CLIENT, _call(self.system.host(self.plant), self._address), start
        )
        served = {
            "http.request.method": "POST",
            "url.path": self._address.partition("?")[0],
            "server.address": self.system.host(self.plant),
            "messaging.message.id": message.id,
        }
        return sent, set_span_in_context(NonRecordingSpan(_remote(sent))), (), SpanKind.SERVER, served

    def _event_span(
        self,
        name: str,
        parent: Context | None,
        kind: SpanKind,
        attributes: dict[str, Any],
        links: tuple[Link, ...] = (),
        role: str | None = None,
    ) -> Span:
        said = {**attributes, **_business(self.act), **self._version()}
        return self._start(role or self.act.system, name, parent, kind, said, self.begins, links)

    def _version(self) -> dict[str, str]:
        """What form the message had that it took."""
        if not (self.act.event and self.act.receives and self.system.intake):
            return {}
        return {"mfg.schema.version": NEWER.get((self.act.system, self.plant.name), self.system.intake.version)}

    def _do(self, event: Span) -> None:
        """What happens inside the event's span: the database, messages that leave, the failure, the end."""
        inside, trouble = set_span_in_context(event), self.act.trouble
        if self.system.database and self.operation.statement:
            self._query(inside, self.operation.statement, trouble if trouble and "SQL" in trouble.type else None)
        for message in self.act.sends:
            self._send(inside, message)
        if trouble:
            _fail(event, trouble, self.act.time_ns)
        event.end(self.act.time_ns)

    def _query(self, inside: Context, statement: str, trouble: Trouble | None) -> None:
        verb, table = statement.split()
        attributes = {"db.system.name": self.system.database, "db.operation.name": verb, "db.collection.name": table}
        query = self._start(self.act.system, statement, inside, SpanKind.CLIENT, attributes, self.begins + self.act.took_ns // 5)
        ended = self.begins + self.act.took_ns * 4 // 5
        if trouble:
            query.set_status(Status(StatusCode.ERROR, trouble.text))
        query.end(ended)

    def _send(self, inside: Context, message: Message) -> None:
        start = self.act.time_ns - min(self.act.took_ns // 6, 8 * MILLISECOND)
        sent = self._start(self.act.system, f"send {message.destination}", inside, SpanKind.PRODUCER, _messaging(message, "send"), start)
        message.context, message.sent_ns = _remote(sent), self.act.time_ns
        sent.end(self.act.time_ns)

    def _end_middleware(self, taken: Span, handed: Span) -> None:
        """A call ends when it is answered, a message as soon as it is sent. The middleware says that it will try again."""
        trouble = self.act.trouble
        answered = self.handed + self.act.took_ns + 3 * MILLISECOND
        if handed.is_recording():
            is_sent = self.system.intake is not None and self.system.intake.protocol == "queue" and not (trouble and trouble.in_middleware)
            if trouble and not is_sent:
                handed.set_status(Status(StatusCode.ERROR, trouble.text))
                handed.set_attribute("error.type", trouble.type)
            handed.end(self.handed - 4 * MILLISECOND if is_sent else answered)
        if trouble:
            taken.set_status(Status(StatusCode.ERROR, f"delivery attempt {self.act.attempt} of {MOST_ATTEMPTS} failed: {trouble.text}"))
            taken.set_attribute("error.type", trouble.type)
        taken.end(answered + 2 * MILLISECOND)


# -- attributes ------------------------------------------------------------------------------------------------------------
def _business(act: Act) -> dict[str, Any]:
    """What makes a span or a log record a business event."""
    if not act.event:
        return _objects(act, act.system)
    said: dict[str, Any] = {
        "mfg.event.type": act.event,
        "mfg.attempt": act.attempt,
        "mfg.idempotency_key": act.key,
        **_objects(act, act.system),
    }
    said |= {f"mfg.{name}": _rfc3339(field) if name in TIMES else field for name, field in act.fields.items()}
    if act.is_dead:
        said["mfg.dead_letter"] = True
    if act.payload:
        said |= {"mfg.payload.ref": act.payload.name, "mfg.payload.digest": sha256(act.payload.body).hexdigest()}
    if act.recovery:
        said["mfg.recovery.id"] = act.recovery
    if act.trouble and act.trouble.code:
        said |= _code(act.trouble.code)
    return said


def _code(code: str) -> dict[str, Any]:
    system, _, number = code.partition(":")
    return {"http.response.status_code": int(number)} if system == "http" else {"mfg.error.code": code}


def _objects(act: Act, system: str) -> dict[str, Any]:
    written = {kind: [as_written_by(system, kind, id_) for id_ in ids] for kind, ids in act.objects.items()}
    return {f"mfg.object.{kind}": ids if len(ids) > 1 else ids[0] for kind, ids in written.items()}


def _messaging(message: Message, operation: str) -> dict[str, Any]:
    return {
        "messaging.system": BROKER,
        "messaging.destination.name": message.destination,
        "messaging.operation.type": operation,
        "messaging.operation.name": operation,
        "messaging.message.id": message.id,
        "messaging.message.conversation_id": message.conversation,
        "messaging.message.body.size": message.size,
    }


def _call(host: str, address: str) -> dict[str, Any]:
    return {"http.request.method": "POST", "url.full": f"https://{host}{address}", "server.address": host}


def _entry_attributes(entry: str, host: str) -> dict[str, Any]:
    method, _, path = entry.partition(" ")
    return {"http.request.method": method, "url.path": path, "server.address": host} if path.startswith("/") else {}


def _kind_of(entry: str) -> SpanKind:
    return SpanKind.SERVER if " /" in entry else SpanKind.INTERNAL


def _rfc3339(moment_ns: str | float) -> str:
    return datetime.fromtimestamp(int(moment_ns) // SECOND, UTC).isoformat().replace("+00:00", "Z")


# -- contexts and failures ---------------------------------------------------------------------------------------------------
def _remote(span: Span) -> SpanContext:
    context = span.get_span_context()
    return SpanContext(context.trace_id, context.span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _from(context: SpanContext | None) -> tuple[Context | None, tuple[Link, ...]]:
    """A consumer goes on in the producer's trace and links to it; a message from a system without traces begins one."""
    if context is None:
        return None, ()
    return set_span_in_context(NonRecordingSpan(context)), (Link(context),)


def _fail(span: Span, trouble: Trouble, time_ns: int) -> None:
    span.record_exception(
        Failed(trouble.text), {"exception.type": trouble.type, "exception.stacktrace": f"{trouble.type}: {trouble.text}"}, time_ns
    )
    span.set_attribute("error.type", trouble.type)
    if trouble.code:
        span.set_attributes(_code(trouble.code))
    span.set_status(Status(StatusCode.ERROR, trouble.text))


# -- logs ------------------------------------------------------------------------------------------------------------------
def _log(systems: Systems, plant: Plant, act: Act) -> None:
    systems.written += 1
    attributes = {key: said for key, said in _business(act).items() if key != "mfg.event.type"}
    named = {"id": next(iter(act.objects.values()))[0], "item": "", "work_center": "", **act.fields}
    trouble = act.trouble
    if trouble:
        attributes |= {"exception.type": trouble.type, "exception.message": trouble.text}
    systems.logger(act.system, plant).emit(
        timestamp=act.time_ns,
        observed_timestamp=act.time_ns + 40 * MILLISECOND,
        event_name=act.event,
        attributes=attributes,
        severity_number=SeverityNumber.ERROR if trouble else SeverityNumber.INFO,
        severity_text="ERROR" if trouble else "INFO",
        body=SENTENCES.get(act.event, "{id}").format_map(named),
    )
