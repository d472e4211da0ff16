"""Your permissions: who you are here, what you may see and do, who can give you more, and where you land."""

from __future__ import annotations

import shlex
from collections.abc import Collection

import dash_mantine_components as dmc
from dash import Input, Output, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.access.rights import RIGHTS, Right, page_named
from app.access.roles import ADMIN
from app.accounts import User
from app.accounts.landings import Landings, usual
from app.components import links, ways_in
from app.components.callbacks import callback
from app.components.icons import icon
from app.components.page import card, head, scrolling
from app.figures import times
from app.machines.wanted import oversees
from app.messages.settings import why_not as unseen
from app.recovery.model import Approval, Path
from app.web.guard import sitemap
from app.web.sitemap import Page
from metrics.texts import _, _later, _parts, language

WAITING = "recoveries?state=requested"
USUAL = "usual"  # what the menu calls: as the role says
EVERYBODYS = _later("See the pages of your roles with the figures of what you see, keep views, subscribe to alerts")
OF_ADMINS = _later("Add people, give them roles and what they see, and links for a password")
TOKENS = _later("Make, rotate and revoke every token of machines; for oneself anybody who may take out figures makes one")
ALL_SITES = _later("with all sites, workflows and suppliers")


def layout(**_query: object) -> Component:
    account = current_user.account
    zone = reader.definitions().timezone
    return html.Div(
        [
            head(_("Your permissions"), _("Signed in as {name}. What you may see here is set by your administrator.", name=account.name)),
            html.Div([_roles(account), _seen(account), _messages(), _account(account, zone)], className="columns"),
            _landing(account),
            _acts(account),
            _recoveries(account),
            card(_("Pages"), _pages(account)),
        ]
    )


def _roles(account: User) -> Component:
    rows = [_role(role.name, f"{_(role.title)}. {_(role.question)}", role.name in account.roles) for role in account.access.roles]
    gone = [
        html.Li([icon("circle-alert"), html.Div([html.B(name), html.Span(_("You were given it, but there is no such role any more."))])])
        for name in sorted(account.gone)
    ]
    nothing = html.P(_("You hold no role that there is, so nothing is shown to you."), className="muted") if not account.roles else None
    return card(_("Roles"), nothing, html.Ul([*gone, *rows], className="facts"))


def _role(name: str, meaning: str, is_theirs: bool) -> Component:
    mark = html.Div([html.B(name), html.Span(meaning)])
    return html.Li([icon("check" if is_theirs else "minus"), mark], className="has" if is_theirs else "has-not")


def _seen(account: User) -> Component:
    """Of every kind of limit how far it goes."""
    if not account.roles:
        return card(_("What you see"), html.P(_("Nothing, as long as you hold no role that there is.")))
    sees, titles = account.sees, {workflow.name: workflow.title for workflow in reader.definitions().workflows}
    kinds = (
        (_("Sites"), _("All sites, also those that come later."), sees.sites),
        (_("Workflows"), _("All workflows, also those that come later."), sees.workflows),
        (_("Suppliers"), _("All suppliers, also those that come later."), sees.suppliers),
    )
    rows: list[Component] = []
    for title, everything, names in kinds:
        shown = everything if names is None else ", ".join(titles.get(name, name) for name in sorted(names)) or _("None yet.")
        rows += [html.Dt(title), html.Dd(shown, dir="auto")]
    if sees.is_all:
        return card(_("What you see"), html.Dl(rows))
    others = _("Transactions, failures and figures of others are not shown to you, and no count includes them.")
    narrow = _("What belongs to no workflow or supplier, such as stock and what sources sent, is for who sees all of these.")
    return card(_("What you see"), html.Dl(rows), html.P(others), html.P(narrow, className="muted") if sees.is_narrow else None)


def _messages() -> Component:
    """What of messages one may see, beside everything that is known about them."""
    masking = reader.application().messages.masking
    why_not = unseen(current_user.account)
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
    admins = [user.name for user in reader.application().accounts.list_users() if ADMIN in user.roles and not user.disabled]
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
    if account.sees_page(page_named(WAITING)):
        titles[WAITING] = _("Recoveries that wait for approval")
    first = {"value": USUAL, "label": _("As your role says: {page}", page=titles.get(usual(account)) or _usual_title(account))}
    return [first, *({"value": address, "label": title} for address, title in titles.items())]


