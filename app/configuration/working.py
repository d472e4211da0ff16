"""What calendars, partners and exclusions say that does not go together with the rest of the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from app.configuration.document import Document
from collectors.event import Refused
from collectors.identifiers import Identifiers
from metrics.calendars import SECOND_NS, Calendar, Exclusion
from metrics.catalog import Metric
from metrics.keys import Problem, repeated, unknown
from metrics.stretches import stretches
from metrics.workflows import Partner, Workflow
from metrics.working_time import longest_seconds

FIRST, UNTIL = date(2024, 1, 1), date(2028, 1, 1)  # four years, with what leap years and holidays do
YEARS = 4
MOST_YEARS = 10  # of waiting for one deadline, as by the clock: all instants are to be within the 292 years that 64 bits count


def working_problems(
    document: Document,
    found: Mapping[str, Any],
    calendars: tuple[Calendar, ...],
    workflows: tuple[Workflow, ...],
    metrics: tuple[Metric, ...],
) -> list[Problem]:
    """Calendars that are never open or too seldom, partners written twice, names that nothing has."""
    known = [calendar.name for calendar in calendars]
    names = {
        "sites": [site.name for site in found["sites"]],
        "workflows": [workflow.name for workflow in workflows],
        "metrics": [metric.name for metric in metrics],
    }
    problems = [
        Problem(("partners", partner, "calendar"), unknown("calendar", of["calendar"], known))
        for partner, of in found["partners"].items()
        if of["calendar"] not in known
    ]
    problems += repeated(
        ((("partners", partner), canonical_partner(found, str(partner))) for partner in found["partners"]), "a partner whose id is read as"
    )
    problems += [problem for key, allowed in names.items() for problem in _strange(document, key, allowed)]
    return problems + [problem for calendar in calendars for problem in _seldom(calendar, workflows, metrics)]


def partners_of(found: Mapping[str, Any]) -> tuple[Partner, ...]:
    """Those of the section `partners`, by their ids as `mfg.partner` has them once it is read."""
    return tuple(Partner(canonical_partner(found, str(name)), **of) for name, of in found["partners"].items())


def exclusions_of(found: Mapping[str, Any]) -> tuple[Exclusion, ...]:
    """Those of the section `exclusions`, with the ids of partners as they are read."""
    return tuple(replace(x, partners=tuple(canonical_partner(found, name) for name in x.partners)) for x in found["exclusions"])


def canonical_partner(found: Mapping[str, Any], name: str) -> str:
    """A partner as events name it. What is made of other fields of an event has to be written as it comes out."""
    try:
        return Identifiers(found["objects"]).canonical("partner", name, lambda _: None)
    except Refused:
        return name


def _strange(document: Document, key: str, allowed: Iterable[str]) -> list[Problem]:
    noun, known = key.removesuffix("s"), set(allowed)
    named = [(number, exclusion.get(key)) for number, exclusion in enumerate(document.entries("exclusions"))]
    return [
        Problem(("exclusions", number, key, place), unknown(noun, name, known))
        for number, names in named
        for place, name in enumerate(names if isinstance(names, list) else ())
        if isinstance(name, str) and name not in known
    ]


def _seldom(calendar: Calendar, workflows: tuple[Workflow, ...], metrics: tuple[Metric, ...]) -> list[Problem]:
    """By its usual weeks and holidays: what is closed for a while opens again."""
    usual = replace(calendar, closed=(), extra=())
    opens, closes = stretches(usual, ZoneInfo("UTC"), FIRST, UNTIL)
    yearly, longest = int((closes - opens).sum()) // SECOND_NS / YEARS, longest_seconds(calendar, workflows, metrics)
    if not yearly:
        return [Problem(("calendars", calendar.name), "is never open: nothing would ever be due.")]
    if longest <= MOST_YEARS * yearly:
        return []
    wait = f"its {yearly / 3600:,.3g} hours a year make the longest deadline in working time, {longest / 3600:,.0f} hours, last"
    return [Problem(("calendars", calendar.name), f"{wait} {longest / yearly:,.0f} years; at most {MOST_YEARS} can be told.")]
