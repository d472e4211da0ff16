"""The moment everything on a page is about: now, moving and watched for standing still, or a past one, and said so."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components import links
from app.components.callbacks import callback, clientside
from app.components.icons import icon
from app.components.recoveries import me
from app.figures import times
from app.recovery import listing
from metrics.texts import _, _n, _parts, language
from metrics.version import data_version

MINUTE_NS = 60_000_000_000


def display() -> Component:
    """In the header: filled by the callback below, watched by assets/10-shell.js, which says when no answer has come for a while."""
    return html.Div(
        [icon("clock"), html.Span(id="shell-asof", className="num")],
        id="shell-moment",
        className="moment",
        role="status",
        **{"data-stale": _("not up to date")},
    )


def banner(at: reader.AsOf, zone: str) -> Component | None:
    """Above a page that shows a past moment, or one to come."""
    if at.is_now:
        return None
    moment = html.B(times.full(at.moment.as_of_ns, zone))
    text = (
        _parts("Everything here is as of {moment}.", moment=moment)
        if at.moment.known_ns >= at.now_ns - MINUTE_NS
        else _parts(
            "Everything here is as of {moment}, from what was known on {known}.", moment=moment, known=times.full(at.moment.known_ns, zone)
        )
    )
    text += [" "]
    if at.moment.as_of_ns > at.now_ns:
        text += [_("That is in the future: deadlines are counted as if nothing more came."), " "]
    back = html.A(_("Back to now"), href=links.to(""), **{"data-now": "yes"})  # assets/10-shell.js: this page, without the moment
    return html.Div([icon("history"), html.Div([*text, back])], className="note note-info", role="note")


@callback(
    Output("shell-asof", "children"),
    Output({"type": "nav-count", "page": ALL}, "children"),
    Output("shell-counted", "data"),
    Input("shell-tick", "n_intervals"),
    Input("shell-url", "search"),
    State("shell-counted", "data"),
    State({"type": "nav-count", "page": ALL}, "id"),
)
def tell(_ticks: int | None, query: str, counted: dict[str, str] | None, counters: list[dict[str, str]]) -> tuple[Any, Any, Any]:
    """The moment in the enterprise's time zone, and how many cases wait behind each entry of the navigation.

    Counted only when the number may be another: this is asked every few seconds by every page that is open."""
    at, waiting, alerts = reader.as_of(query), _awaiting(), reader.application().alerts.open_count(current_user.sees)
    present = f"{version(at)} {waiting} {alerts}"
    if counted and counted["version"] == present:
        return _words(at, counted["zone"]), [no_update] * len(counters), no_update
    with reader.reader(at) as now:
        zone, failed = now.timezone(), now.transactions({"status": ["failed"]}, stop=0)[1]
    numbers = {"/failures": _number(failed, _n("{number} failed transaction", "{number} failed transactions", failed))}
    numbers["/recoveries"] = _number(waiting, _("{waiting} waiting for your approval", waiting=waiting))
    numbers["/alerts"] = _number(alerts, _("{alerts} open", alerts=alerts))
    return _words(at, zone), [numbers.get(counter["page"]) for counter in counters], {"version": present, "zone": zone}


def version(at: reader.AsOf) -> str:
    """Differs when what is shown as of that moment may: new data, or a minute later, because deadlines pass without any event."""
    return f"{data_version(reader.application().store)}@{at.moment.as_of_ns // MINUTE_NS}/{at.moment.known_ns // MINUTE_NS}"


def _words(at: reader.AsOf, zone: str) -> list[Any]:
    """Mon 23 Mar 14:05 CET, or 14:05:12 CET for now; on a phone only 14:05."""
    moment, today = times.local(at.moment.as_of_ns, zone), times.local(at.now_ns, zone)
    day = "" if moment.date() == today.date() else language().date(moment, year=moment.year != today.year)
    clock = f"{moment:%H:%M}"
    seconds = times.clock(at.now_ns, zone)[5:] if at.is_now else ""
    before, after = f"{day} " if day else "", f"{seconds} {_zone(at.moment.as_of_ns, zone)}"
    return [html.Span(before, className="moment-fine"), clock, html.Span(after, className="moment-fine")]


def _zone(ns: int, zone: str) -> str:
    return times.zone_word(ns, zone)


def _awaiting() -> int:
    """How many recoveries wait for who is signed in."""
    with reader.application().accounts.engine.connect() as connection:
        return listing.awaiting(connection, me())


def _number(number: int, words: str) -> Component | None:
    """What the number is of stands in its title, and is read aloud."""
    if not number:
        return None
    shown = language().number(number)
    before, _shown, after = words.partition(shown)
    read = [html.Span(text, className="unseen") if text else None for text in (before, after)]
    return html.Span([part for part in (read[0], shown, read[1]) if part is not None], title=words)


clientside("heard", Output("shell-moment", "className"), Input("shell-asof", "children"), prevent_initial_call=True)
