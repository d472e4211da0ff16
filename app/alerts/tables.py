"""The tables of alerts, in the same database as people: each with its beginning, its end, and what it is about at each site."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

alerts = Table(
    "alerts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("key", Text, nullable=False),  # what it is about: one alert at a time for each
    Column("kind", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("workflow", Text),
    Column("owner", Text),
    Column("address", Text, nullable=False),  # of the page where it is dealt with, below the prefix
    Column("began_ns", BigInteger, nullable=False),  # since when it is so
    Column("started_ns", BigInteger, nullable=False),  # when it was noticed
    Column("absent_ns", BigInteger),  # since when it is not found any more; null: it is
    Column("ended_ns", BigInteger),
    Column("taken_by", String(64)),  # who acknowledged it
    Column("taken_ns", BigInteger),
    Column("taken_note", Text),
)
one_open_alert = Index(
    "one_open_alert", alerts.c.key, unique=True, sqlite_where=alerts.c.ended_ns.is_(None), postgresql_where=alerts.c.ended_ns.is_(None)
)
# Of what ended because a person said so, what they said; of all else there is no row.
endings = Table(
    "alert_endings",
    metadata,
    Column("alert", Integer, primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False),
)
alerts_by_start = Index("alerts_by_start", alerts.c.started_ns)


def _told() -> list[Column[Any]]:
    """What there is to say of a part."""
    return [
        Column("cases", Integer, nullable=False),
        Column("orders", Integer, nullable=False),
        Column("worths", Text, nullable=False),  # JSON: by currency
        Column("partners", Text, nullable=False),  # JSON: the suppliers and carriers it is about
        Column("words", Text, nullable=False),  # what there is to say of it at this site
        Column("cause", Text),  # what it began with, in words
        Column("cause_address", Text),  # and its page, below the prefix
    ]


# What somebody who sees some sites only is told of an alert are its rows of these sites; site "" is what names none.
parts = Table(
    "alert_parts",
    metadata,
    Column("alert", Integer, primary_key=True, autoincrement=False),
    Column("site", Text, primary_key=True),
    *_told(),
)

# What somebody who sees some suppliers only is told of it are its rows of these, at their sites: the same cases, as far as they are of one.
supplier_parts = Table(
    "alert_supplier_parts",
    metadata,
    Column("alert", Integer, primary_key=True, autoincrement=False),
    Column("site", Text, primary_key=True),
    Column("supplier", Text, primary_key=True),
    *_told(),
)
