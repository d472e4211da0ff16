"""Who may do what only one of several instances may: a lease in the database, renewed by who holds it, free again when nobody renews it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Engine, MetaData, String, Table, insert, or_, update
from sqlalchemy.exc import IntegrityError

from app.accounts.tables import create_tables
from app.instants import SECOND_NS

metadata = MetaData()
leases = Table(
    "leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until_ns", BigInteger, nullable=False),
)


class Lease:
    """That of one name, for one holder, `seconds` at a time."""

    def __init__(self, engine: Engine, name: str, holder: str, seconds: int) -> None:
        create_tables(engine, metadata)
        self._engine, self._name, self._holder, self._seconds = engine, name, holder, seconds

    def take(self, now_ns: int) -> bool:
        """Whether it is this holder's from now on: it was before, or nobody's any more."""
        until_ns = now_ns + self._seconds * SECOND_NS
        free = update(leases).where(leases.c.name == self._name, or_(leases.c.holder == self._holder, leases.c.until_ns <= now_ns))
        with self._engine.begin() as connection:
            if connection.execute(free.values(holder=self._holder, until_ns=until_ns)).rowcount:
                return True
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(leases).values(name=self._name, holder=self._holder, until_ns=until_ns))
        except IntegrityError:  # somebody has it
            return False
        return True

    def give_back(self) -> None:
        """So that another instance need not wait."""
        mine = update(leases).where(leases.c.name == self._name, leases.c.holder == self._holder)
        with self._engine.begin() as connection:
            connection.execute(mine.values(until_ns=0))
