"""Whether it is the turn of a case: what speaks against sending it now, and how long to wait before the next try."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from app.recovery.model import Evidence, Payload, Safety, Sent
from app.recovery.verdict import Question, verdict

FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 1.0, 60.0  # before an item that was not taken is sent again


def is_there(evidence: Evidence) -> bool:
    """The effect that was waited for."""
    return evidence.reached_ns is not None or evidence.is_closed


def why_not_now(item: Row[Any], question: Question, payload: Payload | str | None) -> str | None:
    """What has happened since it was approved that speaks against it."""
    if question.path.action.needs_payload and not isinstance(payload, Payload):
        return payload or "There is no payload."
    found = verdict(question)
    if found.safety is Safety.SAFE or (found.safety is Safety.CANNOT_TELL and item.safety == Safety.CANNOT_TELL):
        return None
    return next(reason.sentence for reason in found.reasons if reason.safety is found.safety)


def pause(tries: int, sent: Sent) -> float:
    """Seconds before the next try: what the target asks for, else longer each time."""
    if sent.retry_after_seconds is not None:
        return min(sent.retry_after_seconds, LAST_PAUSE_SECONDS)
    return min(FIRST_PAUSE_SECONDS * 2.0 ** max(tries - 1, 0), LAST_PAUSE_SECONDS)
