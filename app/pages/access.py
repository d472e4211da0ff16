"""Machine access: which tokens there are, what each is for, when it was used and ends; made, rotated and revoked by who keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component

from app import reader
from app.accounts import AccountError, User
from app.accounts.tokens import READ, REPLACED, Token
from app.components import links, proving
from app.components import tokens as parts
from app.components.callbacks import callback
from app.components.choices import choices
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import card, head, note, scrolling
from app.components.pager import ROWS, first_row, pager
from app.components.recoveries import act
from app.figures import times
from app.machines.terms import OVERLAP
from app.machines.wanted import Wanted, keeps, oversees, refused_to
from app.pages.errors import WrongAddress
from metrics.scope import KINDS, Scope
from metrics.texts import _, _later, _n, _said, _told

HEADS = (_later("Token"), _later("What it does"), _later("For"), _later("Ends"), _later("Last used"), _later("Made by"))
OVERLAPS = (("0", _later("not at all")), ("1h", _later("1 hour")), (OVERLAP, _later("24 hours")), ("7d", _later("7 days")))
ASKED_FOR = ("make", "rotate")  # not done before who presses has said lately who they are: a secret comes out of it
WORKING, ENDED = "working", "ended"


def layout(**query: Any) -> Component:
    state, name = links.one(query.get("state")) or WORKING, links.one(query.get("token"))
    if state not in (WORKING, ENDED):
        raise WrongAddress(_("state={state}: it is one of {known}.", state=state, known=f"{WORKING}, {ENDED}"))
    try:
        start = first_row(links.one(query.get("page")))
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    about = {"state": state, "token": name, "start": start}
    return html.Div(
        [
            dcc.Store(id="access-about", data=about),
            head(_("Machine access"), _sentence(), _states(state)),
            html.Div(id="access-shown", role="status"),
            _one(name),
            html.Div(_list(state, start), id="access-list"),
            _form(),
        ],
        className="access",
    )


def _sentence() -> str:
    if oversees(parts.me()):
        return _("By tokens machines read, send and act. Each does one thing, for a service or a person, until a day.")
    return _("Programs that read for you show a token. Each sees what you see, and no more, until a day.")


def _states(state: str) -> Component:
    offered = ((WORKING, _("In use")), (ENDED, _("Ended")))
    return choices(_("State"), [(title, links.to("access", state=key if key != WORKING else None), key == state) for key, title in offered])


# -- the list ----------------------------------------------------------------------------------------------------------


def _list(state: str, start: int) -> Component:
    user, now_ns = parts.me(), reader.application().now_ns()
    every = reader.application().machines.every()
    found = [token for token in every if keeps(user, token) and token.works(now_ns) == (state == WORKING)]
    others = sum(not keeps(user, token) and token.works(now_ns) == (state == WORKING) for token in every)
    hidden = note(
        "info", _n("{number} token of others is not shown to you.", "{number} tokens of others are not shown to you.", others), "lock"
    )
    if not found:
        return html.Div([hidden if others else None, _nothing(state)])
    people = {each.name: each for each in reader.application().accounts.list_users()}
    lines = [_line(token, now_ns, people) for token in found[start : start + ROWS]]
    table = html.Table([html.Thead(html.Tr([html.Th(_(name)) for name in HEADS])), html.Tbody(lines)], className="table")
    address = {"state": state if state != WORKING else None}
    return html.Div(
        [
            hidden if others else None,
            card(None, scrolling(table, _("Tokens"))),
            pager(start, len(found), lambda page: links.to("access", **address, page=page)),
        ]
    )


def _line(token: Token, now_ns: int, people: Mapping[str, User]) -> Component:
    zone = reader.definitions().timezone
    made = [
        token.made_by or html.Span(_("unknown"), className="muted"),
        html.Div(times.brief(token.created_ns, zone, now_ns), className="muted"),
    ]
    return html.Tr(
        [
            html.Td(
                [html.A(token.name, href=links.to("access", token=token.name)), html.Div(parts.state_badge(token, now_ns, dict(people)))]
            ),
            html.Td(parts.purpose(token)),
            html.Td(token.user or html.Span(_("a service"), className="muted")),
            html.Td(parts.end(token, now_ns, zone)),
            html.Td(parts.used(token, now_ns, zone)),
            html.Td(made),
        ]
    )


def _nothing(state: str) -> Component:
    if state == ENDED:
        return empty(
            _("No token has ended yet"), _("What was revoked or is over would stand here, with who ended it and why."), picture="key-round"
        )
    return empty(
        _("No token is in use"),
        _("Each program that reads or sends for itself would stand here. Make its token below; its secret is shown once."),
        picture="key-round",
    )


# -- one of them -------------------------------------------------------------------------------------------------------


def _one(name: str | None) -> Component:
    """The secrets of that name, and what can be done with them. The buttons stay when what is above them changes: one has the focus."""
    mine = _of(name)
    if not mine:
        missing = _("There is no token '{name}', or it is not yours to see.", name=(name or "")[:64])
        return html.Div(note("info", missing, "key-round") if name else None, id="access-facts")
    works = any(token.works(reader.application().now_ns()) for token in mine)
    close = html.A([icon("x"), f" {_('Close')}"], href=links.to("access"))
    facts = html.Div(_facts(mine), id="access-facts")
    return card(_("Token {name}", name=name), facts, *(_acts() if works else []), aside=close)


def _of(name: str | None) -> list[Token]:
    """Those of that name that the reader keeps, the oldest first."""
    user = parts.me()
    return [token for token in reader.application().machines.every() if token.name == name and keeps(user, token)] if name else []


def _facts(mine: Sequence[Token]) -> list[Component]:
    """Of secrets that work each, else the newest; and what was refused to them."""
    now_ns, zone = reader.application().now_ns(), reader.definitions().timezone
    shown = [token for token in mine if token.works(now_ns)] or mine[-1:]
    people = {each.name: each for each in reader.application().accounts.list_users()}
    told = [
        _n(
            "Refused {number} time at {source} since the start, newest {time}: {why}",
            "Refused {number} times at {source} since the start, newest {time}: {why}",
            each.number,
            source=each.source,
            time=times.brief(each.newest_ns, zone, now_ns),
            why=each.why,
        )
        for each in reader.application().machines.refusals.every()
        if each.token == shown[0].name
    ]
    marks = [html.P([icon("circle-alert"), f" {text}"], className="mark-failed access-refused") for text in told]
    return [html.Ul([_fact(token, now_ns, zone, people) for token in reversed(shown)], className="facts"), *marks]


def _fact(token: Token, now_ns: int, zone: str, people: Mapping[str, User]) -> Component:
    made = _("made {time} by {maker}", time=times.brief(token.created_ns, zone, now_ns), maker=token.made_by or _("unknown"))
    ended = _("by {who}", who=token.revoked_by) if token.revoked_by else None
    used = parts.used(token, now_ns, zone)
    about: list[Any] = [
        *parts.purpose(token),
        " · ",
        made,
        " · ",
        _("ends"),
        " ",
        parts.end(token, now_ns, zone),
        " · ",
        _("last used"),
        " ",
    ]
    about += used
    why = [f" {part}" for part in (ended, token.reason, parts.refused_now(token, dict(people)) if token.works(now_ns) else None) if part]
    return html.Li([icon("key-round"), html.Div([parts.state_badge(token, now_ns, dict(people)), html.Div([*about, *why])])])


def _acts() -> list[Component]:
    offered = [{"value": value, "label": _(title)} for value, title in OVERLAPS]
    label = _("The old secret works beside the new one")
    overlap = dmc.Select(id=parts.ident("overlap"), label=label, data=offered, value=OVERLAP, allowDeselect=False, size="sm")
    reason = html.Label([_("Why it is revoked"), dcc.Input(id=parts.ident("reason"), type="text", maxLength=500)])
    buttons = [
        act(_("New secret"), _do("rotate"), None, "refresh-cw"),
        act(_("Revoke the old secret only"), _do("revoke old"), None, "ban", quiet=True),
        act(_("Revoke"), _do("revoke"), None, "ban", quiet=True),
    ]
    return [html.Div([overlap, reason], className="edits access-fields"), html.Div(buttons, className="acts")]


# -- making and changing -----------------------------------------------------------------------------------------------


def _form() -> Component:
    longest = reader.application().machines.terms.longest_seconds
    hint = (
        _("Written as 90d, or as a day such as 2027-03-31; no longer than {usual}.", usual=reader.application().machines.terms.usual())
        if longest
        else _("Written as 90d, as a day such as 2027-03-31, or never.")
    )
    return card(
        _("Make a token"),
        *parts.fields(parts.me()),
        html.P(hint, className="muted act-said"),
        html.Div(act(_("Make it"), _do("make"), None), className="acts"),
        html.Div(id="access-said", className="act-said", role="status"),
    )


def _do(what: str) -> dict[str, str]:
    return {"type": "access-do", "what": what}


@callback(
    Output("access-shown", "children"),
    Output("access-said", "children"),
    Output("access-facts", "children"),
    Output("access-list", "children"),
    Input({"type": "access-do", "what": ALL}, "n_clicks"),
    State({"type": "access-field", "name": ALL}, "value"),
    State({"type": "access-field", "name": ALL}, "id"),
    State("access-about", "data"),
    prevent_initial_call=True,
)
def change(clicks: Sequence[int | None], values: Sequence[Any], names: Sequence[Mapping[str, str]], about: Mapping[str, Any]) -> Any:
    """Makes, rotates or revokes what the page is about; a secret goes to the page in this one answer."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update, no_update, no_update, no_update
    typed = {name["name"]: value for name, value in zip(names, values, strict=True)}
    try:
        what = str(ctx.triggered_id["what"])
        if what in ASKED_FOR and proving.asks():
            return no_update, no_update, no_update, no_update
        made = _make(typed) if what == "make" else _changed(what, str(about["token"]), typed)
    except AccountError as wrong:
        said = html.Div(note("failed", _told(wrong.args[0]), "circle-alert"), role="alert")
        return (no_update, said, no_update, no_update) if what == "make" else (said, no_update, no_update, no_update)
    beside = ("", made) if what == "make" else (made, "")
    mine = _of(about["token"])
    return *beside, _facts(mine) if mine else no_update, _list(about["state"], about["start"])


