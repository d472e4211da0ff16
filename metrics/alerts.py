"""The alerts that ring as of a moment, with the sentence for whoever is called. Sending them is somebody else's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from metrics.objectives.ringing import Ring
from metrics.objectives.status import Status, statuses
from metrics.objectives.windows import roughly, told_minutes
from metrics.texts import _, language

if TYPE_CHECKING:
    from metrics.read import Reader


@dataclass(frozen=True, slots=True)
class Alert:
    """One tier of one objective that rings. Windows in minutes, burn rates as multiples of what is allowed."""

    objective: str
    title: str
    metric: str
    severity: str
    threshold: Fraction
    long_minutes: int
    short_minutes: int
    long_burn: Fraction
    short_burn: Fraction
    since_ns: int
    is_longer: bool  # has rung for longer than since then
    at_ns: int  # as of when; earlier than now while the feed lags
    is_frozen: bool
    targets: tuple[str, ...]  # who is to be told
    bad: int  # what broke the promise in the long window
    broke: str
    pace: str

    @property
    def sentence(self) -> str:
        """For whoever is called."""
        return f"{self.broke}: {self.pace}"


def alerts(reader: Reader) -> list[Alert]:
    """Everything that rings, as of the reader's moment: pages first, then by how fast the budget burns."""
    return alerts_of(statuses(reader))


def alerts_of(standing: Iterable[Status]) -> list[Alert]:
    found = [_alert(status, ring) for status in standing for ring in status.ringing]
    return sorted(found, key=lambda alert: (alert.severity != "page", -alert.long_burn, alert.objective))


def _alert(status: Status, ring: Ring) -> Alert:
    objective, tier = status.objective, ring.tier
    assert ring.long_burn is not None
    assert ring.short_burn is not None
    assert ring.since_ns is not None
    assert ring.at_ns is not None
    return Alert(
        objective=objective.name,
        title=objective.title,
        metric=objective.metric,
        severity=tier.severity,
        threshold=tier.threshold,
        long_minutes=tier.long,
        short_minutes=tier.short,
        long_burn=ring.long_burn,
        short_burn=ring.short_burn,
        since_ns=ring.since_ns,
        is_longer=ring.is_longer,
        at_ns=ring.at_ns,
        is_frozen=ring.is_frozen,
        targets=tier.targets,
        bad=ring.long.bad,
        broke=_broke(status, ring),
        pace=_pace(status, ring),
    )


def _broke(status: Status, ring: Ring) -> str:
    """How much of what was decided broke the promise."""
    slots = {"decided": ring.long.decided, "span": told_minutes(ring.tier.long), "bad": ring.long.bad}
    if status.objective.slices:
        return _("Of the {decided} slices decided in the last {span}, {bad} broke the promise", **slots)
    return _("Of the {decided} cases decided in the last {span}, {bad} broke the promise", **slots)


def _pace(status: Status, ring: Ring) -> str:
    """How fast that burns the budget, and how long a whole one would last."""
    assert ring.long_burn is not None
    burn = Decimal(f"{float(ring.long_burn):.3g}")
    times = language().number(burn) if burn.as_tuple().exponent in range(-9, 1) else f"{burn}"
    whole = status.objective.window.duration.minutes / ring.long_burn if ring.long_burn else None
    said = (
        _(
            "the budget burns {times} times as fast as allowed; at this pace a whole budget lasts only {span}.",
            times=times,
            span=told_minutes(roughly(int(whole))),
        )
        if whole
        else _("the budget burns {times} times as fast as allowed.", times=times)
    )
    return f"{said} {_('It is as it was before the feed began to lag.')}" if ring.is_frozen else said
