"""The payload of one case on the screen: the message that a recovery would send, as it may be seen, each look written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ALL, Input, Output, State, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components import group_memory, links, taking
from app.components.break_glass import STATE
from app.components.callbacks import callback
from app.components.page import card, note
from app.components.recoveries import act
from app.figures.message import Offered, message_view
from app.messages.desk import Look
from app.messages.fields import HIDDEN
from app.messages.glass import NotAllowed, not_hidden
from app.messages.settings import why_not as unseen
from app.messages.shown import value_of
from app.recovery.model import Case, Payload
from metrics.texts import _

ACTION = "look at payload"  # in the audit


def payload_card(case: Case) -> Component:
    """Shown when somebody asks for it."""
    look = act(_("Show the payload"), {"type": "failure-look", "case": case.id}, why_not(), "search", quiet=True)
    return card(
        _("Payload"),
        html.Div(look, className="acts"),
        html.Div(id="failure-payload", className="payload-inside"),
        aside=html.Span(_("Each look is written down"), className="muted"),
    )


def why_not() -> str | None:
    """The sentence for who may not see messages."""
    return unseen(current_user.account)


def hides(place: str) -> bool:
    """Whether what stands at this place in a message is kept from who is signed in, where it is not a message they look at."""
    return why_not() is not None or value_of(place, "", reader.application().messages.masked) == HIDDEN


def looked_at(case: Case) -> tuple[Look, str]:
    """The payload as it may be seen, and as it is. Raises NotAllowed."""
    application = reader.application()
    payload = application.desk.world.payloads([case])[case.id]
    found: Look = application.messages.look_at(current_user.viewer, case.id, payload, ACTION)
    return found, payload.body.decode(errors="replace") if isinstance(payload, Payload) else ""


@callback(
    Output("failure-payload", "children"),
    Input({"type": "failure-look", "case": ALL}, "n_clicks"),
    Input(STATE, "data"),
    State("failure-about", "data"),
    prevent_initial_call=True,
)
def look(clicks: Sequence[int | None], _state: Any, kept: dict[str, Any]) -> Any:
    """Once more when a break-glass began or ended, where it is open."""
    if not any(clicks):
        return no_update
    selected = group_memory.selected_of(kept)
    if not selected.cases:
        return note("info", _("It has got through meanwhile."))
    try:
        found, _event = looked_at(selected.cases[0])
    except NotAllowed as refused:
        return note("info", str(refused), "lock")
    case, zone = selected.cases[0], kept.get("zone") or reader.definitions().timezone
    file = (
        links.to("api/v1/events/message", event_id=case.event_id, format="file") if case.event_id and found.shown.text is not None else None
    )
    return message_view(found, {"event": case.id}, zone, Offered(file, taking.why_not(), not_hidden(current_user.account)))
