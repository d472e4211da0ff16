"""How transactions stand whose numbers are known: a few of a million, each found by its number."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from sql import models


def status_of(cursor: duckdb.DuckDBPyConnection, numbers: Iterable[int]) -> dict[int, str]:
    """The status word of each as of the moment the cursor stands at. The numbers are said one by one: a million rows are passed over then,
    where a join with a list of them reads all."""
    wanted = sorted({int(number) for number in numbers})
    if not wanted:
        return {}
    places = ", ".join(f"${place}" for place in range(1, len(wanted) + 1))
    return dict(cursor.execute(models.filled(models.text("queries/standing"), {"numbers": places}), wanted).fetchall())
