"""The shell around every page: navigation, search, light and dark, the moment shown, the user's menu."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
import orjson
from dash import Input, Output, State, dcc, html
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.access.rights import HOME, page_named
from app.accounts.landings import usual
from app.components import break_glass, inbox, languages, links, moment, proving, scripts, search, tell_me, travel, views
from app.components.callbacks import callback, clientside
from app.components.icons import icon
from app.pages import errors
from app.web import audited
from app.web.guard import sitemap
from app.web.sitemap import Page
from metrics.texts import _, _n, _parts

LIVE_SECONDS = 12
_BRAND = ["#eef4fa", "#dbe7f3", "#b6cfe6", "#8eb5d8", "#6c9fcc", "#568fc4", "#4786be", "#2f6ea6", "#1f4e79", "#173d61"]
_DARK = ["#E8EDF3", "#C3CDD9", "#A3AFBE", "#6B7889", "#3A4656", "#2A3543", "#1D2733", "#171F29", "#10161E", "#0B1017"]
THEME = {
    "fontFamily": "var(--font)",
    "fontFamilyMonospace": "var(--mono)",
    "headings": {"fontFamily": "var(--font)"},
    "primaryColor": "brand",
    "primaryShade": {"light": 8, "dark": 7},
    "colors": {"brand": _BRAND, "dark": _DARK},
    "defaultRadius": "md",
    "cursorType": "pointer",
    "respectReducedMotion": True,
}


def layout() -> Component:
    """Everything around the page; a function, because it shows who is signed in. Dash looks at it once before anybody is."""
    if not current_user.is_authenticated:
        return html.Div()
    bar, pages = (
        dmc.AppShellHeader(_header(), className="no-print"),
        dmc.AppShellNavbar(_navigation(), className="no-print", **{"aria-label": _("Pages")}),
    )
    main = dmc.AppShellMain([*break_glass.parts(), html.Div(id="shell-page", className="page")], id="main", tabIndex=-1)
    foot = html.Div(id="shell-foot", className="print-foot")  # on paper: filled by assets/12-print.js
    frame = dmc.AppShell([bar, pages, main, foot], id="shell", header={"height": 56}, navbar=_navbar(False), padding=0)
    return dmc.MantineProvider([*_invisible(), *proving.parts(), frame], theme=THEME, defaultColorScheme="auto")


def _invisible() -> list[Component]:
    return [
        html.A(_("Skip to the page"), href="#main", className="skip"),
        dcc.Location(id="shell-url", refresh=False),
        dcc.Interval(id="shell-tick", interval=LIVE_SECONDS * 1000),
        dcc.Store(id="shell-title"),
        dcc.Store(id="shell-address"),  # a page's filters, {name: value}: written into the address without drawing the page again
        dcc.Store(id="shell-counted"),  # the version of the data that the counts in the navigation were made from, and its time zone
        html.Div(id="shell-fault", role="alert"),
        scripts.says(),
        _ended(),
        _note(
            "shell-away",
            "refresh-cw",
            [_("The server does not answer. This page goes on by itself when it does. What you did last may not have arrived.")],
        ),
        _note(
            "shell-newer",
            "info",
            _parts("A newer Syncline is served now. {reload} when you are ready.", reload=html.A(_("Reload this page"), href="")),
        ),
    ]


def _ended() -> Component:
    """assets/08-asking.js makes the link lead back to where one is."""
    return _note(
        "shell-ended", "history", _parts("Your session has ended. {sign_in}.", sign_in=html.A(_("Sign in again"), href=links.to("login")))
    )


def _note(name: str, picture: str, text: list[Any]) -> Component:
    """Shown by assets/08-asking.js."""
    return html.Div(
        html.Div([icon(picture), html.Div(text)], className="note note-late"), id=name, className="shell-note", hidden=True, role="alert"
    )


def _header() -> Component:
    account = current_user.account
    start = "" if current_user.is_wall or account.sees_page(HOME) else page_named(usual(account))
    brand = html.A(
        [html.Img(src=links.asset("favicon.svg"), alt="", width=26, height=26), html.Span("Syncline")],
        href=links.to(start),
        className="brand",
        **{"aria-label": _("Syncline, to the sync status") if not start else _("Syncline, to where you land")},
    )
    burger = dmc.Burger(id="shell-burger", opened=False, hiddenFrom="sm", size="sm", **{"aria-label": _("Pages")})
    scheme = dmc.ActionIcon(
        icon("sun-moon", size="18px"),
        id="shell-scheme",
        variant="subtle",
        color="gray",
        size="lg",
        **{"aria-label": _("Switch between light and dark")},
    )
    return html.Div(
        [
            html.Div([burger, brand], className="bar-left"),
            search.box(),
            html.Div(
                [moment.display(), travel.menu(), views.menu(), tell_me.menu(), inbox.menu(), _help(), scheme, _user_menu()],
                className="bar-right",
            ),
        ],
        className="bar",
    )


def _help() -> Component:
    words = _("Help with this page")
    picture = icon("circle-question-mark", size="18px")
    return html.A(picture, id="shell-help", className="menu-face menu-plain", title=words, **{**_about_page(), "aria-label": words})


def _about_page() -> dict[str, str]:
    """Of a link to what the docs say about the page one is at: assets/10-shell.js points it there."""
    told = {links.to(page.path): links.document(page.help) for page in sitemap().pages}
    return {"href": links.to("docs"), "data-help": orjson.dumps(told).decode()}


def _user_menu() -> Component:
    """A plain disclosure: opens and closes without any script; assets/10-shell.js only closes it when one goes elsewhere."""
    name = current_user.name
    face = html.Summary(name[:2].upper(), className="menu-face", **{"aria-label": _("Signed in as {name}: menu", name=name)})
    who = html.Div([html.B(_("User {name}", name=name)), html.Div(_roles(), className="muted")], className="menu-who")
    parts = [
        html.A([icon("user"), _("Your account")], href=links.to("account"), className="menu-item"),
        html.A([icon("shield-check"), _("Your permissions")], href=links.to("permissions"), className="menu-item"),
        html.A([icon("circle-question-mark"), _("Help with this page")], className="menu-item menu-phone", **_about_page()),
        html.Button([icon("sun-moon"), _("Theme: light or dark")], id="shell-scheme-menu", className="menu-item menu-phone"),
        html.Button([icon("monitor"), _("Theme: as the system")], id="shell-scheme-auto", className="menu-item"),
        *languages.choice(),
        html.Button([icon("log-out"), _("Sign out")], id="shell-signout", className="menu-item"),
    ]
    return html.Details([face, html.Div([who, *parts], className="menu-list")], className="menu", **{"data-user": name})


def _roles() -> str:
    """Role: Plant IT and integration"""
    account = current_user.account
    titles = [_(role.title) for role in account.access.of(account.roles)] or [_("none")]
    return _n("Role: {roles}", "Roles: {roles}", len(titles), roles=", ".join(titles))


def _navigation() -> Component:
    """Groups in the order of the list of pages, each under its heading. Which entry is current is marked in the browser."""
    parts: list[Component] = []
    heading: str | None = ""
    for page in sitemap().visible(current_user.account):
        if page.group is None:
            continue
        if page.group != heading:
            parts.append(html.Div(_(page.group), className="nav-head"))
        heading = page.group
        parts.append(_link(page))
    return html.Div(parts, className="nav", id="shell-nav")


def _link(page: Page) -> html.A:
    counter = html.Span(id={"type": "nav-count", "page": page.path}, className="nav-count")
    return html.A([icon(page.icon, size="17px"), html.Span(_(page.title)), counter], href=links.to(page.path), className="nav-item")


def _navbar(opened: bool) -> dict[str, Any]:
    return {"width": 232, "breakpoint": "sm", "collapsed": {"mobile": not opened}}


@callback(Output("shell-page", "children"), Output("shell-title", "data"), Input("shell-url", "pathname"), Input("shell-url", "search"))
def show(pathname: str, query: str) -> tuple[Component, str]:
    """Draws the page of the address. A page draws itself whole, so the first paint needs no second question.

    What is drawn may have a title of its own in its `data-title`; else it is called as in the navigation."""
    page = sitemap().page_at(pathname)
    if page is None:
        return errors.not_found(pathname), _("Not found")
    if not current_user.may_open(page):
        audited.refused(page)
        return errors.forbidden(page), _("Not allowed")
    try:
        reader.as_of(query)
    except ValueError as wrong:
        return errors.wrong_address(str(wrong)), _("Not found")
    try:
        drawn = page.draw(query, sitemap().below(page, pathname))
    except errors.WrongAddress as wrong:
        return errors.wrong_address(str(wrong)), _("Not found")
    audited.opened(page, sitemap().below(page, pathname), query)
    return drawn, getattr(drawn, "data-title", _(page.title))


@callback(Output("shell", "navbar"), Input("shell-burger", "opened"), prevent_initial_call=True)
def open_navigation(opened: bool) -> dict[str, Any]:
    return _navbar(opened)


clientside(
    "arrive", Output("shell-burger", "opened"), Input("shell-title", "data"), State("shell-burger", "opened"), prevent_initial_call=True
)
clientside("switchScheme", Output("shell-scheme", "className"), Input("shell-scheme", "n_clicks"), prevent_initial_call=True)
clientside("switchScheme", Output("shell-scheme-menu", "data-done"), Input("shell-scheme-menu", "n_clicks"), prevent_initial_call=True)
clientside("followSystem", Output("shell-scheme-auto", "data-done"), Input("shell-scheme-auto", "n_clicks"), prevent_initial_call=True)
clientside("signOut", Output("shell-signout", "data-done"), Input("shell-signout", "n_clicks"), prevent_initial_call=True)
clientside("remember", Output("shell-address", "storage_type"), Input("shell-address", "data"), prevent_initial_call=True)
