"""One person, as administrators see and change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.accounts import AccountError, User
from app.accounts.administration import Administration, ChangedMeanwhile, Rights, rights_of, subject_of
from app.components import links, people_fields, places, proving
from app.components.callbacks import callback
from app.components.page import card, head, note
from app.components.recoveries import act
from app.figures import times
from app.pages.errors import WrongAddress
from metrics.scope import KINDS, Scope
from metrics.texts import _, _n, _parts

PAGE = "person"
ASKED_FOR = ("person-link", "person-toggle")  # not done before who presses has said lately who they are; ending sessions never waits


def layout(person: str | None = None, **_query: Any) -> Component:
    user = reader.application().accounts.find_user(person or "")
    if user is None:
        raise WrongAddress(_("Nobody here is called '{name}'. The page People lists everybody.", name=person or ""))
    everybody = html.A(_("People"), href=links.to("people"))
    told = html.A(_("audit"), href=links.to("audit", subject=subject_of(user.name)))
    return html.Div(
        [
            head(user.name, _parts("One of {people}. What was changed about them stands in the {audit}.", people=everybody, audit=told)),
            html.Div([html.Div(_facts(user), id="person-facts", className="person-facts"), _access(user)], className="columns"),
            _rights(user),
            html.Div(_places(user), id="person-places"),
            dcc.Store(id="person-who", data=user.name),
        ],
        **{"data-title": user.name},
    )


def _facts(user: User) -> Component:
    zone = reader.definitions().timezone
    facts = (
        (_("State"), people_fields.state(user, user.name in _people().waiting())),
        (_("Last sign-in"), times.full(user.last_login_ns, zone) if user.last_login_ns else _("never")),
        (_("Since"), times.full(user.created_ns, zone)),
    )
    return card(_("Account"), html.Dl([part for term, fact in facts for part in (html.Dt(term), html.Dd(fact))]))


# -- getting in --------------------------------------------------------------------------------------------------------


def _access(user: User) -> Component:
    buttons = [
        html.Button(_("Make a link for a password"), id="person-link", n_clicks=0, className="button"),
        html.Button(_("Sign out everywhere"), id="person-signout", n_clicks=0, className="button button-quiet"),
        html.Button(_toggle_words(user), id="person-toggle", n_clicks=0, className="button button-quiet"),
    ]
    hint = _("A lost password, or the first one, is set with a link that you hand over. The one they have works until then.")
    return card(
        _("Getting in"),
        html.P(hint),
        html.Div(buttons, className="acts person-acts"),
        html.Div(id="person-said", className="act-said", role="status"),
    )


def _toggle_words(user: User) -> str:
    return _("Enable") if user.disabled else _("Disable")


def _places(user: User) -> Component:
    found = reader.application().sessions.of(user.name)
    here = current_user.place.id if user.name == current_user.name else None
    none = html.P(_("Nowhere just now."), className="muted")
    return card(_("Signed in"), places.listed(found, here, PAGE) if found else none)


@callback(
    Output("person-said", "children"),
    Output("person-facts", "children"),
    Output("person-places", "children"),
    Output("person-toggle", "children"),
    Input("person-link", "n_clicks"),
    Input("person-signout", "n_clicks"),
    Input("person-toggle", "n_clicks"),
    Input({"type": places.END, "page": PAGE, "session": ALL}, "n_clicks"),
    State("person-who", "data"),
    prevent_initial_call=True,
)
def do(link: int | None, signout: int | None, toggle: int | None, one: Sequence[int | None], who: str) -> Any:
    """A link, out everywhere, out of one place, disabled or enabled."""
    if not (link or signout or toggle or any(one)) or (ctx.triggered_id in ASKED_FOR and proving.asks()):
        return (no_update,) * 4
    try:
        said: Any = _done(ctx.triggered_id, who)
    except AccountError as wrong:
        said = html.Div(note("failed", str(wrong), "circle-alert"), role="alert")
    user = reader.application().accounts.user(who)
    return said, _facts(user), _places(user), _toggle_words(user)


def _done(pressed: Any, who: str) -> Component:
    by, people = current_user.name, _people()
    if pressed == "person-link":
        return people_fields.link_shown(people.make_link(by, who))
    if pressed == "person-toggle":
        if reader.application().accounts.user(who).disabled:
            people.enable(by, who)
            return note("info", _("{name} may sign in again.", name=who), "check")
        people.disable(by, who)
        return note("info", _("{name} cannot sign in any more, and what they had open has ended.", name=who), "check")
    ended = people.sign_out(by, who, pressed["session"] if isinstance(pressed, dict) else None)
    return note("info", _n("{number} session has ended.", "{number} sessions have ended.", ended), "check")


# -- what they may -----------------------------------------------------------------------------------------------------


def _rights(user: User) -> Component:
    return card(
        _("What {name} may do and see", name=user.name),
        html.Div(people_fields.fields(PAGE, user.roles, user.given), className="edits people-edits"),
        html.Div(act(_("Save"), "person-save", None), className="acts"),
        html.Div(id="person-saved", className="act-said", role="status"),
        dcc.Store(id="person-shown", data=_kept(rights_of(user))),
    )


@callback(
    Output("person-saved", "children"),
    Output("person-shown", "data"),
    Output("person-facts", "children", allow_duplicate=True),
    Output("person-places", "children", allow_duplicate=True),
    Input("person-save", "n_clicks"),
    State("person-who", "data"),
    State("person-shown", "data"),
    *people_fields.states(PAGE),
    prevent_initial_call=True,
)
def save(clicks: int | None, who: str, shown: Mapping[str, Any], *chosen: Any) -> Any:
    """What was chosen stays on the page where somebody else was faster, and may be saved once more."""
    if not clicks or proving.asks():
        return (no_update,) * 4
    try:
        is_other = _people().change(current_user.name, who, people_fields.rights(*chosen), _shown(shown))
        text = _("Saved. What {name} had open has ended.", name=who) if is_other else _("That is what they have already.")
        said: Any = note("info", text, "check")
    except ChangedMeanwhile as meanwhile:
        said = html.Div(note("late", str(meanwhile), "history"), role="alert")
    except AccountError as wrong:
        return html.Div(note("failed", str(wrong), "circle-alert"), role="alert"), no_update, no_update, no_update
    user = reader.application().accounts.user(who)
    return said, _kept(rights_of(user)), _facts(user), _places(user)


def _kept(rights: Rights) -> dict[str, Any]:
    limits = {kind: None if (names := getattr(rights.sees, kind)) is None else sorted(names) for kind in KINDS}
    return {"roles": sorted(rights.roles), **limits}


def _shown(kept: Mapping[str, Any]) -> Rights:
    limits = {kind: None if kept[kind] is None else frozenset(kept[kind]) for kind in KINDS}
    return Rights(frozenset(kept["roles"]), Scope(**limits))


def _people() -> Administration:
    return reader.application().people
