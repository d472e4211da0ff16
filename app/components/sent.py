"""What is sent, on the screen as it would arrive: whom to, whom not and why, and the mail in a frame that can do nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.telling.message import Message
from metrics.texts import _, language

QUOTED = {"lang": "en", "data-quoted": ""}  # what is sent is in English whoever reads it


def mail(message: Message, to: Sequence[tuple[str, str | None]]) -> Component:
    """`to`: who asked for it, each with why they do not get it; None: they do."""
    goes = [name for name, why_not in to if why_not is None]
    not_to = [f"{name} ({why_not})" for name, why_not in to if why_not is not None]
    beside = [each.name for each in message.attached if not each.cid]
    facts = [(_("Subject"), html.Span(message.subject, **QUOTED)), (_("To"), language().listed(goes) if goes else _("nobody"))]
    facts += [(_("Not to"), language().listed(not_to))] if not_to else []
    facts += [(_("With it"), language().listed(beside))] if beside else []
    return html.Div([_facts(facts), _frame(message)], className="sent")


def lines(heading: str, facts: Sequence[tuple[str, str]], text: str) -> Component:
    """The same of what is plain text or JSON."""
    return html.Div([html.H3(heading), _facts(facts), html.Pre(text, className="sent-text", tabIndex="0", **QUOTED)], className="sent")


def _facts(facts: Sequence[tuple[str, object]]) -> Component:
    return html.Dl([html.Div([html.Dt(name), html.Dd(value, dir="auto")]) for name, value in facts], className="terms terms-wide")


def _frame(message: Message) -> Component:
    """Without rights: no script, no form, and no way out of it. Pictures of the mail are put into it, for nothing is fetched."""
    drawn = message.html
    for each in message.attached:
        if each.cid:
            drawn = drawn.replace(f"cid:{each.cid}", f"data:{each.mimetype};base64,{b64encode(each.data).decode()}")
    return html.Iframe(srcDoc=drawn, sandbox="", title=_("The mail"), className="sent-frame")
