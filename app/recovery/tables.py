"""The tables of the catalogue's versions and of what is known of groups, in the same database as people."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Engine, Integer, MetaData, String, Table, Text

from app import audit
from app.accounts.tables import create_tables
from app.recovery import run_tables

metadata = MetaData()

catalogue_versions = Table(
    "catalogue_versions",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("since_ns", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the text
    Column("text", Text, nullable=False),  # JSON: the paths as they were
)

# What people know of a group of failures; it survives every retry, because the signature does.
group_memory = Table(
    "group_memory",
    metadata,
    Column("signature", String(64), primary_key=True),
    Column("owner", Text),
    Column("ticket", Text),
    Column("muted_until_ns", BigInteger),
    Column("fixed_ns", BigInteger),
)

group_notes = Table(
    "group_notes",
    metadata,
    Column("signature", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("at_ns", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
)


def create(engine: Engine) -> None:
    """All tables of recovery and the audit that tells of it, where they are not there yet."""
    audit.create(engine)
    for each in (metadata, run_tables.metadata):
        create_tables(engine, each)
