"""The tables of the audit, in the same database as people: every entry, and what was blacked out of which one."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Engine, Index, MetaData, String, Table, Text

from app.accounts.tables import create_tables

metadata = MetaData()

entries = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("at_ns", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(512), nullable=False),  # what it was done with
    Column("detail", Text, nullable=False),  # JSON
    Column("reason", Text),
    Column("hash", String(64), nullable=False),  # over this row and the hash before it
    Column("came_from", String(80)),  # the address of who did it; null: written before there was this column
    Column("salt", String(32)),  # is hashed as well, so that nobody can guess what was blacked out; null: as above
)
by_subject = Index("audit_by_subject", entries.c.subject, entries.c.number)
by_action = Index("audit_by_action", entries.c.action, entries.c.number)
by_time = Index("audit_by_time", entries.c.at_ns, entries.c.action)
by_actor = Index("audit_by_actor", entries.c.actor, entries.c.number)

# One row for each time something was blacked out of an entry. `by` is the entry that tells it, and binds all its rows.
redactions = Table(
    "audit_redactions",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("by", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of what the entry says from then on
)
redactions_by = Index("audit_redactions_by", redactions.c.by, redactions.c.number)


def create(engine: Engine) -> None:
    """The tables, where they are not there yet."""
    create_tables(engine, metadata)
