"""Annotations on a chart of columns over time: a numbered mark below the columns, a faint band behind them, and all in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.annotations.annotation import KINDS, Annotation
from app.components import links
from app.components.icons import icon
from app.components.tiles import name_of
from app.figures import times, words
from metrics.texts import _, _n, _parts

ICONS = {"maintenance": "wrench", "release": "package", "shutdown": "power", "other": "flag"}
MOST = 8  # told in words below a chart; the page of annotations has them all
MOST_MARKS = 40  # drawn on a chart

Edges = Sequence[tuple[int, int]]  # from when until before when each column stands, the oldest first


@dataclass(frozen=True, slots=True)
class Mark:
    """One annotation on a chart: its number there, and the first and the last column it touches, from 0."""

    number: int
    annotation: Annotation
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Around:
    """What is drawn with: in whose zone, as of when, and what of an address says the moment."""

    zone: str = "UTC"
    as_of_ns: int = 0
    past: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Noted:
    """The marks of one chart, and what they are drawn with. Of very many only the newest are drawn."""

    marks: Sequence[Mark] = ()
    around: Around = Around()
    left: int = 0  # how many earlier ones are not drawn


NOTHING = Noted()


def marks_on(edges: Edges, noted: Sequence[Annotation]) -> list[Mark]:
    """Those of the annotations that touch a column."""
    marks: list[Mark] = []
    for annotation in noted:
        begin_ns, end_ns = annotation.given.from_ns, max(annotation.end_ns, annotation.given.from_ns + 1)
        touched = [place for place, (from_ns, to_ns) in enumerate(edges) if begin_ns < to_ns and end_ns > from_ns]
        if touched:
            marks.append(Mark(len(marks) + 1, annotation, touched[0], touched[-1]))
    return marks


def numbered(charts: Sequence[Noted]) -> list[Noted]:
    """Several charts that one list explains: the same annotation has the same number on all of them."""
    found = {mark.annotation.number: mark.annotation for chart in charts for mark in chart.marks}
    ordered = sorted(found.values(), key=lambda annotation: (annotation.given.from_ns, annotation.number))
    numbers = {annotation.number: number for number, annotation in enumerate(ordered, 1)}
    return [replace(chart, marks=[replace(mark, number=numbers[mark.annotation.number]) for mark in chart.marks]) for chart in charts]


def together(charts: Sequence[Noted], around: Around) -> Noted:
    """Each number of these charts once, for the list that explains them."""
    return Noted([mark for _number, mark in sorted({mark.number: mark for chart in charts for mark in chart.marks}.items())], around)


def between(instants: Sequence[int]) -> Edges:
    """The edges of columns that stand for moments: each for the time since the one before it."""
    return [(before, at + 1) for before, at in zip([instants[0] if instants else 0, *instants], instants, strict=False)]


def within(noted: Sequence[Annotation], from_ns: int, to_ns: int) -> list[Annotation]:
    """Those that began in this time, so that each is told once."""
    return [annotation for annotation in noted if from_ns <= annotation.given.from_ns < to_ns]


def behind(noted: Noted, columns: int, look: str = "") -> Component | None:
    """Faint bands over the whole height of a chart, behind what it shows."""
    if not noted.marks:
        return None
    bands = [html.I(style={"gridColumn": _columns(mark)}) for mark in noted.marks]
    return html.Span(
        bands, className=_("note-marks-behind {look}", look=look).strip(), style={"--columns": columns}, **{"aria-hidden": "true"}
    )


def lane(noted: Noted, columns: int, look: str = "") -> Component | None:
    """Below the columns: each mark where it happened, as long as it lasted; those that would cover one another stand below each other."""
    if not noted.marks:
        return None
    drawn = [_mark(mark, noted.around) for mark in noted.marks]
    look = _("note-marks {look}", look=look).strip()
    return html.Span(drawn, className=look, style={"--columns": columns}, role="group", **{"aria-label": _("Annotations")})


def _mark(mark: Mark, around: Around) -> Component:
    said = sentence(mark.annotation, around)
    return html.A(
        html.B(mark.number),
        href=address(mark.annotation, around.past),
        className="note-mark" if mark.first == mark.last else "note-mark note-mark-long",
        style={"gridColumn": _columns(mark)},
        title=said,
        tabIndex=-1,  # the list below is what the keyboard reaches
        **{"aria-label": f"{mark.number}: {said}"},
    )


def _columns(mark: Mark) -> str:
    return f"{mark.first + 1} / {mark.last + 2}"


def listed(noted: Noted, more: str) -> Component | None:
    """The same in words, with the numbers of the marks, the newest last. `more` is the address of all of this time."""
    if not noted.marks:
        return None
    shown = noted.marks[-MOST:]
    left = noted.left + len(noted.marks) - len(shown)
    lines = [html.Li([html.B(mark.number, className="note-number"), _told(mark.annotation, noted.around)]) for mark in shown]
    rest = [html.Li([html.A(_n("{number} annotation before these", "{number} annotations before these", left), href=more)])] if left else []
    return html.Ul([*rest, *lines], className="noted", **{"aria-label": _("Annotations")})


def beside(noted: Sequence[Annotation], around: Around) -> list[Component]:
    """In the line of a table that stands for a stretch of time: what happened in it."""
    return [html.Div(_told(annotation, around), className="noted-beside") for annotation in noted]


def _told(annotation: Annotation, around: Around) -> Component:
    given = annotation.given
    where = places(annotation)
    slots = {
        "kind": html.A(_(KINDS[given.kind]), href=address(annotation, around.past)),
        "time": html.Span(span_words(annotation, around), className="nowrap"),
        "text": html.Span(given.text, dir="auto"),
    }
    said = _parts("{kind} of {places}, {time}: {text}", places=where, **slots) if where else _parts("{kind}, {time}: {text}", **slots)
    return html.Span([icon(ICONS[given.kind]), " ", *said])


def sentence(annotation: Annotation, around: Around) -> str:
    """Maintenance of WMS, Augsburg, 14:00 CET to 15:10 CET: Update to 7.2"""
    given, where = annotation.given, places(annotation)
    slots = {"kind": _(KINDS[given.kind]), "time": span_words(annotation, around), "text": given.text}
    return _("{kind} of {places}, {time}: {text}", places=where, **slots) if where else _("{kind}, {time}: {text}", **slots)


def places(annotation: Annotation) -> str:
    """WMS, Augsburg: what it is about; nothing where it is about everything."""
    given = annotation.given
    return ", ".join([*map(words.system_word, given.systems), *map(words.type_words, given.workflows), *map(name_of, given.sites)])


def span_words(annotation: Annotation, around: Around) -> str:
    """14:00 CET, or 14:00 CET to 15:10 CET."""
    given = annotation.given
    begins = times.brief(given.from_ns, around.zone, around.as_of_ns)
    return (
        begins if given.to_ns is None else _("{first} to {last}", first=begins, last=times.brief(given.to_ns, around.zone, around.as_of_ns))
    )


def address(annotation: Annotation, past: Mapping[str, Any]) -> str:
    return links.to("annotations", number=annotation.number, **past)
