"""Tokens on the screen: what one is for, how it stands and by when it ends; and the fields by which one is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.accounts import User
from app.accounts.tokens import ANNOTATE, EXPIRED, IN_USE, INGEST, READ, RECOVER, REPLACED, REVOKED, SCOPES, WHOLE, Token
from app.components.icons import icon
from app.components.page import note
from app.components.people_fields import offered
from app.components.recoveries import badge
from app.components.tiles import name_of
from app.figures import times, words
from app.machines.terms import SOON_NS
from app.machines.wanted import SOURCES, oversees, why_not
from metrics.scope import KINDS, Scope
from metrics.texts import _, _later, _parts, _told, language

STATES = {  # → word, icon, colour, meaning
    IN_USE: (_later("In use"), "circle-check", "ok", _later("It works.")),
    REPLACED: (
        _later("Replaced"),
        "hourglass",
        "late",
        _later("Another secret of this name is in use; this one works for a while beside it."),
    ),
    EXPIRED: (_later("Expired"), "clock", "closed", _later("Its time is over; it is refused.")),
    REVOKED: (_later("Revoked"), "ban", "closed", _later("Somebody ended it; it is refused.")),
}
REFUSED = (_later("Refused"), "circle-alert", "failed", _later("Whom it acts for may not do this any more."))
DOES = {
    READ: _later("reads"),
    INGEST: _later("sends data"),
    RECOVER: _later("reads and recovers"),
    ANNOTATE: _later("notes what happened"),
    WHOLE: _later("does everything"),
}
LIMITS = {  # scope → fields
    INGEST: ("sources",),
    RECOVER: (*KINDS, "roles"),
    READ: KINDS,
    ANNOTATE: KINDS,
    WHOLE: KINDS,
}
SEEN = {  # what a token may be limited to → its title, and what it sees where nothing is chosen: by who sees all, and by who sees some
    "sites": (_later("Sites"), _later("All sites"), _later("All of yours")),
    "workflows": (_later("Workflows"), _later("All workflows"), _later("All of yours")),
    "suppliers": (_later("Suppliers"), _later("All suppliers"), _later("All of yours")),
}


def state_badge(token: Token, now_ns: int, people: dict[str, User]) -> Component:
    """How it stands; of one that acts for a person who may not do it now, that."""
    if token.works(now_ns) and refused_now(token, people) is not None:
        return badge(REFUSED)
    return badge(STATES[token.state(now_ns)])


def refused_now(token: Token, people: dict[str, User]) -> str | None:
    """Why a token that works otherwise is refused, in the reader's language."""
    if token.user is None:
        return None
    user = people.get(token.user)
    why = why_not(token.scope, token.roles, user) if user else _("{user} can no longer sign in.", user=token.user)
    return _told(why) if why else None


def purpose(token: Token) -> list[Any]:
    """`sends data, to otlp`: what it does, and within which limits."""
    parts = [_(DOES[token.scope])]
    if token.sources is not None:
        parts.append(_("to {sources}", sources=language().listed(sorted(token.sources))))
    if token.sees.sites is not None and token.scope != INGEST:
        parts.append(_("at {sites}", sites=language().listed([name_of(site) for site in sorted(token.sees.sites)])))
    if token.sees.workflows is not None:
        titles = {each.name: each.title for each in reader.definitions().workflows}
        named = sorted(titles.get(name, name) for name in token.sees.workflows)
        parts.append(_("of {workflows}", workflows=language().listed(named)))
    if token.sees.suppliers is not None:
        parts.append(_("from {suppliers}", suppliers=language().listed(sorted(token.sees.suppliers))))
    if token.roles:
        parts.append(_("as {roles}", roles=token.access.words([role for role in token.access.names if role in token.roles])))
    return [", ".join(parts)]


