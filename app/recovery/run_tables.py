"""The tables of recoveries: what was requested and approved, every case in it, and every attempt to send one."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

recoveries = Table(
    "recoveries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("path", Text, nullable=False),
    Column("path_json", Text, nullable=False),  # as it was requested
    Column("catalogue_version", Integer, nullable=False),
    Column("target", Text),  # its sentence
    Column("target_fingerprint", Text),
    Column("plan_hash", String(64), nullable=False),
    Column("selection", Text, nullable=False),  # JSON: what was chosen on the page
    Column("excluded", Text, nullable=False),  # JSON: cases that were chosen and are not in it, with why
    Column("sites", Text, nullable=False),  # JSON: those of its cases, "" for none
    Column("safety", String(16), nullable=False),
    Column("approval", String(16), nullable=False),  # what it needs
    Column("state", String(16), nullable=False),
    Column("words", Text, nullable=False, default=""),  # why it is in that state
    Column("step", Integer, nullable=False, default=0),  # of the ramp, from 0
    Column("is_automatic", Boolean, nullable=False, default=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_ns", BigInteger, nullable=False),
    Column("reason", Text),
    Column("lapses_ns", BigInteger),
    Column("approved_by", Text),
    Column("approved_ns", BigInteger),
    Column("started_ns", BigInteger),
    Column("ended_ns", BigInteger),
    Column("about", Text),  # JSON: each site, workflow and supplier of its cases; null: from before these were written down
)

items = Table(
    "recovery_items",
    metadata,
    Column("recovery_id", String(32), primary_key=True),
    Column("place", Integer, primary_key=True),  # in the order of sending, from 0
    Column("step", Integer),  # of the ramp; null: not let go yet
    Column("case_id", Text, nullable=False),
    Column("case_key", Text, nullable=False),
    Column("case_json", Text, nullable=False),
    Column("safety", String(16), nullable=False),
    Column("reasons", Text, nullable=False),  # JSON
    Column("payload_digest", String(64)),
    Column("payload_origin", String(16)),
    Column("body", LargeBinary),  # of what was edited
    Column("state", String(16), nullable=False),
    Column("words", Text, nullable=False, default=""),
    Column("blocked_by", Integer),  # the place of the one before it, of the same key
    Column("tries", Integer, nullable=False, default=0),
    Column("part", Integer, nullable=False, default=0),  # of a compensation: how many of its steps are done
    Column("next_try_ns", BigInteger, nullable=False, default=0),
    Column("accepted_ns", BigInteger),
    Column("proof_due_ns", BigInteger),
    Column("proven_by", Text),  # the event; of what is refused: it got through by itself
    Column("ended_ns", BigInteger),
)
items_by_case = Index("recovery_items_by_case", items.c.case_id, items.c.state)

sends = Table(
    "recovery_sends",
    metadata,
    Column("send_id", String(64), primary_key=True),
    Column("recovery_id", String(32), nullable=False),
    Column("place", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("effect_id", String(64), nullable=False),
    Column("sent_ns", BigInteger, nullable=False),
    Column("answer", String(16)),  # null: not yet
    Column("words", Text),
    Column("answered_ns", BigInteger),
)
sends_by_item = Index("recovery_sends_by_item", sends.c.recovery_id, sends.c.place)

closings = Table(
    "recovery_closings",
    metadata,
    Column("position", String(64), primary_key=True),  # of the event that tells it
    Column("case_json", Text, nullable=False),
    Column("event_ns", BigInteger, nullable=False),
    Column("is_closed", Boolean, nullable=False),  # false: opened again
    Column("words", Text, nullable=False),
    Column("is_told", Boolean, nullable=False),  # the journal has it
)

switches = Table(
    "recovery_switches",
    metadata,
    Column("name", String(32), primary_key=True),  # automatic: nothing is requested by a rule; sending: nothing is sent at all
    Column("is_stopped", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("at_ns", BigInteger, nullable=False),
    Column("reason", Text),
)
