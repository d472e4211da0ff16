"""What people know of a group, on the page of a failure: its state, notes, ticket, muting and owner, and the fields to change them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
import orjson
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.access.rights import WRITE_NOTES
from app.components import links
from app.components.callbacks import callback
from app.components.icons import icon
from app.components.page import card, note
from app.components.recoveries import act, badge, me
from app.figures import times
from app.owners import owner_of
from app.recovery.memory import FIXED, MUTED, OPEN, REGRESSED, Memory, Remembered, signature_of
from app.recovery.model import Case
from app.recovery.runs import Actor, Refusal
from app.recovery.selection import ALSO, SETTLED, Selected, group_of
from metrics.texts import _, _later, _n, _parts, language

STATES = {  # of a group → word, icon, colour, meaning
    OPEN: (_later("Open"), "circle-alert", "nodata", _later("Nobody holds that its cause is gone.")),
    MUTED: (_later("Muted"), "minus", "closed", _later("It is known and raises no alert until then. It is still listed.")),
    FIXED: (_later("Resolved"), "check", "ok", _later("Somebody holds that its cause is gone; nothing failed the same way since.")),
    REGRESSED: (_later("Came back"), "triangle-alert", "failed", _later("It failed again after somebody held that its cause was gone.")),
}
HOURS = {"8": _later("8 hours"), "24": _later("1 day"), "168": _later("1 week"), "720": _later("30 days")}
HOUR_NS = 3_600_000_000_000
ACTIONS = {
    "noted": _later("{person} wrote"),
    "assigned": _later("{person} said whose it is"),
    "ticket linked": _later("{person} tied a ticket"),
    "muted": _later("{person} muted it"),
    "unmuted": _later("{person} let it raise alerts again"),
    "fixed": _later("{person} held it to be resolved"),
    "reopened": _later("{person} held it not to be resolved after all"),
}
MOST_GROUPS = 20  # of several in one selection


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody typed and chose; None: nothing."""

    words: str | None
    ticket: str | None
    hours: str | None
    owner: str | None

    @classmethod
    def of(cls, *typed: str | None) -> Given:
        return cls(*((each or "").strip() or None for each in typed))


def block(selected: Selected, zone: str, said: str | None = None) -> Component:
    """The card. Several groups are listed; one is shown with all that is known of it."""
    signed: dict[str, list[Case]] = {}
    for case in selected.cases:
        signed.setdefault(signature_of(case), []).append(case)
    memory: Memory = reader.application().memory
    if len(signed) > 1:
        return _several(signed, memory)
    ((signature, cases),) = signed.items()
    known = memory.of([signature]).get(signature, Remembered(signature))
    now_ns = reader.application().now_ns()
    state = known.state(last_seen(cases), True, now_ns)
    aside = html.Span(_("It stays, whatever becomes of these cases"), className="muted")
    sentence = html.P([badge(STATES[state]), " ", _sentence(known, state, cases, memory, zone)], className="act-said")
    refused = html.Div(note("failed", said, "circle-alert"), className="act-said", role="alert") if said else None
    parts = [sentence, _ticket(known), refused, *_fields(known, state), _history(memory, signature, zone, now_ns)]
    return card(_("What is known of it"), *[part for part in parts if part is not None], aside=aside)


def selected_of(kept: Mapping[str, Any], *, with_stakes: bool = False) -> Selected:
    """The cases that an address names, as far as who is signed in may see them."""
    found: Selected = reader.application().selected(group_of(kept), current_user.sees, kept.get(ALSO) == SETTLED, with_stakes=with_stakes)
    return found


def owners_words(cases: Sequence[Case], usual: str | None) -> str | None:
    """By what people said of their groups, by their codes and sites, else as usual; who owns most of them first."""
    application = reader.application()
    titles, every = {owner.name: owner.title for owner in application.settings.owners}, application.memory.every()
    counted: Counter[str | None] = Counter()
    for case in cases:
        known = every.get(signature_of(case))
        name = (known and known.owner) or owner_of(application.settings.owners, usual, case.site, case.error_code)
        counted[titles.get(name, name) if name else None] += 1
    if len(counted) == 1:
        (owner,) = counted
        return owner
    return language().listed([f"{owner or _('nobody')} ({language().number(many)})" for owner, many in counted.most_common()])


