"""The message of an event on the screen: a button that shows it, and what it says when somebody looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, MATCH, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components import links, taking
from app.components.break_glass import STATE
from app.components.callbacks import callback
from app.components.page import note
from app.components.recoveries import act
from app.figures.message import Offered, message_view
from app.messages.glass import NotAllowed, not_hidden
from app.messages.originals import Event
from app.messages.settings import why_not as unseen
from metrics.events import message_of
from metrics.texts import _

MESSAGE, RECORD = "message", "record"  # what is shown


def block(event: Mapping[str, Any]) -> Component:
    """Below what is known of an event. Nothing is fetched or searched before somebody presses a button."""
    name = event["event_id"]
    why_not = unseen(current_user.account)
    buttons = [act(_("Show the message"), {"type": "message-show", "what": MESSAGE, "event": name}, why_not, "search", quiet=True)]
    if event.get("payload_ref") and why_not is None:
        buttons.append(act(_("Show what told us of it"), {"type": "message-show", "what": RECORD, "event": name}, None, quiet=True))
    about = {"when": str(event["event_ns"])}  # as text: JavaScript has no whole numbers as large
    return html.Div(
        [
            html.Div([*buttons, html.Span(_("Each look is written down"), className="muted")], className="acts message-acts"),
            dcc.Store(id={"type": "message-about", "event": name}, data=about),
            dcc.Store(id={"type": "message-open", "event": name}),
            html.Div(id={"type": "message-inside", "event": name}, **{"aria-live": "polite"}),
        ],
        className="message",
    )


@callback(
    Output({"type": "message-inside", "event": MATCH}, "children"),
    Output({"type": "message-open", "event": MATCH}, "data"),
    Input({"type": "message-show", "what": ALL, "event": MATCH}, "n_clicks"),
    Input(STATE, "data"),
    State({"type": "message-open", "event": MATCH}, "data"),
    State({"type": "message-about", "event": MATCH}, "data"),
    State("shell-url", "search"),
    prevent_initial_call=True,
)
def show(clicks: Sequence[int | None], _state: Any, opened: dict[str, Any] | None, about: dict[str, str], search: str) -> tuple[Any, Any]:
    """Also when a break-glass began or ended: what is open is looked at once more, and is as it may be seen then."""
    pressed = ctx.triggered_id if isinstance(ctx.triggered_id, dict) else None
    if not any(clicks) or (pressed is None and not (opened and opened["is_masked"])):
        return no_update, no_update
    what = pressed["what"] if pressed else opened["what"] if opened else MESSAGE
    name = str(ctx.outputs_list[0]["id"]["event"])
    return looked(name, int(about["when"]), what, search)


def looked(name: str, event_ns: int, what: str, search: str) -> tuple[Any, Any]:
    """What is drawn, and what is to be known of it when a break-glass begins or ends."""
    application = reader.application()
    with reader.reader(reader.as_of(search)) as then:
        row, zone = message_of(then, name, event_ns), then.timezone()
    if row is None:
        return note("info", _("This event is not here any more, or belongs to a site you may not see.")), None
    event = Event(*(row[each] for each in ("event_id", "source", "position", "recorded_ns", "payload_ref", "payload_digest")))
    try:
        found = application.messages.look(current_user.viewer, event, lambda: application.original(event, what == RECORD))
    except NotAllowed as why:
        return note("info", str(why), "lock"), None
    seen = found.shown
    file = links.to("api/v1/events/message", event_id=name, of=what, format="file") if seen.text is not None else None
    is_masked = bool(seen.hidden or seen.unmasked or seen.why)
    return message_view(found, {"event": name}, zone, Offered(file, taking.why_not(), not_hidden(current_user.account))), {
        "what": what,
        "is_masked": is_masked,
    }