def _make(typed: Mapping[str, Any]) -> Component:
    user, scope = parts.me(), typed.get("scope") or READ
    limits = {kind: typed.get(kind) or None for kind in parts.LIMITS.get(scope, ())}  # what is hidden may still hold what was chosen before
    wanted = Wanted(
        name=typed["name"] or "",
        scope=scope,
        sees=Scope(**{kind: frozenset(names) for kind in KINDS if (names := limits.get(kind))}),
        sources=limits.get("sources"),
        roles=limits.get("roles") or (),
        user=(typed.get("user") or None) if oversees(user) else user.name,
        expires=(typed["expires"] or "").strip() or None,
    )
    if why := refused_to(user, wanted):
        raise AccountError(why)
    secret, name = reader.application().machines.add(wanted, by=user.name), wanted.name.strip().lower()
    return parts.shown(name, secret, html.A(_("Token {name}: rotate or revoke it", name=name), href=links.to("access", token=name)))


def _changed(what: str, name: str, typed: Mapping[str, Any]) -> Component:
    user, machines, now_ns = parts.me(), reader.application().machines, reader.application().now_ns()
    mine = [token for token in machines.every() if token.name == name and token.revoked_ns is None]
    if not mine or not all(keeps(user, token) for token in mine):
        raise AccountError(_said("There is no token '{name}', or it is not yours to see.", name=name[:64]))
    if what == "rotate":
        return parts.shown(name, machines.rotate(name, str(typed["overlap"]), by=user.name))
    reason = str(typed["reason"] or "")
    if what == "revoke":
        machines.revoke(name, reason, by=user.name)
        return note("info", _("Token {name} works no more.", name=name), "check")
    old = [token for token in mine if token.state(now_ns) == REPLACED]
    if not old:
        raise AccountError(_said("Token {name} has no old secret that works.", name=name))
    for token in old:
        machines.revoke(name, reason, by=user.name, id=token.id)
    return note("info", _("The old secret of {name} works no more.", name=name), "check")


@callback(
    Output({"type": "access-part", "name": ALL}, "hidden"),
    Input({"type": "access-field", "name": "scope"}, "value"),
    State({"type": "access-part", "name": ALL}, "id"),
    prevent_initial_call=True,
)
def limit(scope: str, names: Sequence[Mapping[str, str]]) -> list[bool]:
    """Only the limits that such a token has."""
    return [name["name"] not in parts.LIMITS.get(scope, ()) for name in names]
