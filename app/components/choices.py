"""A row of links of which one is where the reader is: a period, a site, a workflow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import html


def choices(label: str, offered: Iterable[tuple[Any, str, bool]], look: str = "choices") -> html.Nav:
    """`offered`: text, address, whether it is the one that is shown. `label` is what a screen reader says of the row."""
    pills = [html.A(text, href=href, className="pill", **({"aria-current": "true"} if is_it else {})) for text, href, is_it in offered]
    return html.Nav(pills, className=look, **{"aria-label": label})