def last_seen(cases: Sequence[Case]) -> int:
    """When it was last seen: of failures the latest failed attempt, of all else since when it has been so."""
    return max(case.event_ns if case.kind == "failed" else case.opened_ns for case in cases)


def _several(signed: Mapping[str, Sequence[Case]], memory: Memory) -> Component:
    every, now_ns = memory.of(list(signed)), reader.application().now_ns()
    lines = []
    for signature, cases in sorted(signed.items(), key=lambda each: -len(each[1]))[:MOST_GROUPS]:
        first, known = cases[0], every.get(signature, Remembered(signature))
        state = known.state(last_seen(cases), True, now_ns)
        narrowed = {"signature": first.signature} if first.signature else {}
        href = links.to("failure", kind=first.kind, workflow=first.workflow, milestone=first.milestone, **narrowed)
        words = html.A(first.error_text or first.milestone, href=href, dir="auto")
        counts = [_n("{number} case", "{number} cases", len(cases))]
        counts += [_n("{number} note", "{number} notes", len(known.notes))] if known.notes else []
        lines.append(html.Li([icon(STATES[state][1]), html.Div([html.B(words), html.Span(", ".join([_(STATES[state][0]), *counts]))])]))
    left = (
        _n(
            "Showing {shown} of {number} group, the largest first.",
            "Showing {shown} of {number} groups, the largest first.",
            len(signed),
            shown=MOST_GROUPS,
        )
        if len(signed) > MOST_GROUPS
        else ""
    )
    aside = html.Span(_("What is written stays with one group: open it"), className="muted")
    parts = [html.Ul(lines, className="facts"), *([html.P(left, className="muted groups-rest")] if left else [])]
    return card(
        _n("{number} group by the words of the error", "{number} groups by the words of the error", len(signed)), *parts, aside=aside
    )


def _sentence(known: Remembered, state: str, cases: Sequence[Case], memory: Memory, zone: str) -> str:
    """Since when, until when, by whom and why."""
    changes = {change.action: change for change in reversed(memory.changes(known.signature))}
    if state == REGRESSED and known.fixed_ns is not None:
        return _(
            "It was held to be resolved on {held}. It failed the same way again on {again}.",
            held=_by(times.full(known.fixed_ns, zone), changes.get("fixed")),
            again=times.full(last_seen(cases), zone),
        )
    if state == FIXED and known.fixed_ns is not None:
        return _(
            "Held to be resolved since {held}. These cases are from before.",
            held=_by(times.full(known.fixed_ns, zone), changes.get("fixed")),
        )
    if state == MUTED and known.muted_until_ns is not None:
        return _("Until {muted}.", muted=_by(times.full(known.muted_until_ns, zone), changes.get("muted")))
    return "" if known != Remembered(known.signature) else _("Nothing has been written yet.")


def _by(time: str, change: Any) -> str:
    if change is None:
        return time
    said = _("{time}, by {actor}", time=time, actor=change.actor)
    return f"{said}: {change.reason.rstrip('.')}" if change.reason else said


def _ticket(known: Remembered) -> Component | None:
    if not known.ticket:
        return None
    return html.P(
        _parts("Worked on in {ticket}", ticket=html.A(known.ticket, href=known.ticket, rel="noopener noreferrer", target="_blank")),
        className="act-said",
    )


