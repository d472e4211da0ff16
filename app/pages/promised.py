"""By their day: which orders, or which steps, kept the day they were wanted or promised for, one by one?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import links, moment
from app.components.choices import choices
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head, scrolling
from app.components.pager import ROWS, first_row, pager
from app.components.tiles import name_of
from app.figures import outcomes, promises, times, words
from app.figures.rows import rows_of
from app.figures.stakes import order_link, workflows_of
from app.instants import instant_ns, instant_text
from app.pages.errors import WrongAddress
from app.pages.narrowing import kept_of, unknown_site
from metrics.business_case import Promised, promised, promised_counted
from metrics.keys import unknown
from metrics.texts import _, _n

Row = Mapping[str, Any]


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    try:
        asked, start = _asked(query), first_row(links.one(query.get("page")))
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    with reader.reader(at) as now:
        workflows, zone = rows_of(now.workflows()), now.timezone()
        title = _title(asked, workflows)
        if asked.site and (wrong_site := unknown_site(asked.site, now)):
            raise WrongAddress(wrong_site)
        counts, rows = promised_counted(now, asked), rows_of(promised(now, asked, start, start + ROWS))
    past: dict[str, Any] = {name: query[name] for name in ("as_of", "known_at") if name in query}
    kept = kept_of(query)
    total = counts.get(asked.outcome, 0) if asked.outcome else sum(counts.values())
    return html.Div(
        [
            head(title, _span(asked, zone), button(_("Business case"), links.to("business-case", **past), quiet=True)),
            moment.banner(at, zone),
            card(None, html.P(_sentence(asked, counts)), _outcomes(asked, counts, kept)) if counts else None,
            _list(rows, workflows_of(workflows), at.moment.as_of_ns, past) if rows else _nothing(asked, total),
            pager(start, total, lambda page: links.to("promised", **{**kept, "page": page})),
        ]
    )


def address(between: tuple[int, int], site: str | None, /, **asked: Any) -> str:
    """Where what a figure counts is listed; `asked`: order, or workflow and milestone, outcome, and a past moment."""
    bounds = {"from": instant_text(between[0]), "to": instant_text(between[1])}
    return links.to("promised", **bounds, site=site, **asked)


def _asked(query: Mapping[str, Any]) -> Promised:
    """Raises ValueError with a sentence."""
    names = ("order", "workflow", "milestone", "site", "outcome", "from", "to")
    order, workflow, milestone, site, outcome, since, until = (links.one(query.get(name)) for name in names)
    if order is not None and order not in (known := reader.definitions().impact.orders):
        raise ValueError(words.sentence(unknown(_("kind of order"), order, known)))
    if outcome is not None and outcome not in outcomes.OUTCOMES:
        raise ValueError(words.sentence(unknown(_("outcome"), outcome, outcomes.OUTCOMES)))
    if not (order or (workflow and milestone)):
        raise ValueError(_("Neither a kind of order nor a step of a workflow is named: the figures of the business case open this list."))
    if not (since and until):
        raise ValueError(_("The address needs a period: from and to."))
    return Promised(instant_ns(since), instant_ns(until), order, workflow, milestone, site, outcome)


def _title(asked: Promised, workflows: Sequence[Row]) -> str:
    if asked.order_type:
        return _("{type} by its day", type=words.type_words(asked.order_type).capitalize())
    found = (s for w in workflows if w["workflow"] == asked.workflow for s in w["steps"] if s["milestone"] == asked.milestone)
    step = next(found, None)
    if step is None:
        raise WrongAddress(
            _("There is no step '{milestone}' in the workflow '{workflow}'.", milestone=asked.milestone, workflow=asked.workflow)
        )
    return _("{step}, by its due time", step=words.step_words(step["event_type"], step["system"]))


def _span(asked: Promised, zone: str) -> str:
    slots = {"first": times.full(asked.from_ns, zone), "last": times.full(asked.to_ns - 1, zone)}
    if asked.site:
        return _("What fell due at {site} from {first} to {last}.", site=name_of(asked.site), **slots)
    return _("What fell due from {first} to {last}.", **slots)


def _sentence(asked: Promised, counts: Mapping[str, int]) -> str:
    good, bad = counts.get("kept", 0), sum(counts.get(name, 0) for name in ("missed", "late", "missing"))
    if not good + bad:
        return _("Nothing of it can be decided.")
    share, decided = promises.share(Fraction(good, good + bad)), good + bad
    if asked.order_type:
        return _("{share} of {decided} kept their day.", share=share, decided=decided)
    return _("{share} of {decided} came in time.", share=share, decided=decided)


def _outcomes(asked: Promised, counts: Mapping[str, int], kept: Mapping[str, Any]) -> Component:
    """Each narrows the list to itself; the chosen one gives it free again."""
    offered = []
    for outcome, (word, picture, kind) in outcomes.OUTCOMES.items():
        if outcome in counts:
            is_it = asked.outcome == outcome
            text = html.Span([icon(picture), f" {_(word)} ", html.B(words.number(counts[outcome]))], className=f"mark-{kind}")
            offered.append((text, links.to("promised", **{**kept, "outcome": None if is_it else outcome}), is_it))
    return choices(_("Outcome"), offered, "cases-outcomes")


def _list(rows: Sequence[Row], workflows: Mapping[str, str], as_of_ns: int, past: Mapping[str, Any]) -> Component:
    heads = html.Tr([html.Th(name) for name in (_("What"), _("Site"), _("Outcome"), _("Due"), _("Done"), _("Early or late"))])
    table = html.Table([html.Thead(heads), html.Tbody([_line(row, workflows, as_of_ns, past) for row in rows])], className="table")
    return card(_("One by one"), scrolling(table, _("One by one")), aside=html.Span(_("The newest due first"), className="muted"))


def _line(row: Row, workflows: Mapping[str, str], as_of_ns: int, past: Mapping[str, Any]) -> Component:
    zone, due, done = row["timezone"], row["due_ns"], row["done_ns"]
    absent = _("nothing was ordered") if row["outcome"] == "kept" else _("not yet")
    told = times.brief(done, zone, as_of_ns) if done is not None else html.Span(absent, className="muted")
    return html.Tr(
        [
            html.Td(_link(row, workflows, past)),
            html.Td(name_of(row["site"])),
            html.Td(outcomes.mark(row["outcome"])),
            html.Td(times.brief(due, zone, as_of_ns), className="nowrap"),
            html.Td(told, className="nowrap"),
            html.Td(_apart(row, as_of_ns), className="nowrap muted"),
        ]
    )


def _link(row: Row, workflows: Mapping[str, str], past: Mapping[str, Any]) -> Component:
    if row["order_type"] is not None:
        return order_link({"object_type": row["order_type"], "object_id": row["id"]}, workflows, past)
    return html.A(row["id"], href=links.path(row["workflow"], row["id"], **past), dir="auto")


def _apart(row: Row, as_of_ns: int) -> str:
    """How long before or after its time, or why nobody knows."""
    if row["outcome"] == "unmeasured":
        return _("nobody said how much was ordered")
    if row["outcome"] == "kept" and row["done_ns"] is None:
        return ""
    until = as_of_ns if row["done_ns"] is None else row["done_ns"]
    return (
        _("{duration} late", duration=words.span_of(row["due_ns"], until))
        if until > row["due_ns"]
        else _("{duration} early", duration=words.span_of(until, row["due_ns"]))
    )


def _nothing(asked: Promised, total: int) -> Component:
    if total:
        return empty(_("The list is not that long"), _n("There are {number} line.", "There are {number} lines.", total), picture="list")
    title = _("Nothing fell due in this period")
    if asked.outcome:
        title = _("Nothing with the outcome “{outcome}” fell due in this period", outcome=outcomes.inside(asked.outcome))
    text = _("Each order or step by the day it was wanted would stand here.")
    return empty(title, text, button(_("Business case"), links.to("business-case")), picture="list")
