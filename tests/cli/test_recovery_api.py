"""Recoveries over the API: planned, requested, agreed to and told, with the same rights, verdicts and sentences as on the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from app import audit
from app.accounts import AccountError
from app.application import Application
from app.machines.wanted import Wanted
from app.server import create_app
from metrics.scope import Scope
from tests.pages import recovering
from tests.pages.served import make_server, signed_in

PLAN = "/api/v1/recoveries/plan?" + urlencode(recovering.GROUP)


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with recovering.plant(tmp_path_factory.mktemp("recovery-api")) as application:
        yield application


@pytest.fixture(scope="module")
def client(application: Application) -> FlaskClient:
    return create_app(application).test_client()


@pytest.fixture(scope="module")
def machine(application: Application) -> dict[str, str]:
    return bearer(application, "itsm", "recover", roles=["it"])


def bearer(application: Application, name: str, scope: str, **more: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {application.machines.add(Wanted(name, scope, **more))}"}


def test_a_machine_recovers_what_its_roles_may(client: FlaskClient, application: Application, machine: dict[str, str]) -> None:
    found = client.get(PLAN, headers=machine).get_json()
    assert (found["plan"]["path"], found["plan"]["safety"], found["hidden"]) == ("confirm-again", "safe", 0)
    wanted = {"path": "confirm-again", "selection": recovering.GROUP, "plan": found["plan"]["hash"]}
    changed = client.post("/api/v1/recoveries", json={**wanted, "plan": "0" * 64}, headers=machine)
    assert (changed.status_code, changed.get_json()["error"]) == (409, "What would be sent is no longer what you looked at; look again.")
    made = client.post("/api/v1/recoveries", json=wanted, headers=machine)
    assert made.status_code == 201
    recovering.send(application)
    recovering.confirm(application, found["plan"]["items"][0]["transaction_id"])
    recovering.send(application)
    rows = [json.loads(line) for line in client.get("/api/v1/recoveries", headers=machine).text.splitlines()]
    assert {row["recovery_id"] for row in rows} == {made.get_json()["id"]}
    assert sorted(row["item_state"] for row in rows) == ["accepted"] * (found["cases"] - 1) + ["proven"]
    (proven,) = (row for row in rows if row["item_state"] == "proven")
    assert (proven["requested_by"], proven["transaction_id"]) == ("token itsm", found["plan"]["items"][0]["transaction_id"])
    before = client.get(f"/api/v1/recoveries?as_of={proven['accepted_time']}", headers=machine).text.splitlines()
    assert "proven" not in {json.loads(line)["item_state"] for line in before}
    with application.accounts.engine.connect() as connection:
        told = [entry.action for entry in audit.entries(connection, audit.Filter(actor="token itsm"))]
    assert told == ["requested", "request refused"]
    stopped = client.post(f"/api/v1/recoveries/{made.get_json()['id']}/stop", headers=machine)
    assert stopped.status_code == 200


def test_who_may_not_hears_why(client: FlaskClient, application: Application, machine: dict[str, str]) -> None:
    reading = bearer(application, "board", "read")
    assert client.get(PLAN, headers=reading).status_code == 403
    brno = bearer(application, "brno", "recover", roles=["it"], sees=Scope(frozenset({"brno"})))
    hidden = client.get(PLAN, headers=brno).get_json()
    assert (hidden["cases"], hidden["plan"]) == (0, None)
    assert hidden["hidden"] > 0
    assert client.get("/api/v1/recoveries", headers=brno).text == ""
    assert client.post("/api/v1/recoveries/R-0/approve", json={"plan": "x"}, headers=machine).get_json() == {
        "error": "There is no recovery R-0."
    }
    assert client.post("/api/v1/recoveries/R-0/sing", headers=machine).status_code == 404
    assert client.get("/api/v1/recoveries/plan?order=1", headers=machine).status_code == 400
    with pytest.raises(AccountError, match="Only a token of scope recover has roles"):
        application.machines.add(Wanted("odd", "read", roles=["it"]))


def test_a_session_needs_the_secret_of_its_page(application: Application) -> None:
    tom = signed_in(make_server(application), "tom")
    wanted = {"path": "confirm-again", "selection": recovering.GROUP, "plan": "0" * 64}
    assert tom.post("api/v1/recoveries", csrf=False, json=wanted).status_code == 400
    assert tom.post("api/v1/recoveries", json=wanted).status_code == 409
