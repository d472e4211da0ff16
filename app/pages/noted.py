"""Annotations: what happened at a moment, or between two, that charts have to be read by: a release, a maintenance, a shutdown?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
import orjson
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.access.rights import ANNOTATE
from app.annotations.annotation import KINDS, LONGEST, Annotation, Given
from app.annotations.kept import may_write
from app.components import annotated, links, moment
from app.components.callbacks import callback
from app.components.choices import choices
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import card, head, note, scrolling
from app.components.pager import ROWS, first_row, pager
from app.components.recoveries import me
from app.components.tiles import name_of
from app.figures import marks, times, words
from app.figures.marks import ICONS, Around
from app.figures.said_times import EXAMPLES, instant_of
from app.instants import SECOND_NS, instant_ns
from app.pages.errors import WrongAddress
from app.recovery.runs import Refusal
from metrics.keys import unknown
from metrics.texts import _, _later, _parts

HEADS = (_later("When"), _later("What"), _later("About"), _later("Said by"))
ACTIONS = {"annotated": _later("noted it"), "annotation changed": _later("changed it"), "annotation taken back": _later("took it back")}
FIELDS = ("kind", "text", "from", "to", "sites", "workflows", "systems")


@dataclass(frozen=True, slots=True)
class Asked:
    """What of all annotations is listed: of one kind, that touch a time (ns), from the row `start` on."""

    kind: str | None
    from_ns: int | None
    to_ns: int | None
    start: int

    def wants(self, annotation: Annotation) -> bool:
        is_later = self.from_ns is not None and annotation.end_ns < self.from_ns
        is_earlier = self.to_ns is not None and annotation.given.from_ns >= self.to_ns
        return self.kind in (None, annotation.given.kind) and not is_later and not is_earlier


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    try:
        asked, number = _asked(query), _number(query)
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    with reader.reader(at) as now:
        zone, sites = now.timezone(), [name for name, _zone in now.sites()]
    around, kept = annotated.around(at, zone), reader.application().annotations
    chosen = kept.one(number, at.moment.known_ns, current_user.sees) if number is not None else None
    every = kept.every(at.moment.known_ns, current_user.sees)
    found = [each for each in every if asked.wants(each)]
    return html.Div(
        [
            head(_("Annotations"), _("What happened at a moment, or between two. It stands on every chart over that time."), _kinds(query)),
            moment.banner(at, zone),
            *(_one(number, chosen, around) if number is not None else []),
            _form(chosen, query, at, zone, sites),
            _list(found[asked.start : asked.start + ROWS], around) if found else _nothing(bool(every)),
            pager(asked.start, len(found), lambda page: links.to("annotations", **{**_kept(query), "page": page})),
        ],
        className="annotations",
    )


def _asked(query: Mapping[str, Any]) -> Asked:
    kind, since, until = (links.one(query.get(name)) for name in ("kind", "from", "to"))
    if kind is not None and kind not in KINDS:
        raise ValueError(words.sentence(unknown(_("kind of annotation"), kind, KINDS)))
    from_ns, to_ns = (instant_ns(each) if each else None for each in (since, until))
    return Asked(kind, from_ns, to_ns, first_row(links.one(query.get("page"))))


def _number(query: Mapping[str, Any]) -> int | None:
    text = links.one(query.get("number"))
    if text is not None and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(_("There is no annotation '{text}'; they are numbered from 1.", text=text[:20]))
    return int(text) if text else None


def _kept(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: query[name] for name in ("kind", "from", "to", "as_of", "known_at") if name in query}


def _kinds(query: Mapping[str, Any]) -> Component:
    chosen, kept = links.one(query.get("kind")), _kept(query)
    offered = ((_("All"), links.to("annotations", **{**kept, "kind": None}), chosen is None),)
    others = ((_(title), links.to("annotations", **{**kept, "kind": kind}), kind == chosen) for kind, title in KINDS.items())
    return choices(_("Kind"), (*offered, *others))


# -- the list ----------------------------------------------------------------------------------------------------------


def _list(found: Sequence[Annotation], around: Around) -> Component:
    heads = html.Tr([html.Th(_(name)) for name in HEADS])
    table = html.Table([html.Thead(heads), html.Tbody([_line(each, around) for each in found])], className="table")
    return card(
        _("Noted"),
        scrolling(table, _("Annotations")),
        aside=html.Span(_("The latest first; times in {zone}", zone=around.zone), className="muted"),
    )


def _line(annotation: Annotation, around: Around) -> Component:
    given, said = annotation.given, times.brief(annotation.said_ns, around.zone, around.as_of_ns)
    what = [html.Div([icon(ICONS[given.kind]), f" {_(KINDS[given.kind])}"], className="muted nowrap")]
    what.append(html.A(given.text, href=marks.address(annotation, around.past), dir="auto"))
    return html.Tr(
        [
            html.Td(marks.span_words(annotation, around)),
            html.Td(what),
            html.Td(marks.places(annotation) or html.Span(_("everything"), className="muted")),
            html.Td([annotation.said_by, html.Div(said, className="muted nowrap")]),
        ]
    )


def _nothing(is_narrowed: bool) -> Component:
    if is_narrowed:
        return empty(_("Nothing like that was noted"), _("Choose another kind, or all of them, above."), picture="flag")
    return empty(
        _("Nothing was noted yet"),
        _parts(
            "Each release, maintenance or shutdown that charts have to be read by would stand here. "
            "Note one above, or let a deployment {tell}.",
            tell=html.A(_("tell it by itself"), href=links.to("docs", page="annotations")),
        ),
        picture="flag",
    )


# -- one of them -------------------------------------------------------------------------------------------------------


def _one(number: int, annotation: Annotation | None, around: Around) -> list[Component]:
    """What it says and how it came to; of one that was taken back, that."""
    changes = reader.application().annotations.changes(number)
    is_told = current_user.sees.is_all  # how it was said before may name sites that somebody may not see
    history = [_history(changes, around)] if is_told and changes else []
    if annotation is None:
        taken = _("It was taken back, or not said yet at this moment.")
        said = taken if history else _("It may have been taken back, or is about what you may not see.")
        return [
            note("info", _("There is no annotation {number}. {said}", number=str(number), said=said), "flag"),
            *([card(_("How it came to"), *history)] if history else []),
        ]
    title = [icon(ICONS[annotation.given.kind]), f" {marks.sentence(annotation, around)}"]
    return [card(_("Annotation {number}", number=str(number)), html.P(title, className="act-said", dir="auto"), *history)]


def _history(changes: Sequence[Any], around: Around) -> Component:
    lines = []
    for each in changes:
        who = f"{each.actor} {ACTIONS.get(each.action, each.action)}, {times.brief(each.at_ns, around.zone, around.as_of_ns)}"
        said = html.Span(_said(orjson.loads(each.detail), each.reason), dir="auto")
        lines.append(html.Li([icon("history"), html.Div([html.B(who), said])]))
    return html.Ul(lines, className="facts", **{"aria-label": _("History")})


def _said(detail: Mapping[str, Any], reason: str | None) -> str:
    named = (f"{name} {', '.join(value) if isinstance(value, list) else value}" for name, value in detail.items() if name != "text")
    return ". ".join(part for part in (str(detail.get("text") or ""), "; ".join(named), reason or "") if part)


# -- writing -----------------------------------------------------------------------------------------------------------


def _form(chosen: Annotation | None, query: Mapping[str, Any], at: reader.AsOf, zone: str, sites: Sequence[str]) -> Component | None:
    if not at.is_now:
        return None
    if not may_write(me()):
        return note("info", _("Only {roles} may note something.", roles=me().access.only(ANNOTATE)), "lock")
    if chosen and (why_not := reader.application().annotations.may_change(chosen.number, me())):
        return note("info", why_not, "lock")
    sited, limited = (tuple(links.several(query.get(name))) for name in ("site", "workflow"))
    given = chosen.given if chosen else Given("maintenance", "", 0, sites=sited, workflows=limited)
    if not (chosen or links.one(query.get("note"))):
        face = html.Summary([icon("flag"), f" {_('Note something')}"], className="note-face")
        return card(None, html.Details([face, *_fields(given, "", "", zone, sites, None)], className="note-new"))
    begins = times.said(given.from_ns, zone) if chosen else ""
    ends = times.said(given.to_ns, zone) if chosen and given.to_ns is not None else ""
    title = _("Change annotation {number}", number=str(chosen.number)) if chosen else _("Note something")
    return card(title, *_fields(given, begins, ends, zone, sites, chosen))


def _fields(given: Given, begins: str, ends: str, zone: str, sites: Sequence[str], chosen: Annotation | None) -> list[Component]:
    kinds = [{"value": kind, "label": _(title)} for kind, title in KINDS.items()]
    workflows = [{"value": each.name, "label": each.title} for each in reader.definitions().workflows]
    systems = [{"value": name, "label": words.system_word(name)} for name in dict.fromkeys([*words.SYSTEMS, *given.systems])]
    places = [{"value": name, "label": name_of(name)} for name in dict.fromkeys([*sites, *given.sites])]
    what = [
        dmc.Select(id=_field("kind"), label=_("Kind"), data=kinds, value=given.kind, allowDeselect=False, size="sm"),
        html.Label([_("What happened"), dcc.Input(id=_field("text"), type="text", maxLength=LONGEST, value=given.text)]),
        html.Label([_("From"), dcc.Input(id=_field("from"), type="text", maxLength=60, value=begins, placeholder=_("now"))]),
        html.Label([_("Until"), dcc.Input(id=_field("to"), type="text", maxLength=60, value=ends, placeholder=_("a moment only"))]),
    ]
    everywhere = _("All sites") if current_user.sees.is_all else _("Choose")
    offered = (
        ("sites", _("Sites"), places, everywhere),
        ("workflows", _("Workflows"), workflows, _("All")),
        ("systems", _("Systems"), systems, _("All")),
    )
    about = [
        dmc.MultiSelect(id=_field(name), label=title, data=data, value=list(getattr(given, name)), placeholder=absent, size="sm")
        for name, title, data, absent in offered
    ]
    hint = _("Times as {examples}, by the clocks of {zone}; one to come with its date and year.", examples=EXAMPLES, zone=zone)
    buttons = [html.Button(_("Save") if chosen else _("Note it"), id={"type": "annotation-do", "what": "save"}, className="button")]
    if chosen:
        buttons.append(html.Button(_("Take it back"), id={"type": "annotation-do", "what": "take back"}, className="button button-quiet"))
    return [
        dcc.Store(id="annotation-number", data=chosen.number if chosen else None),
        html.Div(what, className="edits annotation-fields"),
        html.Div(about, className="edits annotation-about"),
        html.P(hint, className="muted act-said"),
        html.Div(buttons, className="acts"),
        html.Div(id="annotation-said", className="act-said", role="status"),
    ]


def _field(name: str) -> str:
    return f"annotation-{name}"


@callback(
    Output("annotation-said", "children"),
    Input({"type": "annotation-do", "what": ALL}, "n_clicks"),
    State("annotation-number", "data"),
    *[State(_field(name), "value") for name in FIELDS],
    prevent_initial_call=True,
)
def write(clicks: Sequence[int | None], number: int | None, *typed: Any) -> Any:
    """Keeps, changes or takes back what the form says; what is refused is said below it."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update
    kept = reader.application().annotations
    try:
        if ctx.triggered_id["what"] == "take back" and number is not None:
            kept.take_back(number, me())
            return _done(f"{_('It is taken back.')} ", links.to("annotations"), _("All annotations"))
        given = _given(dict(zip(FIELDS, typed, strict=True)))
        made = kept.say(given, me()) if number is None else kept.change(number, given, me())
    except (Refusal, ValueError) as refusal:
        return html.Div(note("failed", str(refusal), "circle-alert"), role="alert")
    return _done(f"{_('It is noted, and stands on the charts.')} ", links.to("annotations", number=made.number), _("Look at it"))


def _done(said: str, href: str, text: str) -> Component:
    return note("info", [said, html.A(text, href=href)], "check")


def _given(typed: Mapping[str, Any]) -> Given:
    """Raises ValueError for what is no time."""
    now_ns, zone = reader.application().now_ns() // SECOND_NS * SECOND_NS, reader.definitions().timezone
    begins, ends = ((typed[name] or "").strip() for name in ("from", "to"))
    from_ns = instant_of(begins, zone, now_ns) if begins and begins.lower() != "now" else now_ns
    to_ns = instant_of(ends, zone, now_ns) if ends and ends.lower() != "now" else now_ns if ends else None
    lists = {name: tuple(typed[name] or ()) for name in ("sites", "workflows", "systems")}
    return Given(str(typed["kind"]), str(typed["text"] or ""), from_ns, to_ns, **lists)