def _fields(known: Remembered, state: str) -> list[Component]:
    why_not = None if me().may(WRITE_NOTES) else _("Only {roles} may write this.", roles=me().access.only(WRITE_NOTES))
    owners = [{"value": "", "label": _("As configured")}]
    owners += [{"value": owner.name, "label": owner.title} for owner in reader.application().settings.owners]
    spans = [{"value": hours, "label": _(name)} for hours, name in HOURS.items()]
    fields = [
        html.Label([_("Note, or the reason"), dcc.Input(id="memory-words", type="text", maxLength=2000)]),
        html.Label(
            [_("Ticket"), dcc.Input(id="memory-ticket", type="url", maxLength=2000, value=known.ticket or "", placeholder="https://")]
        ),
        dmc.Select(id="memory-owner", label=_("Owner"), data=owners, value=known.owner or "", allowDeselect=False, size="sm", w=180),
        dmc.Select(id="memory-hours", label=_("Mute for"), data=spans, value="24", allowDeselect=False, size="sm", w=120),
    ]
    offered = [("note", _("Add the note")), ("link", _("Tie the ticket")), ("assign", _("Set the owner"))]
    offered += [("unmute", _("Unmute")) if state == MUTED else ("mute", _("Mute"))]
    offered += [("reopen", _("Not resolved")) if state == FIXED else ("fix", _("Resolved"))]
    buttons = [act(text, {"type": "memory-do", "what": what}, why_not, quiet=True) for what, text in offered]
    return [html.Div(fields, className="edits memory-fields"), html.Div(buttons, className="acts")]


def _done(change: Any) -> str:
    """Who did what."""
    done = ACTIONS.get(change.action)
    return _(done, person=change.actor) if done else f"{change.actor} {change.action}"


def _history(memory: Memory, signature: str, zone: str, now_ns: int) -> Component | None:
    lines = [
        html.Li(
            [
                icon("history"),
                html.Div(
                    [
                        html.B(f"{_done(change)}, {times.brief(change.at_ns, zone, now_ns)}"),
                        html.Span(_told(change), dir="auto"),
                    ]
                ),
            ]
        )
        for change in memory.changes(signature)
    ]
    return html.Ul(lines, className="facts") if lines else None


def _told(change: Any) -> str:
    detail = orjson.loads(change.detail)
    said = detail.get("text") or detail.get("ticket") or detail.get("owner") or ""
    return ". ".join(part for part in (said, change.reason or "") if part)


def _assign(memory: Memory, signature: str, actor: Actor, given: Given) -> None:
    names = {owner.name for owner in reader.application().settings.owners}
    if given.owner and given.owner not in names:
        raise Refusal(_("No owner is called '{owner}'.", owner=given.owner))
    memory.assign(signature, actor, given.owner)


def _mute(memory: Memory, signature: str, actor: Actor, given: Given) -> None:
    if given.hours not in HOURS:
        raise Refusal(_("It can be muted for {names}.", names=", ".join(map(_, HOURS.values()))))
    memory.mute(signature, actor, reader.application().now_ns() + int(given.hours) * HOUR_NS, given.words)


DO: dict[str, Callable[[Memory, str, Actor, Given], None]] = {
    "note": lambda memory, signature, actor, given: memory.note(signature, actor, given.words or ""),
    "link": lambda memory, signature, actor, given: memory.link(signature, actor, given.ticket),
    "assign": _assign,
    "mute": _mute,
    "unmute": lambda memory, signature, actor, given: memory.mute(signature, actor, None, given.words),
    "fix": lambda memory, signature, actor, given: memory.fix(signature, actor, given.words),
    "reopen": lambda memory, signature, actor, given: memory.reopen(signature, actor, given.words),
}


@callback(
    Output("failure-memory", "children"),
    Input({"type": "memory-do", "what": ALL}, "n_clicks"),
    State("failure-about", "data"),
    State("memory-words", "value"),
    State("memory-ticket", "value"),
    State("memory-hours", "value"),
    State("memory-owner", "value"),
    prevent_initial_call=True,
)
def change(clicks: Sequence[int | None], kept: dict[str, Any], *given: str | None) -> Any:
    """Writes what somebody says of the one group whose cases they see. What is refused is said on the card."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update
    application, selected = reader.application(), selected_of(kept)
    if not selected.cases:
        return note("info", _("It has got through meanwhile."))
    zone, said = str(kept["zone"]), None
    signatures = {signature_of(case) for case in selected.cases}
    try:
        if len(signatures) > 1:
            raise Refusal(_("These are several groups by now: open one of them."))
        DO[ctx.triggered_id["what"]](application.memory, signatures.pop(), me(), Given.of(*given))
    except Refusal as refusal:
        said = refusal.told
    return block(selected, zone, said)
