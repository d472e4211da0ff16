"""Why a message of RabbitMQ is a dead letter: what the broker itself wrote into `x-death`, and what the software that gave up wrote.

The broker keeps one entry for each queue and reason, the newest first. When it happens again it counts; the time stays that of the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from collectors import instants
from collectors.brokers.dead_letter_headers import put_aside
from collectors.event import Refused
from collectors.meaning import FINE, Failing

REASONS = {
    "rejected": "its consumer refused it",
    "expired": "nobody took it in time",
    "maxlen": "the queue was full",
    "delivery_limit": "it was delivered as often as the queue allows",
}
TIMES = ("NServiceBus.TimeOfFailure", "MT-Fault-Timestamp")
NSERVICEBUS = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d):(\d{1,9}) Z", re.ASCII)  # 2026-04-29 22:10:59:647662 Z
MOST_DEATHS = 10**6


def dead_letter(headers: Mapping[str, Any], queue: str, is_one: bool | None) -> tuple[dict[str, Any], Failing]:
    """What the headers tell, in standard attributes and as its failing. `is_one`: whether the queue holds dead letters; None: those that
    headers show to be."""
    death = _newest(headers.get("x-death"))
    attributes, failing = put_aside(headers)
    if is_one is False or not (is_one or death or failing.error_type or failing.text):
        return {}, FINE
    reason = _text(death.get("reason"))
    if reason:
        attributes.setdefault("mfg.error.code", f"rabbitmq:{reason}")
    if count := _count(death):
        attributes.setdefault("mfg.attempt", count)
    if (moment_ns := _moment_ns(death, headers)) is not None:
        attributes["mfg.event.time"] = moment_ns
    return attributes, Failing(True, failing.error_type or reason, failing.text or _sentence(death, reason, queue))


def _newest(deaths: Any) -> dict[str, Any]:
    if deaths.__class__ is list and deaths and deaths[0].__class__ is dict:
        return dict(deaths[0])
    return {}


def _sentence(death: dict[str, Any], reason: str | None, queue: str) -> str:
    if not death:
        return f"put aside in queue {queue}; its headers do not say why"
    count = _count(death) or 1
    often = f" {count} times" if count > 1 else ""
    why = f"{reason}, {REASONS[reason]}" if reason in REASONS else reason or "no reason is given"
    return f"dead-lettered{often} from queue {_text(death.get('queue')) or 'without a name'}: {why}"


def _count(death: dict[str, Any]) -> int | None:
    count = death.get("count")
    return count if count.__class__ is int and 0 < count < MOST_DEATHS else None


def _moment_ns(death: dict[str, Any], headers: Mapping[str, Any]) -> int | None:
    for value in (death.get("time"), *(headers.get(name) for name in TIMES)):
        if value.__class__ is str:
            try:
                return instants.of_text(NSERVICEBUS.sub(r"\1.\2Z", value))
            except Refused:
                continue  # a header anybody may write; the next one, or what the body says, counts
    return None


def _text(value: Any) -> str | None:
    return value.strip()[:255] or None if value.__class__ is str else None
