"""A message as it was looked at: where it comes from, what it says, what of it is hidden, and all of it as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from dash import dcc, html
from dash.development.base_component import Component

from app.components.icons import icon
from app.components.page import note
from app.figures import times
from app.messages.desk import Look
from app.messages.shown import MOST_SHOWN, NOT_FOUND, Shown
from metrics.texts import _, _n

Ident = Mapping[str, str]  # what tells the parts of one message from those of another


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be done with it. `file`: the address of all of it, masked the same way; `no_file`, `no_glass`: why who looks may not
    have it, and may not see what is hidden."""

    file: str | None = None
    no_file: str | None = None
    no_glass: str | None = None


def message_view(look: Look, ident: Ident, zone: str, offered: Offered) -> list[Component]:
    """`ident`: keys of the ids of what can be pressed in it."""
    seen = look.shown
    parts = [
        html.P(" ".join(look.where), className="message-where", dir="auto") if look.where else None,
        _facts(look),
        note("info", seen.why, "lock") if seen.why else None,
        _glass(look, ident, zone, offered.no_glass),
        _content(seen, ident),
        _rest(seen, offered),
    ]
    return [part for part in parts if part is not None]


def _facts(look: Look) -> Component | None:
    seen = look.shown
    told: list[tuple[str, Any]] = []
    if seen.size:
        told = [(_("Size"), ", ".join(filter(None, (_n("{number} byte", "{number} bytes", seen.size), seen.form))))]
    if seen.digest:
        told.append(("SHA-256", _copied(seen.digest)))
    told += [(name.removeprefix("@"), html.Span(value, className="mono")) for name, value in look.facts]
    if not told:
        return None
    lines = [html.Div([html.Dt(name, dir="auto"), html.Dd(value, dir="auto")]) for name, value in told]
    return html.Dl(lines, className="terms message-facts")


def _copied(text: str) -> Component:
    return html.Span([html.Span(text, className="mono"), dcc.Clipboard(content=text, title=_("Copy"), className="message-copy")])


def _glass(look: Look, ident: Ident, zone: str, no_glass: str | None) -> Component | None:
    """What is hidden and how to see it, or that it is seen and until when."""
    seen = look.shown
    if look.glass and seen.unmasked:
        what = f"{_('Unmasked for you until {time}:', time=times.full(look.glass.until_ns, zone))} "
        return note("late", [html.B(what), f"{', '.join(seen.unmasked)}. ", _("Your reason: {reason}", reason=look.glass.reason)], "lock")
    if look.glass or (not seen.hidden and seen.why != NOT_FOUND):
        return None
    said = _("Hidden: {names}.", names=", ".join(seen.hidden)) if seen.hidden else _("It is hidden as a whole.")
    if no_glass:
        return note("info", f"{said} {no_glass}", "lock")
    field = {"type": "glass-reason", **ident}
    reason = html.Div(
        [
            html.Label(_("Reason, for the audit (10 letters or more)"), htmlFor=_written(field)),
            dcc.Input(id=field, type="text", maxLength=500, value=""),
        ],
        className="reason",
    )
    button = html.Button(
        [icon("lock"), _("See it unmasked for one hour")], id={"type": "glass-begin", **ident}, n_clicks=0, className="button button-quiet"
    )
    refused = html.Div(id={"type": "glass-refused", **ident}, className="act-said", role="alert")
    return html.Details(
        [
            html.Summary([icon("lock"), " ", said, " ", html.Span(_("Break the glass"), className="message-break")]),
            reason,
            html.Div(button, className="acts"),
            refused,
        ],
        className="message-glass",
    )


def _written(ident: Mapping[str, str]) -> str:
    """The id of a component as it stands in the page."""
    return orjson.dumps(dict(ident), option=orjson.OPT_SORT_KEYS).decode()


def _content(seen: Shown, ident: Ident) -> Component | None:
    if seen.text is None:
        return None
    if seen.table:
        head, *lines = seen.table
        rows = [html.Tr([html.Td(cell, dir="auto") for cell in line]) for line in lines]
        table = html.Table([html.Thead(html.Tr([html.Th(name) for name in head])), html.Tbody(rows)], className="table message-table")
        return html.Div(table, className="scroll message-scroll", tabIndex=0, role="region", **{"aria-label": _("The message")})
    name = {"type": "message-text", **ident}
    text = html.Pre(
        seen.text, id=name, className="payload message-text", tabIndex=0, dir="ltr", role="region", **{"aria-label": _("The message")}
    )
    return html.Div(
        [text, dcc.Clipboard(target_id=name, title=_("Copy what is shown"), className="message-copy")], className="message-content"
    )


def _rest(seen: Shown, offered: Offered) -> Component | None:
    """What is not shown, and where all of it is."""
    if seen.text is None:
        return None
    told = []
    if seen.signs:
        told.append(
            _n(
                "{number} character that nobody would see is shown as a sign.",
                "{number} characters that nobody would see are shown as a sign.",
                seen.signs,
            )
            + " "
        )
    if seen.is_cut:
        told.append(
            _n(
                "Only its beginning is shown, {rest} KiB as it is laid out; it has {number} byte. ",
                "Only its beginning is shown, {rest} KiB as it is laid out; it has {number} bytes. ",
                seen.size,
                rest=MOST_SHOWN >> 10,
            )
        )
    masked = _(", masked as here") if seen.hidden else _(", unmasked as here") if seen.unmasked else ""
    link: Component | None = None
    if offered.file and offered.no_file:
        link = html.Span([icon("lock"), f" {offered.no_file}"])
    elif offered.file:
        link = html.A([icon("download"), _(" All of it as a file{masked}", masked=masked)], href=offered.file, download="")
    return html.P([*told, link], className="muted") if told or link else None
