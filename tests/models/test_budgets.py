"""The arithmetic of promises: the figures of the books, and the edges."""

from __future__ import annotations

from fractions import Fraction

import pytest

from metrics.objectives.budget import Budget, Counts, Part, budget_of, burn_rate, exhausted_before, exhausted_in, spent_by
from metrics.objectives.model import USUAL_WINDOW, Tier, can_ring, usual_tiers
from metrics.objectives.windows import Duration, Window

DAY = 1440


def test_three_nines_over_thirty_days_leave_43_minutes_and_12_seconds():
    budget = budget_of(Counts(good=30 * DAY), Fraction("0.999"))
    assert divmod(budget.total * 60, 60) == (43, 12)


@pytest.mark.parametrize(
    ("burn", "minutes", "share"),
    [("14.4", 60, "0.02"), ("6", 360, "0.05"), ("3", 1440, "0.1"), ("1", 4320, "0.1"), ("1", 30 * DAY, "1")],
)
def test_the_usual_tiers_spend_what_they_are_known_to_spend_of_thirty_days(burn: str, minutes: int, share: str):
    assert spent_by(Fraction(burn), minutes, 30 * DAY) == Fraction(share)


def test_a_budget_of_whole_cases_is_exact_and_has_a_sign():
    assert budget_of(Counts(good=997, bad=3), Fraction("0.998")) == Budget(Fraction(2), Fraction(3))
    assert budget_of(Counts(good=997, bad=3), Fraction("0.998")).left == -1
    assert budget_of(Counts(good=998, bad=2), Fraction("0.998")).left == 0


def test_the_burn_rate_is_the_bad_share_beside_the_allowed_one():
    assert burn_rate(Counts(good=856, bad=144), Fraction("0.99")) == Fraction("14.4")
    assert burn_rate(Counts(good=5), Fraction("0.99")) == 0
    assert burn_rate(Counts(open=5, unjudged=2), Fraction("0.99")) is None


def test_nothing_decided_is_no_attainment_and_ten_percent_unseen_is_just_enough():
    assert Counts(open=3).attainment is None
    assert Counts(good=9, unjudged=1).is_covered
    assert not Counts(good=89, unjudged=10).is_covered
    assert Counts().is_covered


def test_a_rolling_budget_gets_back_what_leaves_the_window():
    """100 cases a day at 90 %: ten may be bad. All twenty bad ones of yesterday spend the budget of two days."""
    parts = [Part(0, DAY, Counts(good=100)), Part(DAY, 2 * DAY, Counts(good=80, bad=20))]
    target = Fraction("0.9")
    assert exhausted_in(parts, target, Fraction(0, DAY)) == 0  # nothing is left, and the good day leaves first
    spared = [Part(0, DAY, Counts(good=80, bad=20)), Part(DAY, 2 * DAY, Counts(good=100))]
    assert exhausted_in(spared, target, Fraction(0, DAY)) is None  # the bad day leaves first
    assert exhausted_in([Part(0, DAY, Counts(good=100))], target, Fraction(-10, DAY)) == Fraction(DAY, 2)
    assert exhausted_in([Part(0, DAY, Counts(good=80, bad=20))], target, Fraction(-10, DAY)) is None  # spent already


def test_a_calendar_budget_is_spent_before_its_period_ends_or_not_at_all():
    assert exhausted_before(Fraction(10), Fraction(-2), 6) == 5
    assert exhausted_before(Fraction(10), Fraction(-2), 5) is None
    assert exhausted_before(Fraction(10), Fraction(1), 100) is None
    assert exhausted_before(Fraction(-1), Fraction(-2), 100) is None


def test_the_usual_tiers_are_scaled_and_those_that_can_never_ring_are_apart():
    tiers, never = usual_tiers(Window(Duration(30, "d")), Fraction("0.999"))
    assert [(float(t.threshold), t.long, t.short, t.severity) for t in tiers] == [
        (14.4, 60, 5, "page"),
        (6, 360, 30, "page"),
        (3, 1440, 120, "ticket"),
        (1, 4320, 360, "ticket"),
    ]
    assert never == ()
    tiers, never = usual_tiers(USUAL_WINDOW, Fraction("0.9"))
    assert [(float(t.threshold), t.long, t.short) for t in tiers] == [(6, 336, 28), (3, 1344, 112), (1, 4032, 336)]
    assert [(float(t.threshold), t.long, t.short) for t in never] == [(14.4, 56, 5)]


def test_what_everything_bad_just_reaches_can_ring():
    assert can_ring(Tier(Fraction(10), 60, 5, "page"), Fraction("0.9"))
    assert not can_ring(Tier(Fraction(10), 60, 5, "page", is_strict=True), Fraction("0.9"))
