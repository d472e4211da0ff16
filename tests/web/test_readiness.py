"""Whether it is well everybody may ask; what is wrong with it, and where, is for who sees everything."""

from __future__ import annotations

from flask import Flask

from app.application import Application
from app.machines.wanted import Wanted
from metrics.scope import Scope
from tests.pages.served import Client, make_server, someone

REASONS = {"ready", "problems", "behind_records", "rejected", "troubled_sources"}


def test_strangers_hear_yes_or_no_and_who_sees_everything_why(application: Application) -> None:
    server: Flask = make_server(application)
    machines = application.machines
    everything, one_site = machines.add(Wanted("all", "read")), machines.add(Wanted("one", "read", Scope(frozenset({"brno"}))))
    application.local_token = "local"

    def hears(secret: str = "") -> set[str]:
        answer = Client(server).get("readyz", headers={"Authorization": f"Bearer {secret}"} if secret else {})
        assert answer.status_code == 503
        return set(answer.get_json())

    assert hears() == hears("wrong") == hears(one_site) == {"ready"}
    assert hears(everything) == hears("local") == REASONS
    assert set(someone(server, "ada").get("readyz").get_json()) == REASONS
