"""Callbacks of pages and shell: collected at import, registered with every app that is made.

Dash's own `dash.callback` feeds one app per process only; tests, and a server beside a demo, make several.
JavaScript is named, never written inline: the security policy of the pages allows scripts from our own files only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from dash import ClientsideFunction, Dash

F = TypeVar("F", bound=Callable[..., Any])

RIGHT = "needs_right"  # an attribute of the function, and of what Dash makes of it

_python: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = []
_javascript: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []


def callback(*arguments: Any, right: str | None = None, **options: Any) -> Callable[[F], F]:
    """As `dash.callback`. Who may call it: those who may see the page whose module it stands in, and have the `right`."""

    def keep(function: F) -> F:
        setattr(function, RIGHT, right)
        _python.append((function, arguments, options))
        return function

    return keep


def clientside(name: str, *arguments: Any, **options: Any) -> None:
    """As `dash.clientside_callback`, for the function `name` in window.dash_clientside.syncline (assets/*.js)."""
    _javascript.append((name, arguments, options))


def register(app: Dash) -> None:
    """Gives `app` everything collected so far."""
    for function, arguments, options in _python:
        app.callback(*arguments, **options)(function)
    for name, arguments, options in _javascript:
        app.clientside_callback(ClientsideFunction("syncline", name), *arguments, **options)
