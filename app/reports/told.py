"""Figures in words: the same text in every form."""

from __future__ import annotations

from fractions import Fraction

from app.figures import promises, words
from app.reports.content import MONEY, SECONDS, SHARE, Figure, Worth

NOBODY = "no data"


def told(figure: Figure, like: float | None = None, currency: str = "") -> str:
    """98.62 %, 1,204, 3 h 12 min, 840 EUR. Shares are cut, never rounded up, as fine as `like` and one digit more."""
    value = figure.value
    if value is None:
        return NOBODY
    if figure.unit == SHARE:
        return share(value, like)
    if figure.unit == SECONDS:
        return words.duration(value)
    return f"{value:,.0f}{f' {currency}' if figure.unit == MONEY and currency else ''}"


def share(value: float, like: float | None = None) -> str:
    """98.62 %"""
    # The nearest fraction of few digits is the one it was counted as: 0.85 is not 0.8499….
    return promises.share(Fraction(value).limit_denominator(10**9), None if like is None else Fraction(str(like)))


def promised(target: float) -> str:
    """99 %"""
    return promises.promise(Fraction(str(target)))


def points(now: Figure, before: Figure) -> str | None:
    """+0.41 pt, against the week before; None where one of them is not known."""
    if now.value is None or before.value is None or now.unit != SHARE:
        return None
    return f"{'+' if now.value >= before.value else '−'}{abs(now.value - before.value) * 100:.2f} pt"


def change(now: Figure, before: Figure) -> str | None:
    """+12, or of times +3 min."""
    if now.value is None or before.value is None:
        return None
    if now.unit == SHARE:
        return points(now, before)
    apart, sign = abs(now.value - before.value), "+" if now.value >= before.value else "−"
    if not apart:
        return "no change"
    return f"{sign}{words.duration(apart) if now.unit == SECONDS else f'{apart:,.0f}'}"


def worths(found: tuple[Worth, ...]) -> str:
    """12,400 EUR and 300 USD: currencies are never added."""
    return " and ".join(f"{each.value:,.0f} {each.currency or 'without a currency'}" for each in found) or "nobody says"
