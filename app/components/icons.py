"""Icons: Lucide's pictures from assets/icons, drawn in the colour of the text around them."""

from __future__ import annotations

from dash import html


def icon(name: str, label: str | None = None, size: str | None = None) -> html.Span:
    """The picture `name`. With a `label` it is read out; without, it is decoration beside words."""
    spoken = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    return html.Span(className=f"icon icon-{name}", style={"fontSize": size} if size else None, **spoken)
