"""Texts with names in braces, filled with what an attempt says: `orders/{site}/{transaction_id}`; and what every attempt carries along."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from app.recovery.model import MIDDLEWARE, Action, Dispatch
from collectors.brokers.dead_letter_headers import is_of_dead_letter
from metrics.keys import Place, Problem, Read, shown, unknown

NAME = re.compile(r"\{([A-Za-z_]+)\}")
OF_CASE = (
    "workflow",
    "transaction_id",
    "milestone",
    "site",
    "system",
    "partner",
    "message_id",
    "idempotency_key",
    "error_code",
    "payload_ref",
    "payload_digest",
)
NAMES = (*OF_CASE, "kind", "key", "action", "recovery_id", "effect_id", "send_id", "traceparent", "content_type", "sent_time")
PAYLOAD = "payload"  # only where the whole of it goes into one place
JSON = "application/json"
OWN = ("idempotency-key", "syncline-attempt", "mfg-recovery-id", "traceparent", "tracestate", "baggage", "content-type")
SECOND_NS = 10**9


class NothingThere(Exception):
    """A name that this attempt says nothing under; the text is the sentence."""


class Content(NamedTuple):
    """What is sent."""

    body: bytes
    content_type: str


def template(*more: str) -> Read:
    """Reads a text in which every name in braces is known."""
    known = (*NAMES, *more)

    def read(value: Any, place: Place, problems: list[Problem]) -> str | None:
        if not isinstance(value, str) or not value.strip():
            problems.append(Problem(place, f"must be a text, in which names such as {{transaction_id}} may stand (found {shown(value)})."))
            return None
        strange = [name for name in NAME.findall(value) if name not in known]
        problems += [Problem(place, unknown("part of an attempt", name, known)) for name in strange]
        return None if strange else value

    return read


def names_in(text: str) -> list[str]:
    return NAME.findall(text)


def said_by(dispatch: Dispatch) -> dict[str, str | None]:
    """What an attempt says, under the NAMES."""
    case, payload = dispatch.case, dispatch.payload
    return {
        **{name: getattr(case, name) for name in OF_CASE},
        "payload_digest": payload.digest if payload else case.payload_digest,
        "kind": case.kind,
        "key": dispatch.key,
        "action": dispatch.action,
        "recovery_id": dispatch.recovery_id,
        "effect_id": dispatch.effect_id,
        "send_id": dispatch.send_id,
        "traceparent": dispatch.traceparent,
        "content_type": content_of(dispatch).content_type,
        "sent_time": sent_time(dispatch).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def sent_time(dispatch: Dispatch) -> datetime:
    return datetime.fromtimestamp(dispatch.sent_ns // SECOND_NS, UTC).replace(microsecond=dispatch.sent_ns % SECOND_NS // 1000)


def filled(text: str, dispatch: Dispatch, escape: Callable[[str], str] = str) -> str:
    """The text with every name replaced by what `escape` makes of its value. Raises NothingThere."""
    said = said_by(dispatch)

    def value(match: re.Match[str]) -> str:
        found = said.get(match[1])
        if found is None:
            raise NothingThere(f"The target needs {match[0]}, and {dispatch.case.transaction_id} has none; nothing was sent.")
        return escape(found)

    return NAME.sub(value, text)


def content_of(dispatch: Dispatch) -> Content:
    """The message; where the receiver holds it itself, what it has to find it by. Raises NothingThere."""
    payload = dispatch.payload
    if payload is not None and payload.origin != MIDDLEWARE:
        return Content(payload.body, payload.content_type)
    if Action(dispatch.action).needs_payload and payload is None:
        raise NothingThere(f"There is no payload of {dispatch.case.transaction_id}; nothing was sent.")
    return Content(orjson.dumps(_about(dispatch)), JSON)


def marks_of(dispatch: Dispatch) -> dict[str, str]:
    """What tells a receiver which attempt this is, by the names of headers. `baggage` brings the recovery's id to whoever traces."""
    return {
        "idempotency-key": dispatch.effect_id,
        "syncline-attempt": dispatch.send_id,
        "mfg-recovery-id": dispatch.recovery_id,
        "traceparent": dispatch.traceparent,
        "baggage": f"mfg.recovery.id={dispatch.recovery_id}",
    }


def headers_of(dispatch: Dispatch) -> dict[str, str]:
    """Headers of a message to a broker: those it had, without what said that it is a dead letter, and our marks."""
    had: Mapping[str, str] = dispatch.payload.headers if dispatch.payload else {}
    kept = {
        name: text for name, text in had.items() if name.lower() not in OWN and not name.startswith("@") and not is_of_dead_letter(name)
    }
    return {**kept, **marks_of(dispatch)}


def _about(dispatch: Dispatch) -> dict[str, str]:
    case = dispatch.case
    said: dict[str, str | None] = {
        "recovery_id": dispatch.recovery_id,
        "attempt_id": dispatch.send_id,
        "effect_id": dispatch.effect_id,
        "action": dispatch.action,
        "kind": case.kind,
        "key": dispatch.key,
        **{name: getattr(case, name) for name in OF_CASE},
    }
    return {name: value for name, value in said.items() if value is not None}
