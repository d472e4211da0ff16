"""The report as a workbook: a sheet for each part, numbers as numbers, charts that Excel itself draws; no text is ever a formula."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from app.instants import instant_ns
from app.reports.content import MONEY, SECONDS, SHARE, Content, Promise
from app.reports.view import Cell, Table, View, view_of

FORMS = {SHARE: "0.00%", SECONDS: "#,##0.0", MONEY: "#,##0", "count": "#,##0"}
LOOKS: dict[str, dict[str, Any]] = {
    "bad": {"font_color": "#B3123F", "bold": True},
    "good": {"font_color": "#0B5A4F"},
    "muted": {"font_color": "#566272"},
    "strong": {"bold": True},
}
LONGEST_LINK = 2079  # Excel takes no longer one
TREND = "Trend"


def render(content: Content, url: str | None) -> bytes:
    """The same bytes for the same content: its only date is that of the content."""
    view, out = view_of(content), BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = _Book(xlsxwriter.Workbook(out, options), url)
    made = datetime.fromtimestamp(instant_ns(content.as_of_time) // 10**9, UTC).replace(tzinfo=None)
    book.book.set_properties({"title": view.title, "author": "Syncline", "created": made})
    _summary(book, view, content)
    for table in view.tables:
        _table(book, table)
    _trends(book, content)
    book.book.close()
    return out.getvalue()


class _Book:
    """A workbook with the formats that were asked for."""

    def __init__(self, book: Any, url: str | None) -> None:
        self.book, self.url = book, url
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def format(self, **said: Any) -> Any:
        key = tuple(sorted(said.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"font_name": "Calibri", "font_size": 11, "valign": "top", **said})
        return self._formats[key]

    def put(self, sheet: Any, row: int, column: int, cell: Cell) -> None:
        """A number where there is one behind the words, with its link."""
        look, figure = LOOKS.get(cell.kind, {}), cell.figure
        link = self.url + cell.link if self.url and cell.link else None
        if link and len(link) <= LONGEST_LINK:
            sheet.write_url(row, column, link, self.format(**look, underline=1), cell.text)
        if figure is not None and figure.value is not None and not cell.trend:
            sheet.write_number(row, column, figure.value, self.format(**look, num_format=FORMS[figure.unit]))
        elif not link:
            self.text(sheet, row, column, cell.text, **look)

    def text(self, sheet: Any, row: int, column: int, text: str, **look: Any) -> None:
        """As text, also when somebody edits it: `=1+1` stays what it is."""
        sheet.write_string(row, column, text, self.format(**look, quote_prefix=True))


def _summary(book: _Book, view: View, content: Content) -> None:
    sheet = book.book.add_worksheet("Report")
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 18)
    sheet.set_column(2, 2, 44)
    lines = [(view.title, {"bold": True, "font_size": 16}), (view.subtitle, LOOKS["muted"]), (", ".join(view.stamps), LOOKS["muted"])]
    lines += [("", {}), (view.verdict, {"bold": True, "font_size": 13}), (view.because, {}), ("", {})]
    for row, (text, look) in enumerate(lines):
        book.text(sheet, row, 0, text, **look)
    for row, kpi in enumerate(view.kpis, len(lines)):
        book.text(sheet, row, 0, kpi.label)
        value = Cell(kpi.value.text, kind=kpi.value.kind, link=kpi.value.link) if kpi.label == "Promises kept" else kpi.value
        book.put(sheet, row, 1, value)
        book.text(sheet, row, 2, kpi.note, **LOOKS["muted"])
    end = len(lines) + len(view.kpis) + 1
    if view.chart:
        sheet.insert_chart(end, 0, _line_chart(book, content, view.chart), {"x_scale": 1.6, "y_scale": 1.1})
    book.text(sheet, end + 18, 0, view.method, **LOOKS["muted"])


def _table(book: _Book, table: Table) -> None:
    sheet = book.book.add_worksheet(table.name)
    book.text(sheet, 0, 0, table.title, bold=True, font_size=13)
    for column, (word, side) in enumerate(table.heads):
        sheet.set_column(column, column, 34 if column == 0 else 22 if side == "left" else 15)
        book.text(sheet, 2, column, word, bold=True, bottom=1, align=side)
    for row, cells in enumerate(table.rows, 3):
        for column, cell in enumerate(cells):
            book.put(sheet, row, column, cell)
    end = 3 + len(table.rows)
    if not table.rows:
        book.text(sheet, end, 0, table.empty, **LOOKS["muted"])
    for row, note in enumerate(table.notes, end + 1):
        book.text(sheet, row, 0, note, **LOOKS["muted"])
    sheet.freeze_panes(3, 1)
    if table.name == "What broke it" and table.rows:
        sheet.insert_chart(end + 3, 0, _causes_chart(book, len(table.rows)), {"x_scale": 1.5})


def _trends(book: _Book, content: Content) -> None:
    """The weeks of every promise beside each other, and what they are drawn of."""
    sheet = book.book.add_worksheet(TREND)
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 60, 18)
    sheet.freeze_panes(1, 1)
    book.text(sheet, 0, 0, "Week", bold=True)
    columns: list[tuple[str, str, Any]] = []
    for each in content.promises:
        columns.append((each.title, SHARE, [point.value for point in each.trend]))
        columns.append((f"{each.title}, target", SHARE, [each.target] * len(each.trend)))
    columns.append(("Hours to recover, median", SECONDS, [None if p.value is None else p.value / 3600 for p in content.recovered.trend]))
    if content.cost:
        columns.append((f"Cost, {content.cost.currency}", MONEY, [point.value for point in content.cost.trend]))
    for row, point in enumerate(content.recovered.trend, 1):
        book.text(sheet, row, 0, point.week)
    for column, (name, unit, values) in enumerate(columns, 1):
        book.text(sheet, 0, column, name, bold=True, text_wrap=True)
        for row, value in enumerate(values, 1):
            if value is not None:
                sheet.write_number(row, column, value, book.format(num_format=FORMS[unit]))


def _line_chart(book: _Book, content: Content, promise: Promise) -> Any:
    place = 1 + 2 * content.promises.index(promise)
    last = len(promise.trend)
    chart = book.book.add_chart({"type": "line"})
    looks = ({"color": "#1F4E79", "width": 2}, {"color": "#17202B", "width": 1, "dash_type": "dash"})
    for column, look, name in zip((place, place + 1), looks, (promise.title, "Target"), strict=True):
        marker = {"type": "circle", "size": 5} if column == place else {"type": "none"}
        places = {"categories": [TREND, 1, 0, last, 0], "values": [TREND, 1, column, last, column]}
        chart.add_series({**places, "line": look, "marker": marker, "name": name})
    chart.set_title({"name": f"{promise.title} against its target", "name_font": {"size": 12}})
    chart.set_y_axis({"num_format": "0.0%", "major_gridlines": {"visible": True, "line": {"color": "#E2E6EB"}}})
    chart.set_legend({"position": "bottom"})
    chart.show_blanks_as("gap")
    return chart


def _causes_chart(book: _Book, rows: int) -> Any:
    sheet = "What broke it"
    chart = book.book.add_chart({"type": "bar"})
    places = {"categories": [sheet, 3, 0, 2 + rows, 0], "values": [sheet, 3, 2, 2 + rows, 2]}
    chart.add_series({**places, "fill": {"color": "#9AA9BA"}, "name": "Bad cases"})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"none": True})
    chart.set_title({"name": "Bad cases by what broke them", "name_font": {"size": 12}})
    return chart
