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
    counts = [_doing(name, totals[name]) for name in GRAVEST if totals[name]]
    first, *rest = [_named(row, as_of_ns) for row in hit[:NAMED]]
    more = f" and {len(hit) - NAMED} more" if len(hit) > NAMED else ""
    affected = (
        f"{len(hit):,} of {words.count(len(rows), 'workflow and site pair')} {'is affected:' if len(hit) == 1 else 'are affected, first'}"
    )
    both = {"state": "open_or_new", "period": chosen.period} if worst == "inconsistent" else {}
    action = (
        ("Open failures", links.failures(site=chosen.site, **chosen.past))
        if worst == "failed"
        else (f"Open {STATUSES[worst].word.lower()}", links.transactions(status=worst, site=chosen.site, **both, **chosen.past))
    )
    text = f"{affected} {'; '.join([first, *rest])}{more}.{_silent(silent)}"
    return Verdict(worst, _title(counts), text, action, links.to("at-risk", site=chosen.site, **chosen.past))


def _silent(sentences: Sequence[str]) -> str:
    more = f" {words.count(len(sentences) - NAMED, 'more feed is', 'more feeds are')} silent." if len(sentences) > NAMED else ""
    return "".join(f" {sentence}" for sentence in sentences[:NAMED]) + more


def _doing(name: str, number: int) -> tuple[int, str]:
    be, have = ("is", "has") if number == 1 else ("are", "have")
    doing = {"failed": f"{have} failed", "overdue": f"{be} overdue", "inconsistent": f"{be} inconsistent", "unjudged": "cannot be judged"}
    return number, doing[name]


def _title(counts: Sequence[tuple[int, str]]) -> str:
    """5 transactions have failed, 7 are overdue and 3 cannot be judged"""
    (number, doing), *rest = counts
    return words_of([f"{words.count(number, 'transaction')} {doing}", *(f"{number:,} {doing}" for number, doing in rest)])


def _quiet(rows: Sequence[Row], hours: int, chosen: Chosen) -> Verdict:
    started, late = sum(row["started"] for row in rows), sum(row["late"] for row in rows)
    if not any(row["total"] for row in rows):
        return Verdict("nodata", f"Nothing happened in the last {hours} hours", "No transaction started, and none is open.", None)
    moved = f"{words.count(started, 'transaction')} started in the last {hours} hours: none failed, none is overdue"
    if late:
        action = ("Open late", links.transactions(status="late", site=chosen.site, period=chosen.period, **chosen.past))
        return Verdict("late", "Nothing is stuck", f"{moved}; {late:,} came late.", action)
    return Verdict("ok", "Everything is in step", f"{moved}, none came late.", None)


def _gravity(row: Row, as_of_ns: int) -> tuple[int, int, int]:
    """The most critical first, of these the gravest, of these the oldest."""
    grade = ("critical", "important", "routine").index(row["criticality"])
    place, state = next((place, name) for place, name in enumerate(GRAVEST) if row[name])
    return grade, place, oldest_of(row, state) or as_of_ns


def _named(row: Row, as_of_ns: int) -> str:
    counts = words_of([f"{row[name]:,} {STATUSES[name].word.lower()}{_age(row, name, as_of_ns)}" for name in GRAVEST if row[name]])
    where = f" in {name_of(row['site'])}" if row["site"] is not None else ""
    return f"{row['title']}{where} ({counts})"


def _age(row: Row, name: str, as_of_ns: int) -> str:
    since = oldest_of(row, name)
    return "" if since is None else f" for up to {words.span_of(since, as_of_ns)}"


def words_of(parts: Sequence[str]) -> str:
    """One, two and three."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


PICTURES = {"ok": "circle-check", "nodata": "circle-dashed", "late": "clock-alert"}


def banner(verdict: Verdict) -> Component:
    picture = PICTURES.get(verdict.kind) or STATUSES[verdict.kind].icon
    stakes = [" ", html.A("Which orders it holds up", href=verdict.stakes)] if verdict.stakes else []
    said = html.Div([html.H2(verdict.title), html.P([verdict.text, *stakes])], className="answer-words")
    action = button(*verdict.action, "arrow-right") if verdict.action else None
    parts = [html.Span(icon(picture), className=f"answer-picture mark-{verdict.kind}"), said, action]
    return html.Div([part for part in parts if part], className=f"card answer answer-{verdict.kind}", role="status")
