"""How one transaction went beside the way most of its workflow go: one sentence where nothing differs, else what, and step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from app.components.page import scrolling
from app.figures import trails
from app.figures.words import duration, sentence
from metrics.texts import _, _later, _parts, language
from metrics.usual import LEAST, WEEKS, Compared, Hop, Passage, Usual

To = Callable[..., str]  # filters → the address of the transactions
KINDS = {
    "same": (_later("as usual"), "check"),
    "skipped": (_later("skipped"), "minus"),
    "out_of_order": (_later("out of order"), "shuffle"),
    "to_come": (_later("still to come"), "circle-dashed"),
    "waiting": (_later("waited for"), "hourglass"),
}


def too_few(where: str) -> Component:
    """What stands there while nothing is usual yet."""
    words = _(
        "Fewer than {least} got through {where} in the last {weeks} weeks: nothing can be called usual yet.",
        least=LEAST,
        where=where,
        weeks=WEEKS,
    )
    return html.P(words, className="usual-said muted")


def beside_usual(compared: Compared, usual: Usual, where: str, to: To) -> Component:
    """`where`: at which site. Every number opens what it counts."""
    many = html.A(language().number(usual.transactions), href=to(variant=usual.variant))
    origin = {"number": many, "all": usual.through, "where": where, "weeks": WEEKS}
    if compared.is_usual:
        return html.Div(
            [
                html.P(
                    _parts(
                        "It goes the usual way, as {number} of {all} that got through {where} in the last {weeks} weeks did, "
                        "and no step takes longer than usual.",
                        **origin,
                    )
                ),
                _table(compared, to),
            ],
            className="usual-said",
        )
    said = [html.Li(words) for words in _differences(compared)]
    return html.Div(
        [
            html.Ul(said),
            html.P(
                _parts("The usual way is that of {number} of {all} that got through {where} in the last {weeks} weeks.", **origin),
                className="muted",
            ),
            _table(compared, to),
        ],
        className="usual-said",
    )


def _differences(compared: Compared) -> list[list[Any]]:
    """Skipped, out of order, additional, slower: each in words, with an icon."""
    found: list[list[Any]] = []
    for kind in ("skipped", "out_of_order"):
        names = [trails.step(hop.milestone) for hop in compared.hops if hop.kind == kind]
        if names:
            found.append([icon(KINDS[kind][1]), html.B(f" {sentence(KINDS[kind][0])}: "), _listed(names)])
    if compared.additional:
        found.append([icon("plus"), html.B(f" {_('Additional:')} "), _listed([trails.step(name) for name in compared.additional])])
    slow = [hop for hop in compared.hops if hop.is_longer]
    found += [[icon("clock-alert"), html.B(f" {sentence(trails.step(hop.milestone))}"), f" {_slow_words(hop)}"] for hop in slow]
    return found


def _slow_words(hop: Hop) -> str:
    """took 2 h 10 min, usually 4–9 min."""
    took = duration(hop.seconds or 0)
    if not hop.usually:
        return ""
    slots = {"duration": took, "usually": usually(hop.usually)}
    if hop.kind == "waiting":
        return _("has been waited for {duration} so far, usually {usually}", **slots)
    return _("took {duration}, usually {usually}", **slots)


def usually(passage: Passage) -> str:
    """4–9 min: what half of them keep within, and 19 in 20."""
    low, high = duration(passage.seconds_p50), duration(passage.seconds_p95)
    (first, unit), (last, other) = low.rsplit(" ", 1), high.rsplit(" ", 1)
    if low == high:
        return low
    return f"{first}–{last} {unit}" if unit == other and " " not in first + last else _("{low} to {high}", low=low, high=high)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _table(compared: Compared, to: To) -> Component:
    heads = html.Tr([html.Th(name) for name in (_("Step"), _("Here"), _("After the step before"), _("Usually"))])
    table = html.Table([html.Thead(heads), html.Tbody([_row(hop, to) for hop in compared.hops])], className="table usual-table")
    note = _("Usually: half take no longer than the first, 19 in 20 no longer than the second.")
    return html.Details([html.Summary(_("Step by step")), scrolling(table, _("Beside the usual way")), html.P(note, className="muted")])


def _row(hop: Hop, to: To) -> Component:
    word, picture = KINDS[hop.kind]
    took = duration(hop.seconds) if hop.seconds is not None else "–"
    late = (
        html.Span([icon("clock-alert"), f" {_('{duration}, longer than usual', duration=took)}"], className="usual-slow")
        if hop.is_longer
        else took
    )
    went = html.A(usually(hop.usually), href=to(went=f"{hop.before} > {hop.milestone}")) if hop.usually and hop.before else "–"
    return html.Tr(
        [html.Td(html.B(sentence(trails.step(hop.milestone)))), html.Td([icon(picture), f" {word}"]), html.Td(late), html.Td(went)]
    )
