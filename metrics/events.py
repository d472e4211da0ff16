"""The events behind a figure of an interface, one by one, and the records that became none."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from metrics.read import HOUR_NS, Reader

EVER = (-(1 << 63), (1 << 63) - 1)
KINDS = ("failed", "contract", "retries", "dead", "keyed", "unkeyed", "redelivered")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events: after `from_ns` until `to_ns`, of one type, system, version and site where given ("" for those that state none), and of
    one of KINDS."""

    from_ns: int
    to_ns: int
    event_type: str | None = None
    system: str | None = None
    version: str | None = None
    site: str | None = None
    source: str | None = None
    kind: str | None = None


def events(reader: Reader, asked: Asked, start: int, stop: int) -> pd.DataFrame:
    """Rows start … stop (excluded), newest first: event_ns, recorded_ns, event_type, system, system_name, site, schema_version, is_error,
    error_class, error_code, error_text, attempt, dead_letter, idempotency_key, source, position, trace_id, objects (type and id)."""
    return reader.frame("queries/events", {**asdict(asked), "start": start, "stop": stop})


def counted(reader: Reader, asked: Asked) -> int:
    return int(reader.frame("queries/events_counted", asdict(asked))["events"].iloc[0])


def interfaces(reader: Reader, from_ns: int) -> pd.DataFrame:
    """Per event_type, system, schema_version and site after `from_ns`: events, error_events, contract_errors, retries, dead_letters,
    keyed_events, redelivered, newest_event_ns; by the workflows that wait for it: workflows, owners, from_systems."""
    as_of_ns = reader.moment.as_of_ns
    from_hour = to_hour = as_of_ns // HOUR_NS + 1
    if not reader.is_told_later() and not reader.sees.is_narrow:  # whole hours are summed up for everybody
        from_hour = from_ns // HOUR_NS + 1
        to_hour = max(from_hour, (as_of_ns + 1) // HOUR_NS)
    return reader.frame("queries/interfaces", {"from_ns": from_ns, "whole_from_hour": from_hour, "whole_to_hour": to_hour})


def unmapped_records(reader: Reader, from_ns: int) -> pd.DataFrame:
    """Records told since then that say no event, by source and fields: source, shape_id (of the fields), records, newest_recorded_ns,
    example (JSON: field to value), example_position; 25 at most."""
    return reader.frame("queries/unmapped_records", {"from_ns": from_ns})


def message_of(reader: Reader, event_id: str, event_ns: int | None = None) -> dict[str, Any] | None:
    """source, position, recorded_ns, payload_ref, payload_digest, event_ns, event_type and site of one event; None: it is not there, or may
    not be seen. With the time it took effect it is found without looking through all of them."""
    from_ns, to_ns = EVER if event_ns is None else (event_ns, event_ns)
    rows = reader.rows("queries/event_message", {"event_id": event_id, "from_ns": from_ns, "to_ns": to_ns})
    return rows[0] if rows else None
