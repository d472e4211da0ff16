"""Makes the content of a report: everything it says, counted at one moment by one reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.components.tiles import name_of
from app.configuration.model import Settings
from app.instants import instant_text
from app.reports import definitions, promised, standing
from app.reports.asked import Around, Asked, around_of, count, figure
from app.reports.content import SHARE, Content, Figure
from app.reports.promised import Counted
from app.reports.verdict import verdict_of
from metrics import weekly
from metrics.objectives.budget import Counts
from metrics.objectives.model import Objective
from metrics.read import Reader

SUCCESS = Objective("transactions", "Transactions", "transaction_success", Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Before:
    """The report of the week before as it was published, and what it was counted by."""

    content: Content
    texts: definitions.Texts


def content_of(reader: Reader, settings: Settings, asked: Asked, before: Before | None = None) -> Content:
    """Raises ValueError with a sentence for what no report can be of."""
    around = around_of(asked, settings)
    objectives = weekly.promises_of(reader, asked.site)
    whole = Objective(SUCCESS.name, SUCCESS.title, SUCCESS.metric, SUCCESS.target, site=asked.site)
    *found, all_of_them = promised.counted(reader, around, [*objectives, whole])
    causes = promised.causes_of(reader, found, around)
    said = verdict_of(found, causes, around)
    decided = [each for each in found if each.is_kept is not None]
    weeks = standing.weeks_of(reader, around)
    texts = definitions.texts_of(settings)
    cases = all_of_them.cases
    return Content(
        week=str(asked.week),
        days=asked.week.days,
        site=asked.site,
        place=name_of(asked.site) if asked.site else _place(reader),
        zone=around.zone,
        from_time=instant_text(around.bounds[-2]),
        to_time=instant_text(around.bounds[-1]),
        as_of_time=instant_text(asked.moment.as_of_ns),
        known_time=instant_text(asked.moment.known_ns),
        state=said.state,
        verdict=said.sentence,
        because=said.because,
        headline=said.headline,
        kept=count(sum(each.is_kept is True for each in decided), around.link("objectives")),
        decided=count(len(decided), around.link("objectives")),
        transactions=count(_number(cases), around.cases(SUCCESS.metric, site=asked.site)),
        not_well=count(cases.bad, around.cases(SUCCESS.metric, outcome="bad", site=asked.site)),
        not_well_before=_bad_before(all_of_them, around),
        observed=figure(cases.observed, SHARE, around.cases(SUCCESS.metric, site=asked.site)),
        promises=tuple(promised.promise_of(each, around, before.content if before else None) for each in _in_order(found)),
        causes=tuple(causes),
        suppliers=tuple(standing.suppliers_of(reader, around)),
        suppliers_goal=standing.suppliers_goal(around),
        stock=tuple(standing.stock_of(reader, around)),
        recovered=standing.recovered_of(weeks, around),
        risks=standing.risks_of(reader, around),
        cost=standing.cost_of(weeks, around),
        compared=before.content.week if before else None,
        changes=definitions.changes(before.texts, texts) if before else (),
        fingerprint=definitions.fingerprint_of(texts),
    )


def _in_order(found: Sequence[Counted]) -> list[Counted]:
    """What was missed first, then what nobody can say, then what was kept."""
    return sorted(found, key=lambda each: [False, None, True].index(each.is_kept))


def _number(cases: Counts) -> int:
    return cases.good + cases.bad + cases.open + cases.unjudged


def _bad_before(found: Counted, around: Around) -> Figure:
    bad = found.weeks[-2][0].bad
    return count(bad, around.cases(SUCCESS.metric, -2, outcome="bad", site=around.asked.site))


def _place(reader: Reader) -> str:
    """Whose report it is: who may not see all sites has one of theirs."""
    return "All sites" if reader.sees.is_all else ", ".join(name_of(site) for site, _ in reader.sites()) or "No site"
