"""What needs somebody: groups of failed and missing steps, and of violations, with age, owner and the words of the sender."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.status import mark
from app.components.tiles import name_of
from app.configuration.model import Owner
from app.figures import words
from app.owners import owners_of_each
from metrics.texts import _, _n

Row = Mapping[str, Any]
LONGEST_TEXT = 140
STATES = {"failed": "failed", "missing": "overdue", "violation": "inconsistent"}  # kind of group → the word whose mark it has


def listed(
    rows: Sequence[Row],
    workflows: Sequence[Row],
    owners: Sequence[Owner],
    as_of_ns: int,
    past: Mapping[str, Any] | None = None,
    address: Callable[[Row], str] | None = None,
) -> Component:
    """From the rows of Reader.attention() and Reader.workflows(). `owners`: as configured; `past`: a moment for the links;
    `address`: where a row leads, when not to the rule, the path or the list of transactions."""
    steps = {(workflow["workflow"], step["milestone"]): step for workflow in workflows for step in workflow["steps"]}
    shown = [_row(row, steps.get((row["workflow"], row["milestone"])), owners, as_of_ns, past or {}, address) for row in rows]
    return html.Div(shown, className="attention")


def _row(
    row: Row, step: Row | None, owners: Sequence[Owner], as_of_ns: int, past: Mapping[str, Any], address: Callable[[Row], str] | None
) -> Component:
    state = STATES[row["kind"]]
    said = html.Div([html.B(_title(row, step)), html.Span(_text(row), className="attention-text")])
    titles, names = {owner.name: owner.title for owner in owners}, owners_of_each(owners, row["owner"], [row["site"]], row["codes"])
    owner = ", ".join(titles.get(name, name) for name in names) or _("no owner")
    aside = html.Div(
        [
            html.Div(words.span_of(row["first_ns"], as_of_ns), className="attention-age", title=_("since the first of them")),
            html.Span(owner, className="pill"),
        ],
        className="attention-aside",
    )
    return html.A(
        [mark(state, "18px"), said, aside], href=address(row) if address else _address(row, state, past), className="attention-row"
    )


def _title(row: Row, step: Row | None) -> str:
    """In the words of the step's event; a step that is no longer defined keeps its name."""
    if row["kind"] == "violation":
        return _(str(row["title"]).rstrip("."))
    what = words.step_words(step["event_type"], step["system"]) if step else words.event_words(row["milestone"])
    return _("{step} failed", step=what) if row["kind"] == "failed" else _("{step} has not come", step=what)


def _text(row: Row) -> str:
    if row["kind"] == "violation":
        violations = _n("{number} violation", "{number} violations", row["transactions"])
        return f"{name_of(row['site'])}. {violations}. {cut(row['example_text'])}"
    number, slots = row["transactions"], {"workflow": row["title"], "site": name_of(row["site"])}
    if row["kind"] != "failed":
        return _n(
            "{workflow}, {site}. {number} transaction waiting for it.",
            "{workflow}, {site}. {number} transactions waiting for it.",
            number,
            **slots,
        )
    said = _n(
        "{workflow}, {site}. {number} transaction, {error} error.",
        "{workflow}, {site}. {number} transactions, {error} error.",
        number,
        error=words.class_word(row["error_class"]),
        **slots,
    )
    return f"{said} “{cut(row['example_text'])}”" if row["example_text"] else said


def cut(text: str) -> str:
    """One line of at most 140 characters; says when it is cut."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1].rstrip() + "…"


def _address(row: Row, state: str, past: Mapping[str, Any]) -> str:
    if row["kind"] == "violation":
        return links.to("rules", rule=row["milestone"], site=row["site"], **past)
    if row["transactions"] == 1:
        return links.path(row["workflow"], row["example_id"], **past)
    # What waits for something may have another word by precedence: inconsistent, or that it cannot be judged.
    missing = {"missing": row["milestone"], "state": "in_progress"}
    failed = {"status": state, "milestone": row["milestone"], "error_class": row["error_class"]}
    return links.transactions(workflow=row["workflow"], site=row["site"], **(missing if row["kind"] == "missing" else failed), **past)
