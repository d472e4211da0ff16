"""What may be done with a report: publish it, sign it, send it to oneself; and who gets it by mail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.access.rights import MAIL_ROLES, PUBLISH_REPORTS, SIGN_REPORTS
from app.accounts import AccountError
from app.components import links, sent
from app.components.callbacks import callback
from app.components.page import card, note, scrolling
from app.components.recoveries import act
from app.components.tiles import name_of
from app.reports import pdf, sending
from app.reports.addressed import addressed
from app.reports.asked import Asked
from app.reports.receivers import DIGEST, ROLE, USER, WEEKLY, Receiver, Receivers
from app.reports.week import week_of
from app.telling.teller import people_of
from metrics.read import Moment
from metrics.texts import ENGLISH, _, _later, speaking

TITLES = {WEEKLY: _later("The weekly report, when it is published"), DIGEST: _later("Each morning, what is out of sync and at risk today")}


def acts(number: int | None, week: str, site: str | None) -> Component:
    """The buttons below a report; `number` of the revision that is shown, None: it is not published."""
    here = dcc.Store(id="reports-here", data={"number": number, "week": week, "site": site})
    if number is None:
        buttons = [
            act(_("Publish it now"), {"type": "reports-do", "what": "publish"}, _why_not(PUBLISH_REPORTS, site)),
            act(_("See the mail"), {"type": "reports-do", "what": "see"}, None, quiet=True),
        ]
        comment: Component = dcc.Input(id="reports-comment", type="hidden", value="")
    else:
        buttons = [
            act(_("Sign it"), {"type": "reports-do", "what": "sign"}, _why_not(SIGN_REPORTS, site)),
            act(_("Send it to me"), {"type": "reports-do", "what": "send"}, _no_mail(), quiet=True),
            act(_("See the mail"), {"type": "reports-do", "what": "see"}, None, quiet=True),
        ]
        field = dcc.Input(id="reports-comment", type="text", maxLength=2000, placeholder=_("What you say to it"))
        comment = html.Div(html.Label([_("Comment"), field]), className="edits")
    return html.Div(
        [here, comment, html.Div(buttons, className="acts"), html.Div(id="reports-said", role="status")], className="reports-acts"
    )


@callback(
    Output("reports-said", "children"),
    Input({"type": "reports-do", "what": ALL}, "n_clicks"),
    State("reports-here", "data"),
    State("reports-comment", "value"),
    prevent_initial_call=True,
)
def do(clicks: Sequence[int | None], here: dict[str, Any], comment: str | None) -> Any:
    """Publishes, signs or sends what is shown."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update
    try:
        if ctx.triggered_id["what"] == "see":
            return _see(here)
        said = DONE[str(ctx.triggered_id["what"])](here, comment or "")
    except (AccountError, ValueError) as wrong:
        return html.Div(note("failed", str(wrong), "circle-alert"), role="alert")
    again = html.A(_("See it"), href=links.to("reports", week=here["week"], site=here["site"]))
    return note("info", [f"{said} ", again], "check")


def _publish(here: dict[str, Any], _comment: str) -> str:
    _check(PUBLISH_REPORTS, here["site"])
    application = reader.application()
    revision = application.reports.publish(week_of(str(here["week"])), here["site"], current_user.name)
    if revision is None:
        return _("It is published already.")
    sending.ask_weekly(application, revision, people_of(application))
    return _("It is published.")


def _sign(here: dict[str, Any], comment: str) -> str:
    revision = _shown(here)
    _check(SIGN_REPORTS, revision.site)
    application = reader.application()
    application.reports.published.sign(revision, current_user.name, comment, application.now_ns())
    return _("You have signed it.")


def _send(here: dict[str, Any], _comment: str) -> str:
    revision, application = _shown(here), reader.application()
    if (why_not := _no_mail()) is not None:
        raise AccountError(why_not)
    sending.attempt(application, current_user.name, revision.number, people_of(application))
    return _("It is on its way; what became of it stands where you say how you are reached.")


DONE = {"publish": _publish, "sign": _sign, "send": _send}


def _see(here: dict[str, Any]) -> Component:
    """The mail as it goes, or would if the report were published now, and who gets it; of others for who may see that."""
    application, site = reader.application(), here["site"]
    if here["number"] is not None:
        revision = _shown(here)
        message, site = sending.weekly(application, revision, "seen"), revision.site
    else:
        desk, now_ns = application.reports, application.now_ns()
        content = desk.content(Asked(week_of(str(here["week"])), site, Moment(now_ns, now_ns)), current_user.sees)
        data = desk.rendered(content, "pdf") if pdf.is_possible() else None
        with speaking(ENGLISH):
            message = sending.mail_of(content, None, data, desk.url, "seen")
    to = [each for each in addressed(application, site) if current_user.may(MAIL_ROLES) or each.user == current_user.name]
    return sent.mail(message, [(each.user, each.why_not) for each in to])


def _shown(here: dict[str, Any]) -> Any:
    """The revision, for who may see it: what a browser sends may name any. Raises AccountError."""
    revision = reader.application().reports.published.one(int(here["number"] or 0))
    if revision is None or (not current_user.sees.sees(revision.site)):
        raise AccountError(_("There is no such report, or you may not see it."))
    return revision


