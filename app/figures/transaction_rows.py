"""Rows of the list of transactions: plain words for the grid, plain values for a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from app.components import links
from app.components.status import status_of
from app.components.tiles import name_of
from app.figures import times
from app.figures.words import class_word, step_words
from app.formulas import harmless
from app.instants import instant_text
from metrics.texts import _, _n

CSV_COLUMNS = (
    "workflow",
    "title",
    "transaction_id",
    "site",
    "status",
    "state",
    "start_time",
    "last_event_time",
    "next_due_time",
    "failed_milestone",
    "error_class",
    "missing",
    "late",
    "failed_attempts",
)

Row = Mapping[str, Any]
Steps = Mapping[tuple[str, str], str]


def steps_of(workflows: Iterable[Row]) -> Steps:
    """(workflow, milestone) → its words. From the rows of Reader.workflows()."""
    return {
        (workflow["workflow"], step["milestone"]): step_words(step["event_type"], step["system"])
        for workflow in workflows
        for step in workflow["steps"]
    }


def grid_rows(rows: Iterable[Row], steps: Steps, as_of_ns: int, **address: Any) -> list[dict[str, Any]]:
    """What the grid shows; `address` (a past moment) goes along into every link."""
    return [_grid_row(row, steps, as_of_ns, address) for row in rows]


def _grid_row(row: Row, steps: Steps, as_of_ns: int, address: Mapping[str, Any]) -> dict[str, Any]:
    status, zone = status_of(row["status"]), row["timezone"]

    def time(ns: int | None) -> str:
        return times.brief(ns, zone, as_of_ns) if ns is not None else ""

    return {
        "id": f"{row['workflow']}\n{row['transaction_id']}",
        "transaction": row["transaction_id"],
        "workflow": row["title"],
        "site": name_of(row["site"]),
        "status": status.word,
        "kind": status.kind,
        "icon": status.icon,
        "meaning": status.meaning,
        "problem": problem_words(row, steps),
        "started": time(row["start_ns"]),
        "last": time(row["last_event_ns"]),
        "due": time(row["next_due_ns"]),
        "attempts": row["failed_attempts"],
        "href": links.path(row["workflow"], row["transaction_id"], **address),
    }


def problem_words(row: Row, steps: Steps) -> str:
    """What is wrong with it, in a few words; nothing when nothing is."""

    def step(name: str) -> str:
        return steps.get((row["workflow"], name), name)

    if row["failed_milestone"]:
        return _("{step} failed: {error} error", step=step(row["failed_milestone"]), error=class_word(row["error_class"]))
    if row["missing"]:
        return _with_more(_("{step} has not come", step=step(row["missing"][0])), row["missing"])
    if row["late"]:
        return _with_more(_("{step} came late", step=step(row["late"][0])), row["late"])
    return _n("{number} failed attempt", "{number} failed attempts", row["failed_attempts"]) if row["failed_attempts"] else ""


def _with_more(said: str, names: list[str]) -> str:
    return _("{said}, and {number} more", said=said, number=len(names) - 1) if len(names) > 1 else said


def csv_text(rows: Iterable[Row]) -> str:
    """All columns with times in UTC; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for row in rows:
        writer.writerow([harmless(_csv_value(row, name)) for name in CSV_COLUMNS])
    return out.getvalue()


def _csv_value(row: Row, name: str) -> str:
    if name.endswith("_time"):
        ns = row[name.removesuffix("_time") + "_ns"]
        return instant_text(ns) if ns is not None else ""
    value = row[name]
    return " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
