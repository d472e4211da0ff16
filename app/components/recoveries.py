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
from metrics.texts import _, _later

STATES = {  # of a recovery → word, icon, colour, meaning
    "requested": (_later("Waits for approval"), "hourglass", "late", _later("A colleague has to look at the plan.")),
    "approved": (_later("Approved"), "check", "moving", _later("It waits for its turn.")),
    "running": (_later("Running"), "refresh-cw", "moving", _later("It is being sent, step by step.")),
    "paused": (_later("Paused"), "minus", "unjudged", _later("Nothing more is sent until somebody lets it go on.")),
    "finished": (_later("Finished"), "circle-check", "ok", _later("Every case has ended; whether it worked stands with each.")),
    "stopped": (_later("Stopped"), "ban", "failed", _later("What was not sent is back in the queue.")),
    "refused": (_later("Refused"), "circle-x", "closed", _later("A colleague said no; nothing was sent.")),
    "withdrawn": (_later("Taken back"), "x", "closed", _later("Who requested it took it back; nothing was sent.")),
    "lapsed": (_later("Lapsed"), "clock", "closed", _later("Nobody approved it in time; nothing was sent.")),
    "void": (_later("Void"), "ban", "closed", _later("What was approved is no longer what would be sent.")),
}
ITEMS = {  # of a case in it → word, icon, colour, meaning
    "waiting": (_later("Waiting"), "hourglass", "nodata", _later("Not sent yet.")),
    "sending": (_later("Sending"), "refresh-cw", "moving", _later("Under way; there is no answer yet.")),
    "accepted": (
        _later("Accepted"),
        "circle-ellipsis",
        "moving",
        _later("The target has it. Whether it works is not known before its proof."),
    ),
    "unknown": (_later("No answer"), "circle-question-mark", "unjudged", _later("It may have had its effect; it waits for its proof.")),
    "proven": (_later("Proven"), "circle-check", "ok", _later("What was expected was observed.")),
    "done": (_later("Done"), "check", "closed", _later("Set aside or closed by a person; nothing was sent.")),
    "unproven": (_later("Unproven"), "circle-alert", "failed", _later("No effect in time; it is back in the queue.")),
    "refused": (
        _later("Refused"),
        "circle-x",
        "failed",
        _later("It was not sent, or the target would not take it; it is back in the queue."),
    ),
}
SAFETIES = {
    Safety.SAFE: (_later("Safe"), "shield-check", "ok", _later("Nothing speaks against it, and everything could be looked at.")),
    Safety.CANNOT_TELL: (
        _later("Cannot tell"),
        "circle-question-mark",
        "unjudged",
        _later("Something could not be looked at. That never counts as safe."),
    ),
    Safety.UNSAFE: (_later("Not safe"), "triangle-alert", "failed", _later("Doing it again could do harm.")),
}


def me() -> Actor:
    """Who is signed in."""
    found: Actor = current_user.actor
    return found


def standing(state: str, done: Mapping[str, int]) -> tuple[str, str, str, str]:
    """As in STATES; what has finished looks well only where everything got through."""
    told = STATES[state]
    if state != "finished" or not (failed := done.get("unproven", 0) + done.get("refused", 0)):
        return _(told[0]), told[1], told[2], _(told[3])
    if failed == sum(done.values()):
        return _("Finished in vain"), "circle-alert", "failed", _("Every case has ended, and none got through.")
    return _("Finished in part"), "triangle-alert", "late", _("Every case has ended, and {failed} did not get through.", failed=failed)


def badge(told: tuple[str, str, str, str]) -> Component:
    word, picture, kind, meaning = told
    return html.Span([icon(picture), _(word)], className=f"badge kind-{kind}", title=_(meaning))


def act(text: str, ident: Any, why_not: str | None, picture: str | None = None, quiet: bool = False) -> Component:
    """A button; one that cannot be used says why beneath it, and to a screen reader."""
    parts = [icon(picture) if picture else None, text]
    look = "button button-quiet" if quiet else "button"
    button = html.Button(parts, id=ident, n_clicks=0, disabled=why_not is not None, className=look, title=why_not or None)
    return html.Div([button, html.Small(why_not, className="muted") if why_not else None], className="act")


def address(recovery_id: str) -> str:
    return links.to(f"recovery/{recovery_id}")
