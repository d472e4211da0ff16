"""What became of the first that some sources said: an event, a transaction, stock, or why it is none of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from metrics.read import Reader

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """The first of each kind, as a row; None where there is none."""

    event: Row | None  # event_type, event_ns, recorded_ns, system, site, is_error, error_text, source, position, objects
    transaction: Row | None  # workflow, title, transaction_id, object_type, and the event_type that belongs to it
    unread: Row | None  # said no event: kind (span, log record, record), source, title, service, fields (JSON), trace_id, position
    refused: Row | None  # source, position, part, reason, excerpt
    stock: Row | None  # system, site, item, quantity, uom, snapshot_ns


def heard(reader: Reader, sources: Sequence[str], from_ns: int) -> Heard:
    """Of what these sources told from `from_ns` on. For those who may see all sites: what says no event has none."""
    asked = {"sources": list(sources), "from_ns": from_ns}

    def first(what: str) -> Row | None:
        return next(iter(reader.rows(f"arrivals/{what}", asked)), None)

    return Heard(first("event"), first("transaction"), first("unread"), first("refused"), first("stock"))


def is_anything_there(reader: Reader) -> bool:
    """Whether there has ever been a transaction, of any site."""
    return bool(reader.rows("arrivals/any_transaction")[0]["is_there"])
