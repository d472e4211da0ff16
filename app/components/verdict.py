"""The answer first: one sentence that says whether everything is in step, and if not, what and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.icons import icon
from app.components.page import button
from app.components.status import STATUSES
from app.components.tiles import GRAVEST, Chosen, name_of, oldest_of
from app.figures import words
from metrics.texts import _, _n, language

Row = Mapping[str, Any]
NAMED = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` is the state to colour it by, ok when nothing is wrong."""

    kind: str
    title: str
    text: str
    action: tuple[str, str] | None  # words and address of what to do next
    stakes: str | None = None  # address of the orders that it holds up


def verdict_of(rows: Sequence[Row], as_of_ns: int, hours: int, chosen: Chosen, silent: Sequence[str] = ()) -> Verdict:
    """From the rows of Reader.board() for that many hours; `silent`: a sentence for each feed that is silent."""
    totals = {name: sum(row[name] for row in rows) for name in GRAVEST}
    worst = next((name for name in GRAVEST if totals[name]), None)
    if worst is None:
        return _quiet(rows, hours, chosen)
    hit = sorted((row for row in rows if any(row[name] for name in GRAVEST)), key=lambda row: _gravity(row, as_of_ns))
    counts = [(name, totals[name]) for name in GRAVEST if totals[name]]
    named = "; ".join(_named(row, as_of_ns) for row in hit[:NAMED])
    if len(hit) > NAMED:
        named = _("{first} and {number} more", first=named, number=len(hit) - NAMED)
    affected = _n(
        "{number} of {pairs} is affected: {named}.",
        "{number} of {pairs} are affected, first {named}.",
        len(hit),
        pairs=_n("{number} workflow and site pair", "{number} workflow and site pairs", len(rows)),
        named=named,
    )
    both = {"state": "open_or_new", "period": chosen.period} if worst == "inconsistent" else {}
    action = (
        (_("Open failures"), links.failures(site=chosen.site, **chosen.past))
        if worst == "failed"
        else (
            _("Open {status}", status=STATUSES[worst].inside),
            links.transactions(status=worst, site=chosen.site, **both, **chosen.past),
        )
    )
    text = f"{affected}{_silent(silent)}"
    return Verdict(worst, _title(counts), text, action, links.to("at-risk", site=chosen.site, **chosen.past))


def _silent(sentences: Sequence[str]) -> str:
    more = len(sentences) - NAMED
    rest = [_n("{number} more feed is silent.", "{number} more feeds are silent.", more)] if more > 0 else []
    return "".join(f" {sentence}" for sentence in [*sentences[:NAMED], *rest])


def _title(counts: Sequence[tuple[str, int]]) -> str:
    """5 transactions have failed, 7 are overdue and 3 cannot be judged"""
    (name, number), *rest = counts
    return language().listed([_first(name, number), *(_further(name, number) for name, number in rest)])


def _first(name: str, number: int) -> str:
    return {
        "failed": lambda: _n("{number} transaction has failed", "{number} transactions have failed", number),
        "overdue": lambda: _n("{number} transaction is overdue", "{number} transactions are overdue", number),
        "inconsistent": lambda: _n("{number} transaction is inconsistent", "{number} transactions are inconsistent", number),
        "unjudged": lambda: _n("{number} transaction cannot be judged", "{number} transactions cannot be judged", number),
    }[name]()


def _further(name: str, number: int) -> str:
    return {
        "failed": lambda: _n("{number} has failed", "{number} have failed", number),
        "overdue": lambda: _n("{number} is overdue", "{number} are overdue", number),
        "inconsistent": lambda: _n("{number} is inconsistent", "{number} are inconsistent", number),
        "unjudged": lambda: _n("{number} cannot be judged", "{number} cannot be judged", number),
    }[name]()


def _quiet(rows: Sequence[Row], hours: int, chosen: Chosen) -> Verdict:
    started, late = sum(row["started"] for row in rows), sum(row["late"] for row in rows)
    if not any(row["total"] for row in rows):
        return Verdict(
            "nodata", _("Nothing happened in the last {hours} hours", hours=hours), _("No transaction started, and none is open."), None
        )
    moved = _n(
        "{number} transaction started in the last {hours} hours: none failed, none is overdue",
        "{number} transactions started in the last {hours} hours: none failed, none is overdue",
        started,
        hours=hours,
    )
    if late:
        action = (_("Open late"), links.transactions(status="late", site=chosen.site, period=chosen.period, **chosen.past))
        return Verdict("late", _("Nothing is stuck"), _("{moved}; {late} came late.", moved=moved, late=late), action)
    return Verdict("ok", _("Everything is in step"), _("{moved}, none came late.", moved=moved), None)


def _gravity(row: Row, as_of_ns: int) -> tuple[int, int, int]:
    """The most critical first, of these the gravest, of these the oldest."""
    grade = ("critical", "important", "routine").index(row["criticality"])
    place, state = next((place, name) for place, name in enumerate(GRAVEST) if row[name])
    return grade, place, oldest_of(row, state) or as_of_ns


def _named(row: Row, as_of_ns: int) -> str:
    counts = language().listed([_counted(row, name, as_of_ns) for name in GRAVEST if row[name]])
    if row["site"] is None:
        return f"{row['title']} ({counts})"
    return _("{workflow} in {site} ({counts})", workflow=row["title"], site=name_of(row["site"]), counts=counts)


def _counted(row: Row, name: str, as_of_ns: int) -> str:
    since, status = oldest_of(row, name), STATUSES[name].inside
    if since is None:
        return f"{words.number(row[name])} {status}"
    return _("{number} {status} for up to {duration}", number=row[name], status=status, duration=words.span_of(since, as_of_ns))


def words_of(parts: Sequence[str]) -> str:
    """One, two and three."""
    return language().listed(parts)


PICTURES = {"ok": "circle-check", "nodata": "circle-dashed", "late": "clock-alert"}


def banner(verdict: Verdict) -> Component:
    picture = PICTURES.get(verdict.kind) or STATUSES[verdict.kind].icon
    stakes = [" ", html.A(_("Which orders it holds up"), href=verdict.stakes)] if verdict.stakes else []
    said = html.Div([html.H2(verdict.title), html.P([verdict.text, *stakes])], className="answer-words")
    action = button(*verdict.action, "arrow-right") if verdict.action else None
    parts = [html.Span(icon(picture), className=f"answer-picture mark-{verdict.kind}"), said, action]
    return html.Div([part for part in parts if part], className=f"card answer answer-{verdict.kind}", role="status")
