"""The forms of a report: read back they say what the report says, they are the same bytes each time, and no text in them does anything."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from app.application import Application
from app.reports import charts, glyphs, pdf
from app.reports.asked import Asked
from app.reports.content import Content, Point, read
from app.reports.forms import FORMS
from app.reports.view import view_of
from app.reports.week import week_of
from metrics.read import Moment
from tests.reports import works

URL = "https://sync.example.com/"


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Content]:
    with works.opened(tmp_path_factory.mktemp("works"), works.Clock()) as application:
        yield made(application)


def made(application: Application) -> Content:
    return application.reports.content(Asked(week_of("2026-W13"), None, Moment(works.MONDAY, works.MONDAY)))


def read_back(data: bytes) -> str:
    """What stands in a PDF, without its line ends."""
    document = pypdfium2.PdfDocument(data)
    try:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_bounded())
            text.close()
            page.close()
        return " ".join(" ".join(pages).split())
    finally:
        document.close()


def plain(text: str) -> str:
    """Without what a line may end at."""
    return re.sub(r"[\s\u00a0\u2011\u00ad-]+", "", text)


def test_a_pdf_says_all_that_the_report_says(content: Content) -> None:
    view, said = view_of(content), plain(read_back(FORMS["pdf"].render(content, URL)))
    told = [view.title, view.subtitle, view.verdict, view.because, *view.stamps, *(each.value.text for each in view.kpis)]
    told += [cell.text for table in view.tables for row in table.rows for cell in row if not cell.trend]
    told += [note for table in view.tables for note in table.notes]
    assert [each for each in told if plain(each) not in said] == []


def test_a_pdf_can_be_read_aloud_and_its_numbers_open_their_cases(content: Content) -> None:
    data = FORMS["pdf"].render(content, URL)
    document = pypdfium2.PdfDocument(data)
    try:
        assert document.is_tagged()
        assert document.get_metadata_dict()["Title"] == "Weekly service level report"
        assert document.get_metadata_dict()["CreationDate"] == "D:20260330000000Z"
    finally:
        document.close()
    assert b"/Lang" in data
    assert b"pdfuaid" in data
    assert f"{URL}cases?metric=order_release_latency".encode() in data


def test_without_an_address_of_ours_nothing_is_linked(content: Content) -> None:
    assert b"/URI" not in FORMS["pdf"].render(content, None)
    assert "href" not in FORMS["html"].render(content, None).decode()


@pytest.mark.parametrize("form", list(FORMS))
def test_the_same_content_gives_the_same_bytes(content: Content, form: str) -> None:
    assert FORMS[form].render(content, URL) == FORMS[form].render(read(FORMS["json"].render(content, URL)), URL)


def test_a_workbook_holds_no_formula_whatever_things_are_called(content: Content) -> None:
    (promise,) = content.promises
    named = replace(content, promises=(replace(promise, title='=HYPERLINK("http://evil.example","x")', limits="@SUM(1+1)"),))
    book = zipfile.ZipFile(io.BytesIO(FORMS["xlsx"].render(named, URL)))
    sheets = {name: book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")}
    assert len(sheets) == 9
    assert [name for name, text in sheets.items() if "<f>" in text] == []
    assert "=HYPERLINK(&quot;http://evil.example&quot;" in book.read("xl/sharedStrings.xml").decode().replace('"', "&quot;")
    assert 'quotePrefix="1"' in book.read("xl/styles.xml").decode()


def test_a_workbook_has_numbers_as_numbers_and_charts_of_its_own(content: Content) -> None:
    book = zipfile.ZipFile(io.BytesIO(FORMS["xlsx"].render(content, URL)))
    assert f"<v>{12 / 14:.16G}</v>"[:18] in book.read("xl/worksheets/sheet2.xml").decode()
    assert sorted(name for name in book.namelist() if name.startswith("xl/charts/chart")) == [
        "xl/charts/chart1.xml",
        "xl/charts/chart2.xml",
    ]
    assert book.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_what_things_are_called_is_no_markup(content: Content) -> None:
    (promise,) = content.promises
    named = replace(content, promises=(replace(promise, title="<script>alert(1)</script> #emph[x] $1$"),))
    assert "<script>" not in FORMS["html"].render(named, URL).decode()
    assert plain("<script>alert(1)</script> #emph[x] $1$") in plain(read_back(FORMS["pdf"].render(named, URL)))


def test_a_name_that_the_font_cannot_draw_is_a_box_and_the_pdf_is_whole(content: Content) -> None:
    (promise,) = content.promises
    named = replace(content, promises=(replace(promise, title="苏州 Łódź Ελλάδα Орёл"),))
    assert plain("□□ Łódź Ελλάδα Орёл") in plain(read_back(FORMS["pdf"].render(named, URL)))
    assert "苏州" in FORMS["html"].render(named, URL).decode()


def test_the_font_draws_what_the_report_itself_says() -> None:
    said = (Path(charts.__file__).parent / "view.py").read_text(encoding="utf-8")
    assert [each for each in sorted(set(said)) if glyphs.drawable(each) != each] == []
    assert glyphs.drawable("✓ × ÷ − “…” 98 %\n") == "✓ × ÷ − “…” 98 %\n"


def test_weeks_that_nobody_knows_are_gaps_in_the_line() -> None:
    points = [Point(f"2026-W{number:02d}", value) for number, value in enumerate((0.9, 0.95, None, 0.99), 1)]
    drawn = charts.spark(points, 0.9)
    assert drawn.count("<polyline") == 2
    assert charts.spark([Point("2026-W01", None)], 0.9).count("<polyline") == 0


def test_a_chart_is_a_picture_where_no_svg_is_shown(content: Content) -> None:
    (promise,) = content.promises
    assert pdf.picture(charts.trend(promise), 560).startswith(b"\x89PNG\r\n")


def test_without_typst_a_sentence_says_what_a_pdf_needs(content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    with pytest.raises(pdf.NoTypst, match=r"pip install 'syncline\[report\]'"):
        FORMS["pdf"].render(content, URL)
