"""Who gets the weekly report or the digest by mail: people, or everybody who has a role; each with their own rights."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from app.access.rights import MAIL_ROLES
from app.accounts import AccountError, User
from app.accounts.tables import create_tables
from app.reports.tables import metadata, receivers

WEEKLY, DIGEST = KINDS = ("weekly", "digest")
USER, ROLE = "user:", "role:"


@dataclass(frozen=True, slots=True)
class Receiver:
    """`who`: `user:eva` or `role:exec`. `site` None: all that they may see."""

    number: int
    who: str
    kind: str
    site: str | None
    made_by: str
    made_ns: int

    def names(self, people: Iterable[User]) -> Iterator[User]:
        """Those of the people who are meant."""
        return (
            each for each in people if not each.disabled and (self.who == f"{USER}{each.name}" or self.who.removeprefix(ROLE) in each.roles)
        )


class Receivers:
    """Those of all people. Raises AccountError with a sentence for what cannot be kept."""

    def __init__(self, engine: Engine) -> None:
        create_tables(engine, metadata)
        self._engine = engine

    def every(self, kind: str | None = None) -> list[Receiver]:
        return self._read(*(() if kind is None else (receivers.c.kind == kind,)))

    def of(self, whose: Collection[str]) -> list[Receiver]:
        """Those of `user:…` and `role:…`."""
        return self._read(receivers.c.who.in_(list(whose)))

    def add(self, who: str, kind: str, site: str | None, by: User, now_ns: int) -> None:
        """For oneself, or for a role where one may."""
        if kind not in KINDS:
            raise AccountError(f"There is no '{kind}'. Known: {', '.join(KINDS)}.")
        if who.startswith(ROLE) and (not by.may(MAIL_ROLES) or who.removeprefix(ROLE) not in by.access.names):
            allowed = by.access.only(MAIL_ROLES)
            raise AccountError(f"Only {allowed} may have mail sent to everybody of a role, and the role must be one that there is.")
        if not who.startswith(ROLE) and who != f"{USER}{by.name}":
            raise AccountError("Everybody says for themselves what they want to get.")
        if site is not None and not by.sees.has_site(site):
            raise AccountError(f"There is no site '{site}', or you may not see it.")
        row = {"who": who, "kind": kind, "site": site or "", "made_by": by.name, "made_ns": now_ns}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(receivers).values(**row))
        except IntegrityError:
            raise AccountError("That is sent already.") from None

    def remove(self, number: int, by: User) -> None:
        """Nothing happens where there is none of that number that is theirs."""
        mine = [receivers.c.number == number]
        if not by.may(MAIL_ROLES):
            mine.append(receivers.c.who == f"{USER}{by.name}")
        with self._engine.begin() as connection:
            connection.execute(delete(receivers).where(*mine))

    def _read(self, *where: Any) -> list[Receiver]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(receivers).where(*where).order_by(receivers.c.number)).all()
        return [Receiver(row.number, row.who, row.kind, row.site or None, row.made_by, row.made_ns) for row in rows]
