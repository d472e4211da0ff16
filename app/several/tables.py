"""The table of the processes that are one Syncline together, and of what all of them must have alike."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, String, Table, Text

metadata = MetaData()
instances = Table(
    "instances",
    metadata,
    Column("id", String(32), primary_key=True),  # of its home
    Column("machine", String(255), nullable=False),
    Column("role", String(16), nullable=False),
    Column("version", String(64), nullable=False),
    Column("definitions", String(64), nullable=False),  # their fingerprint
    Column("started_ns", BigInteger, nullable=False),
    Column("seen_ns", BigInteger, nullable=False),
    Column("followed", BigInteger, nullable=False),  # up to which record it has them
    Column("loaded", BigInteger, nullable=False),  # up to which its numbers are made
    Column("waiting", BigInteger, nullable=False),  # received, and not in the lake yet
    Column("trouble", Text, nullable=False),
    Column("sources_json", Text, nullable=False),  # how reading goes, of those that it reads
)
shared = Table("shared", metadata, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))
