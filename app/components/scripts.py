"""What the scripts in assets/ say, in the language of the page: they hold no words of their own."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from metrics.texts import _


def says() -> Component:
    """Read by `synclineSays` of assets/10-shell.js; slots are filled in there."""
    texts = {
        "asof": _("All figures are as of this moment"),
        "silent": _("No answer from the server since then: what you see may be out of date"),
        "foot": _("As of {time}"),
        "cut": _("The first {shown} of {all}. The whole list: Export CSV."),
        "missing": _("missing, {duration} overdue"),
        "expected": _("expected in {duration}"),
        "due": _("due {duration} ago"),
        "seconds": _("{seconds} s"),
        "minutes": _("{minutes} min"),
        "hours": _("{hours} h"),
        "hoursminutes": _("{hours} h {minutes} min"),
        "days": _("{days} d"),
        "dayshours": _("{days} d {hours} h"),
        "pause": _("pause"),
        "resume": _("go on"),
    }
    return html.Div(id="shell-says", hidden=True, **{f"data-{name}": text for name, text in texts.items()})
