"""Roles that people and tokens were given and that there are no more: they grant nothing until the configuration knows them again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import inspect, select

from app.access.roles import Roles
from app.accounts import users_in
from app.accounts.tables import token_roles, tokens
from app.storage.state import State


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody who holds such roles, as the command line names them."""

    kind: str  # user or token
    name: str
    roles: tuple[str, ...]

    def __str__(self) -> str:
        many = len(self.roles) > 1
        listed = f"the roles {', '.join(self.roles)}" if many else f"the role {self.roles[0]}"
        grants = "they grant" if many else "it grants"
        return f"The {self.kind} {self.name} has {listed}, which the configuration does not know: {grants} nothing."

    @property
    def advice(self) -> str:
        another = f"syncline user change {self.name} --role ROLE" if self.kind == "user" else f"syncline token revoke {self.name}"
        return f"Add it under `access.roles`, or give another: {another}"


def gone_in(state: State, access: Roles) -> list[Gone]:
    """Those that are kept; nothing is changed. Raises sqlalchemy.exc.DatabaseError when the database is damaged or away."""
    people = [Gone("user", user.name, tuple(sorted(user.gone))) for user in users_in(state, access) if user.gone and not user.disabled]
    return people + _of_tokens(state, access)


def _of_tokens(state: State, access: Roles) -> list[Gone]:
    if not state.is_there:
        return []
    with state.looked_at() as connection:
        if not inspect(connection).has_table(token_roles.name):
            return []
        asked = select(tokens.c.name, token_roles.c.roles).join(token_roles, token_roles.c.hash == tokens.c.hash)
        rows = connection.execute(asked.where(tokens.c.revoked_ns.is_(None)).order_by(tokens.c.name)).all()
    found = [(name, tuple(sorted(set(roles.split()) - set(access.names)))) for name, roles in rows]
    return [Gone("token", name, gone) for name, gone in found if gone]
