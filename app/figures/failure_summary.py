"""What is the matter with the cases of a group: how many, since when, whose they are, and in the words of those who sent them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.attention import cut
from app.components.icons import icon
from app.components.tiles import name_of
from app.figures import times
from app.figures.words import ERROR_CLASSES, class_word, span_of
from app.recovery.model import Case
from app.recovery.selection import ALSO, SETTLED, Selected
from metrics.texts import _, _n, _parts, _parts_n

STATE_OF = {"failed": "failed", "missing": "overdue", "violation": "inconsistent", "inventory": "inconsistent", "unplaced": "failed"}
QUOTES = 3  # of the senders' words, the most common


@dataclass(frozen=True, slots=True)
class About:
    """What is said about the cases, as plain texts."""

    title: str
    workflow: str
    owner: str | None
    holds_up: str
    zone: str
    now_ns: int


def summary(selected: Selected, about: About) -> Component:
    cases = selected.cases
    kinds = STATE_OF[cases[0].kind]
    oldest = cases[0].opened_ns
    sites = ", ".join(sorted({name_of(case.site) for case in cases}))
    since = _(
        "The oldest has been there for {duration}, since {time}. {sites}.",
        duration=span_of(oldest, about.now_ns),
        time=times.full(oldest, about.zone),
        sites=sites,
    )
    error = cases[0].error_class
    if error:
        actor = _(ERROR_CLASSES.get(error, ERROR_CLASSES["unknown"]).actor)
        since = f"{since} {_('{error} error. Who acts: {actor}.', error=class_word(error).capitalize(), actor=actor)}"
    said = [
        html.H2(
            _n("{number} case, owned by {owner}", "{number} cases, owned by {owner}", len(cases), owner=about.owner)
            if about.owner
            else _n("{number} case, owned by nobody", "{number} cases, owned by nobody", len(cases))
        ),
        html.P(since),
    ]
    said += [html.P(_("Holds up {orders}.", orders=about.holds_up))] if about.holds_up else []
    said += [
        html.P(_parts_n("{words} said {number} time", "{words} said {number} times", many, words=html.Q(cut(text), dir="auto")))
        for text, many in _quotes(cases)
    ]
    if selected.settled:
        also = html.A(
            _n("{number} more case parked or closed", "{number} more cases parked or closed", selected.settled),
            href=links.to("failure", **{**selected.address, ALSO: SETTLED}),
        )
        said.append(html.P([icon("minus"), " ", *_parts("{cases} by a person.", cases=also)]))
    if selected.hidden:
        said.append(
            html.P([icon("lock"), " ", _n("{number} more case you may not see.", "{number} more cases you may not see.", selected.hidden)])
        )
    sign = html.Span(icon("triangle-alert"), className=f"verdict-sign mark-{kinds}")
    return html.Section(
        html.Div([sign, html.Div(said)], className="verdict-words"), className=f"card path-verdict edge-{kinds}", role="status"
    )


def _quotes(cases: Sequence[Case]) -> list[tuple[str, int]]:
    return Counter(case.error_text for case in cases if case.error_text).most_common(QUOTES)
