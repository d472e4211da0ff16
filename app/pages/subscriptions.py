"""What you are told of: which alerts, by which ways, whether that works, how you are reached, and when it is quiet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.accounts import AccountError
from app.alerts.alert import KINDS, SEVERITIES
from app.alerts.kept import Narrowed
from app.components import away, links, seen_messages
from app.components.callbacks import callback
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import card, head, note, scrolling
from app.components.recoveries import act
from app.components.tell_me import ways_of, words_of
from app.components.tiles import name_of
from app.figures import times, words
from app.telling import outbox, teller
from app.telling.kept import Contact
from app.telling.subscription import CHANNEL, LISTS, Subscription, Wanted, target_of
from metrics.texts import _, _later, _parts

HEADS = (_later("What"), _later("When"), _later("By"), _later("Open now"))
STATES = {  # of the newest message → icon, colour, words before why
    outbox.DONE: ("circle-check", "ok", _later("Sent")),
    outbox.WAITING: ("hourglass", "late", _later("Waits")),
    outbox.SENDING: ("refresh-cw", "moving", _later("Is being sent")),
    outbox.REFUSED: ("circle-x", "failed", _later("Did not go")),
    outbox.UNKNOWN: ("circle-question-mark", "unjudged", _later("Nobody knows whether it went")),
    outbox.DROPPED: ("minus", "closed", _later("Was not sent")),
}


def layout(**_query: Any) -> Component:
    return html.Div(
        [
            head(
                _("What you are told of"),
                _("What begins to need somebody, and when it is over: in your inbox, and by the ways you choose."),
            ),
            html.Div(_list(), id="subscriptions-list"),
            _form(),
            html.Div(_reached(), id="subscriptions-reached"),
            away.away(),
        ],
        className="subscriptions",
    )


# -- what one is told of -----------------------------------------------------------------------------------------------


def _list(said: str | None = None) -> Component:
    mine = _kept().of(current_user.name)
    told = html.Div(note("info", said, "check"), role="status") if said else None
    if not mine:
        text = _(
            "Narrow down any page, for example to a site, and press “Tell me” in the header; or say below what you want to be told of."
        )
        return html.Div([told, empty(_("You are told of nothing yet"), text, picture="megaphone")])
    heads = html.Tr([*(html.Th(_(name)) for name in HEADS), _unseen(_("See or remove it"))])
    table = html.Table([html.Thead(heads), html.Tbody([_line(each) for each in mine])], className="table")
    return html.Div([told, card(_("You are told"), scrolling(table, _("What you are told of")), seen_messages.place())])


def _unseen(name: str) -> Component:
    """The head of a column of buttons."""
    return html.Th(html.Span(name, className="unseen"))


def _line(subscription: Subscription) -> Component:
    contact = _kept().contact(current_user.name)
    known = {way: label for way, label, _why in ways_of(contact)}
    ways = ", ".join(["inbox", *(known.get(way, way.removeprefix(CHANNEL)) for way in subscription.ways)])
    remove = html.Button(
        _("Remove"), id={"type": "subscription-remove", "number": subscription.number}, n_clicks=0, className="button button-quiet"
    )
    return html.Tr(
        [
            html.Td(html.B(subscription.name), dir="auto"),
            html.Td(words_of(subscription.wanted)),
            html.Td(ways),
            html.Td(_open(subscription.wanted)),
            html.Td(html.Div([seen_messages.button_of(subscription.number), remove], className="subscription-acts")),
        ]
    )


def _open(wanted: Wanted) -> Component:
    """How many such alerts there are now: what was there before is not told."""
    many = 0
    sites: Sequence[str | None] = wanted.sites or (None,)
    for kind in wanted.kinds or (None,):
        for site in sites:
            asked = Narrowed(is_open=True, kind=kind, site=site, workflow=wanted.workflows[0] if len(wanted.workflows) == 1 else None)
            many += reader.application().alerts.listed(asked, current_user.sees, 0, 1)[1]
    first = {"kind": wanted.kinds[0] if len(wanted.kinds) == 1 else None, "site": wanted.sites[0] if len(wanted.sites) == 1 else None}
    return html.A(words.number(many), href=links.to("alerts", **first)) if many else html.Span(_("none"), className="muted")


def _form() -> Component:
    workflows = [{"value": each.name, "label": each.title} for each in reader.definitions().workflows]
    with reader.reader() as now:
        sites = [{"value": name, "label": name_of(name)} for name, _zone in now.sites()]
    partners = [{"value": each.name, "label": each.title or each.name} for each in reader.definitions().partners]
    kinds = [{"value": kind, "label": _(word)} for kind, (word, _meaning) in KINDS.items()]
    severities = [{"value": name, "label": _(word)} for name, word in SEVERITIES.items()]
    offered = (
        ("kinds", _("Kinds"), kinds),
        ("sites", _("Sites"), sites),
        ("workflows", _("Workflows"), workflows),
        ("partners", _("Suppliers"), partners),
    )
    fields = [
        dmc.MultiSelect(id=f"subscription-{name}", label=title, data=data, value=[], placeholder=_("All"), size="sm")
        for name, title, data in (*offered, ("severities", _("Severities"), severities))
    ]
    ways = [
        dmc.Checkbox(
            value=way, label=label if why_not is None else f"{label}: {why_not}", disabled=why_not is not None, size="sm", radius="xs"
        )
        for way, label, why_not in ways_of(_kept().contact(current_user.name))
    ]
    return card(
        _("Be told of more"),
        html.Div(html.Label([_("What it is called"), dcc.Input(id="subscription-name", type="text", maxLength=80)]), className="edits"),
        html.Div(fields, className="edits subscription-fields"),
        html.Div(dmc.CheckboxGroup(ways, id="subscription-ways", value=[], label=_("Beside the inbox, by")), className="subscription-ways"),
        html.Div(act(_("Tell me"), "subscription-add", None), className="acts"),
        html.Div(id="subscription-said", className="act-said", role="status"),
    )


@callback(
    Output("subscriptions-list", "children"),
    Output("subscription-said", "children"),
    Input("subscription-add", "n_clicks"),
    Input({"type": "subscription-remove", "number": ALL}, "n_clicks"),
    State("subscription-name", "value"),
    State("subscription-ways", "value"),
    *[State(f"subscription-{name}", "value") for name in LISTS],
    prevent_initial_call=True,
)
def change(add: int | None, remove: Sequence[int | None], name: str | None, ways: Sequence[str] | None, *lists: Any) -> Any:
    """Adds what the form says, or removes one."""
    if not (add or any(remove)):
        return no_update, no_update
    kept = _kept()
    if isinstance(ctx.triggered_id, dict):
        kept.remove(current_user.name, int(ctx.triggered_id["number"]))
        return _list(_("You are not told of that any more.")), ""
    wanted = Wanted(**{name: tuple(values or ()) for name, values in zip(LISTS, lists, strict=True)})
    try:
        if hidden := [site for site in wanted.sites if not current_user.sees.has_site(site)]:
            raise AccountError(_("There is no site '{site}', or you may not see it.", site=hidden[0]))
        if hidden := [workflow for workflow in wanted.workflows if not current_user.sees.has_workflow(workflow)]:
            raise AccountError(_("There is no workflow '{workflow}', or you may not see it.", workflow=hidden[0]))
        said = words_of(wanted)
        kept.add(current_user.name, (name or "").strip() or said[:80], wanted, ways or ())
    except AccountError as wrong:
        return no_update, html.Div(note("failed", str(wrong), "circle-alert"), role="alert")
    return _list(_("You are told from now on: {what}.", what=said)), ""


# -- how one is reached ------------------------------------------------------------------------------------------------


def _reached(said: Any = None, secret: str | None = None) -> Component:
    """`secret` where it was made just now."""
    contact, telling = _kept().contact(current_user.name), reader.application().settings.telling
    quiet = ""
    if contact.quiet_from is not None and contact.quiet_to is not None:
        quiet = " to ".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (contact.quiet_from, contact.quiet_to))
    fields = [
        html.Label(
            [
                _("E-mail address"),
                dcc.Input(id="reach-mail", type="email", maxLength=254, value=contact.mail or "", disabled=telling.mail is None),
            ]
        ),
        html.Label(
            [_("Webhook"), dcc.Input(id="reach-webhook", type="url", maxLength=1000, value=contact.webhook or "", placeholder="https://")]
        ),
        html.Label(
            [_("Quiet hours"), dcc.Input(id="reach-quiet", type="text", maxLength=20, value=quiet, placeholder=_("22:00 to 06:00"))]
        ),
    ]
    hints = [
        html.P(
            _(
                "In quiet hours, by the clocks of {zone}, only your inbox is told; the rest comes at their end.",
                zone=reader.definitions().timezone,
            ),
            className="muted act-said",
        )
    ]
    if telling.mail is None:
        hints.append(
            html.Div(note("info", _("Nobody can be told by e-mail: the configuration names no mail server.")), className="act-said")
        )
    if contact.webhook:
        hints.append(html.Div(_secret(contact, secret), className="act-said"))
    parts = [
        html.Div(fields, className="edits reach-fields"),
        *hints,
        html.Div(
            [
                act(_("Save"), {"type": "reach-do", "what": "save"}, None),
                act(_("Make a new secret"), {"type": "reach-do", "what": "renew"}, None, quiet=True) if contact.webhook else None,
            ],
            className="acts",
        ),
        html.Div(said, className="act-said", role="status") if said is not None else None,
        _ways(contact),
    ]
    return card(_("How you are reached"), *[part for part in parts if part is not None])


def _secret(contact: Contact, made: str | None) -> Component:
    """Shown once, when it is made: whoever looks over a shoulder, or at a session left open, could sign as we do."""
    if made:
        shown = html.Code(made, className="reach-secret")
        said = _parts(
            "The webhook is signed, as Standard Webhooks says, with {secret}. It is shown this once: put it where it is checked.",
            secret=shown,
        )
        return note("info", said)
    if contact.secret is None:
        return note("failed", _("The secret of the webhook cannot be read, so nothing is sent there. Make a new one."), "circle-alert")
    return html.P(_("The webhook is signed, as Standard Webhooks says. Its secret was shown when it was made."), className="muted")


def _ways(contact: Contact) -> Component:
    """Each way with what became of the newest message, and a button to try it."""
    last = outbox.last_of(reader.application().accounts.engine, current_user.name)
    now_ns, zone = reader.application().now_ns(), reader.definitions().timezone
    lines = []
    for way, label, why_not in ways_of(contact):
        row = last.get(target_of(way, current_user.name))
        told = _became(row, zone, now_ns) if row is not None else html.Span(_("nothing was sent yet"), className="muted")
        try_it = act(_("Try it"), {"type": "reach-do", "what": way}, None if why_not is None else words.sentence(f"{why_not}."), quiet=True)
        lines.append(html.Tr([html.Th(label, scope="row"), html.Td(told), html.Td(try_it)]))
    heads = html.Tr([html.Th(_("Way")), html.Th(_("The newest message")), _unseen(_("Try it"))])
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table")
    return scrolling(table, _("Ways to be told"))


def _became(row: Any, zone: str, now_ns: int) -> Component:
    picture, kind, said = STATES[row.state]
    when = times.brief(row.settled_ns or row.made_ns, zone, now_ns)
    until = f" {_('until {time}', time=times.brief(row.next_ns, zone, now_ns))}" if row.state == outbox.WAITING else ""
    why = f": {row.words}" if row.words else ""
    return html.Span([icon(picture), f" {said}{until or f', {when}'}{why}"], className=f"mark-{kind}", dir="auto")


@callback(
    Output("subscriptions-reached", "children"),
    Input({"type": "reach-do", "what": ALL}, "n_clicks"),
    State("reach-mail", "value"),
    State("reach-webhook", "value"),
    State("reach-quiet", "value"),
    prevent_initial_call=True,
)
def reach(clicks: Sequence[int | None], mail: str | None, webhook: str | None, quiet: str | None) -> Any:
    """Keeps how one is reached, or sends a message that says whether it arrives."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update
    kept, what = _kept(), str(ctx.triggered_id["what"])
    try:
        if what == "save":
            before = kept.contact(current_user.name).secret
            made = kept.reach(current_user.name, mail or "", webhook or "", quiet or "").secret
            return _reached(note("info", _("It is kept."), "check"), made if made != before else None)
        if what == "renew":
            return _reached(note("info", _("The secret before signs nothing any more."), "check"), kept.renew(current_user.name).secret)
        kept.checked_ways([what])
    except AccountError as wrong:
        return _reached(html.Div(note("failed", str(wrong), "circle-alert"), role="alert"))
    teller.attempt(reader.application(), current_user.name, what)
    again = html.A(_("see what became of it"), href=links.to("subscriptions"))
    return _reached(note("info", _parts("A message is on its way; {link}.", link=again), "check"))


def _kept() -> Any:
    return reader.application().subscriptions
