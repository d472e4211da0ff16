"""How many wrong passwords are too many, per user and address and per address."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from app.accounts.tables import failed_logins

WINDOW_SECONDS = 15 * 60
PER_USER_AND_ADDRESS = 5
PER_ADDRESS = 50  # a whole plant may sit behind one address
_WINDOW_NS = WINDOW_SECONDS * 1_000_000_000


class TooManyAttempts(Exception):
    """Not even tried: too many wrong passwords. `seconds` says when the next attempt counts again."""

    def __init__(self, seconds: int) -> None:
        minutes = max(1, -(-seconds // 60))
        super().__init__(f"Too many wrong passwords. Try again in {minutes} minute{'s' if minutes > 1 else ''}.")
        self.seconds = seconds


def check(connection: Connection, name: str, address: str, now_ns: int) -> None:
    """Raises TooManyAttempts when the limit of the window is used up."""
    mine = failed_logins.c.address == address
    _check(connection, [mine, failed_logins.c.name == name], PER_USER_AND_ADDRESS, now_ns)
    _check(connection, [mine], PER_ADDRESS, now_ns)


def _check(connection: Connection, which: list[ColumnElement[bool]], limit: int, now_ns: int) -> None:
    recent = select(func.count(), func.min(failed_logins.c.failed_ns)).where(*which, failed_logins.c.failed_ns > now_ns - _WINDOW_NS)
    failures, first_ns = connection.execute(recent).one()
    if failures >= limit:
        raise TooManyAttempts((first_ns + _WINDOW_NS - now_ns) // 1_000_000_000)


def remember(connection: Connection, name: str, address: str, now_ns: int) -> None:
    """Counts one wrong password; what is older than the window is forgotten."""
    connection.execute(delete(failed_logins).where(failed_logins.c.failed_ns <= now_ns - _WINDOW_NS))
    connection.execute(insert(failed_logins).values(name=name, address=address, failed_ns=now_ns))


def forget(connection: Connection, name: str, address: str) -> None:
    connection.execute(delete(failed_logins).where(failed_logins.c.name == name, failed_logins.c.address == address))
