"""The table of break-glasses, in the same database as people and the audit."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

break_glasses = Table(
    "break_glasses",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user", String(64), nullable=False),
    Column("session", String(64), nullable=False),  # SHA-256 of the session's secret
    Column("epoch", Integer, nullable=False),  # of the user: when it is another, the session has ended
    Column("reason", Text, nullable=False),
    Column("begun_ns", BigInteger, nullable=False),
    Column("until_ns", BigInteger, nullable=False),
    Column("ended_ns", BigInteger),
    Column("ended_by", String(64)),
)
open_break_glasses = Index("open_break_glasses", break_glasses.c.ended_ns, break_glasses.c.user)
