"""The views that people keep: an address of ours under a name of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, delete, func, insert, select

from app.accounts.people import AccountError
from app.accounts.tables import saved_views
from metrics.texts import _

MOST = 100  # a person
LONGEST_NAME, LONGEST_ADDRESS = 80, 2000


@dataclass(frozen=True, slots=True)
class View:
    """`address` stands below the prefix the product is served at: transactions?status=failed"""

    name: str
    address: str


class Views:
    """The kept views of all people."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int]) -> None:
        self._engine = engine
        self._now_ns = now_ns

    def of(self, user: str) -> list[View]:
        """Those of a person, by name."""
        wanted = (
            select(saved_views.c.name, saved_views.c.address).where(saved_views.c.user == user).order_by(func.lower(saved_views.c.name))
        )
        with self._engine.connect() as connection:
            return [View(*row) for row in connection.execute(wanted)]

    def keep(self, user: str, name: str, address: str) -> View:
        """Under that name from now on; what was kept under it before is gone. Raises AccountError with a sentence."""
        name = " ".join(name.split())
        if not name or not name.isprintable():
            raise AccountError(_("A view needs a name that can be read."))
        if len(name) > LONGEST_NAME:
            raise AccountError(_("The name has {number} letters; {most} are the most.", number=len(name), most=LONGEST_NAME))
        if len(address) > LONGEST_ADDRESS:
            raise AccountError(_("This view is narrowed by more than can be kept: its address is too long."))
        mine = saved_views.c.user == user
        with self._engine.begin() as connection:
            connection.execute(delete(saved_views).where(mine, saved_views.c.name == name))
            if connection.execute(select(func.count()).where(mine)).scalar_one() >= MOST:
                raise AccountError(_("You keep {most} views already. Remove one of them first.", most=MOST))
            connection.execute(insert(saved_views).values(user=user, name=name, address=address, created_ns=self._now_ns()))
        return View(name, address)

    def forget(self, user: str, name: str) -> None:
        """Nothing happens where there is none of that name."""
        with self._engine.begin() as connection:
            connection.execute(delete(saved_views).where(saved_views.c.user == user, saved_views.c.name == name))
