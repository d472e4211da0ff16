"""The tables of reports: what was published with all it was made of, its files, who signed it, and who gets it by mail."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()

published = Table(
    "published_reports",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("week", String(8), nullable=False),
    Column("site", Text, nullable=False),  # empty: all sites
    Column("revision", Integer, nullable=False),
    Column("as_of_ns", BigInteger, nullable=False),
    Column("known_ns", BigInteger, nullable=False),  # the watermark: what had been told by then is in it
    Column("published_ns", BigInteger, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of the definitions, and these themselves as JSON
    Column("definitions", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("changes", Text, nullable=False),  # JSON: every number that differs from the revision before
    Column("reasons", Text, nullable=False),  # JSON: sentences
    UniqueConstraint("week", "site", "revision", name="one_revision"),
)

files = Table(
    "report_files",
    metadata,
    Column("report", Integer, primary_key=True),
    Column("form", String(8), primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
    Column("hash", String(64), nullable=False),
)

signatures = Table(
    "report_signatures",
    metadata,
    Column("report", Integer, primary_key=True),
    Column("user", String(64), primary_key=True),
    Column("signed_ns", BigInteger, nullable=False),
    Column("comment", Text, nullable=False),
)

# `who`: `user:eva` or `role:exec`; `kind`: weekly or digest; `site` empty: all that they may see.
receivers = Table(
    "report_receivers",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("who", Text, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("site", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_ns", BigInteger, nullable=False),
    UniqueConstraint("who", "kind", "site", name="one_receiver"),
)
by_user = Index("report_receivers_by_who", receivers.c.who)

# What is done once: a name for it, and when it was.
runs = Table(
    "report_runs",
    metadata,
    Column("name", Text, primary_key=True),
    Column("ran_ns", BigInteger, nullable=False),
)
