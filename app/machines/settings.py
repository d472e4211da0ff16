"""What is configured of tokens."""

from __future__ import annotations

from dataclasses import dataclass

USUAL_DAYS = 365
UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


@dataclass(frozen=True, slots=True)
class Terms:
    """`longest_seconds`: no new token lasts longer, and one that does not say lasts so long. None: any may be asked for."""

    longest_seconds: int | None = None

    def usual(self) -> str:
        """How long a token lasts that does not say."""
        seconds = self.longest_seconds or USUAL_DAYS * 86400
        return next(f"{seconds // size}{unit}" for unit, size in UNITS if seconds % size == 0)
