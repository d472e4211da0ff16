"""The forms of a report: what a file of each is called and how its bytes are made, the same for the command, the API, the page and mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.reports import html, pdf
from app.reports.content import Content, written


@dataclass(frozen=True, slots=True)
class Form:
    """`render(content, url)`: the bytes; `url` ends with a slash, None: nobody said where Syncline is reached, so nothing is linked."""

    mimetype: str
    render: Callable[[Content, str | None], bytes]


def _xlsx(content: Content, url: str | None) -> bytes:
    from app.reports import xlsx  # its library need not be loaded before somebody asks for a workbook

    return xlsx.render(content, url)


FORMS = {
    "pdf": Form("application/pdf", pdf.render),
    "html": Form("text/html; charset=utf-8", html.render),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "json": Form("application/json", lambda content, _: written(content)),
}
