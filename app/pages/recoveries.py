"""Recoveries: what was done about failures, by whom, how far it is, whether it worked, and the switches that stop it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component

from app import reader
from app.access.rights import STOP_SENDING
from app.components import links, welcome
from app.components.callbacks import callback
from app.components.choices import choices
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head, note, scrolling
from app.components.pager import ROWS, first_row, pager
from app.components.recoveries import STATES, act, address, badge, me, standing
from app.figures import times, words
from app.pages.errors import WrongAddress
from app.recovery import listing
from app.recovery.model import Approval
from app.recovery.runs import AUTOMATIC, SENDING, Refusal, path_of
from app.recovery.switches import may_let_go_on
from metrics.keys import unknown
from metrics.texts import _, _later, _n

LIVE_SECONDS = 5
NAMES = ("state", "path", "by", "automatic")
SWITCHES = {AUTOMATIC: _later("Everything automatic"), SENDING: _later("All sending")}
DONE = {  # state of a case inside of a sentence
    "waiting": _later("waiting"),
    "sending": _later("sending"),
    "accepted": _later("accepted"),
    "unknown": _later("unknown"),
    "proven": _later("proven"),
    "done": _later("done"),
    "unproven": _later("unproven"),
    "refused": _later("refused"),
}
ACTS = {
    AUTOMATIC: (_later("Let everything automatic go on"), _later("Stop everything automatic")),
    SENDING: (_later("Let all sending go on"), _later("Stop all sending")),
}


def layout(**query: Any) -> Component:
    kept = {name: value for name in NAMES if (value := links.one(query.get(name)))}
    if (state := kept.get("state")) and state not in STATES:
        raise WrongAddress(words.sentence(unknown(_("state"), state, STATES)))
    try:
        start = first_row(links.one(query.get("page")))
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    about = {"kept": kept, "start": start}
    drawn, version = _body(kept, start)
    return html.Div(
        [
            dcc.Store(id="recoveries-about", data=about),
            dcc.Store(id="recoveries-version", data=version),
            dcc.Interval(id="recoveries-tick", interval=LIVE_SECONDS * 1000),
            head(
                _("Recoveries"), _("What was done about failures, by whom, and whether it worked: only what was observed counts as proven.")
            ),
            *welcome.first_start(reader.as_of(query)),
            html.Div(drawn, id="recoveries-body"),
            _switches(),
        ]
    )


def _body(kept: Mapping[str, str], start: int) -> tuple[list[Any], str]:
    """The list with what it is narrowed to, and a text that differs when it does."""
    asked = listing.Filter(kept.get("state"), kept.get("path"), kept.get("by"), True if kept.get("automatic") == "yes" else None)
    with reader.application().accounts.engine.connect() as connection:
        found = listing.listed(connection, asked, me())
        shown = found.ids[start : start + ROWS]
        rows, done, rates = listing.of_ids(connection, shown), listing.progress(connection, shown), listing.worked(connection, me())
    zone = reader.definitions().timezone
    version = repr([(row.id, row.state, row.words, sorted(done[row.id].items())) for row in rows] + [found.states, found.hidden])
    drawn = [
        note("info", _n("{number} more recovery you may not see.", "{number} more recoveries you may not see.", found.hidden), "lock")
        if found.hidden
        else None,
        _states(found.states, kept),
        _narrowed(kept),
        _list(rows, done, kept, zone) if rows else _nothing(kept),
        pager(start, len(found.ids), lambda page: links.to("recoveries", **kept, page=page)),
        _rates(rates) if rates else None,
    ]
    return [part for part in drawn if part is not None], version


def _states(counted: Counter[str], kept: Mapping[str, str]) -> Component | None:
    if not counted:
        return None
    offered: list[tuple[Any, str, bool]] = [(_("All"), links.to("recoveries", **{**kept, "state": None}), "state" not in kept)]
    for state, (word, *_rest) in STATES.items():
        if counted[state] or kept.get("state") == state:
            offered.append(
                (
                    [f"{_(word)} ", html.B(words.number(counted[state]))],
                    links.to("recoveries", **{**kept, "state": state}),
                    kept.get("state") == state,
                )
            )
    return choices(_("State"), offered, "cases-outcomes")


def _narrowed(kept: Mapping[str, str]) -> Component | None:
    told = {"path": _("By the path"), "by": _("Requested by"), "automatic": _("Automatic")}
    chips = [
        html.A(
            [f"{told[name]} ", html.B(value), " ", icon("x")],
            href=links.to("recoveries", **{**kept, name: None}),
            className="pill",
            title=_("Show all again"),
        )
        for name, value in kept.items()
        if name in told
    ]
    return html.Nav(chips, className="cases-outcomes", **{"aria-label": _("Narrowed to")}) if chips else None


def _list(rows: Sequence[Any], done: Mapping[str, Counter[str]], kept: Mapping[str, str], zone: str) -> Component:
    heads = html.Tr([html.Th(name) for name in (_("Recovery"), _("State"), _("What"), _("Proven"), _("Requested"), _("Waits for"))])
    body = html.Tbody([_line(row, done[row.id], kept, zone) for row in rows])
    return card(None, scrolling(html.Table([html.Thead(heads), body], className="table"), _("Recoveries")))


def _line(row: Any, done: Counter[str], kept: Mapping[str, str], zone: str) -> Component:
    by = html.A(row.requested_by, href=links.to("recoveries", **{**kept, "by": row.requested_by}))
    rule = (
        html.A(_("automatic"), href=links.to("recoveries", **{**kept, "automatic": "yes"}), className="pill") if row.is_automatic else None
    )
    return html.Tr(
        [
            html.Td(html.A(row.id, href=address(row.id)), className="nowrap"),
            html.Td(badge(standing(row.state, done))),
            html.Td(
                [
                    html.A(path_of(row)["title"], href=links.to("recoveries", **{**kept, "path": row.path})),
                    html.Div(row.words, className="muted"),
                ]
            ),
            html.Td(bar(done), className="num nowrap"),
            html.Td([by, " ", rule, html.Div(times.full(row.requested_ns, zone), className="muted nowrap")]),
            html.Td(waits_for(row)),
        ]
    )


def bar(done: Counter[str]) -> Component:
    """How many are proven of how many, and where the others are."""
    total = done.total()
    settled = done["done"]  # parked or closed: nothing is to be proven
    looks = (
        ("proven", "ok"),
        ("done", "closed"),
        ("accepted", "moving"),
        ("unknown", "unjudged"),
        ("unproven", "failed"),
        ("refused", "failed"),
    )
    parts = [html.I(style={"width": f"{100 * done[state] / total}%", "--state": f"var(--{look})"}) for state, look in looks if done[state]]
    said = ", ".join(f"{words.number(many)} {_(DONE[state])}" for state, many in sorted(done.items()))
    shown = (
        _("{settled} of {total} done", settled=settled, total=total)
        if settled
        else _("{proven} of {total}", proven=done["proven"], total=total)
    )
    return html.Div([shown, html.Div(parts, className="recovery-bar", title=said)], title=said)


def waits_for(row: Any) -> str:
    """Whose approval it waits for, in words; nothing when it waits for nobody."""
    if row.state != "requested":
        return ""
    other = "" if row.approval == Approval.NONE else f" {_('other than {person}', person=row.requested_by)}"
    return f"{me().access.words(listing.approvers(row))}{other}"


def _rates(rates: Sequence[listing.Worked]) -> Component:
    names = {
        _("Path"): None,
        _("Sent and ended"): "right",
        _("Proven"): "right",
        _("Success"): "right",
        _("Half proven within"): "right",
    }
    heads = html.Tr([html.Th(name, className=side) for name, side in names.items()])
    lines = [
        html.Tr(
            [
                html.Td(html.A(each.title, href=links.to("recoveries", path=each.path))),
                html.Td(words.number(each.ended), className="right"),
                html.Td(words.number(each.proven), className="right"),
                html.Td(words.percent(each.share) if each.share is not None else "", className="right"),
                html.Td(
                    words.duration(each.median_seconds) if each.median_seconds is not None else _("nothing yet"), className="right nowrap"
                ),
            ]
        )
        for each in rates
    ]
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table")
    return card(
        _("How the paths work"), scrolling(table, _("Paths")), aside=html.Span(_("Of all that was sent and has ended"), className="muted")
    )


def _nothing(kept: Mapping[str, str]) -> Component:
    if dict(kept) == {"state": "requested"}:
        text = _("What a colleague wants to recover stands here until somebody else says yes or no, or until it lapses.")
        return empty(
            _("Nothing waits for approval"), text, button(_("All recoveries"), links.to("recoveries"), quiet=True), picture="circle-check"
        )
    if kept:
        return empty(
            _("No recovery is like that"),
            _("Choose another state above, or show all again."),
            button(_("All recoveries"), links.to("recoveries"), quiet=True),
            picture="refresh-cw",
        )
    text = _("Each recovery would stand here, with what became of every case. Open a group of failures to see what may be done with it.")
    return empty(_("Nothing was recovered yet"), text, button(_("To the failures"), links.failures()), picture="refresh-cw")


# -- the switches ------------------------------------------------------------------------------------------------------------


def _switches() -> Component:
    reason = html.Div(
        [html.Label(_("Why"), htmlFor="recoveries-reason"), dcc.Input(id="recoveries-reason", type="text", maxLength=500, debounce=False)],
        className="reason",
    )
    aside = html.Span(_("What was sent is still watched until its proof"), className="muted")
    return card(
        _("Stop at once"),
        html.Div(_states_of_switches(), id="recoveries-switches"),
        reason,
        html.Div(id="recoveries-said", className="act-said", role="status"),
        aside=aside,
    )


def _states_of_switches() -> list[Component]:
    with reader.application().accounts.engine.connect() as connection:
        known = listing.switched(connection)
    zone, why_not = (
        reader.definitions().timezone,
        None if me().may(STOP_SENDING) else _("Only {roles} may use this switch.", roles=me().access.only(STOP_SENDING)),
    )
    told, buttons = [], []
    for name, title in SWITCHES.items():
        row = known.get(name)
        is_stopped = bool(row and row.is_stopped)
        if row is not None and is_stopped:
            by = f"{row.by}: {row.reason}" if row.reason else row.by
            since = _("{title} is stopped since {time} by {by}.", title=_(title), time=times.full(row.at_ns, zone), by=by)
            told.append(note("late", since, "ban"))
        go_on, stop = ACTS[name]
        is_mine = may_let_go_on(row, me().name, me().sees)
        others = None if is_mine else _("It is stopped. Only who sees everything, or who stopped it, may let it go on.")
        text = _(go_on) if is_stopped else _(stop)
        buttons.append(
            act(
                text,
                {"type": "recoveries-switch", "name": name, "stop": not is_stopped},
                why_not or others,
                "refresh-cw" if is_stopped else "ban",
                quiet=True,
            )
        )
    return [html.Div(told, className="act-said") if told else html.Span(), html.Div(buttons, className="acts")]


@callback(
    Output("recoveries-switches", "children"),
    Output("recoveries-said", "children"),
    Input({"type": "recoveries-switch", "name": ALL, "stop": ALL}, "n_clicks"),
    State("recoveries-reason", "value"),
    prevent_initial_call=True,
)
def switch(clicks: Sequence[int | None], reason: str | None) -> Any:
    """Buttons that were only just drawn have not been clicked."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update, no_update
    if not (reason and reason.strip()):
        return no_update, note("failed", _("A reason is needed: whoever comes after you has to know why."), "circle-alert")
    name, is_stopped = ctx.triggered_id["name"], bool(ctx.triggered_id["stop"])
    try:
        reader.application().desk.runs.switch(name, me(), is_stopped=is_stopped, reason=reason.strip())
    except Refusal as refusal:
        return no_update, note("failed", refusal.told, "circle-alert")
    return _states_of_switches(), None


@callback(
    Output("recoveries-body", "children"),
    Output("recoveries-version", "data"),
    Input("recoveries-tick", "n_intervals"),
    State("recoveries-version", "data"),
    State("recoveries-about", "data"),
    prevent_initial_call=True,
)
def update(_ticks: int | None, version: str, about: dict[str, Any]) -> Any:
    drawn, newest = _body(about["kept"], int(about["start"]))
    return (no_update, no_update) if newest == version else (drawn, newest)
