"""One line of the table of results."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio`: to what the text names, measured in the same run; single times say little on machines that are shared."""

    what: str
    found: str
    ratio: float | None = None

    def row(self) -> str:
        return f"| {self.what} | {self.found} | {'' if self.ratio is None else f'{self.ratio:.2f}'} |"
