"""What an objective promises: of which metric, for whom, how much of it, over which window, and when to raise an alert."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from metrics.catalog import Metric
from metrics.objectives.windows import Duration, Window
from metrics.scope import Scope

PAGE, TICKET = "page", "ticket"
THIRTY_DAYS = 30 * 1440  # minutes: the window that the usual tiers are made for
USUAL_TIERS = (
    (Fraction("14.4"), 60, 5, PAGE),
    (Fraction(6), 360, 30, PAGE),
    (Fraction(3), 1440, 120, TICKET),
    (Fraction(1), 4320, 360, TICKET),
)
PACE_MINUTES = 1440  # of thirty days: how fast a budget is spent now
STOCK = "inventory_sync_accuracy"
MINIMUM_VOLUME = 10
USUAL_WINDOW = Window(Duration(28, "d"))


@dataclass(frozen=True, slots=True)
class Tier:
    """An alert rings when the budget burns at least `threshold` times as fast as it may, over the long and the short window (minutes)."""

    threshold: Fraction
    long: int
    short: int
    severity: str
    name: str | None = None  # of the policy that asked for it
    is_strict: bool = False  # faster than the threshold, not as fast
    targets: tuple[str, ...] = ()  # who is to be told


@dataclass(frozen=True, slots=True)
class Slices:
    """The window in slices of so many minutes, each good when at least `target` of what counts in it is."""

    minutes: int
    target: Fraction


@dataclass(frozen=True, slots=True)
class Objective:
    """A promise: at least `target` of the metric's cases (with slices: of the time) are good over the window."""

    name: str
    title: str
    metric: str
    target: Fraction
    window: Window = USUAL_WINDOW
    site: str | None = None
    workflow: str | None = None
    partner: str | None = None
    slices: Slices | None = None
    tiers: tuple[Tier, ...] = ()
    never: tuple[Tier, ...] = ()  # usual tiers that could not ring at this target
    minimum_volume: int = MINIMUM_VOLUME
    description: str | None = None
    service: str | None = None

    def may_be_shown(self, sees: Scope) -> bool:
        """Whether it is about what is seen, were it only a part; stock belongs to no workflow."""
        named = ((sees.sites, self.site), (sees.workflows, self.workflow), (sees.suppliers, self.partner))
        return all(names is None or name is None or name in names for names, name in named) and not (
            sees.is_narrow and self.metric == STOCK
        )

    @property
    def most_burn(self) -> Fraction:
        """How fast the budget burns when everything is bad."""
        return 1 / (1 - self.target)

    @property
    def step_minutes(self) -> int:
        """What its windows are made of: minutes, or slices."""
        return self.slices.minutes if self.slices else 1

    def whole_steps(self, minutes: int) -> int:
        """So many minutes, made up to whole slices."""
        return -(-minutes // self.step_minutes) * self.step_minutes

    @property
    def pace_minutes(self) -> int:
        """The stretch over which the present pace is measured."""
        return scaled(PACE_MINUTES, self.window)


def scaled(minutes: int, window: Window) -> int:
    """A stretch meant for thirty days, in the same proportion to this window; a whole number of minutes, at least one."""
    return max(1, round(Fraction(minutes * window.duration.minutes, THIRTY_DAYS)))


def can_ring(tier: Tier, target: Fraction) -> bool:
    """Whether anything burns so fast: all cases bad burn 1 ÷ (1 − target) times as fast as allowed."""
    most = 1 / (1 - target)
    return tier.threshold < most if tier.is_strict else tier.threshold <= most


def usual_tiers(window: Window, target: Fraction) -> tuple[tuple[Tier, ...], tuple[Tier, ...]]:
    """The usual tiers for this window: those that can ring at this target, and those that never could."""
    tiers = [Tier(threshold, scaled(long, window), scaled(short, window), severity) for threshold, long, short, severity in USUAL_TIERS]
    return tuple(t for t in tiers if can_ring(t, target)), tuple(t for t in tiers if not can_ring(t, target))


def usual_objectives(metrics: Iterable[Metric]) -> tuple[Objective, ...]:
    """What holds when nobody has written objectives: of each metric what its card promises, over 28 days. A promise of all of them leaves
    no budget, so it is none."""
    made = []
    for metric in metrics:
        target = Fraction(str(metric.goal))
        if target < 1:
            tiers, never = usual_tiers(USUAL_WINDOW, target)
            name = metric.name.replace("_", "-")
            made.append(Objective(name, metric.title, metric.name, target, tiers=tiers, never=never, description=metric.question))
    return tuple(made)
