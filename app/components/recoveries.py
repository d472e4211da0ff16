"""What pages of recovery share: who asks, the words for states and verdicts, and buttons that say why they cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from app.components import links
from app.components.icons import icon
from app.recovery.model import Safety
from app.recovery.runs import Actor

STATES = {  # of a recovery → word, icon, colour, meaning
    "requested": ("Waits for approval", "hourglass", "late", "A colleague has to look at the plan."),
    "approved": ("Approved", "check", "moving", "It waits for its turn."),
    "running": ("Running", "refresh-cw", "moving", "It is being sent, step by step."),
    "paused": ("Paused", "minus", "unjudged", "Nothing more is sent until somebody lets it go on."),
    "finished": ("Finished", "circle-check", "ok", "Every case has ended; whether it worked stands with each."),
    "stopped": ("Stopped", "ban", "failed", "What was not sent is back in the queue."),
    "refused": ("Refused", "circle-x", "closed", "A colleague said no; nothing was sent."),
    "withdrawn": ("Taken back", "x", "closed", "Who requested it took it back; nothing was sent."),
    "lapsed": ("Lapsed", "clock", "closed", "Nobody approved it in time; nothing was sent."),
    "void": ("Void", "ban", "closed", "What was approved is no longer what would be sent."),
}
ITEMS = {  # of a case in it → word, icon, colour, meaning
    "waiting": ("Waiting", "hourglass", "nodata", "Not sent yet."),
    "sending": ("Sending", "refresh-cw", "moving", "Under way; there is no answer yet."),
    "accepted": ("Accepted", "circle-ellipsis", "moving", "The target has it. Whether it works is not known before its proof."),
    "unknown": ("No answer", "circle-question-mark", "unjudged", "It may have had its effect; it waits for its proof."),
    "proven": ("Proven", "circle-check", "ok", "What was expected was observed."),
    "done": ("Done", "check", "closed", "Set aside or closed by a person; nothing was sent."),
    "unproven": ("Unproven", "circle-alert", "failed", "No effect in time; it is back in the queue."),
    "refused": ("Refused", "circle-x", "failed", "It was not sent, or the target would not take it; it is back in the queue."),
}
SAFETIES = {
    Safety.SAFE: ("Safe", "shield-check", "ok", "Nothing speaks against it, and everything could be looked at."),
    Safety.CANNOT_TELL: ("Cannot tell", "circle-question-mark", "unjudged", "Something could not be looked at. That never counts as safe."),
    Safety.UNSAFE: ("Not safe", "triangle-alert", "failed", "Doing it again could do harm."),
}


def me() -> Actor:
    """Who is signed in."""
    return Actor(current_user.name, frozenset(current_user.roles), current_user.sites)


def standing(state: str, done: Mapping[str, int]) -> tuple[str, str, str, str]:
    """As in STATES; what has finished looks well only where everything got through."""
    told = STATES[state]
    if state != "finished" or not (failed := done.get("unproven", 0) + done.get("refused", 0)):
        return told
    if failed == sum(done.values()):
        return "Finished in vain", "circle-alert", "failed", "Every case has ended, and none got through."
    return "Finished in part", "triangle-alert", "late", f"Every case has ended, and {failed:,} did not get through."


def badge(told: tuple[str, str, str, str]) -> Component:
    word, picture, kind, meaning = told
    return html.Span([icon(picture), word], className=f"badge kind-{kind}", title=meaning)


def act(text: str, ident: Any, why_not: str | None, picture: str | None = None, quiet: bool = False) -> Component:
    """A button; one that cannot be used says why beneath it, and to a screen reader."""
    parts = [icon(picture) if picture else None, text]
    look = "button button-quiet" if quiet else "button"
    button = html.Button(parts, id=ident, n_clicks=0, disabled=why_not is not None, className=look, title=why_not or None)
    return html.Div([button, html.Small(why_not, className="muted") if why_not else None], className="act")


def address(recovery_id: str) -> str:
    return links.to(f"recovery/{recovery_id}")
