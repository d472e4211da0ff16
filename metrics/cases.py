"""What stands behind a figure of a metric: the cases it counted, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from metrics.read import Reader

OUTCOMES = ("good", "bad", "open", "unjudged", "clock_fault")


@dataclass(frozen=True, slots=True)
class Cases:
    """Which cases: of a metric, that began from `from_ns` until before `to_ns` (`by_due`: fell due, as burn rates count), of one site,
    outcome, workflow or partner where given; `reached`: only those whose second milestone was, or was not, reached; `broke`: only bad ones
    that broke their promise at this milestone, and why (a class of errors, late or missing)."""

    metric: str
    from_ns: int
    to_ns: int
    site: str | None = None
    outcome: str | None = None
    workflow: str | None = None
    partner: str | None = None
    by_due: bool = False
    reached: bool | None = None
    broke: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many cases there are by outcome, how many of these are agreed not to count, and how long what was reached took: p50, p90 and p95
    in seconds."""

    outcomes: dict[str, int]
    quantiles: tuple[float, float, float] | None
    excluded: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.outcomes.values())

    @property
    def attainment(self) -> Fraction | None:
        """good ÷ (good + bad); None without any."""
        return _share(self.outcomes["good"], self.outcomes["bad"])

    @property
    def adjusted_attainment(self) -> Fraction | None:
        """The same without what is agreed not to count."""
        return _share(*(self.outcomes[outcome] - self.excluded[outcome] for outcome in ("good", "bad")))


def cases(reader: Reader, asked: Cases, start: int = 0, stop: int = 200) -> pd.DataFrame:
    """Rows start … stop (excluded): workflow, title, transaction_id, site, timezone, milestone, from_ns, to_ns, due_ns, outcome, seconds,
    not_counted (why it leaves the adjusted figures), and in every row `cases`, how many there are in all."""
    _narrow(reader, asked)
    values = {**_narrowed(asked), "outcome": asked.outcome, "start": start, "stop": stop}
    return reader.frame("queries/cases", values, from_ns=asked.from_ns, to_ns=asked.to_ns)


def counted(reader: Reader, asked: Cases) -> Counted:
    """The counts of every outcome, whichever `asked` names."""
    _narrow(reader, asked)
    found = reader.frame("queries/cases_counted", _narrowed(asked), from_ns=asked.from_ns, to_ns=asked.to_ns)
    outcomes, excluded = dict.fromkeys(OUTCOMES, 0), dict.fromkeys(OUTCOMES, 0)
    quantiles = None
    for row in found.to_dict("records"):
        if isinstance(row["outcome"], str):
            outcomes[row["outcome"]], excluded[row["outcome"]] = int(row["cases"]), int(row["excluded"])
        elif row["measured"]:
            p50, p90, p95 = (float(value) for value in row["quantiles"])
            quantiles = (p50, p90, p95)
    return Counted(outcomes, quantiles, excluded)


def _narrow(reader: Reader, asked: Cases) -> None:
    """To the transactions that broke their promise at a step, where one is asked for; else to nothing."""
    numbers, milestone = None, None
    if asked.broke is not None:
        milestone, why = asked.broke
        names = {"metric": "metrics", "site": "sites", "workflow": "workflows", "partner": "partners"}
        values = {several: [getattr(asked, one)] for one, several in names.items()}
        reader.rows("reports/bad", values, from_ns=asked.from_ns, to_ns=asked.to_ns)
        numbers = reader.rows("reports/broken", {"milestone": milestone, "why": why})[0]["numbers"]
    reader.set(broken_numbers=numbers, broken_milestone=milestone)


def _share(good: int, bad: int) -> Fraction | None:
    return Fraction(good, good + bad) if good + bad else None


def _narrowed(asked: Cases) -> dict[str, object]:
    return {name: getattr(asked, name) for name in ("metric", "site", "workflow", "partner", "by_due", "reached")}