def end(token: Token, now_ns: int, zone: str) -> Component:
    """When it ends or ended; soon is marked."""
    if token.revoked_ns is not None:
        return html.Span(_("revoked {time}", time=times.brief(token.revoked_ns, zone, now_ns)), className="muted")
    if token.expires_ns is None:
        return html.Span([icon("triangle-alert"), f" {_('never')}"], className="mark-late", title=_("It works until somebody revokes it."))
    when = times.brief(token.expires_ns, zone, now_ns)
    if token.expires_ns <= now_ns:
        return html.Span(_("ended {time}", time=when), className="muted")
    if token.expires_ns <= now_ns + SOON_NS and token.replaced_ns is None:
        said = _("in {duration}", duration=words.span_of(now_ns, token.expires_ns))
        return html.Span([icon("clock-alert"), f" {said}"], className="mark-late", title=when)
    return html.Span(when)


def used(token: Token, now_ns: int, zone: str) -> list[Any]:
    """When and from where it was used last."""
    if token.last_used_ns is None:
        return [html.Span(_("never"), className="muted")]
    place = f" {_('from {address}', address=token.last_address)}" if token.last_address else ""
    return [times.brief(token.last_used_ns, zone, now_ns), html.Span(place, className="muted")]


def shown(name: str, secret: str, *beside: Any) -> Component:
    """A secret, this once: it is in no address, no store of the page and no log, and whoever goes elsewhere has seen it."""
    copy = dcc.Clipboard(target_id="access-secret", title=_("Copy"))
    said = _parts("The secret of {name}. Copy it now: it is shown this once and is nowhere afterwards.", name=html.B(name))
    code = html.Pre(html.Code(secret), id="access-secret", tabIndex=0)
    return html.Div([note("late", said, "key-round"), html.Div([code, copy], className="copied"), *beside])


# -- making one --------------------------------------------------------------------------------------------------------


def fields(user: User) -> list[Component]:
    """What can be said of a new token: everything by who keeps all of them, else of one's own that reads."""
    usual = reader.application().machines.terms.usual()
    own = [
        html.Label([_("What it is called"), dcc.Input(id=ident("name"), type="text", maxLength=64, placeholder="line-7")]),
        html.Label([_("Ends after, or on"), dcc.Input(id=ident("expires"), type="text", maxLength=40, value=usual)]),
    ]
    limits = _of_what_is_seen(user.sees)
    if not oversees(user):
        return [html.Div(own, className="edits access-fields"), html.Div(limits, className="edits access-fields")]
    scopes = [{"value": scope, "label": _(DOES[scope])} for scope in SCOPES]
    people = [{"value": each.name, "label": each.name} for each in reader.application().accounts.list_users() if not each.disabled]
    who = [{"value": "", "label": _("A service")}, *people]
    own[1:1] = [
        dmc.Select(id=ident("scope"), label=_("What it does"), data=scopes, value=READ, allowDeselect=False, size="sm"),
        dmc.Select(id=ident("user"), label=_("For whom"), data=who, value="", allowDeselect=False, searchable=True, size="sm"),
    ]
    limits += [
        _part("sources", _("Sources"), [{"value": name, "label": name} for name in SOURCES], _("All that is sent to us")),
        _part("roles", _("Roles"), [{"value": role.name, "label": _(role.title)} for role in user.access.roles], _("Choose")),
    ]
    return [html.Div(own, className="edits access-fields"), html.Div(limits, className="edits access-fields")]


def _of_what_is_seen(sees: Scope) -> list[Component]:
    """Who makes it chooses of what they see themselves. Suppliers come with the data: who sees all may name one that is not configured."""
    known, parts = offered(sees), []
    for kind, (title, everything, yours) in SEEN.items():
        is_all = getattr(sees, kind) is None
        data = [{"value": name, "label": label} for name, label in sorted(known[kind].items())]
        field = dmc.TagsInput if kind == "suppliers" and is_all else dmc.MultiSelect
        parts.append(_part(kind, _(title), data, _(everything if is_all else yours), is_hidden=False, field=field))
    return parts


def ident(name: str) -> dict[str, str]:
    return {"type": "access-field", "name": name}


def _part(
    name: str, title: str, data: Sequence[dict[str, str]], absent: str, *, is_hidden: bool = True, field: Any = dmc.MultiSelect
) -> Component:
    """A limit, hidden where what the token does has none of its kind."""
    menu = field(id=ident(name), label=title, data=list(data), value=[], placeholder=absent, size="sm")
    return html.Div(menu, id={"type": "access-part", "name": name}, hidden=is_hidden)


def me() -> User:
    account: User = current_user.account
    return account
