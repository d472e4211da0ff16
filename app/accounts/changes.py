"""Changing what a user is or may, which ends what they have open."""

from __future__ import annotations

from sqlalchemy import Connection, update

from app.accounts import identities, sessions
from app.accounts.tables import users


def change(connection: Connection, name: str, now_ns: int, **values: object) -> None:
    """In the caller's transaction. Raising the epoch ends every session that began before, whoever still has its cookie. Raises
    AccountError for what is not ours to change of people who sign in elsewhere."""
    identities.check_is_ours(connection, name, values)
    connection.execute(update(users).where(users.c.name == name).values(epoch=users.c.epoch + 1, **values))
    sessions.end_all(connection, name, sessions.CHANGED, now_ns)
