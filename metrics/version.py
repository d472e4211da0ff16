"""Whether anything has changed since somebody last looked, for the price of reading a few rows."""

from __future__ import annotations

from sql.store import Store


def data_version(store: Store) -> str:
    """Differs whenever an answer could differ for another reason than time passing."""
    with store.read() as cursor:
        marks = cursor.execute(
            "select key, value from meta where key in ('definitions', 'refreshed_event', 'refreshed_span') order by key"
        ).fetchall()
        refused = cursor.execute("select count(*) from rejected").fetchall()
    return "|".join([*(str(value) for _, value in marks), str(refused[0][0])])
