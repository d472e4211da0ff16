"""How long a token lasts: what is usual, what is the longest, and how it is written."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time

from app.accounts.people import AccountError
from app.instants import SECOND_NS, instant_ns
from app.machines.settings import USUAL_DAYS, Terms
from metrics.keys import Problem, duration_seconds
from metrics.texts import _said

DAY_NS = 24 * 3600 * SECOND_NS
SOON_NS = 14 * DAY_NS  # so long before its end whoever keeps a token is told
OVERLAP = "24h"
LONGEST_OVERLAP_NS = 30 * DAY_NS
NEVER = "never"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
LATEST_NS = 2**63 - 1


def ends_ns(terms: Terms, asked: str | None, now_ns: int) -> int | None:
    """When a token that is made now ends; None: never. `asked`: `90d`, `2027-03-31` (the end of that day, UTC), an instant, `never`, or
    None for as long as is usual. Raises AccountError."""
    longest_ns = now_ns + terms.longest_seconds * SECOND_NS if terms.longest_seconds else None
    if asked is None:
        return longest_ns or now_ns + USUAL_DAYS * DAY_NS
    found = None if asked.strip() == NEVER else _instant(asked.strip(), now_ns)
    if longest_ns is not None and (found is None or found > longest_ns):
        raise AccountError(_said("No token may last longer than {longest} here (access.tokens.longest).", longest=terms.usual()))
    if found is not None and not now_ns < found < LATEST_NS:
        raise AccountError(_said("'{asked}' is no end that a token can have: it lies in the future.", asked=asked))
    return found


def renewed_ns(terms: Terms, lasted_ns: int | None, now_ns: int) -> int | None:
    """When the successor of a token that lasted so long ends, where nobody says: as long, but no longer than is allowed."""
    longest_ns = terms.longest_seconds * SECOND_NS if terms.longest_seconds else None
    lasts_ns = min((each for each in (lasted_ns, longest_ns) if each is not None), default=None)
    return None if lasts_ns is None else now_ns + lasts_ns


def overlap_ns(text: str) -> int:
    """How long the old secret works beside the new one. Raises AccountError."""
    found = 0 if text.strip() == "0" else _duration_ns(text.strip())
    if found is None:
        raise AccountError(_said("'{text}' is no duration. Write 24h, 7d, or 0 for not at all.", text=text))
    if found > LONGEST_OVERLAP_NS:
        raise AccountError(_said("The old secret may work for 30 days beside the new one, not longer."))
    return found


def _instant(text: str, now_ns: int) -> int:
    if (found := _duration_ns(text)) is not None:
        return now_ns + found
    try:
        if DAY.fullmatch(text):
            day = datetime.combine(datetime.fromisoformat(text).date(), time(23, 59, 59), UTC)
            return int(day.timestamp()) * SECOND_NS
        return instant_ns(text)
    except ValueError:
        said = _said("'{text}' says no end. Write 90d, 2027-03-31, 2027-03-31T18:00:00Z, or never.", text=text)
        raise AccountError(said) from None


def _duration_ns(text: str) -> int | None:
    problems: list[Problem] = []
    seconds = duration_seconds(text, (), problems)
    return None if problems or seconds is None else seconds * SECOND_NS
