"""What stands in the way of a transaction: which of its steps waits for what, each with the way there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.icons import icon
from app.components.recoveries import address
from app.components.status import badge
from app.figures import times
from app.figures.together import name_of, worst
from app.figures.words import step_words, system_word, type_words
from app.recovery.attempts import Queued
from metrics.path import Path, Step
from metrics.texts import _
from metrics.together import Standing, Thing, Together
from metrics.waiting import Outside

Past = Mapping[str, Any]
HELD = ("failed", "overdue", "inconsistent", "unjudged", "retrying")  # how another stands that may hold this one up
OPEN = ("failed", "overdue", "retrying", "in_progress", "unjudged")


@dataclass(frozen=True, slots=True)
class Wait:
    """`step` waits for what `name` says and `href` opens; `status` where that is a transaction; `why` one knows."""

    step: str
    name: str
    href: str
    why: str
    status: str | None = None


def waits_of(path: Path, together: Together, outside: Outside, queued: Sequence[Queued], past: Past) -> list[Wait]:
    """What its errors name, what comes before it and is in trouble, recoveries whose turn has not come, feeds that are behind."""
    named = list(_named(path, outside, past))
    known = {wait.href for wait in named}
    before = [wait for wait in _before(path, together, past) if wait.href not in known]
    return [*named, *before, *_queued(path, queued), *_behind(path, outside, past)]


def waits_list(waits: Sequence[Wait]) -> Component | None:
    """Drawn as pairs: the step, and right of an arrow what has to come first."""
    rows = [
        html.Li(
            [
                html.Span([icon("lock"), f" {wait.step}"], className="wait-step"),
                html.Span([icon("arrow-right", _("waits for"))], className="wait-arrow"),
                html.A(
                    [badge(wait.status) if wait.status else None, html.Span(wait.name, dir="auto")],
                    href=wait.href,
                    className="wait-for",
                ),
                html.Span(wait.why, className="muted"),
            ]
        )
        for wait in waits
    ]
    return html.Div([html.H3(_("Waits for")), html.Ul(rows, role="list")], className="waits") if rows else None


def _named(path: Path, outside: Outside, past: Past) -> Iterator[Wait]:
    for step in path.steps:
        for each in outside.named.get(step.name, ()):
            yield _on(step, each, each.transaction_id, _("its error names it"), past)


def _on(step: Step, stands: Standing, name: str, why: str, past: Past) -> Wait:
    address = links.path(stands.workflow, stands.transaction_id, **past)
    return Wait(step_words(step.event, step.system), name, address, f"{why} ({stands.title})", stands.status)


def _before(path: Path, together: Together, past: Past) -> Iterator[Wait]:
    """Of earlier types, linked with it at once, and in trouble: nobody said that it waits for them, so the words leave that open."""
    step = _next(path)
    if path.status not in OPEN or step is None:
        return
    order = [kind for kind, _title in together.columns]
    ours = order.index(together.own[0])
    ends = {link.one for link in together.links if link.other == together.own}
    for thing in together.things:
        stands = worst(thing.transactions)
        if thing.key in ends and stands and order.index(thing.key[0]) < ours and stands.status in HELD:
            yield _on(step, stands, name_of(thing.key), _earlier_words(thing, path), past)


def _earlier_words(thing: Thing, path: Path) -> str:
    return _(
        "a {earlier} comes before its {later}, and may hold it up", earlier=type_words(thing.key[0]), later=type_words(path.object_type)
    )


def _next(path: Path) -> Step | None:
    """The step that is waited for first."""
    still = [step for step in path.steps if step.required and step.reached_ns is None]
    return next((step for step in still if step.opened_ns is not None), still[0] if still else None)


def _queued(path: Path, queued: Sequence[Queued]) -> Iterator[Wait]:
    names = {step.name: step for step in path.steps}
    for each in queued:
        step = names[each.milestone]
        why = (
            _("number {place} of it comes first: what has one number is sent in order", place=each.blocked_by + 1)
            if each.blocked_by is not None
            else _("it is {state}, and its turn has not come", state=each.state)
        )
        yield Wait(
            step_words(step.event, step.system),
            _("the recovery {path} of {person}", path=each.path, person=each.by),
            address(each.recovery_id),
            why,
        )


def _behind(path: Path, outside: Outside, past: Past) -> Iterator[Wait]:
    for step in path.steps:
        if step.is_unjudged:
            known = outside.known_ns.get(step.system)
            why = (
                _("known until {time}: it may have come since", time=times.full(known, path.timezone))
                if known
                else _("nothing has come of it yet")
            )
            yield Wait(
                step_words(step.event, step.system),
                _("the feed of {system}", system=system_word(step.system)),
                links.to("sources", **past),
                why,
            )
