"""Which rows of a long list are shown, and the links to the others: every part of the list has its own address."""

from __future__ import annotations

from collections.abc import Callable

from dash import html
from dash.development.base_component import Component

from metrics.texts import _

ROWS = 200


def first_row(page: str | None, rows: int = ROWS) -> int:
    """The first row of the page with that number, 0 for the first page. Raises ValueError with a sentence."""
    if page is None:
        return 0
    if not page.isascii() or not page.isdigit() or not 1 <= int(page) <= 10**6:
        raise ValueError(_("There is no page '{page}'; pages are numbered from 1.", page=page[:20]))
    return (int(page) - 1) * rows


def pager(start: int, total: int, address: Callable[[int], str], rows: int = ROWS) -> Component | None:
    """`Showing 201 to 400 of 12,431`, with links to the pages before and after; nothing when all is shown."""
    if total <= rows and not start:
        return None
    page, stop = start // rows + 1, min(start + rows, total)
    words = (
        _("Showing {first} to {last} of {total}", first=start + 1, last=stop, total=total)
        if stop > start
        else _("There are only {total}", total=total)
    )
    links = [
        html.A(_("Earlier ones in the list"), href=address(page - 1), className="pill") if start else None,
        html.A(_("Next ones"), href=address(page + 1), className="pill") if stop < total else None,
    ]
    return html.Nav([html.Span(words, className="muted"), *links], className="pager no-print", **{"aria-label": _("Pages of the list")})
