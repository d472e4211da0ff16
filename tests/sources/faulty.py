"""What other processes of the tests understand records with: two kinds of files, and rows on which our own program fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from collectors.classify import ErrorRules
from collectors.event import Record
from collectors.identifiers import Identifiers
from collectors.meaning import Meaning
from collectors.rows import Rows
from collectors.sources import open_source
from collectors.sources.csv import Csv
from collectors.understanding import Understanding

ROWS: dict[str, Any] = {
    "name": "rows",
    "kind": "csv",
    "path": "*.csv",
    "map": {"event_type": {"column": "STEP"}, "event_time": {"column": "AT"}, "attempt": {"column": "TRY"}},
}
STOCK = {"name": "stock", "kind": "inventory_csv", "path": "stock.txt"}


class Faulty(Csv):
    """Reads rows as ever, but for those on which it fails."""

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        if b"fault" in record.payload:
            raise ZeroDivisionError
        super().decode(record, meaning, rows)


def understanding(folder: Path) -> Understanding:
    """The same in any process."""
    rows, stock = open_source(ROWS, folder), open_source(STOCK, folder)
    rows.__class__ = Faulty
    return Understanding([rows, stock], Meaning(Identifiers(), ErrorRules()))
