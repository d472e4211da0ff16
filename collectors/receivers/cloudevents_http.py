"""CloudEvents over HTTP, as the receiver takes them at /v1/events: one, a batch, or one whose attributes stand in the headers."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import orjson

from collectors.event import Record
from collectors.formats.cloudevents import BATCH, STRUCTURED, events_in, problem_of
from collectors.message import MESSAGE, packed
from collectors.receivers.reception import EXAMPLES, Accepted, Reception, Room, Unreadable

PATH, SIGNAL, SOURCE = "/v1/events", "events", "cloudevents"
ALLOW = "POST, OPTIONS"
KEPT = ("HTTP_TRACEPARENT", "HTTP_TRACESTATE")  # of what is no attribute of the event
ORIGIN = re.compile(r"[A-Za-z0-9*]([A-Za-z0-9.:*-]{0,253}[A-Za-z0-9*])?", re.ASCII)
RATE = re.compile(r"[1-9]\d{0,8}", re.ASCII)
Headers = list[tuple[str, str]]


class Foreign(Exception):
    """No CloudEvents in a form that is known here; the text says which are."""


def handshake(environ: dict[str, Any]) -> Headers:
    """What a sender is told that asks whether it may send: yes, as often as it likes. Who it is, its token says with each event."""
    origin = environ.get("HTTP_WEBHOOK_REQUEST_ORIGIN", "").strip()
    rate = environ.get("HTTP_WEBHOOK_REQUEST_RATE", "").strip()
    if not ORIGIN.fullmatch(origin):
        return [("Allow", ALLOW)]
    allowed = rate if RATE.fullmatch(rate) else "*"
    return [("Allow", ALLOW), ("WebHook-Allowed-Origin", origin), ("WebHook-Allowed-Rate", allowed)]


def headers_of(environ: dict[str, Any]) -> dict[str, str]:
    """The headers that belong to the event, decoded as the binding says. Nothing else of a request is kept: it may be a secret."""
    found = {name[5:].replace("_", "-").lower(): _decoded(text) for name, text in environ.items() if name.startswith("HTTP_CE_")}
    found |= {name[5:].lower(): environ[name] for name in KEPT if name in environ}
    return {**found, "content-type": environ["CONTENT_TYPE"]} if environ.get("CONTENT_TYPE") else found


def check_form(headers: dict[str, str]) -> None:
    """Raises Foreign."""
    kind = headers.get("content-type", "")
    media = kind.partition(";")[0].strip().lower()
    if media not in (STRUCTURED, BATCH) and (media.startswith("application/cloudevents") or "ce-specversion" not in headers):
        raise Foreign(
            f"Content-Type must be {STRUCTURED} or {BATCH}, or the headers must hold ce-specversion, ce-id, ce-source and ce-type "
            f"(found {kind[:100] or 'nothing'})"
        )


def accept_events(reception: Reception, headers: dict[str, str], body: bytes, room: Room) -> Accepted:
    """The answer to one request, once it is on disk. Raises Unreadable, or Unavailable where nothing was kept.

    Of a batch what is no CloudEvent is rejected alone; a request without any is refused, and nothing of it is kept.
    """
    try:
        with reception.looking(room):
            found = events_in({"header": headers}, body)
    except ValueError as error:
        raise Unreadable(str(error)) from error
    events = found if found.__class__ is list else [found]
    if (found.__class__ is list) != _is_batch(headers):
        what = "a list" if found.__class__ is list else "no list"
        raise Unreadable(f"the body is {what}; a list of events is sent as {BATCH}, one event as {STRUCTURED}")
    problems = [(number, problem) for number, event in enumerate(events, 1) if (problem := problem_of(event))]
    if problems and len(problems) == len(events):
        raise Unreadable(problems[0][1])
    if events:
        payload, kind = packed({"header": headers}, body), f"{MESSAGE}; {headers.get('content-type', '')}"
        reception.keep(Record(SOURCE, "", payload, kind, reception.now_ns(), SIGNAL), room)
    return Accepted(len(problems), _told(problems))


def partial_success(accepted: Accepted) -> bytes:
    return orjson.dumps({"rejected": accepted.rejected, "message": accepted.message})


def _is_batch(headers: dict[str, str]) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == BATCH


def _decoded(text: str) -> str:
    """A value of a header: percent-encoded UTF-8. Servers hand headers over as Latin-1."""
    return unquote(text.encode("latin-1", "replace").decode("utf-8", "replace"), errors="replace")


def _told(problems: list[tuple[int, str]]) -> str:
    if not problems:
        return ""
    examples = "; ".join(f"event {number}: {problem[:200]}" for number, problem in problems[:EXAMPLES])
    more = f"; and {len(problems) - EXAMPLES} more" if len(problems) > EXAMPLES else ""
    return f"{len(problems)} event{'s' if len(problems) > 1 else ''} rejected: {examples}{more}"
