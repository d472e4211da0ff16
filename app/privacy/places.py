"""Where people stand in the database beside the business data: what becomes of each column when one of them is erased."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Engine, MetaData, Table

from app import lease
from app.accounts import password_links, sessions
from app.accounts import tables as accounts
from app.alerts import tables as alerts
from app.annotations import tables as of_annotations
from app.audit import tables as audit
from app.duty import tables as duty
from app.messages import tables as messages
from app.recovery import run_tables, tables
from app.reports import tables as reports
from app.telling import tables as telling

METADATA: tuple[MetaData, ...] = (
    password_links.password_links.metadata,
    sessions.sessions.metadata,
    accounts.metadata,
    audit.metadata,
    tables.metadata,
    run_tables.metadata,
    alerts.metadata,
    duty.metadata,
    of_annotations.metadata,
    telling.metadata,
    messages.metadata,
    reports.metadata,
    lease.metadata,
)


class Kind(StrEnum):
    """What stands in a column."""

    THEIRS = "theirs"  # the row is of one person, who is named here: it is deleted with them
    NAME = "name"  # who did something: replaced by the pseudonym
    TEXT = "text"  # words, or JSON with names in it: replaced where they stand
    CHAIN = "chain"  # of the audit: blacked out by app.audit.redaction, so that the chain still verifies
    SEALED = "sealed"  # of what was published or signed: stays as it is, and is told
    NOBODY = "nobody"  # kinds, hashes, ids of ours


T, N, W = Kind.THEIRS, Kind.NAME, Kind.TEXT
# Columns that are not named here hold nobody, which a test makes sure that somebody decided.
PLACES: dict[str, dict[str, Kind]] = {
    "users": {"name": T},
    "tokens": {"user": T, "made_by": N, "revoked_by": N, "reason": W},
    "failed_logins": {"name": T},
    "sessions": {"user": T},
    "password_links": {"user": T, "made_by": N},
    "identities": {"user": T},
    "saved_views": {"user": T},
    "landings": {"user": T},
    "chosen_languages": {"user": T},
    "contacts": {"user": T},
    "subscriptions": {"user": T},
    "messages": {"user": T},
    "break_glasses": {"user": N, "ended_by": N, "reason": W},
    "audit": {"actor": Kind.CHAIN, "subject": Kind.CHAIN, "detail": Kind.CHAIN, "reason": Kind.CHAIN},
    "catalogue_versions": {"text": Kind.SEALED},
    "group_memory": {"ticket": W},
    "group_notes": {"by": N, "text": W},
    "recoveries": {"requested_by": N, "approved_by": N, "reason": W, "words": W, "selection": W, "excluded": W, "about": W},
    "recovery_items": {"case_id": W, "case_key": W, "case_json": W, "reasons": W, "words": W, "body": Kind.SEALED},
    "recovery_sends": {"words": W},
    "recovery_closings": {"case_json": W, "words": W},
    "recovery_switches": {"by": N, "reason": W},
    "alerts": {"key": W, "title": W, "address": W, "taken_by": N, "taken_note": W},
    "alert_parts": {"partners": W, "words": W, "cause": W, "cause_address": W},
    "alert_supplier_parts": {"partners": W, "words": W, "cause": W, "cause_address": W},
    "alert_endings": {"words": W},
    "absences": {"user": T, "deputy": N},
    "alert_turns": {"people": W, "passed": W},
    "annotations": {"text": W, "said_by": N},
    "published_reports": {"published_by": N, "content": Kind.SEALED, "reasons": W},
    "report_files": {"bytes": Kind.SEALED},
    "report_signatures": {"user": N, "comment": W},
    "report_receivers": {"who": T, "made_by": N},
}
NOBODY: dict[str, set[str]] = {
    "users": {"password_hash", "roles", "sites", "workflows", "suppliers"},
    "tokens": {"hash", "name", "scope", "sites", "workflows", "suppliers", "sources", "last_address"},
    "token_roles": {"hash", "roles"},
    "failed_logins": {"address"},  # goes with the row
    "sessions": {"id", "hash", "kind", "address", "browser", "why", "provider_session"},
    "password_links": {"hash"},
    "identities": {"issuer", "subject"},
    "used_answers": {"hash"},
    "saved_views": {"name", "address"},
    "landings": {"address"},
    "chosen_languages": {"language"},
    "contacts": {"mail", "webhook", "secret"},
    "subscriptions": {"name", "kinds", "severities", "sites", "workflows", "partners", "ways"},
    "messages": {"target", "way", "event", "state", "words"},
    "break_glasses": {"id", "session"},
    "audit": {"action", "hash", "came_from", "salt"},
    "audit_redactions": {"digest"},
    "catalogue_versions": {"digest"},
    "group_memory": {"signature", "owner"},  # a team, from the configuration
    "group_notes": {"signature"},
    "recoveries": {"id", "path", "path_json", "target", "target_fingerprint", "plan_hash", "sites", "safety", "approval", "state"},
    "recovery_items": {"recovery_id", "safety", "payload_digest", "payload_origin", "state", "proven_by"},
    "recovery_sends": {"send_id", "recovery_id", "effect_id", "answer"},
    "recovery_closings": {"position"},
    "recovery_switches": {"name"},
    "alerts": {"kind", "severity", "workflow", "owner"},
    "alert_parts": {"site", "worths"},
    "alert_supplier_parts": {"supplier", "site", "worths"},
    "known_rosters": {"name"},
    "alert_turns": {"roster"},
    "annotations": {"kind", "sites", "workflows", "systems"},
    "published_reports": {"week", "site", "fingerprint", "definitions", "hash", "changes"},
    "report_files": {"form", "hash"},
    "report_receivers": {"kind", "site"},
    "report_runs": {"name"},
    "leases": {"name", "holder"},
}


def every_table() -> Iterator[Table]:
    """All of them, by their declaration."""
    for metadata in dict.fromkeys(METADATA):
        yield from metadata.sorted_tables


def create(engine: Engine) -> None:
    """All tables, where a part of Syncline that was never used has not made its own yet."""
    for metadata in METADATA:
        accounts.create_tables(engine, metadata)


def places(table: Table, *kinds: Kind) -> list[Column[Any]]:
    """The columns of these kinds."""
    return [table.c[name] for name, kind in PLACES.get(table.name, {}).items() if kind in kinds]
