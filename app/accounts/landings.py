"""Where people land when they sign in: what their role asks for, or what they chose."""

from __future__ import annotations

from sqlalchemy import Engine, delete, insert, select

from app.access.rights import address_of
from app.accounts.people import User
from app.accounts.tables import landings


class Landings:
    """What people chose; who chose nothing lands where the role's question is answered, and with several roles at the board."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def chosen(self, user: str) -> str | None:
        with self._engine.connect() as connection:
            return connection.execute(select(landings.c.address).where(landings.c.user == user)).scalar()

    def choose(self, user: str, address: str | None) -> None:
        """None: as the role says again."""
        with self._engine.begin() as connection:
            connection.execute(delete(landings).where(landings.c.user == user))
            if address is not None:
                connection.execute(insert(landings).values(user=user, address=address))


def usual(user: User) -> str:
    """The address, below the prefix, where the role's question is answered."""
    return address_of(user.access.landing(user.roles))
