"""The table of annotations, in the same database as people: every version that was ever said, none overwritten."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

# Lists (sites, workflows, systems) are JSON; an empty one narrows nothing.
said = Table(
    "annotations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("version", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("from_ns", BigInteger, nullable=False),
    Column("to_ns", BigInteger),  # null: a moment
    Column("sites", Text, nullable=False),
    Column("workflows", Text, nullable=False),
    Column("systems", Text, nullable=False),
    Column("said_by", String(80), nullable=False),
    Column("said_ns", BigInteger, nullable=False),
    Column("until_ns", BigInteger),  # since when it is said otherwise, or not any more; null: it holds
)
by_time = Index("annotations_by_time", said.c.from_ns)
