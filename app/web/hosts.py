"""By which names this Syncline is asked: under any other one it says nothing, so that no name of a stranger can be pointed at it."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from flask import Flask, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from app.configuration.model import Settings
from app.web import trouble
from app.web.guard import is_machine
from metrics.texts import _

LOCAL = "localhost"


def install(server: Flask, settings: Settings) -> None:
    """Before everything else: who asks under another name hears nothing, signed in or not."""
    server.extensions["syncline_hosts"] = names(settings)
    server.before_request(_check)


def names(settings: Settings) -> frozenset[str] | None:
    """In lower letters, numbers aside: these are always allowed, for what is no name cannot be pointed elsewhere. None: all names, where a
    proxy that is trusted says under which one it was asked."""
    web = settings.web
    if not web.hosts and web.trusted_proxies:
        return None
    told = web.hosts or (socket.gethostname(), urlsplit(settings.telling.url or "").hostname or "")
    return frozenset(name.lower() for name in (*told, web.host, LOCAL) if name)  # commands on this machine come by web.host


def is_allowed(host: str, known: frozenset[str] | None) -> bool:
    """`host` as a request says it, with or without a port."""
    try:
        parts = urlsplit(f"//{host}")
        name, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not name or parts.netloc != host or "@" in host:
        return False
    name = name.removesuffix(".")
    return known is None or name in known or name.endswith(f".{LOCAL}") or _is_number(name)


def _check() -> ResponseReturnValue | None:
    is_old = request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0" and not request.headers.get("Host")  # as probes ask; it names nobody
    if is_old or is_allowed(request.headers.get("Host", ""), current_app.extensions["syncline_hosts"]):
        return None
    title, text = _("Syncline is not known under this name"), _("Whoever runs it can add the name to `web.hosts` of the configuration.")
    return (jsonify(error=f"{title}. {text}"), 400) if is_machine() else trouble.page(400, title, text, "circle-alert")


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
