"""When people are away, and who stands in for them: each says it for themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import Engine, delete, insert, select

from app import audit
from app.accounts import AccountError
from app.accounts.tables import create_tables
from app.duty.tables import absences, metadata
from metrics.texts import _

MOST = 50  # a person, that are not over


@dataclass(frozen=True, slots=True)
class Absence:
    """From when until before when."""

    number: int
    user: str
    from_ns: int
    to_ns: int
    deputy: str | None


class Absences:
    """Those of all people. Raises AccountError with a sentence for what cannot be kept."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int]) -> None:
        create_tables(engine, metadata)
        self._engine, self._now_ns = engine, now_ns

    def every(self) -> list[Absence]:
        """All that are not over, the first ones first."""
        wanted = select(absences).where(absences.c.to_ns > self._now_ns()).order_by(absences.c.from_ns, absences.c.number)
        with self._engine.connect() as connection:
            return [Absence(*row) for row in connection.execute(wanted)]

    def of(self, user: str) -> list[Absence]:
        return [each for each in self.every() if each.user == user]

    def add(self, user: str, from_ns: int, to_ns: int, deputy: str | None, known: Collection[str]) -> None:
        """`known`: who there is."""
        if to_ns <= from_ns:
            raise AccountError(_("You are away from a moment until a later one."))
        if to_ns <= self._now_ns():
            raise AccountError(_("That is over already."))
        if deputy == user or (deputy is not None and deputy not in known):
            raise AccountError(_("Somebody else has to stand in for you, and have an account here."))
        if len(self.of(user)) >= MOST:
            raise AccountError(_("You have said {most} times to come already. Remove one of them first.", most=MOST))
        values = {"user": user, "from_ns": from_ns, "to_ns": to_ns, "deputy": deputy}
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            connection.execute(insert(absences).values(**values))
            detail = {"from_ns": from_ns, "to_ns": to_ns, "deputy": deputy or ""}
            audit.append(connection, self._now_ns(), user, "away", f"user {user}", detail, None)

    def remove(self, user: str, number: int) -> None:
        """Nothing happens where there is none of that number."""
        mine = (absences.c.user == user, absences.c.number == number)
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            if connection.execute(delete(absences).where(*mine)).rowcount:
                audit.append(connection, self._now_ns(), user, "not away", f"user {user}", {"number": number}, None)