def _why_not(right: str, site: str | None) -> str | None:
    """None when it may be done to the report of that site; None there: of all."""
    if not current_user.may(right):
        return _("Only {roles} may publish and sign.", roles=current_user.account.access.only(right))
    if current_user.sees.is_narrow:
        return _("You see some workflows or suppliers only: a published report counts all of them.")
    if not current_user.sees.sees(site):
        return _("You see some sites only: publish and sign the reports of these.")
    return None


def _check(right: str, site: str | None) -> None:
    if (why_not := _why_not(right, site)) is not None:
        raise AccountError(why_not)


def _no_mail() -> str | None:
    """Why nothing can be sent to who is signed in; None where it can."""
    application = reader.application()
    if application.settings.telling.mail is None:
        return _("The configuration names no mail server.")
    if not application.subscriptions.contact(current_user.name).mail:
        return _("Say your e-mail address under “What you are told of” first.")
    return None


# -- who gets it -------------------------------------------------------------------------------------------------------


def by_mail() -> Component:
    """What one gets by mail, and for who may mail to roles what everybody of a role gets."""
    return html.Div(_by_mail(), id="by-mail", className="no-print")


def _by_mail(said: Component | None = None) -> Component:
    mine = _receivers().of([f"{USER}{current_user.name}", *(f"{ROLE}{role}" for role in current_user.roles)])
    others = [each for each in _receivers().every() if each not in mine] if current_user.may(MAIL_ROLES) else []
    rows = [_line(each) for each in (*mine, *others)]
    heads = html.Tr([html.Th(word) for word in (_("What"), _("Of"), _("To"), _("Remove"))])
    table = html.Table([html.Thead(heads), html.Tbody(rows)], className="table")
    listed = scrolling(table, _("Sent by mail")) if rows else html.P(_("Nothing is sent to you yet."), className="muted")
    why_not = _no_mail()
    hint = html.P([why_not, " ", html.A(_("How you are reached"), href=links.to("subscriptions"))], className="muted") if why_not else None
    return card(_("By mail"), html.Div(said, role="status") if said is not None else None, listed, hint, _form())


def _form() -> Component:
    sites = [site.name for site in reader.definitions().sites if current_user.sees.has_site(site.name)]
    who = [{"value": "", "label": _("Me")}]
    if current_user.may(MAIL_ROLES):
        who += [
            {"value": f"{ROLE}{role}", "label": _("Everybody with the role {role}", role=role)}
            for role in current_user.account.access.names
        ]
    of = [{"value": "", "label": _("All sites that may be seen")}, *({"value": site, "label": name_of(site)} for site in sites)]
    kinds = [{"value": kind, "label": _(title)} for kind, title in TITLES.items()]
    fields = [
        dmc.Select(id="by-mail-kind", label=_("What"), data=kinds, value=WEEKLY, size="sm", allowDeselect=False),
        dmc.Select(id="by-mail-site", label=_("Of"), data=of, value="", size="sm", allowDeselect=False),
        dmc.Select(id="by-mail-who", label=_("To"), data=who, value="", size="sm", allowDeselect=False),
    ]
    return html.Div(
        [
            html.Div(fields, className="edits subscription-fields"),
            html.Div(act(_("Send it from now on"), "by-mail-add", None), className="acts"),
        ]
    )


def _line(each: Receiver) -> Component:
    who = (
        _("everybody with the role {role}", role=each.who.removeprefix(ROLE)) if each.who.startswith(ROLE) else each.who.removeprefix(USER)
    )
    may = current_user.may(MAIL_ROLES) or each.who == f"{USER}{current_user.name}"
    remove = html.Button(_("Remove"), id={"type": "by-mail-remove", "number": each.number}, n_clicks=0, className="button button-quiet")
    cells = (_(TITLES[each.kind]), name_of(each.site) if each.site else _("All sites that may be seen"), who, remove if may else "")
    return html.Tr([html.Td(cell) for cell in cells])


@callback(
    Output("by-mail", "children"),
    Input("by-mail-add", "n_clicks"),
    Input({"type": "by-mail-remove", "number": ALL}, "n_clicks"),
    State("by-mail-kind", "value"),
    State("by-mail-site", "value"),
    State("by-mail-who", "value"),
    prevent_initial_call=True,
)
def change(add: int | None, remove: Sequence[int | None], kind: str | None, site: str | None, who: str | None) -> Any:
    """Adds what the form says, or removes one."""
    if not (add or any(remove)):
        return no_update
    kept, user = _receivers(), current_user.account
    if isinstance(ctx.triggered_id, dict):
        kept.remove(int(ctx.triggered_id["number"]), user)
        return _by_mail(note("info", _("That is not sent any more."), "check"))
    try:
        kept.add(who or f"{USER}{user.name}", kind or "", site or None, user, reader.application().now_ns())
    except AccountError as wrong:
        return _by_mail(html.Div(note("failed", str(wrong), "circle-alert"), role="alert"))
    return _by_mail(note("info", _("That is sent from now on."), "check"))


def _receivers() -> Receivers:
    kept: Receivers = reader.application().reports.receivers
    return kept
