"""Everybody who may ask: a stranger, people of each role, one who sees one site, and machines with tokens of each scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask

from app.application import Application
from app.machines.wanted import Wanted
from tests.access.plant import LIMITED, ROLES
from tests.pages.served import Client, someone

TOKENS = ("read", "ingest", "recover", "annotate")


@dataclass(frozen=True, slots=True)
class Caller:
    """Asks with a session or a token, as browsers and scripts do."""

    client: Client
    headers: dict[str, str]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer to a request."""
        sent = {} if body is None else {"json": body}
        return self.client.http.open(path, method=method, base_url="http://localhost", headers=self.proof(), buffered=True, **sent)

    def proof(self) -> dict[str, str]:
        """The headers that say who asks; a session sends what protects it from other pages' requests."""
        if cookie := self.client.http.get_cookie("_csrf_token", "localhost", "/"):
            return {**self.headers, "X-CSRFToken": cookie.value, "Referer": "http://localhost/"}
        return dict(self.headers)


def everybody(server: Flask, application: Application) -> dict[str, Caller]:
    """By name: the columns of the matrix."""
    people = {name: Caller(someone(server, name), {}) for name in (*ROLES, *LIMITED)}
    kept = application.machines
    secrets = {scope: kept.add(Wanted(f"{scope}-token", scope, roles=["it"] if scope == "recover" else [])) for scope in TOKENS}
    secrets["read of one site"] = kept.add(Wanted("one-site", "read", LIMITED["far"]))
    secrets["revoked"] = kept.add(Wanted("gone", "read"))
    kept.revoke("gone")
    machines = {f"token {name}": Caller(Client(server), {"Authorization": f"Bearer {secret}"}) for name, secret in secrets.items()}
    return {"stranger": Caller(Client(server), {}), **people, **machines}
