"""The report as a PDF (PDF/UA-1, so that it can be read aloud), drawn by typst: the same bytes for the same content, on every machine."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.figures import words
from app.reports import charts
from app.reports.content import Content
from app.reports.glyphs import FONTS, drawable
from app.reports.view import Cell, Table, View, view_of
from app.trouble import Mistake

TEMPLATE = Path(__file__).parent / "report.typ"
STANDARD = "ua-1"
MISSING = "A PDF needs a package that is not installed: pip install 'syncline[report]'. HTML, XLSX and JSON need none."
WIDTHS = {
    "Promises": (1, "auto", "auto", "auto", "auto", "auto", "auto", "auto"),
    "What broke it": (1.6, 1, "auto", "auto", "auto"),
    "Open risks": (1.2, 1.6, "auto", 1, "auto", "auto"),
    "Definitions": (1.2, 2, 2),
    "Recoveries": (2, 1, 1),
    "Cost": (1, 1, 1, "auto"),
}


class NoTypst(Mistake):
    """typst is not installed; the sentence says what to do."""


def is_possible() -> bool:
    return find_spec("typst") is not None


def render(content: Content, url: str | None) -> bytes:
    """Raises NoTypst."""
    return _compiled(_data(view_of(content), content, url), TEMPLATE.read_text(encoding="utf-8"), format="pdf", pdf_standards=[STANDARD])


def picture(svg: str, width: int) -> bytes:
    """A chart as PNG, for mail programs, which show no SVG."""
    source = '#let d = json("data.json")\n#set page(width: d.width * 1pt, height: auto, margin: 0pt)\n#image(bytes(d.svg), width: 100%)\n'
    return _compiled({"svg": svg, "width": width}, source, format="png", ppi=144.0)


def _compiled(data: dict[str, Any], source: str, **options: Any) -> bytes:
    if not is_possible():
        raise NoTypst(MISSING)
    import typst

    with TemporaryDirectory() as folder:
        file = Path(folder) / "report.typ"
        file.write_text(source, encoding="utf-8")
        (Path(folder) / "data.json").write_text(json.dumps(data), encoding="utf-8")
        made: Any = typst.compile(file, root=folder, font_paths=[FONTS], ignore_system_fonts=True, **options)
        return bytes(made)


def _data(view: View, content: Content, url: str | None) -> dict[str, Any]:
    chart = view.chart
    said = drawable(f"{chart.title}, last {len(chart.trend)} weeks") if chart else ""
    drawn = chart and {"title": said, "svg": charts.trend(chart), "alt": f"{said}; the numbers stand in the table below"}
    return {
        "title": drawable(view.title),
        "date": [int(part) for part in content.as_of_time[:10].split("-")],
        "footer": drawable(f"Week {content.week}, {content.place}"),
        "subtitle": drawable(view.subtitle),
        "stamps": [drawable(each) for each in view.stamps],
        "state": view.state,
        "verdict": drawable(view.verdict),
        "because": drawable(view.because),
        "kpis": [
            {"label": drawable(each.label), "value": _cell(_large(each.value), url), "note": drawable(each.note)} for each in view.kpis
        ],
        "chart": drawn or None,
        "tables": [_table(each, url) for each in view.tables],
        "method": drawable(view.method),
    }


def _large(cell: Cell) -> Cell:
    """As a figure at the top stands out."""
    return cell if cell.kind else replace(cell, kind="strong")


def _table(table: Table, url: str | None) -> dict[str, Any]:
    usual = tuple("auto" if side == "right" else 1 for _, side in table.heads)
    return {
        "title": drawable(table.title),
        "heads": [drawable(word) for word, _ in table.heads],
        "sides": [side for _, side in table.heads],
        "widths": list(WIDTHS.get(table.name, usual)),
        "rows": [[_cell(cell, url) for cell in row] for row in table.rows],
        "empty": drawable(table.empty),
        "notes": [drawable(note) for note in table.notes],
    }


def _cell(cell: Cell, url: str | None) -> dict[str, Any]:
    svg = charts.spark(cell.trend, cell.target) if cell.trend else None
    text = drawable(words.unbroken(cell.text) if cell.figure else cell.text)
    link = url + cell.link if url and cell.link else None
    return {"text": text, "kind": cell.kind, "link": link, "svg": svg, "is_number": cell.figure is not None}
