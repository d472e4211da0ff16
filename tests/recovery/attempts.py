"""Attempts to send, and targets opened as the configuration opens them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.recovery.model import Case, Dispatch, Payload
from app.recovery.targets.settings import open_target, target_of
from app.recovery.targets.target import Target
from metrics.keys import Problem

CASE = Case("failed", "purchase_to_pay", "PO/4711", "order.received", site="hamburg", system="mes", message_id="m 1&2")
BODY = b'{"order": "4711"}'
MARKS = {
    "idempotency-key": "effect-1",
    "syncline-attempt": "send-1",
    "mfg-recovery-id": "R-1",
    "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01",
    "baggage": "mfg.recovery.id=R-1",
}


def payload(body: bytes = BODY, **headers: str) -> Payload:
    return Payload("record", body, "application/json", sha256(body).hexdigest(), headers)


def dispatch(number: int = 1, case: Case = CASE, **more: Any) -> Dispatch:
    said = {"action": "replay", "payload": payload(), **more}
    ids = {"recovery_id": "R-1", "send_id": f"send-{number}", "effect_id": f"effect-{more.get('item', number)}"}
    said.pop("item", None)
    return Dispatch(
        **ids, case=case, key=case.key, traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01", sent_ns=1_774_262_400 * 10**9, **said
    )


def opened(folder: Path, /, **settings: Any) -> Target:
    problems: list[Problem] = []
    found = target_of(settings, ("recovery", "targets", "mes"), problems)
    assert problems == []
    assert found
    return open_target("mes", found, folder)


@contextmanager
def target(folder: Path, /, **settings: Any) -> Iterator[Target]:
    """One that is closed at the end."""
    found = opened(folder, **settings)
    try:
        yield found
    finally:
        found.close()
