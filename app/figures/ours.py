"""What Syncline and its people did about a transaction, as boxes on its path and in words: who, how, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from app.components.recoveries import ITEMS, address
from app.figures import times
from app.figures.boxes import OURS, WORDS, Box
from app.recovery.attempts import Attempt
from app.recovery.model import Action
from metrics.path import Path
from metrics.texts import _, _later, _parts

TITLES = {
    Action.RETRY: _later("Asked to try again"),
    Action.REPLAY: _later("Sent again"),
    Action.EDIT_AND_REPLAY: _later("Sent again, changed"),
    Action.BULK_TRANSFORM: _later("Sent again, changed"),
    Action.RESEND_TO: _later("Sent to one receiver"),
    Action.COMPENSATE: _later("Counter-document sent"),
    Action.RESUME: _later("Let go on"),
    Action.CHASE: _later("Partner asked"),
    Action.RUNBOOK: _later("Worked on by a person"),
}
OUTCOMES = {"not_taken": _later("not taken"), "unproven": _later("without effect"), "": _later("no answer yet")}


def ours_boxes(path: Path, attempts: Sequence[Attempt]) -> list[Box]:
    """One box each, in the lane of Syncline."""
    return [_box(path, attempt) for attempt in attempts]


def _box(path: Path, attempt: Attempt) -> Box:
    time = times.clock(attempt.at_ns, path.timezone)
    is_sent = attempt.kind == "sent"
    note = ", ".join(filter(None, (stage_words(attempt), time, outcome_words(attempt)))) if is_sent else time
    return Box(
        key=attempt.key,
        lane=OURS,
        milestone=attempt.milestone,
        title=_(TITLES.get(attempt.action, WORDS["sent"]) if is_sent else WORDS[attempt.kind]),
        detail=_done_words(attempt),
        note=note,
        tone=attempt.kind,
        ns=attempt.at_ns,
    )


def _done_words(attempt: Attempt) -> str:
    """Whose it is; of what was closed the words say that themselves."""
    if attempt.kind in ("closed", "reopened"):
        return attempt.words
    said = _("by {person}", person=who(attempt))
    return f"{said}: {attempt.words}" if attempt.kind == "parked" and attempt.words else said


def who(attempt: Attempt) -> str:
    """tom, approved by maria; of what a rule requested, its name."""
    by = _("the rule {path}", path=attempt.path) if attempt.is_automatic else attempt.by
    return _("{person}, approved by {approver}", person=by, approver=attempt.approved_by) if attempt.approved_by else by


def stage_words(attempt: Attempt) -> str:
    """Of a ramp its first step is the canary; what goes at once has no steps."""
    if attempt.stage is None or attempt.stages < 2:
        return ""
    return _("canary") if attempt.stage == 0 else _("step {step} of the ramp", step=attempt.stage + 1)


def outcome_words(attempt: Attempt) -> str:
    """accepted, then proven or without effect."""
    told = OUTCOMES.get(attempt.outcome)
    return _(told) if told is not None else _(ITEMS[attempt.outcome][0].lower())


def ours_panel(path: Path, box: Box, attempt: Attempt) -> Component:
    """The panel of one of these boxes: everything there is to say of it, and the way to the recovery."""
    facts: list[tuple[str, Any]] = [
        (_("Approved path"), attempt.path),
        (_("Requested by"), _("a rule") if attempt.is_automatic else attempt.by),
        (_("Approved by"), attempt.approved_by),
        (_("Stage"), stage_words(attempt)),
        (_("When"), f"{times.full(attempt.at_ns, path.timezone)} ({path.timezone})"),
        (_("Outcome"), outcome_words(attempt) if attempt.kind == "sent" else None),
        (_("The words") if attempt.kind != "sent" else _("The target said"), attempt.words),
        (_("Recovery"), html.A(attempt.recovery_id, href=address(attempt.recovery_id))),
    ]
    head = html.H3([html.Span(icon(box.icon), className=f"mark mark-{box.tone}"), f"{box.title}, {box.lane}"], className="detail-head")
    said = [html.Div([html.Dt(name), html.Dd(value, dir="auto")]) for name, value in facts if value]
    return html.Div([head, html.Dl(said, className="terms")], className="detail")


def by_recovery(recovery_id: str, told: tuple[str, str] | None) -> Component:
    """Below an event that a recovery caused: which one, and whose."""
    if told is None:
        return html.P(
            [
                icon("refresh-cw"),
                " ",
                _("A recovery caused it ({id}) that is not of this Syncline, or that you may not see.", id=recovery_id),
            ],
            className="ours-said",
        )
    title, by = told
    return html.P(
        [
            icon("refresh-cw"),
            " ",
            *_parts("A recovery caused it: {path}, requested by {person}.", path=html.A(title, href=address(recovery_id)), person=by),
        ],
        className="ours-said",
    )
