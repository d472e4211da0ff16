"""Alerts: what needs somebody now, since when, what does it hold up, who looks after it, and what was there before?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.access.rights import ACKNOWLEDGE_ALERTS
from app.alerts.alert import KINDS, SEVERITIES, Alert, words_of
from app.alerts.kept import Narrowed
from app.components import links, moment, turns
from app.components.callbacks import callback
from app.components.choices import choices
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head, note, scrolling
from app.components.pager import first_row, pager
from app.components.recoveries import act, badge, me
from app.components.tiles import name_of
from app.figures import times, words
from app.figures.alert_words import holds_up, where
from app.pages.errors import WrongAddress
from app.pages.narrowing import unknown_site
from app.recovery.runs import Refusal
from app.telling import outbox
from metrics.keys import unknown
from metrics.texts import _, _later, _n, _parts

ROWS = 50
HEADS = (_later("State"), _later("What"), _later("Where"), _later("Holds up"), _later("Since"), _later("Owner"))
STATES = {"open": _later("Open"), "past": _later("Past"), "all": _later("All")}
LOOKS = {"critical": "failed", "important": "late", "routine": "closed"}  # severity → colours
OPENED = {"objective": _later("The promise"), "feed": _later("The sources"), "source": _later("The sources")}
NARROWING = ("kind", "severity", "site", "workflow", "partner")
ACTIONS = {
    "alert started": _later("It started"),
    "alert ended": _later("It ended"),
    "alert acknowledged": _later("acknowledged it"),
}


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    given = {name: links.one(value) for name, value in query.items()}
    with reader.reader(at) as now:
        if wrong := given.get("site") and unknown_site(str(given["site"]), now):
            raise WrongAddress(wrong)
        zone, sites = now.timezone(), [name for name, _zone in now.sites()]
    if (text := given.get("number")) is not None:
        return _one_page(text, at, zone)
    try:
        state, asked, start = _asked(given, at)
    except ValueError as wrong_value:
        raise WrongAddress(str(wrong_value)) from wrong_value
    found, total = reader.application().alerts.listed(asked, current_user.sees, start, start + ROWS)
    kept = {name: given[name] for name in (*NARROWING, "state", "as_of", "known_at") if given.get(name)}
    return html.Div(
        [
            head(_("Alerts"), _summary(state, total), _states(state, kept)),
            moment.banner(at, zone),
            html.Div([_kinds(kept), _severities(kept), _sites(kept, sites), _others(kept)], className="alerts-narrowed no-print"),
            _list(found, zone, at) if found else _nothing(state, kept),
            pager(start, total, lambda page: links.to("alerts", **{**kept, "page": page}), ROWS),
        ],
        className="alerts",
    )


def _asked(given: Mapping[str, str | None], at: reader.AsOf) -> tuple[str, Narrowed, int]:
    """Raises ValueError with a sentence."""
    state = given.get("state") or "open"
    for name, value, known in (
        ("state", state, STATES),
        (_("kind of alert"), given.get("kind"), KINDS),
        ("severity", given.get("severity"), SEVERITIES),
    ):
        if value is not None and value not in known:
            raise ValueError(words.sentence(unknown(name, value, known)))
    is_open = {"open": True, "past": False, "all": None}[state]
    narrowed = {name: given.get(name) for name in NARROWING}
    return (
        state,
        Narrowed(is_open=is_open, as_of_ns=None if at.is_now else at.moment.as_of_ns, **narrowed),
        first_row(given.get("page"), ROWS),
    )


def _summary(state: str, total: int) -> str:
    seen = "" if current_user.sees.is_all else f" {_('Only what you may see counts.')}"
    told = {
        "open": _n("{number} thing needs somebody now.", "{number} things need somebody now.", total),
        "past": _("{number} are over.", number=total),
    }
    return f"{told.get(state, f'{total:,} in all.')}{seen}"


# -- what the list is narrowed to --------------------------------------------------------------------------------------


def _states(state: str, kept: Mapping[str, Any]) -> Component:
    return choices(_("State"), ((_(text), links.to("alerts", **{**kept, "state": name}), name == state) for name, text in STATES.items()))


def _kinds(kept: Mapping[str, Any]) -> Component:
    return _pills(_("Kind"), "kind", ((name, _(word)) for name, (word, _meaning) in KINDS.items()), kept)


def _severities(kept: Mapping[str, Any]) -> Component:
    return _pills(_("Severity"), "severity", ((name, _(word)) for name, word in SEVERITIES.items()), kept)


def _sites(kept: Mapping[str, Any], sites: Sequence[str]) -> Component | None:
    return _pills(_("Site"), "site", ((name, name_of(name)) for name in sites), kept) if len(sites) > 1 else None


def _pills(label: str, name: str, offered: Iterable[tuple[str, str]], kept: Mapping[str, Any]) -> Component:
    """The chosen one gives itself free again."""
    chosen = kept.get(name)
    pills = ((text, links.to("alerts", **{**kept, name: None if value == chosen else value}), value == chosen) for value, text in offered)
    return choices(label, pills)


def _others(kept: Mapping[str, Any]) -> Component | None:
    """What else the address says, each with the way out of it."""
    shown = {"workflow": _("Workflow"), "partner": _("Supplier")}
    pills = [
        html.A([f"{title} ", html.B(str(kept[name])), " ", icon("x")], href=links.to("alerts", **{**kept, name: None}), className="pill")
        for name, title in shown.items()
        if name in kept
    ]
    return html.Nav(pills, className="choices", **{"aria-label": _("Narrowed to")}) if pills else None


def _nothing(state: str, kept: Mapping[str, Any]) -> Component:
    if set(kept) & set(NARROWING) or state != "open":
        return empty(_("No alert is like that"), _("Choose another state, kind or site above."), picture="bell")
    text = _("A promise at risk, a new group of failures, what never came, a broken rule, a silent feed: each would stand here, once.")
    return empty(
        _("Nothing needs anybody"), text, button(_("What was before"), links.to("alerts", state="past"), quiet=True), picture="circle-check"
    )


# -- the list ----------------------------------------------------------------------------------------------------------


def _list(found: Sequence[Alert], zone: str, at: reader.AsOf) -> Component:
    heads = html.Tr([html.Th(_(name)) for name in HEADS])
    told = turns.lines_of(found, at.now_ns)
    table = html.Table(
        [html.Thead(heads), html.Tbody([_line(alert, zone, at, told.get(alert.number)) for alert in found])], className="table alerts-table"
    )
    order = _("What is open first, the gravest before the newest.")
    order += "" if at.is_now else f" {_('The figures are as they are now, or were at the end.')}"
    return card(None, scrolling(table, _("Alerts")), html.P(order, className="muted alerts-told"))


def _line(alert: Alert, zone: str, at: reader.AsOf, told: str | None) -> Component:
    now_ns, mine = at.moment.as_of_ns, links.to("alerts", number=alert.number, **at.past)
    costs = reader.application().settings.costs
    return html.Tr(
        [
            html.Td([*_marks(alert), *_state(alert, zone, now_ns), html.Div(told, className="muted") if told else None]),
            html.Td([html.A(html.B(alert.title), href=mine, dir="auto"), _more(alert), _cause(alert)]),
            html.Td(where(alert)),
            html.Td(holds_up(alert, costs) or html.Span(_("nothing known"), className="muted")),
            html.Td(times.brief(alert.began_ns, zone, now_ns), className="nowrap"),
            html.Td(_owner(alert) or html.Span(_("no owner"), className="muted")),
        ]
    )


def _marks(alert: Alert) -> list[Component]:
    word, meaning = (_(text) for text in KINDS[alert.kind])
    severity = _(SEVERITIES.get(alert.severity, alert.severity))
    return [html.Div(badge((severity, "triangle-alert", LOOKS.get(alert.severity, "closed"), meaning))), html.Div(word, title=meaning)]


def _state(alert: Alert, zone: str, now_ns: int) -> list[Component]:
    if alert.ended_ns is not None and alert.ended_ns <= now_ns:
        over = html.Div(_("over since {time}", time=times.brief(alert.ended_ns, zone, now_ns)), className="muted")
        return [over, *([html.Div(alert.ended_why, className="muted", dir="auto")] if alert.ended_why else [])]
    if alert.taken_by is not None:
        return [html.Div(_("{person} looks after it", person=alert.taken_by), className="muted")]
    return []


def _more(alert: Alert) -> Component | None:
    said = words_of(alert.parts)
    return html.Div(said if len(said) <= 240 else f"{said[:240]}…", className="muted", dir="auto") if said else None


def _cause(alert: Alert) -> Component | None:
    """The state change that it began with."""
    part = alert.first_cause()
    if part is None or part.cause is None:
        return None
    inside: Any = html.A(part.cause, href=links.prefix() + part.cause_address) if part.cause_address else part.cause
    return html.Div(_parts("Began: {what}", what=inside), className="muted", dir="auto")


def _owner(alert: Alert) -> str | None:
    titles = {owner.name: owner.title for owner in reader.application().settings.owners}
    return titles.get(alert.owner or "", alert.owner)


# -- one of them -------------------------------------------------------------------------------------------------------


def _one_page(text: str, at: reader.AsOf, zone: str) -> Component:
    alert = reader.application().alerts.one(int(text), current_user.sees) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if alert is None:
        raise WrongAddress(_("There is no alert '{number}', or you may not see it.", number=text[:20]))
    now_ns = at.now_ns
    outbox.mark_read(reader.application().accounts.engine, current_user.name, now_ns, alert.number)
    opened = button(OPENED.get(alert.kind, "What may be done about it"), links.prefix() + alert.address)
    facts = [
        (_("State"), [*_marks(alert), *_state(alert, zone, now_ns)]),
        (_("So since"), times.full(alert.began_ns, zone)),
        (_("Noticed"), times.full(alert.started_ns, zone)),
        (_("Over since"), times.full(alert.ended_ns, zone) if alert.ended_ns is not None else _("it is not over")),
        (_("Where"), where(alert)),
        (_("Holds up"), holds_up(alert, reader.application().settings.costs) or _("nothing known")),
        (_("Owner"), _owner(alert) or _("nobody is named")),
    ]
    said = [part for part in (_more(alert), _cause(alert)) if part is not None]
    described = html.Dl([html.Div([html.Dt(name), html.Dd(value, dir="auto")]) for name, value in facts], className="terms terms-wide")
    return html.Div(
        [
            head(alert.title, _(KINDS[alert.kind][1]), opened, button(_("All alerts"), links.to("alerts"), quiet=True)),
            moment.banner(at, zone),
            card(None, described, html.Div(said, className="act-said") if said else None),
            turns.card_of(alert, now_ns),
            html.Div(_taking(alert, zone, now_ns), id="alert-taking"),
        ],
        **{"data-title": alert.title},
    )


def _taking(alert: Alert, zone: str, now_ns: int, said: str | None = None) -> Component:
    """Who looks after it, and the field and button to say that one does oneself."""
    why_not = (
        None if me().may(ACKNOWLEDGE_ALERTS) else _("Only {roles} may acknowledge alerts.", roles=me().access.only(ACKNOWLEDGE_ALERTS))
    )
    taken = _("Nobody has said so yet.")
    if alert.taken_by is not None and alert.taken_ns is not None:
        words_said = f": {alert.taken_note}" if alert.taken_note else "."
        taken = _("{person}, since {time}", person=alert.taken_by, time=times.brief(alert.taken_ns, zone, now_ns)) + words_said
    field = html.Label([_("Note"), dcc.Input(id="alert-note", type="text", maxLength=500)])
    refused = html.Div(note("failed", said, "circle-alert"), className="act-said", role="alert") if said else None
    parts = [
        dcc.Store(id="alert-number", data={"number": alert.number, "zone": zone}),
        html.P(taken, className="act-said", dir="auto"),
        refused,
        html.Div(field, className="edits") if not why_not else None,
        html.Div(act(_("I look after it"), {"type": "alert-do", "what": "take"}, why_not, quiet=True), className="acts"),
        _history(alert, zone, now_ns),
    ]
    return card(_("Who looks after it"), *[part for part in parts if part is not None])


def _history(alert: Alert, zone: str, now_ns: int) -> Component:
    lines = []
    for each in reader.application().alerts.changes(alert.number):
        if each.action not in ACTIONS:
            continue  # who was told stands above
        told, cases = ACTIONS[each.action], orjson.loads(each.detail).get("cases")
        who = told if each.actor == "syncline" else f"{each.actor} {told}"
        more = each.reason or (_n("with {number} case", "with {number} cases", cases) if cases and current_user.sees.is_all else "")
        heading = html.B(f"{who}, {times.brief(each.at_ns, zone, now_ns)}")
        lines.append(html.Li([icon("history"), html.Div([heading, html.Span(more, dir="auto")])]))
    return html.Ul(lines, className="facts", **{"aria-label": _("History")})


@callback(
    Output("alert-taking", "children"),
    Input({"type": "alert-do", "what": ALL}, "n_clicks"),
    State("alert-number", "data"),
    State("alert-note", "value"),
    prevent_initial_call=True,
)
def take(clicks: Sequence[int | None], about: dict[str, Any], said: str | None) -> Any:
    """Says that who is signed in looks after it."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update
    kept, refused = reader.application().alerts, None
    try:
        kept.take(int(about["number"]), me(), said)
    except Refusal as refusal:
        refused = str(refusal)
    alert = kept.one(int(about["number"]), current_user.sees)
    if alert is None:
        return note("info", _("This alert is not here any more."))
    return _taking(alert, str(about["zone"]), reader.application().now_ns(), refused)
