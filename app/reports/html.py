"""The report as one HTML file: nothing is fetched, links only where somebody said where Syncline is reached."""

from __future__ import annotations

from html import escape
from pathlib import Path

from app.reports import charts
from app.reports.content import Content
from app.reports.view import RIGHT, Cell, Kpi, Table, View, view_of

STYLE = Path(__file__).parent / "report.css"


def render(content: Content, url: str | None) -> bytes:
    """`url` ends with a slash: where Syncline is reached."""
    view = view_of(content)
    body = [_head(view), _kpis(view, url), _chart(view), *(_table(table, url) for table in view.tables)]
    body.append(f'<p class="method muted">{escape(view.method)}</p>')
    name = escape(f"{view.title}, {content.week}, {content.place}")
    style = STYLE.read_text(encoding="utf-8")
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{name}</title><style>{style}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body><main>{"".join(body)}</main></body></html>\n'.encode()


def _head(view: View) -> str:
    stamps = escape(", ".join(view.stamps))
    title = f'<h1>{escape(view.title)}</h1><p class="muted">{escape(view.subtitle)}</p><p class="stamp">{stamps}.</p>'
    return f'{title}<div class="verdict verdict-{view.state}"><b>{escape(view.verdict)}</b><p>{escape(view.because)}</p></div>'


def _kpis(view: View, url: str | None) -> str:
    return f'<ul class="kpis">{"".join(_kpi(each, url) for each in view.kpis)}</ul>'


def _kpi(kpi: Kpi, url: str | None) -> str:
    value = f'<b>{_cell(kpi.value, url)}</b><span class="muted">{escape(kpi.note)}</span>'
    return f'<li><span class="muted">{escape(kpi.label)}</span>{value}</li>'


def _chart(view: View) -> str:
    if view.chart is None:
        return ""
    said = escape(f"{view.chart.title}, last {len(view.chart.trend)} weeks")
    drawn = charts.trend(view.chart, 960, 220)
    return f'<h2>{said}</h2><div role="img" aria-label="{said}; the numbers stand in the table below">{drawn}</div>'


def _table(table: Table, url: str | None) -> str:
    title = f"<h2>{escape(table.title)}</h2>"
    notes = "".join(f'<p class="muted">{escape(note)}</p>' for note in table.notes)
    if not table.rows:
        return f'{title}<p class="muted">{escape(table.empty)}</p>{notes}'
    heads = "".join(f'<th scope="col" class="{side}">{escape(word)}</th>' for word, side in table.heads)
    sides = [side for _, side in table.heads]
    rows = "".join(f"<tr>{''.join(_td(cell, side, url) for cell, side in zip(row, sides, strict=True))}</tr>" for row in table.rows)
    return f'{title}<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{notes}'


def _td(cell: Cell, side: str, url: str | None) -> str:
    return f'<td class="{"right" if side == RIGHT else "left"}" dir="auto">{_cell(cell, url)}</td>'


def _cell(cell: Cell, url: str | None) -> str:
    if cell.trend:
        return f'<span role="img" aria-label="{escape(cell.text)}">{charts.spark(cell.trend, cell.target)}</span>'
    text = escape(cell.text)
    if cell.link and url:
        text = f'<a href="{escape(url + cell.link)}">{text}</a>'
    return f'<span class="{cell.kind}">{text}</span>' if cell.kind else text
