"""Audit: who did what with recoveries, when and why, the newest first; every entry is bound to the one before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from app import audit, reader
from app.audit import Filter
from app.components import break_glass, links, moment
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import card, head, note, scrolling
from app.components.pager import ROWS, first_row, pager
from app.figures import times, words
from app.instants import instant_ns
from app.pages.errors import WrongAddress
from app.pages.narrowing import HOUR_NS, PERIODS
from app.recovery.model import KINDS
from metrics.keys import unknown
from metrics.texts import _, _later, _n

LONGEST = 80  # characters of a value in the list; the rest stands in its title
SENTENCES = ("why", "words")  # among what is said beside an entry
HASH = re.compile("[0-9a-f]{32,}")
NARROWED = {"actor": _later("By"), "action": _later("What"), "subject": _later("With"), "from": _later("From"), "to": _later("Until")}


@dataclass(frozen=True, slots=True)
class Found:
    """What is shown: one page of entries, how many there are of what was asked for, of each action, and of everything."""

    entries: Sequence[Any]
    total: int
    actions: Sequence[tuple[str, int]]
    hidden: int


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    given = {name: links.one(query.get(name)) for name in (*NARROWED, "period")}
    try:
        start = first_row(links.one(query.get("page")))
        asked = _asked(given, at)
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    found, zone = _find(asked, start), reader.definitions().timezone
    kept = {name: value for name, value in {**given, **_past(query)}.items() if value}
    return html.Div(
        [
            head(
                _("Audit"),
                _("Who did or looked at what, when, from where and why. Nothing here can be changed or taken out unseen."),
            ),
            moment.banner(at, zone),
            break_glass.open_ones() if at.is_now else None,
            _hidden(found.hidden),
            _periods(kept),
            _actions(found.actions, kept),
            _narrowing(kept, zone),
            _list(found.entries, kept, zone) if found.entries else _nothing(kept),
            pager(start, found.total, lambda page: links.to("audit", **kept, page=page)),
        ]
    )


def _asked(given: Mapping[str, str | None], at: reader.AsOf) -> Filter:
    """Raises ValueError with a sentence for what means nothing."""
    period = given["period"]
    if period is not None and period not in PERIODS:
        raise ValueError(words.sentence(unknown("period", period, PERIODS)))
    now_ns = min(at.moment.as_of_ns, at.moment.known_ns)
    from_ns = instant_ns(given["from"]) if given["from"] else None
    to_ns = instant_ns(given["to"]) if given["to"] else None
    if period:
        from_ns = max(from_ns or 0, now_ns - PERIODS[period][1] * HOUR_NS)
    own = audit.own_of(current_user.account)
    if not at.is_now:
        to_ns = now_ns + 1 if to_ns is None else min(to_ns, now_ns + 1)
    return Filter(given["actor"], given["action"], given["subject"], from_ns, to_ns, own)


def _find(asked: Filter, start: int) -> Found:
    with reader.application().accounts.engine.connect() as connection:
        total = audit.count(connection, asked)
        hidden = audit.count(connection, replace(asked, own=None)) - total if asked.own is not None else 0
        return Found(audit.entries(connection, asked, start, start + ROWS), total, audit.by_action(connection, asked), hidden)


def _past(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: links.one(query.get(name)) for name in ("as_of", "known_at")}


def _hidden(count: int) -> Component | None:
    if not count:
        return None
    return note(
        "info",
        _n(
            "You see what you did yourself; {number} other entry you may not see. A role that sees the audit shows it, with all sites.",
            "You see what you did yourself; {number} other entries you may not see. A role that sees the audit shows them, with all sites.",
            count,
        ),
        "lock",
    )


def _periods(kept: Mapping[str, Any]) -> Component:
    chips = [_chip(_(name), kept.get("period") == key, {**kept, "period": key}) for key, (name, _hours) in PERIODS.items()]
    return html.Nav(
        [_chip(_("Any time"), "period" not in kept, {**kept, "period": None}), *chips], className="cases-outcomes", **_label(_("Period"))
    )


def _actions(actions: Sequence[tuple[str, int]], kept: Mapping[str, Any]) -> Component | None:
    if not actions:
        return None
    chosen = kept.get("action")
    chips = [
        _chip(
            [f"{_sentence(action)} ", html.B(words.number(many))],
            chosen == action,
            {**kept, "action": None if chosen == action else action},
        )
        for action, many in actions
    ]
    return html.Nav(chips, className="cases-outcomes", **_label(_("What was done")))


def _narrowing(kept: Mapping[str, Any], zone: str) -> Component | None:
    """What the list is narrowed to beside the chips, each with the way out of it."""
    shown = {name: str(kept[name]) for name in ("actor", "subject", "from", "to") if name in kept}
    if not shown:
        return None
    chips = []
    for name, value in shown.items():
        text = times.full(instant_ns(value), zone) if name in ("from", "to") else value
        away = links.to("audit", **{**kept, name: None})
        chips.append(
            html.A([f"{_(NARROWED[name])} ", html.B(text), " ", icon("x")], href=away, className="pill", title=_("Show all again"))
        )
    return html.Nav(chips, className="cases-outcomes", **_label(_("Narrowed to")))


def _chip(text: Any, is_chosen: bool, query: Mapping[str, Any]) -> Component:
    current = {"aria-current": "true"} if is_chosen else {}
    return html.A(text, href=links.to("audit", **query), className="pill", **current)


def _label(text: str) -> dict[str, str]:
    return {"aria-label": text}


def _list(entries: Sequence[Any], kept: Mapping[str, Any], zone: str) -> Component:
    heads = html.Tr(
        [html.Th(name) for name in (_("No."), _("When"), _("Who"), _("What"), _("With"), _("Why, and what else there is to say"))]
    )
    table = html.Table([html.Thead(heads), html.Tbody([_line(entry, kept, zone) for entry in entries])], className="table")
    return card(None, scrolling(table, _("Entries of the audit")))


def _line(entry: Any, kept: Mapping[str, Any], zone: str) -> Component:
    return html.Tr(
        [
            html.Td(words.number(entry.number), className="num", title=f"SHA-256 {entry.hash}"),
            html.Td(times.full(entry.at_ns, zone), className="nowrap"),
            html.Td(
                [
                    html.A(entry.actor, href=links.to("audit", **{**kept, "actor": entry.actor})),
                    html.Div(entry.came_from, className="muted") if entry.came_from else None,
                ]
            ),
            html.Td(_sentence(entry.action), className="nowrap"),
            html.Td(
                html.A(_short(entry.subject), href=links.to("audit", **{**kept, "subject": entry.subject}), title=entry.subject),
                className="nowrap",
            ),
            html.Td([each for each in (html.Div(entry.reason) if entry.reason else None, _details(orjson.loads(entry.detail))) if each]),
        ]
    )


def _details(detail: Mapping[str, Any]) -> Component | None:
    """`path post-again · cases 12`: what there is to say beside, in a line; sentences stand for themselves."""
    parts: list[Any] = []
    for name, value in sorted(detail.items()):
        text = value if isinstance(value, str) else _plain(value)
        named = "" if name in SENTENCES else f"{name.replace('_', ' ')} "
        parts += [" · " if parts else "", named, html.Span(_short(text), title=text)] if text else []
    return html.Div(parts, className="muted") if parts else None


def _plain(value: Any) -> str:
    """Names as they are read; anything else as JSON."""
    is_names = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return ", ".join(value) if is_names else orjson.dumps(value).decode()


def _short(text: str) -> str:
    """Of a case its transaction and step, of a hash its beginning, of a long text too."""
    kind, *rest = text.split("|")
    if kind in KINDS and len(rest) > 2:
        text = f"{'|'.join(rest[1:-1])} {rest[-1]}"
    if HASH.fullmatch(text):
        return f"{text[:8]}…"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _sentence(action: str) -> str:
    """Requested, approved, catalogue changed."""
    return action[:1].upper() + action[1:].replace("_", " ")


def _nothing(kept: Mapping[str, Any]) -> Component:
    if set(kept) - {"as_of", "known_at"}:
        return empty(
            _("Nothing like that was written down"), _("Choose another period or action above, or show all again."), picture="history"
        )
    return empty(
        _("Nothing was written down yet"),
        _("Every sign-in, look, request, approval, refusal and attempt to send would stand here."),
        picture="history",
    )
