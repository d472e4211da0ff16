"""Whether a week costs more or less than it did before, in a sentence."""

from __future__ import annotations

from decimal import Decimal

from app.figures import words
from metrics.business_case import Average
from metrics.texts import _


def compared(average: Average, before: Average | None) -> str:
    if before and average.money is not None and before.money:
        change, share = _change(average.money, before.money)
        return {
            0: _("That is as much as before in money."),
            1: _("That is {share} more money than before.", share=share),
            -1: _("That is {share} less money than before.", share=share),
        }[change]
    if before and average.failed is not None and before.failed:
        change, share = _change(average.failed, before.failed)
        return {
            0: _("That is as much as before in failures."),
            1: _("That is {share} more failures than before.", share=share),
            -1: _("That is {share} fewer failures than before.", share=share),
        }[change]
    return ""


def _change(now: Decimal, then: Decimal) -> tuple[int, str]:
    """Whether it is more (1), less (-1) or as much as before, and by how much."""
    share = (now - then) / then
    return 0 if abs(share) < Decimal("0.005") else 1 if share > 0 else -1, words.percent(float(abs(share)))
