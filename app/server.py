"""The web: `create_app(application)` gives the Flask server with all pages, the login and the API."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dash import Dash
from flask import Flask
from flask_compress import Compress
from plotly.io import json as plotly_json
from werkzeug.middleware.proxy_fix import ProxyFix

from app import api
from app.accounts.secret import secret_key
from app.components import callbacks, shell
from app.configuration.model import Web
from app.pages import (
    access,
    account,
    alerts,
    at_risk,
    audit,
    board,
    business_case,
    cases,
    connect,
    docs,
    errors,
    events,
    expected,
    failure,
    failures,
    interfaces,
    inventory,
    noted,
    objectives,
    path,
    people,
    permissions,
    person,
    process,
    promised,
    recoveries,
    recovery,
    reports,
    rules,
    sources,
    subscriptions,
    suppliers,
    transactions,
    wall,
    without_event,
)
from app.several.presence import alike
from app.web import audited, backchannel, bodies, build, guard, headers, hosts, login, password, single_sign_on, speaking, trouble
from app.web.sitemap import Page, Sitemap
from metrics.texts import _, _later, language

if TYPE_CHECKING:
    from app.application import Application

PAGES = (
    Page("/", _later("Sync status"), board, "layout-grid", "", help="reading#sync-status"),
    Page("/transactions", _later("Transactions"), transactions, "list", "", help="reading#transactions"),
    Page("/failures", _later("Failures"), failures, "triangle-alert", "", help="recovery#cases"),
    Page("/failure", _later("Failure"), failure, "triangle-alert", help="recovery#what-is-known-of-a-group"),
    Page("/alerts", _later("Alerts"), alerts, "bell", "", help="alerts"),
    Page("/recoveries", _later("Recoveries"), recoveries, "refresh-cw", "", help="recovery#on-the-pages"),
    Page("/recovery", _later("Recovery"), recovery, "refresh-cw", parts=("recovery",), help="recovery#what-a-recovery-goes-through"),
    Page("/at-risk", _later("At risk"), at_risk, "clock-alert", "", help="impact#orders"),
    Page("/inventory", _later("Inventory"), inventory, "inbox", "", help="inventory#why-a-key-differs"),
    Page("/reports", _later("Reports"), reports, "circle-check", "", help="report"),
    Page("/objectives", _later("Objectives"), objectives, "shield-check", "", help="objectives#how-it-is-counted"),
    Page("/expected", _later("Expected"), expected, "hourglass", "", help="workflows#what-should-have-come"),
    Page("/suppliers", _later("Suppliers"), suppliers, "users", "", help="purchasing#what-suppliers-shows"),
    Page("/rules", _later("Rules"), rules, "scale", "", help="rules"),
    Page("/process", _later("Process"), process, "workflow", "", help="process-mining"),
    Page("/business-case", _later("Business case"), business_case, "banknote", "", help="impact#the-business-case"),
    Page("/annotations", _later("Annotations"), noted, "flag", "", help="annotations"),
    Page("/cases", _later("Cases"), cases, "list", help="reading#cases-and-what-is-behind-a-figure"),
    Page("/promised", _later("By their day"), promised, "list", help="impact#the-business-case"),
    Page("/path", _later("Path"), path, "route", parts=("workflow", "transaction"), help="reading#path"),
    Page("/audit", _later("Audit"), audit, "history", "", help="audit"),
    Page("/sources", _later("Sources"), sources, "plug", _later("Connections"), help="sources#what-all-of-them-keep-to"),
    Page("/connect", _later("Connect a source"), connect, "plug", help="connect"),
    Page("/interfaces", _later("Interfaces"), interfaces, "waypoints", _later("Connections"), help="mapping#what-nobody-has-mapped-yet"),
    Page("/access", _later("Machine access"), access, "key-round", _later("Connections"), help="machines"),
    Page("/events", _later("Events"), events, "list", help="words#attributes-of-an-event"),
    Page("/without-event", _later("Without an event"), without_event, "list", help="mapping#what-nobody-has-mapped-yet"),
    Page("/people", _later("People"), people, "user", _later("Administration"), help="people#who-gives-them"),
    Page("/person", _later("Person"), person, "user", parts=("person",), help="people#who-gives-them"),
    Page("/docs", _later("Docs"), docs, "book-open", _later("Help")),
    Page("/wall", _later("Wall"), wall, "monitor", help="reading#wall"),
    Page("/subscriptions", _later("What you are told of"), subscriptions, "megaphone", help="alerts#be-told"),
    Page("/account", _later("Your account"), account, "user", help="people#your-account"),
    Page("/permissions", _later("Your permissions"), permissions, "shield-check", help="people"),
)
INDEX = """<!DOCTYPE html>
<html lang="LANGUAGE" data-prefix="{prefix}" data-build="{build}">
<head>
  {{%metas%}}
  <title>{{%title%}}</title>
  <link rel="icon" type="image/svg+xml" href="{prefix}assets/favicon.svg">
  <script src="{prefix}assets/theme.js"></script>
  {{%css%}}
