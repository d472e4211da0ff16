"""Your permissions: who you are here, what you may see and do, who can give you more, and where you land."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from dataclasses import dataclass

import dash_mantine_components as dmc
from dash import Input, Output, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.accounts import ROLES, User
from app.accounts.landings import OF_ROLE, Landings, usual
from app.accounts.people import roles_words
from app.alerts.kept import ROLES as ACKNOWLEDGE
from app.annotations.kept import ROLES as ANNOTATE
from app.components import links, ways_in
from app.components.callbacks import callback
from app.components.icons import icon
from app.components.page import card, head, scrolling
from app.figures import times
from app.recovery.memory import ROLES as WRITE_MEMORY
from app.recovery.model import Approval, Path
from app.web.guard import sitemap
from app.web.sitemap import EVERYBODY, Page
from metrics.texts import _, _later, _parts, language

IT, ADMIN = ("it",), ("admin",)
WAITING = OF_ROLE["approver"]
USUAL = "usual"  # what the menu calls: as the role says


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done, and the roles of which one is enough; administrators may do everything."""

    what: str
    roles: Collection[str]
    more: str = ""


READ, HIDDEN = _later("Read what was sent: messages, rejected records, attributes, values"), _later("without the fields that are hidden")
ACTS = (
    Act(_later("See the pages and figures of your sites, export them, keep views, subscribe to alerts"), tuple(EVERYBODY)),
    Act(_later("Write notes, tickets and owners of failure groups; mute and resolve them"), WRITE_MEMORY),
    Act(_later("Acknowledge alerts"), ACKNOWLEDGE),
    Act(_later("Note on charts what happened, and when"), ANNOTATE),
    Act(_later("Stop everything automatic, or all sending"), IT),
    Act(_later("Connect a source, and watch it arrive"), IT, _later("with all sites")),
    Act(_later("Read sources, refresh and rebuild over the API"), ADMIN),
    Act(_later("Give people roles and sites, and machines tokens"), (), _later("with the command line, on the machine that serves")),
)


def layout(**_query: object) -> Component:
    account = current_user.account
    zone = reader.definitions().timezone
    return html.Div(
        [
            head(_("Your permissions"), _("Signed in as {name}. What you may see here is set by your administrator.", name=account.name)),
            html.Div([_roles(account), _sites(account), _messages(), _account(account, zone)], className="columns"),
            _landing(account),
            _acts(account),
            _recoveries(account),
            card(_("Pages"), _pages(account)),
        ]
    )


def _roles(account: User) -> Component:
    rows = [
        html.Li(
            [icon("check" if role in account.roles else "minus"), html.Div([html.B(role), html.Span(_(meaning))])],
            className="has" if role in account.roles else "has-not",
        )
        for role, meaning in ROLES.items()
    ]
    return card(_("Roles"), html.Ul(rows, className="facts"))


def _sites(account: User) -> Component:
    if account.sites is None:
        return card(_("Sites"), html.P(_("All sites, also those that come later.")))
    if not account.sites:
        return card(_("Sites"), html.P(_("None yet: every list stays empty until your administrator gives you a site.")))
    return card(
        _("Sites"),
        html.P(_("Transactions, failures and figures of other sites are not shown to you, and no count includes them.")),
        html.P([html.Span(site, className="pill") for site in sorted(account.sites)]),
    )


def _messages() -> Component:
    """What of messages one may see, beside everything that is known about them."""
    masking = reader.application().messages.masking
    why_not = masking.why_not(current_user.roles)
    hidden = (
        _("Hidden in them: {names}. For a reason you may see that as well, for an hour.", names=", ".join(masking.fields))
        if masking.fields
        else ""
    )
    sentence = why_not or _(
        "You may see what senders sent, on a path and of a case that failed. Each look is written down. {hidden}", hidden=hidden
    )
    return card(_("Messages"), html.P(sentence.strip()))


def _account(account: User, zone: str) -> Component:
    last = times.full(account.last_login_ns, zone) if account.last_login_ns else _("never")
    return card(
        _("Account"),
        html.Dl(
            [
                html.Dt(_("User")),
                html.Dd(account.name),
                html.Dt(_("Last sign-in")),
                html.Dd(last),
                html.Dt(_("Since")),
                html.Dd(times.full(account.created_ns, zone)),
            ]
        ),
        html.P(_who_grants(account), className="muted"),
    )


def _who_grants(account: User) -> list[str | Component]:
    """A role is given on the command line, by who may use it."""
    admins = [user.name for user in reader.application().accounts.list_users() if "admin" in user.roles and not user.disabled]
    asked = (
        _("Ask {people} for more.", people=language().listed(admins, either=True))
        if admins
        else _("Ask who runs this installation for more.")
    )
    command = ways_in.command(_("user change {quote} --role ROLE", quote=shlex.quote(account.name)), reader.application().settings)
    return [f"{asked} ", *_parts("On the machine that serves: {command}", command=html.Code(command))]


# -- where one lands -------------------------------------------------------------------------------------------------------


