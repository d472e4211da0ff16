"""What stock snapshots of two systems say: how accurate the other one is, what differs and why, and what planning gets wrong by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from metrics.cases import Cases
from metrics.read import Reader

UNEXPLAINED, NOT_COMPARABLE = "unexplained", "not_comparable"
CAUSES = ("lost", "failed", "duplicated", "quantity", "in_flight", UNEXPLAINED, NOT_COMPARABLE)
GROUPS = ("site", "location", "abc_class")
SHOWN = ("differences", "misses", "all")  # what differs or has a cause; what counts as wrong; what agrees, too
PAIRS = 28  # of a site, in its history


@dataclass(frozen=True, slots=True)
class Asked:
    """Which keys: of a site, location, class (`""`: of none) or item, touched by a cause, where given; one of SHOWN."""

    site: str | None = None
    location: str | None = None
    abc_class: str | None = None
    item: str | None = None
    cause: str | None = None
    shown: str = SHOWN[0]

    @property
    def narrowed(self) -> dict[str, Any]:
        """All but the cause."""
        return {"site": self.site, "location": self.location, "abc_class": self.abc_class, "item": self.item, "shown": self.shown}


class Stock:
    """The newest comparable snapshots of every site, as of the reader's moment."""

    def __init__(self, reader: Reader) -> None:
        reader.compare_stock()
        self._reader = reader

    def sites(self) -> pd.DataFrame:
        """Per site with snapshots: newest_reference_ns, newest_other_ns, gap_ns allowed, timezone; of its newest comparable pair (null
        without one) pair_ns, reference_ns, other_ns, good, bad, not_comparable and unexplained keys, gross_quantity, gross_value (0..1)
        of the `valued` keys."""
        return self._reader.frame("queries/stock_sites")

    def history(self, by: str, site: str | None = None, pairs: int = PAIRS) -> pd.DataFrame:
        """Per site, part of it (`by` one of GROUPS) and pair of snapshots, the oldest first: pair_ns, good, bad, not_comparable,
        gross_quantity, gross_value, overstated_value, understated_value."""
        return self._reader.frame("queries/stock_history", {"by": by, "site": site, "pairs": pairs})

    def differences(self, asked: Asked, start: int = 0, stop: int = 200) -> pd.DataFrame:
        """Rows start … stop (excluded) of the keys: the columns of the export `inventory`, value of a base unit, timezone, and in every row
        `keys`, how many there are in all."""
        values = {**asked.narrowed, "cause": asked.cause or ""}
        return self._reader.frame("queries/stock_differences", {**values, "start": start, "stop": stop})

    def causes(self, asked: Asked) -> dict[str, tuple[int, int]]:
        """Of every cause that is there: how many keys it touches, and how many movements (or keys) there are of it."""
        found = self._reader.frame("queries/stock_causes", asked.narrowed).to_dict("records")
        return {row["cause"]: (row["keys"], row["movements"]) for row in found}

    def misstated(self, site: str | None = None, most: int = 10) -> pd.DataFrame:
        """The items whose unrestricted stock is misstated, the most valuable first: item, uom, abc_class, keys, sites, overstated and
        understated in base units, the same in value where it is known; in every row the values of all of them, and how many there are."""
        return self._reader.frame("queries/stock_misstated", {"site": site, "most": most})


def pairs(reader: Reader, asked: Cases, start: int = 0, stop: int = 200) -> pd.DataFrame:
    """What stands behind the metric of accuracy, rows start … stop (excluded): site, snapshot_ns, timezone, and of the keys good, bad and
    not_comparable; in every row `pairs`, how many there are in all."""
    values = {**_narrowed(asked), "outcome": asked.outcome, "start": start, "stop": stop}
    return reader.frame("queries/stock_pairs", values, from_ns=asked.from_ns, to_ns=asked.to_ns)


def pairs_counted(reader: Reader, asked: Cases) -> dict[str, int]:
    """How many pairs there are, whichever outcome `asked` names, and how many keys of them are good, bad, not_comparable."""
    found = reader.frame("queries/stock_pairs_counted", _narrowed(asked), from_ns=asked.from_ns, to_ns=asked.to_ns)
    return {str(name): int(found[name][0]) for name in found.columns}


def _narrowed(asked: Cases) -> dict[str, str | None]:
    return {"site": asked.site, "workflow": asked.workflow, "partner": asked.partner}