def _usual_title(account: User) -> str:
    """Of a page that is not in the navigation, or of a page with more behind its address."""
    name = page_named(usual(account))
    return next(_(page.title) for page in sitemap().pages if page.name == name)


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
    everybodys = html.Td([icon("check"), f" {_('yes')}"])
    rows = [
        html.Tr([html.Td(_(EVERYBODYS)), html.Td(_("everybody")), everybodys]),
        *(
            html.Tr([_act(right), html.Td(_for(_may(name, account), account)), _you(name, right, account)])
            for name, right in RIGHTS.items()
        ),
        html.Tr([_what(OF_ADMINS, ""), html.Td(ADMIN), _yes_or_no(ADMIN in account.roles)]),
        html.Tr([_what(TOKENS, ""), html.Td(ADMIN), _tokens(account)]),
    ]
    heads = html.Tr([html.Th(name) for name in (_("What can be done"), _("For the roles"), _("You"))])
    aside = html.Span(_("Administrators may do what any role may"), className="muted")
    return card(_("Actions"), scrolling(html.Table([html.Thead(heads), html.Tbody(rows)], className="table"), _("Actions")), aside=aside)


def _tokens(account: User) -> Component:
    return html.Td([icon("check"), f" {_('yes')}"] if oversees(account) else [icon("lock"), f" {_('no')}"])


def _act(right: Right) -> Component:
    return _what(right.sentence, right.more or (ALL_SITES if right.needs_all_sites else ""))


def _what(sentence: str, more: str) -> Component:
    return html.Td([_(sentence), html.Div(_(more), className="muted") if more else None])


def _may(name: str, account: User) -> list[str]:
    """The roles that have the right; administrators where no other does."""
    return account.access.holders(name) or [ADMIN]


def _for(roles: Collection[str], account: User) -> str:
    known = account.access.names
    others = [name for name in known if name != ADMIN]
    return (
        _("everybody") if others and set(others) <= set(roles) else ", ".join(name for name in known if name in roles) or _("nobody here")
    )


def _you(name: str, right: Right, account: User) -> Component:
    if account.may(name) and not (right.needs_all_sites and not account.sees.is_all):
        return html.Td([icon("check"), f" {_('yes')}"])
    return html.Td([icon("lock"), " ", _("no: {missing}", missing=_missing(name, right, account))])


def _missing(name: str, right: Right, account: User) -> str:
    """What would do, and how it is given."""
    if account.may(name):
        return _("you do not see everything")
    needed = _("needs the role {roles}", roles=account.access.words(_may(name, account)))
    return f"{needed}, {_(ALL_SITES)}" if right.needs_all_sites else needed


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
    return [html.Td(_for(path.roles, account)), _yes_or_no(account.holds(path.roles))]


def _approving(path: Path, account: User) -> list[Component]:
    if path.approval is Approval.NONE:
        return [html.Td(_("needs nobody")), html.Td("")]
    roles = (path.approvers or (ADMIN,)) if path.approval is Approval.FOUR_EYES else (*path.roles, *path.approvers)
    return [html.Td(_for(roles, account)), _yes_or_no(account.holds(roles))]


def _yes_or_no(may: bool) -> Component:
    return html.Td([icon("check"), f" {_('yes')}"] if may else [icon("lock"), f" {_('no')}"])


def _pages(account: User) -> Component:
    rows = [_page(page, account) for page in sitemap().pages if page.group is not None]
    return html.Table(
        [html.Thead(html.Tr([html.Th(_("Page")), html.Th(_("For the roles")), html.Th(_("You"))])), html.Tbody(rows)], className="table"
    )


def _page(page: Page, account: User) -> Component:
    may = account.sees_page(page.name)
    name = html.A(_(page.title), href=links.to(page.path)) if may else _(page.title)
    return html.Tr([html.Td(name), html.Td(_for(account.access.seers(page.name), account)), _yes_or_no(may)])
