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

TITLES = {
    Action.RETRY: "Asked to try again",
    Action.REPLAY: "Sent again",
    Action.EDIT_AND_REPLAY: "Sent again, changed",
    Action.BULK_TRANSFORM: "Sent again, changed",
    Action.RESEND_TO: "Sent to one receiver",
    Action.COMPENSATE: "Counter-document sent",
    Action.RESUME: "Let go on",
    Action.CHASE: "Partner asked",
    Action.RUNBOOK: "Worked on by a person",
}
OUTCOMES = {"not_taken": "not taken", "unproven": "without effect", "": "no answer yet"}


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
        title=TITLES.get(attempt.action, WORDS["sent"]) if is_sent else WORDS[attempt.kind],
        detail=_done_words(attempt),
        note=note,
        tone=attempt.kind,
        ns=attempt.at_ns,
    )


def _done_words(attempt: Attempt) -> str:
    """Whose it is; of what was closed the words say that themselves."""
    if attempt.kind in ("closed", "reopened"):
        return attempt.words
    return f"by {who(attempt)}{': ' + attempt.words if attempt.kind == 'parked' and attempt.words else ''}"


def who(attempt: Attempt) -> str:
    """tom, approved by maria; of what a rule requested, its name."""
    by = f"the rule {attempt.path}" if attempt.is_automatic else attempt.by
    return f"{by}, approved by {attempt.approved_by}" if attempt.approved_by else by


def stage_words(attempt: Attempt) -> str:
    """Of a ramp its first step is the canary; what goes at once has no steps."""
    if attempt.stage is None or attempt.stages < 2:
        return ""
    return "canary" if attempt.stage == 0 else f"step {attempt.stage + 1} of the ramp"


def outcome_words(attempt: Attempt) -> str:
    """accepted, then proven or without effect."""
    told = OUTCOMES.get(attempt.outcome)
    return told if told is not None else ITEMS[attempt.outcome][0].lower()


def ours_panel(path: Path, box: Box, attempt: Attempt) -> Component:
    """The panel of one of these boxes: everything there is to say of it, and the way to the recovery."""
    facts: list[tuple[str, Any]] = [
        ("Approved path", attempt.path),
        ("Requested by", "a rule" if attempt.is_automatic else attempt.by),
        ("Approved by", attempt.approved_by),
        ("Stage", stage_words(attempt)),
        ("When", f"{times.full(attempt.at_ns, path.timezone)} ({path.timezone})"),
        ("Outcome", outcome_words(attempt) if attempt.kind == "sent" else None),
        ("The words" if attempt.kind != "sent" else "The target said", attempt.words),
        ("Recovery", html.A(attempt.recovery_id, href=address(attempt.recovery_id))),
    ]
    head = html.H3([html.Span(icon(box.icon), className=f"mark mark-{box.tone}"), f"{box.title}, {box.lane}"], className="detail-head")
    said = [html.Div([html.Dt(name), html.Dd(value, dir="auto")]) for name, value in facts if value]
    return html.Div([head, html.Dl(said, className="terms")], className="detail")


def by_recovery(recovery_id: str, told: tuple[str, str] | None) -> Component:
    """Below an event that a recovery caused: which one, and whose."""
    if told is None:
        return html.P(
            [icon("refresh-cw"), f" A recovery caused it ({recovery_id}) that is not of this Syncline, or that you may not see."],
            className="ours-said",
        )
    title, by = told
    return html.P(
        [icon("refresh-cw"), " A recovery caused it: ", html.A(title, href=address(recovery_id)), f", requested by {by}."],
        className="ours-said",
    )
