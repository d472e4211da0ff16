"""The section `reports`: when the weekly report is published by itself, and when digests are sent."""

from __future__ import annotations

import re
from typing import Any

from app.reports.settings import DAYS, Reporting, Time
from metrics.keys import Key, Place, Problem, Read, record_of, shown

WRITTEN = re.compile(r"(?:([a-z]{3}) )?([0-2]?\d):([0-5]\d)")
NEVER = "never"


def _time(example: str, *, with_day: bool) -> Read:
    """`mon 06:00`, `06:00`, or never."""

    def read(value: Any, place: Place, problems: list[Problem]) -> Time | None:
        if value == NEVER or value is False:
            return None
        found = WRITTEN.fullmatch(value) if isinstance(value, str) else None
        if found and (found[1] is not None) == with_day and (found[1] in DAYS or not with_day) and int(found[2]) < 24:
            return Time(int(found[2]) * 60 + int(found[3]), DAYS.index(found[1]) if found[1] else None)
        problems.append(Problem(place, f'must be a time such as "{example}", or {NEVER} (found {shown(value)}).'))
        return None

    return read


REPORTS = (
    Key(
        "publish",
        _time("mon 06:00", with_day=True),
        "time",
        'When the report of the week before is published and sent, by the clocks of its place: `"mon 06:00"`. `never`: only by hand.',
        default=Reporting().publish,
    ),
    Key(
        "digest",
        _time("06:00", with_day=False),
        "time",
        'When the digest of a morning is sent: the start of the early shift, `"06:00"`. `never`: not at all.',
        default=Reporting().digest,
    ),
)
reports = record_of(REPORTS, Reporting)
