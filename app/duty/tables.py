"""The tables of duty: who is away and who stands in, since when a roster counts, and each step of telling somebody of an alert."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()

absences = Table(
    "absences",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("user", String(64), nullable=False),
    Column("from_ns", BigInteger, nullable=False),
    Column("to_ns", BigInteger, nullable=False),
    Column("deputy", String(64)),  # who stands in; null: nobody
)
absences_of = Index("absences_of", absences.c.user, absences.c.to_ns)

# What was open before a roster was there is not told by it: who writes the first one would be told of everything at once.
known_rosters = Table(
    "known_rosters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("since_ns", BigInteger, nullable=False),
)

turns = Table(
    "alert_turns",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("alert", Integer, nullable=False),
    Column("roster", Text, nullable=False),
    Column("step", Integer, nullable=False),  # from 0
    Column("level", Integer, nullable=False),  # 0: the shift
    Column("at_ns", BigInteger, nullable=False),
    Column("people", Text, nullable=False),  # JSON: who was told; empty: nobody could be, and the next level was at once
    Column("passed", Text, nullable=False),  # JSON: who was passed over, and why
    Column("next_ns", BigInteger),  # when the next step is due; null: there is none
    UniqueConstraint("alert", "roster", "step", name="one_turn"),
)
