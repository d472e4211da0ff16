"""What an administrator changes about people, for tests of what follows from it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from app.accounts import Accounts
from app.accounts.administration import Administration, Rights, rights_of
from metrics.scope import Scope

BY = "ada"


class Changed:
    """The people of these accounts, changed as the pages and the command line do."""

    def __init__(self, accounts: Accounts, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._accounts, self._desk = accounts, Administration(accounts, now_ns)

    def disable(self, name: str) -> None:
        self._desk.disable(BY, name)

    def enable(self, name: str) -> None:
        self._desk.enable(BY, name)

    def set_password(self, name: str, password: str) -> None:
        self._desk.set_password(BY, name, password)

    def set_roles(self, name: str, roles: Collection[str]) -> None:
        before = rights_of(self._accounts.user(name))
        self._desk.change(BY, name, Rights(frozenset(roles), before.sees))

    def set_scope(self, name: str, sees: Scope) -> None:
        before = rights_of(self._accounts.user(name))
        self._desk.change(BY, name, Rights(before.roles, sees))

    def end_sessions(self, name: str) -> None:
        self._desk.sign_out(BY, name)
