"""What a weekly report counts of one week: promises, what broke them, suppliers, stock, and what was told only afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from metrics.objectives.budget import Counts
from metrics.objectives.counting import Counted, Span, asked_of, count
from metrics.objectives.model import Objective
from metrics.read import Reader

Row = dict[str, Any]
ANSWERS = "supplier_response_cycle_time"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A week, from `from_ns` until before `to_ns`, and when the one before it began."""

    before_ns: int
    from_ns: int
    to_ns: int


def promises_of(reader: Reader, site: str | None) -> list[Objective]:
    """Those that the reader may see; of a site also those of all sites, as far as they are about it."""
    seen = [each for each in reader.objectives if each.may_be_shown(reader.sees)]
    return [replace(each, site=site or each.site) for each in seen if site is None or each.site in (None, site)]


def trend(reader: Reader, promises: Sequence[Objective], bounds: Sequence[int]) -> list[list[tuple[Counts, Counts]]]:
    """Per promise and stretch between two `bounds`: the cases, and what its target counts (the same, or slices of time)."""
    spans = [_span(each, bounds) for each in promises]
    return [_between(each, span) for each, span in zip(count(reader, spans), spans, strict=True)]


def week(reader: Reader, promises: Sequence[Objective], stretch: Stretch) -> dict[int, Row]:
    """By place of a promise where anything counts: good, bad, open, unjudged, clock_faults, adjusted_good and adjusted_bad (without what is
    agreed not to count), p50_seconds and p95_seconds."""
    found = reader.rows("reports/promised", asked_of(promises), from_ns=stretch.from_ns, to_ns=stretch.to_ns)
    return {row["place"]: row for row in found}


def causes(reader: Reader, promises: Sequence[Objective], stretch: Stretch) -> list[Row]:
    """place of a promise, workflow, title, site, milestone, event_type, system, why (a class of errors, late, missing, differs) and cases;
    of each promise the most frequent first."""
    asked = asked_of(promises)
    reader.rows("reports/bad", asked, from_ns=stretch.from_ns, to_ns=stretch.to_ns)
    return reader.rows("reports/causes", {name: asked[name] for name in ("metrics", "sites", "workflows")})


def suppliers(reader: Reader, site: str | None, stretch: Stretch) -> list[Row]:
    """Per partner asked something in the week: good, bad, open, unjudged, p50_seconds of its working time; good_before and bad_before
    of the week before."""
    return _rows(reader, "suppliers", {"site": site, "metric": ANSWERS}, stretch)


def stock(reader: Reader, site: str | None, stretch: Stretch) -> list[Row]:
    """Per site: good and bad keys of its pairs of snapshots; gross_quantity and gross_value (0..1) of the newest; good_before and
    bad_before."""
    return _rows(reader, "stock", {"site": site}, stretch)


def told_since(reader: Reader, since_ns: int, until_ns: int, site: str | None) -> list[Row]:
    """source, system, site, events, first_ns and last_ns of what was told after `since_ns`, and had happened by `until_ns`."""
    return reader.rows("reports/told_since", {"since_ns": since_ns, "until_ns": until_ns, "site": site})


def began_before(reader: Reader, ns: int) -> bool:
    """Whether anything is known to have happened before that moment."""
    return bool(reader.rows("reports/began", {"until_ns": ns}))


def _rows(reader: Reader, name: str, values: dict[str, Any], stretch: Stretch) -> list[Row]:
    return reader.rows(f"reports/{name}", values, before_ns=stretch.before_ns, from_ns=stretch.from_ns, to_ns=stretch.to_ns)


def _span(promise: Objective, bounds: Sequence[int]) -> Span:
    # No tier looks back further than the weeks do: what alerts ask is not asked here.
    return Span(replace(promise, tiers=()), bounds[0], bounds[-1], bounds[-1], tuple(pairwise(bounds)))


def _between(counted: Counted, span: Span) -> list[tuple[Counts, Counts]]:
    return [(counted.cases.between(*part), counted.units.between(*part)) for part in span.parts]
