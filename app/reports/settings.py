"""When reports are published and digests are sent, by the clocks of the place that they are about."""

from __future__ import annotations

from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Time:
    """`minute` after midnight; `day` of the week, Monday is 0, None: every day."""

    minute: int
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Reporting:
    """None: not by itself."""

    publish: Time | None = Time(6 * 60, 0)
    digest: Time | None = Time(6 * 60)
