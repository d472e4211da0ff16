"""Rows of exports with what senders wrote in them: masked as everywhere, for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.messages import json_text
from app.messages.fields import HIDDEN, Fields
from app.messages.shown import excerpt

Row = dict[str, Any]
JSON, EXCERPT = "json", "excerpt"
COLUMNS: Mapping[str, Mapping[str, str]] = {  # of which exports senders wrote what
    "spans": {"attributes": JSON, "resource": JSON, "events": JSON},
    "rejected": {"excerpt": EXCERPT},
}


def masked(name: str, rows: Iterable[Row], fields: Fields) -> Iterable[Row]:
    """The rows of the export of that name."""
    return _masked(rows, COLUMNS[name], fields) if fields and name in COLUMNS else rows


def _masked(rows: Iterable[Row], columns: Mapping[str, str], fields: Fields) -> Iterator[Row]:
    for row in rows:
        for column, form in columns.items():
            if row[column] is not None:
                row[column] = _json(row[column], fields) if form == JSON else (excerpt(row[column], fields) or HIDDEN)
        yield row


def _json(text: str, fields: Fields) -> str:
    """JSON again, on one line."""
    return json_text.one_line(json_text.read(text), fields, {})
