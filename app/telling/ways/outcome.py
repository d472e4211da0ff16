"""What came of sending one message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """`NOT_TAKEN`: it certainly did not go, and may be sent again; `UNKNOWN`: nobody knows; `REFUSED`: it never will."""

    SENT = "sent"
    NOT_TAKEN = "not_taken"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """With why, where it did not go."""

    outcome: Outcome
    words: str = ""


SENT = Result(Outcome.SENT)
