"""Who may let go on what somebody stopped."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from app.recovery.run_tables import switches
from metrics.scope import Scope


def switch_of(connection: Connection, name: str) -> Row[Any] | None:
    """What was done with a switch last; None before anybody used it."""
    return connection.execute(select(switches).where(switches.c.name == name)).one_or_none()


def may_let_go_on(switch: Row[Any] | None, name: str, sees: Scope) -> bool:
    """Whoever may stop may do so for all of the enterprise; what others stopped goes on for all of it too, their plants included."""
    return switch is None or not switch.is_stopped or switch.by == name or sees.is_all
