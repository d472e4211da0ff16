"""Your permissions: who you are here, which sites you see, which pages are yours and why the others are not."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.accounts import ROLES, User
from app.components import links
from app.components.icons import icon
from app.components.page import card, head
from app.figures import times
from app.web.guard import sitemap
from app.web.sitemap import Page


def layout(**_query: object) -> Component:
    account = current_user.account
    zone = reader.definitions().timezone
    return html.Div(
        [
            head("Your permissions", f"Signed in as {account.name}. What you may see here is set by your administrator."),
            html.Div([_roles(account), _sites(account), _account(account, zone)], className="columns"),
            card("Pages", _pages(account)),
        ]
    )


def _roles(account: User) -> Component:
    rows = [
        html.Li(
            [icon("check" if role in account.roles else "minus"), html.Div([html.B(role), html.Span(meaning)])],
            className="has" if role in account.roles else "has-not",
        )
        for role, meaning in ROLES.items()
    ]
    return card("Roles", html.Ul(rows, className="facts"))


def _sites(account: User) -> Component:
    if account.sites is None:
        return card("Sites", html.P("All sites, also those that come later."))
    if not account.sites:
        return card("Sites", html.P("None yet: every list stays empty until your administrator gives you a site."))
    return card(
        "Sites",
        html.P("Transactions, failures and figures of other sites are not shown to you, and no count includes them."),
        html.P([html.Span(site, className="pill") for site in sorted(account.sites)]),
    )


def _account(account: User, zone: str) -> Component:
    last = times.full(account.last_login_ns, zone) if account.last_login_ns else "never"
    return card(
        "Account",
        html.Dl(
            [
                html.Dt("User"),
                html.Dd(account.name),
                html.Dt("Last sign-in"),
                html.Dd(last),
                html.Dt("Since"),
                html.Dd(times.full(account.created_ns, zone)),
            ]
        ),
    )


def _pages(account: User) -> Component:
    rows = [_page(page, account) for page in sitemap().pages if page.group is not None]
    return html.Table(
        [html.Thead(html.Tr([html.Th("Page"), html.Th("For the roles"), html.Th("You")])), html.Tbody(rows)], className="table"
    )


def _page(page: Page, account: User) -> Component:
    may = account.may(page.roles)
    name = html.A(page.title, href=links.to(page.path)) if may else page.title
    verdict = [icon("check"), " yes"] if may else [icon("lock"), " no"]
    return html.Tr([html.Td(name), html.Td(", ".join(role for role in ROLES if role in page.roles)), html.Td(verdict)])
