"""The audit: who did what, when, from where and why, each entry bound to the one before it, so that none is changed or removed unseen."""

from __future__ import annotations

from app.audit.chain import HEAD_FILE, Head, append, head_of, keep_head, newest, take_turn
from app.audit.checking import Wrong, verify
from app.audit.listing import NOBODY, Filter, by_action, count, entries, every, is_there, own_of, redacted_by
from app.audit.tables import create

__all__ = [
    "HEAD_FILE",
    "NOBODY",
    "Filter",
    "Head",
    "Wrong",
    "append",
    "by_action",
    "count",
    "create",
    "entries",
    "every",
    "head_of",
    "is_there",
    "keep_head",
    "newest",
    "own_of",
    "redacted_by",
    "take_turn",
    "verify",
]