def _landing(account: User) -> Component:
    chosen = _landings().chosen(account.name)
    offered = _offered(account)
    known = chosen if chosen in {each["value"] for each in offered} else None
    menu = dmc.Select(
        id="permissions-landing",
        data=offered,
        value=USUAL if known is None else known,
        allowDeselect=False,
        size="sm",
        **{"aria-label": _("Where you land when you sign in")},
    )
    text = html.P(_("The page that stands there when you sign in. It changes no right and no figure."), className="muted")
    return card(
        _("Where you land"), text, html.Div([menu, html.Div(id="permissions-said", role="status")], className="permissions-landing")
    )


def _offered(account: User) -> list[dict[str, str]]:
    """What the role says, what waits for approval, and every page of the navigation that is theirs."""
    titles = {page.path.strip("/"): _(page.title) for page in sitemap().visible(account) if page.group is not None}
    titles[WAITING] = _("Recoveries that wait for approval")
    first = {"value": USUAL, "label": _("As your role says: {page}", page=titles[usual(account)])}
    return [first, *({"value": address, "label": title} for address, title in titles.items())]


@callback(Output("permissions-said", "children"), Input("permissions-landing", "value"), prevent_initial_call=True)
def choose(address: str | None) -> object:
    """Kept with the account, whichever machine one signs in at."""
    account = current_user.account
    titles = {each["value"]: each["label"] for each in _offered(account)}
    if address not in titles:
        return no_update
    if address == (_landings().chosen(account.name) if _landings().chosen(account.name) is not None else USUAL):
        return no_update
    _landings().choose(account.name, None if address == USUAL else address)
    return _("Kept. From the next sign-in on: {page}.", page=titles[address])


def _landings() -> Landings:
    return Landings(reader.application().accounts.engine)


# -- what one may do -------------------------------------------------------------------------------------------------------


def _acts(account: User) -> Component:
    rows = [
        html.Tr(
            [
                html.Td([_(act.what), html.Div(_(act.more), className="muted") if act.more else None]),
                html.Td(_for(act.roles)),
                _you(act, account),
            ]
        )
        for act in (*ACTS, Act(READ, reader.application().messages.masking.roles, HIDDEN))
    ]
    heads = html.Tr([html.Th(name) for name in (_("What can be done"), _("For the roles"), _("You"))])
    aside = html.Span(_("Administrators may do what any role may"), className="muted")
    return card(_("Actions"), scrolling(html.Table([html.Thead(heads), html.Tbody(rows)], className="table"), _("Actions")), aside=aside)


def _for(roles: Collection[str]) -> str:
    return _("everybody") if set(ROLES) <= set(roles) else ", ".join(role for role in ROLES if role in roles) or _("nobody here")


def _you(act: Act, account: User) -> Component:
    if not act.roles:
        return html.Td([icon("lock"), f" {_('not on these pages')}"])
    may = account.may(frozenset(act.roles)) and not ("all sites" in act.more and account.sites is not None)
    return html.Td(
        [icon("check"), f" {_('yes')}"] if may else [icon("lock"), " ", _("no: {missing}", missing=_missing(act.roles, act.more, account))]
    )


def _missing(roles: Collection[str], more: str, account: User) -> str:
    """What would do, and how it is given."""
    if account.may(frozenset(roles)):
        return _("you see some sites only")
    return ", ".join(filter(None, (_("needs the role {roles}", roles=roles_words([role for role in ROLES if role in roles])), _(more))))


def _recoveries(account: User) -> Component | None:
    """Who may ask for each approved way out, and who lets it go; nothing where none is configured."""
    catalogue = reader.application().catalogue.now
    paths = catalogue.paths if catalogue else ()
    if not paths:
        return None
    rows = [html.Tr([html.Td(path.title), *_asking(path, account), *_approving(path, account)]) for path in paths]
    names = (_("Way out"), _("May be asked for by"), _("You"), _("Approved by"), _("You"))
    table = html.Table([html.Thead(html.Tr([html.Th(name) for name in names])), html.Tbody(rows)], className="table")
    aside = html.Span(_("Nobody approves what they asked for"), className="muted")
    return card(_("Recoveries"), scrolling(table, _("Recoveries")), aside=aside)


def _asking(path: Path, account: User) -> list[Component]:
    return [html.Td(_for(path.roles)), _yes_or_no(account.may(frozenset(path.roles)))]


def _approving(path: Path, account: User) -> list[Component]:
    if path.approval is Approval.NONE:
        return [html.Td(_("needs nobody")), html.Td("")]
    roles = (path.approvers or ADMIN) if path.approval is Approval.FOUR_EYES else (*path.roles, *path.approvers)
    return [html.Td(_for(roles)), _yes_or_no(account.may(frozenset(roles)))]


def _yes_or_no(may: bool) -> Component:
    return html.Td([icon("check"), f" {_('yes')}"] if may else [icon("lock"), f" {_('no')}"])


def _pages(account: User) -> Component:
    rows = [_page(page, account) for page in sitemap().pages if page.group is not None]
    return html.Table(
        [html.Thead(html.Tr([html.Th(_("Page")), html.Th(_("For the roles")), html.Th(_("You"))])), html.Tbody(rows)], className="table"
    )


def _page(page: Page, account: User) -> Component:
    may = account.may(page.roles)
    name = html.A(_(page.title), href=links.to(page.path)) if may else _(page.title)
    return html.Tr([html.Td(name), html.Td(_for(page.roles)), _yes_or_no(may)])
