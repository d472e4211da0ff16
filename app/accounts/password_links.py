"""Links with which somebody sets a password once: made by an administrator, who hands them over; only the SHA-256 is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import BigInteger, Column, Connection, String, Table, delete, insert, select, update

from app.accounts.tables import metadata, users

LASTS_SECONDS = 24 * 3600
KEPT_NS = 30 * 86_400 * 10**9  # of what was used or is over

password_links = Table(
    "password_links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("user", String(64), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("until_ns", BigInteger, nullable=False),
    Column("used_ns", BigInteger),
)


@dataclass(frozen=True, slots=True)
class Link:
    """`secret` is nowhere afterwards."""

    user: str
    secret: str
    until_ns: int


def make(connection: Connection, user: str, by: str, now_ns: int, lasts_seconds: int = LASTS_SECONDS) -> Link:
    """The one link of that user: those made before work no more."""
    connection.execute(delete(password_links).where(password_links.c.user == user, password_links.c.used_ns.is_(None)))
    connection.execute(delete(password_links).where(password_links.c.until_ns < now_ns - KEPT_NS))
    link = Link(user, f"syn_pw_{secrets.token_urlsafe(32)}", now_ns + lasts_seconds * 10**9)
    values = {"hash": _hash(link.secret), "user": user, "made_by": by, "until_ns": link.until_ns}
    connection.execute(insert(password_links).values(values))
    return link


def user_of(connection: Connection, secret: str, now_ns: int) -> str | None:
    """Whose password it sets, while it does."""
    asked = select(password_links.c.user).join(users, users.c.name == password_links.c.user).where(password_links.c.hash == _hash(secret))
    asked = asked.where(password_links.c.used_ns.is_(None), password_links.c.until_ns > now_ns, users.c.disabled.is_(False))
    return connection.execute(asked).scalar()


def use(connection: Connection, secret: str, now_ns: int) -> bool:
    """Whether it could be used, which it cannot be again."""
    mine = update(password_links).where(password_links.c.hash == _hash(secret), password_links.c.used_ns.is_(None))
    return connection.execute(mine.where(password_links.c.until_ns > now_ns).values(used_ns=now_ns)).rowcount == 1


def void(connection: Connection, user: str) -> None:
    """No link of that user works any more."""
    connection.execute(delete(password_links).where(password_links.c.user == user, password_links.c.used_ns.is_(None)))


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
