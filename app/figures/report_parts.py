"""A report on the screen: its verdict, figures, chart and tables, each number a link to what it counts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from app.components.kpis import card as kpi
from app.components.links import prefix
from app.components.page import card, scrolling
from app.reports import charts
from app.reports.content import Promise
from app.reports.view import RIGHT, Cell, Kpi, Table, View

KINDS = {"missed": ("circle-x", "failed"), "kept": ("circle-check", "ok"), "no_data": ("circle-dashed", "nodata")}
COLOURS = {"bad": "report-bad", "good": "report-good", "muted": "muted", "strong": "report-strong"}


def report(view: View) -> list[Component]:
    """All of it, below the head of the page."""
    return [
        _verdict(view),
        _kpis(view.kpis),
        _chart(view.chart),
        *map(_table, view.tables),
        html.P(view.method, className="muted report-method"),
    ]


def _verdict(view: View) -> Component:
    picture, kind = KINDS[view.state]
    words = html.Div([html.H2(view.verdict), html.P(view.because) if view.because else None])
    return html.Div([icon(picture), words], className=f"report-verdict report-{kind}", role="status")


def _kpis(kpis: Sequence[Kpi]) -> Component:
    return html.Div([_kpi(each) for each in kpis], className="kpis report-kpis")


def _kpi(each: Kpi) -> Component:
    kind = {"bad": "failed", "good": "ok"}.get(each.value.kind, "")
    return kpi(each.label, each.value.text, "", each.note, [], kind, prefix() + each.value.link if each.value.link else None)


def _chart(promise: Promise | None) -> Component | None:
    if promise is None:
        return None
    said = f"{promise.title}, last {len(promise.trend)} weeks"
    drawn = [(look, charts.trend(promise, 960, 220, look=palette)) for look, palette in PALETTES.items()]
    return card(said, _pictures(drawn, f"{said}; the numbers stand in the table below", "report-chart"))


PALETTES = {"only-light": charts.LIGHT, "only-dark": charts.DARK}


def _pictures(drawn: Sequence[tuple[str, str]], said: str, look: str) -> Component:
    """One for each ground, of which the style shows the right one."""
    images = [
        html.Img(src=f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}", alt="", className=ground) for ground, svg in drawn
    ]
    return html.Span(images, className=look, role="img", **{"aria-label": said})


def _table(table: Table) -> Component:
    notes = [html.P(note, className="muted report-note") for note in table.notes]
    if not table.rows:
        return card(table.title, html.P(table.empty, className="muted"), *notes)
    heads = html.Tr([html.Th(word, className="num" if side == RIGHT else None) for word, side in table.heads])
    sides = [side for _, side in table.heads]
    rows = [html.Tr([_td(cell, side) for cell, side in zip(row, sides, strict=True)]) for row in table.rows]
    drawn = html.Table([html.Thead(heads), html.Tbody(rows)], className="table")
    return card(table.title, scrolling(drawn, table.title), *notes)


def _td(cell: Cell, side: str) -> Component:
    return html.Td(_cell(cell), className="num" if side == RIGHT else None, dir="auto")


def _cell(cell: Cell) -> Component | str:
    if cell.trend:
        drawn = [(look, charts.spark(cell.trend, cell.target, look=palette)) for look, palette in PALETTES.items()]
        return _pictures(drawn, cell.text, "report-spark")
    look = COLOURS.get(cell.kind, "")
    if cell.link:
        return html.A(cell.text, href=prefix() + cell.link, className=look)
    return html.Span(cell.text, className=look) if look else cell.text
