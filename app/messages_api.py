"""The message of an event over the API: masked as on the page, for the same people, and every look written down."""

from __future__ import annotations

from hashlib import sha256

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from app.api_callers import Denied, application, caller_of_request
from app.instants import instant_text
from app.messages.desk import Look
from app.messages.glass import NotAllowed
from app.messages.originals import Event
from app.messages.shown import WHOLE
from metrics.events import message_of
from metrics.keys import unknown
from metrics.read import Moment

PARAMETERS = ("event_id", "of", "format")
OF = ("message", "record")
FORMATS = ("json", "file")
ENDINGS = {"JSON": "json", "XML": "xml", "EDI": "edi", "table": "csv"}
NOBODY = (
    "Messages are for people who are signed in and may see them, and for tokens of scope recover whose roles may (the right see_messages)."
)


def add_to(api: Blueprint) -> None:
    """The address below /api/v1/events."""
    api.add_url_rule("/api/v1/events/message", "event_message", message, methods=["GET"])


def message() -> ResponseReturnValue:
    """What the sender of the event sent, as JSON about it or as the file itself."""
    caller = caller_of_request()
    if caller.viewer is None:
        raise Denied(403, NOBODY)
    name, of, form = _asked()
    here, now_ns = application(), application().now_ns()
    with here.reader(Moment(now_ns, now_ns), caller.sees) as now:
        row = message_of(now, name)
    if row is None:
        raise Denied(404, "There is no event of this id, or it belongs to a site that may not be seen.")
    event = Event(*(row[each] for each in ("event_id", "source", "position", "recorded_ns", "payload_ref", "payload_digest")))
    try:
        look = here.messages.look(caller.viewer, event, lambda: here.original(event, of == "record"), WHOLE)
    except NotAllowed as why:
        raise Denied(403, str(why)) from why
    return _file(look, name) if form == "file" else jsonify(_told(look, row))


def _asked() -> tuple[str, str, str]:
    """Raises Denied."""
    for parameter in request.args:
        if parameter not in PARAMETERS:
            raise Denied(400, unknown("parameter", parameter, PARAMETERS))
    name, of, form = request.args.get("event_id", ""), request.args.get("of", OF[0]), request.args.get("format", FORMATS[0])
    if not name:
        raise Denied(400, "Give `event_id`, as the export `events` does.")
    if of not in OF:
        raise Denied(400, unknown("kind of message", of, OF))
    if form not in FORMATS:
        raise Denied(400, unknown("format", form, FORMATS))
    return name, of, form


def _file(look: Look, name: str) -> ResponseReturnValue:
    seen = look.shown
    if seen.text is None:
        raise Denied(404, " ".join((*look.where, seen.why)).strip())
    file = f"message-{sha256(name.encode()).hexdigest()[:12]}.{ENDINGS.get(seen.form, 'txt')}"
    return Response(seen.text, content_type="text/plain; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{file}"'})


def _told(look: Look, row: dict[str, object]) -> dict[str, object]:
    seen = look.shown
    return {
        **{each: row[each] for each in ("event_id", "event_type", "source", "position")},
        "origin": list(look.where),
        "headers": {fact.removeprefix("@"): value for fact, value in look.facts},
        "form": seen.form or None,
        "size_bytes": seen.size,
        "sha256": seen.digest or None,
        "text": seen.text,
        "why": seen.why or None,
        "hidden": list(seen.hidden),
        "unmasked": list(seen.unmasked),
        "unmasked_until_time": instant_text(look.glass.until_ns) if look.glass else None,
    }
