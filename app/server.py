"""The web: `create_app(application)` gives the Flask server with all pages, the login and the API."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from dash import Dash
from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from app import api
from app.accounts.secret import secret_key
from app.components import callbacks, shell
from app.pages import (
    at_risk,
    audit,
    board,
    business_case,
    cases,
    docs,
    errors,
    events,
    expected,
    failure,
    failures,
    interfaces,
    inventory,
    objectives,
    path,
    permissions,
    process,
    promised,
    recoveries,
    recovery,
    rules,
    sources,
    suppliers,
    transactions,
    wall,
    without_event,
)
from app.web import guard, headers, login, trouble
from app.web.sitemap import Page, Sitemap

if TYPE_CHECKING:
    from app.application import Application

PAGES = (
    Page("/", "Sync status", board, "layout-grid", ""),
    Page("/transactions", "Transactions", transactions, "list", ""),
    Page("/failures", "Failures", failures, "triangle-alert", ""),
    Page("/failure", "Failure", failure, "triangle-alert"),
    Page("/recoveries", "Recoveries", recoveries, "refresh-cw", ""),
    Page("/recovery", "Recovery", recovery, "refresh-cw", parts=("recovery",)),
    Page("/at-risk", "At risk", at_risk, "clock-alert", ""),
    Page("/inventory", "Inventory", inventory, "inbox", ""),
    Page("/objectives", "Objectives", objectives, "shield-check", ""),
    Page("/expected", "Expected", expected, "hourglass", ""),
    Page("/suppliers", "Suppliers", suppliers, "users", ""),
    Page("/rules", "Rules", rules, "scale", ""),
    Page("/process", "Process", process, "workflow", ""),
    Page("/business-case", "Business case", business_case, "banknote", ""),
    Page("/cases", "Cases", cases, "list"),
    Page("/promised", "By their day", promised, "list"),
    Page("/path", "Path", path, "route", parts=("workflow", "transaction")),
    Page("/audit", "Audit", audit, "history", ""),
    Page("/sources", "Sources", sources, "plug", "Connections"),
    Page("/interfaces", "Interfaces", interfaces, "waypoints", "Connections"),
    Page("/events", "Events", events, "list"),
    Page("/without-event", "Without an event", without_event, "list"),
    Page("/docs", "Docs", docs, "book-open", "Help"),
    Page("/wall", "Wall", wall, "monitor"),
    Page("/permissions", "Your permissions", permissions, "shield-check"),
)
MAX_REQUEST_BYTES = 16 * 1024 * 1024
INDEX = """<!DOCTYPE html>
<html lang="en" data-prefix="{prefix}">
<head>
  {{%metas%}}
  <title>{{%title%}}</title>
  <link rel="icon" type="image/svg+xml" href="{prefix}assets/favicon.svg">
  <script src="{prefix}assets/theme.js"></script>
  {{%css%}}
</head>
<body>
  <noscript><p class="noscript">Syncline needs JavaScript. Exports work without it: see /docs.</p></noscript>
  {{%app_entry%}}
  <footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
</body>
</html>"""


def create_app(application: Application) -> Flask:
    """`application` offers .settings, .store, .accounts, .intake, .refresher and .now_ns()."""
    server = Flask("syncline", template_folder=str(Path(__file__).parent / "web" / "templates"), static_folder=None)
    _configure(server, application)
    login.install(server, application.accounts)
    guard.install(server).exempt(api.install(server))
    trouble.install(server)
    dash = _create_dash(server, server.config["SYNCLINE_PREFIX"])
    headers.install(server, dash.csp_hashes)
    Compress(server)
    return server


def _configure(server: Flask, application: Application) -> None:
    web = application.settings.web
    server.extensions["syncline"] = application
    server.config.update(
        SYNCLINE_PREFIX=web.prefix,
        SECRET_KEY=secret_key(application.settings.home / "session.key"),
        SESSION_COOKIE_NAME="syncline_session",
        SESSION_COOKIE_PATH=web.prefix,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=web.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=web.session_hours),
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
    )
    if hops := web.trusted_proxies:
        # The prefix is ours to configure, so nobody in front may name another.
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=0)  # type: ignore[method-assign]


def _create_dash(server: Flask, prefix: str) -> Dash:
    """use_async=False: where asgiref happens to be installed Dash would start an event loop per callback, at a third of the speed."""
    dash = Dash(
        "syncline",
        server=server,
        use_async=False,
        use_pages=False,
        title="Syncline",
        update_title=None,
        url_base_pathname=prefix,
        assets_folder=str(Path(__file__).parent.parent / "assets"),
        assets_ignore=r"theme\.js|plain\.css",
        suppress_callback_exceptions=True,
        index_string=INDEX.format(prefix=prefix),
        on_error=errors.broken,
    )
    dash.layout = shell.layout
    callbacks.register(dash)
    guard.protect_callbacks(dash, Sitemap(PAGES, prefix))
    return dash
