"""Annotations over the API: a deployment tells of its release with a token that can do nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.application import Application
from app.instants import instant_text
from app.machines.wanted import Wanted
from app.server import create_app
from metrics.scope import Scope
from tests.pages.served import make_server, opened_on, signed_in, table

CONFIGURATION = """
version: 1
sites: [{name: brno, timezone: Europe/Prague}, {name: hamburg, timezone: Europe/Berlin}]
sources:
  - {name: bus, kind: csv, path: bus.csv, map: {event_type: {column: T}, event_time: {column: AT}, system: {column: S}}}
"""
ADDRESS = "/api/v1/annotations"


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("annotations-api")
    with opened_on(folder, CONFIGURATION, bus=table(("T", "AT", "S"))) as application:
        yield application


@pytest.fixture(scope="module")
def client(application: Application) -> FlaskClient:
    return create_app(application).test_client()


def bearer(application: Application, name: str, scope: str, **more: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {application.machines.add(Wanted(name, scope, **more))}"}


def test_a_deployment_tells_of_its_release_and_of_its_end(client: FlaskClient, application: Application) -> None:
    machine, reading = bearer(application, "deployments", "annotate"), bearer(application, "board", "read")
    said = {"kind": "release", "text": "Connector 7.2", "systems": ["wms"], "sites": ["brno"]}
    before = application.now_ns()
    made = client.post(ADDRESS, json=said, headers=machine)
    assert made.status_code == 201
    number = made.get_json()["number"]
    assert made.get_json() == {"number": number, **said, "from": made.get_json()["from"]}
    assert made.get_json()["from"] >= instant_text(before)[:19]
    ended = client.patch(f"{ADDRESS}/{number}", json={"from": "2026-03-24T14:00:00Z", "to": "2026-03-24T16:10:00+01:00"}, headers=machine)
    assert ended.get_json()["to"] == "2026-03-24T15:10:00.000Z"
    (row,) = map(json.loads, client.get(ADDRESS, headers=reading).text.splitlines())
    assert {name: row[name] for name in ("number", "kind", "text", "from_time", "to_time", "sites", "workflows", "systems", "said_by")} == {
        "number": number,
        "kind": "release",
        "text": "Connector 7.2",
        "from_time": "2026-03-24T14:00:00.000Z",
        "to_time": "2026-03-24T15:10:00.000Z",
        "sites": ["brno"],
        "workflows": [],
        "systems": ["wms"],
        "said_by": "token deployments",
    }
    assert client.get(f"{ADDRESS}?as_of=2026-03-24T13:00:00Z", headers=reading).text == ""
    elsewhere = bearer(application, "hamburg-board", "read", sees=Scope(frozenset({"hamburg"})))
    assert client.get(ADDRESS, headers=elsewhere).text == ""
    assert client.delete(f"{ADDRESS}/{number}", headers=machine).status_code == 200
    assert client.get(ADDRESS, headers=reading).text == ""


def test_the_token_can_do_nothing_else(client: FlaskClient, application: Application) -> None:
    machine = bearer(application, "narrow", "annotate")
    assert client.get("/api/v1/transactions", headers=machine).get_json() == {
        "error": "This token is for annotations only. Reading needs one of scope read."
    }
    assert client.post("/api/v1/refresh", headers=machine).status_code == 403
    assert client.post("/api/v1/recoveries", json={}, headers=machine).status_code == 403


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        ({"kind": "party", "text": "x"}, 409, "The kind must be one of maintenance, release, shutdown, other."),
        ({"txt": "x"}, 400, "no field is called 'txt'. Did you mean 'text'? Known: from, kind, sites, systems, text, to, workflows."),
        ({"text": 7}, 400, "`text` must be a text."),
        ({"text": "x", "from": "soon"}, 400, "from: 'soon' is no time."),
        ({"text": "x", "from": None}, 400, "`from` must be a time."),
        ({"text": "x", "sites": "brno"}, 400, "`sites` must be a list of names."),
        ({"text": "x", "sites": ["atlantis"]}, 409, "There is no site 'atlantis', or you may not see it. Known: brno, hamburg."),
    ],
)
def test_what_cannot_be_meant_is_said(client: FlaskClient, application: Application, said: dict, status: int, error: str) -> None:
    names = {token.name for token in application.machines.every()}
    machine = bearer(application, f"odd-{len(names)}", "annotate")
    answer = client.post(ADDRESS, json=said, headers=machine)
    assert (answer.status_code, answer.get_json()["error"][: len(error)]) == (status, error)


def test_others_may_not(client: FlaskClient, application: Application) -> None:
    assert client.post(ADDRESS, json={"text": "x"}).status_code == 401
    reading = bearer(application, "reader", "read")
    assert client.post(ADDRESS, json={"text": "x"}, headers=reading).get_json() == {
        "error": "Annotations need a token of scope annotate (syncline token add NAME --scope annotate), or sign in."
    }
    assert client.patch(f"{ADDRESS}/99", json={}, headers=bearer(application, "late", "annotate")).status_code == 404
    tom, eva = (signed_in(make_server(application), name) for name in ("tom", "eva"))
    assert tom.post("api/v1/annotations", csrf=False, json={"text": "x"}).status_code == 400
    assert tom.post("api/v1/annotations", json={"text": "x"}).status_code == 201
    assert eva.post("api/v1/annotations", json={"text": "x"}).status_code == 409


@pytest.mark.parametrize("number", ["99", "0", "-1", "9" * 30, "1.0", "²", "one"])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_what_is_the_number_of_none_is_not_there(client: FlaskClient, application: Application, method: str, number: str) -> None:
    names = {token.name for token in application.machines.every()}
    answer = client.open(f"{ADDRESS}/{number}", method=method, headers=bearer(application, f"lost-{len(names)}", "annotate"))
    assert (answer.status_code, answer.get_json()) == (404, {"error": f"There is no annotation {number}."})
