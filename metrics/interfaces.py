"""What interfaces say, hour by hour, and which events repeat an effect: kept to the events as they come."""

from __future__ import annotations

import duckdb

from sql import models

ANY = "true"
COME = "effect_key in (select effect_key from effect_keys where event_no > getvariable('seen_event'))"


def clear(cursor: duckdb.DuckDBPyConnection) -> None:
    """Empties what is kept."""
    for table in ("interface_hours", "effect_keys", "redeliveries"):
        cursor.execute(f"delete from {table}")


def renew(cursor: duckdb.DuckDBPyConnection, *, everything: bool) -> None:
    """Adds what the events after `seen_event` say; `everything` where nothing was kept."""
    if not cursor.execute("select exists (from events where event_no > getvariable('seen_event'))").fetchall()[0][0]:
        return
    models.run(cursor, "interfaces/come", touched=ANY if everything else COME)
    models.run(cursor, "interfaces/first" if everything else "interfaces/renewed")
