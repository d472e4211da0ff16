"""The tables of who is told of what: how people are reached, what they asked for, and every message with what became of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()

contacts = Table(
    "contacts",
    metadata,
    Column("user", String(64), primary_key=True),
    Column("mail", Text),
    Column("webhook", Text),
    Column("secret", Text),  # that webhooks are signed with; sealed where the configuration has a key
    Column("quiet_from", Integer),  # minutes after midnight in the enterprise's zone; null: no quiet hours
    Column("quiet_to", Integer),
)

# Lists are JSON; an empty one narrows nothing.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("user", String(64), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("kinds", Text, nullable=False),
    Column("severities", Text, nullable=False),
    Column("sites", Text, nullable=False),
    Column("workflows", Text, nullable=False),
    Column("partners", Text, nullable=False),
    Column("ways", Text, nullable=False),
    Column("made_ns", BigInteger, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("target", Text, nullable=False),  # whose, and by which way
    Column("way", Text, nullable=False),
    Column("user", String(64), nullable=False),
    Column("subscription", Integer),  # null: somebody tries whether it works
    Column("alert", Integer, nullable=False),  # 0: a try
    Column("event", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("is_held", Boolean, nullable=False, default=False),  # until quiet hours end
    Column("tries", Integer, nullable=False, default=0),
    Column("next_ns", BigInteger, nullable=False),
    Column("claimed_ns", BigInteger),  # since when it is being sent
    Column("made_ns", BigInteger, nullable=False),
    Column("settled_ns", BigInteger),
    Column("words", Text),  # why it did not go
    Column("read_ns", BigInteger),  # in the inbox
    UniqueConstraint("target", "alert", "event", name="one_message"),
)
messages_waiting = Index("messages_waiting", messages.c.state, messages.c.next_ns)
messages_of = Index("messages_of", messages.c.user, messages.c.way, messages.c.read_ns)
messages_by_alert = Index("messages_by_alert", messages.c.alert)