</head>
<body>
  <noscript><p class="noscript">WITHOUT_JAVASCRIPT</p></noscript>
  {{%app_entry%}}
  <footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
</body>
</html>"""


class _Pages(Dash):
    """The page that loads the others says which language it is in."""

    def interpolate_index(self, **parts: Any) -> str:
        index = str(super().interpolate_index(**parts))
        without = _("Syncline needs JavaScript. Exports work without it: see /docs.")
        return index.replace("LANGUAGE", language().tag, 1).replace("WITHOUT_JAVASCRIPT", escape(without), 1)


def create_app(application: Application) -> Flask:
    """`application` offers .settings, .store, .accounts, .intake, .refresher and .now_ns()."""
    server = Flask("syncline", template_folder=str(Path(__file__).parent / "web" / "templates"), static_folder=None)
    _configure(server, application)
    hosts.install(server, application.settings)
    bodies.install(server)
    login.install(server, application.accounts, application.sessions)
    password.install(server)
    single_sign_on.install(server, application)
    texts = application.settings.texts
    speaking.install(server, speaking.catalogues_of(texts), application.languages, texts.language)
    audited.install(server)
    csrf = guard.install(server)
    csrf.exempt(api.install(server))
    csrf.exempt(backchannel.install(server, application))
    trouble.install(server)
    dash = _create_dash(server, server.config["SYNCLINE_PREFIX"])
    headers.install(server, dash.csp_hashes)
    build.install(server)
    Compress(server)
    return server


def _configure(server: Flask, application: Application) -> None:
    web, lasting = application.settings.web, application.settings.access.sessions
    server.extensions["syncline"] = application
    server.session_interface = login.Cookies()
    server.config.update(
        SYNCLINE_PREFIX=web.prefix,
        SECRET_KEY=_secret_key(application),
        SESSION_COOKIE_NAME=_cookie_name(web, "syncline_session"),
        KNOWN_BROWSER_COOKIE_NAME=_cookie_name(web, "syncline_browser"),
        SESSION_COOKIE_PATH=web.prefix,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=web.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=max(lasting.longest, lasting.wall)),  # the accounts know which are over
    )
    if hops := web.trusted_proxies:
        # The prefix is ours to configure, so nobody in front may name another.
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=0)  # type: ignore[method-assign]


def _secret_key(application: Application) -> str:
    """What signs sessions: of several webs the same, so that each knows who has signed in with another."""
    mine = secret_key(application.settings.home / "session.key")
    return alike(application.accounts.engine, "session key", mine) if application.together else mine


def _cookie_name(web: Web, name: str) -> str:
    """Over TLS with a prefix that browsers keep to: such a cookie nobody can plant, no neighbour below the same domain and no page without
    TLS. `__Host-` is for the whole host only."""
    return name if not web.secure_cookies else f"__Host-{name}" if web.prefix == "/" else f"__Secure-{name}"


def _create_dash(server: Flask, prefix: str) -> Dash:
    """use_async=False: where asgiref happens to be installed Dash would start an event loop per callback, at a third of the speed.

    Answers are written by Python's own JSON: where orjson is installed Plotly first copies every component into plain values, which takes
    two and a half times as long in all (28 ms of processor time instead of 11 for a list of 200 kB)."""
    plotly_json.config.default_engine = "json"
    dash = _Pages(
        "syncline",
        server=server,
        use_async=False,
        use_pages=False,
        title="Syncline",
        update_title=None,
        url_base_pathname=prefix,
        assets_folder=str(Path(__file__).parent.parent / "assets"),
        assets_ignore=r"theme\.js|plain\.css|password\.js",
        suppress_callback_exceptions=True,
        index_string=INDEX.format(prefix=prefix, build=build.build()),
        on_error=errors.broken,
    )
    dash.layout = shell.layout
    callbacks.register(dash)
    guard.protect_callbacks(dash, Sitemap(PAGES, prefix))
    return dash
