"""The integrity rules that a transaction breaks, each with what is wrong, since when, and a way to all its violations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.status import mark
from app.figures import times
from app.figures.rows import rows_of
from metrics.path import Path
from metrics.texts import _


def broken_list(path: Path, past: Mapping[str, Any]) -> Component | None:
    """None when it breaks none."""
    rows = rows_of(path.violations)
    return html.Ul([_broken(row, path, past) for row in rows], className="broken") if rows else None


def _broken(row: Mapping[str, Any], path: Path, past: Mapping[str, Any]) -> Component:
    sentence = html.A(_(str(row["sentence"]).rstrip(".")), href=links.to("rules", rule=row["rule"], **past), className="rules-name")
    since = html.Span(_("since {time}", time=times.brief(row["from_ns"], path.timezone, path.as_of_ns)), className="muted nowrap")
    return html.Li([mark("inconsistent"), html.Div([sentence, " ", since, html.Div(row["detail"])])])
