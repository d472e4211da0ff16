"""The API answers who may ask, as much as they may see, and says how the process is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.api_callers import caller_of_request
from app.application import Application, opened
from app.loader import Loader
from app.machines.kept import NOT_IN_USE
from app.machines.wanted import Wanted
from app.recovery.runs import Actor
from app.server import create_app
from collectors.event import Record
from metrics.scope import Scope
from tests.cli.configurations import PACK, settings_of
from tests.people import Changed
from tests.waiting import until

PHRASE = "a long enough phrase"
SETTINGS = """\
version: 1
workflows: [pack.yaml]
sites: [{name: hamburg, timezone: UTC}, {name: penang, timezone: UTC}]
sources:
  - name: orders
    kind: csv
    path: orders.csv
    complete: true
    map:
      event_type: {column: WHAT}
      event_time: {column: AT}
      site: {column: PLANT}
      system: {value: erp}
      objects: {type: {value: sales_order}, id: {column: ORDER}}
"""
ORDERS = """\
WHAT,AT,PLANT,ORDER
order.created,2026-03-23T08:00:00Z,hamburg,SO-1
order.created,2026-03-23T09:00:00Z,penang,SO-2
"""


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    """Two orders at two plants, a user of one plant and an administrator."""
    (tmp_path / "orders.csv").write_text(ORDERS)
    with opened(settings_of(tmp_path, SETTINGS, pack=PACK)) as application:
        application.ingest()
        application.accounts.add_user("maria", PHRASE, ["supply"], Scope(frozenset({"penang"})))
        application.accounts.add_user("root", PHRASE, ["admin"])
        yield application


@pytest.fixture
def client(application: Application) -> FlaskClient:
    return create_app(application).test_client()


def sign_in(client: FlaskClient, name: str) -> None:
    token = re.search(r'name="?csrf_token"?[^>]*value="([^"]+)"', client.get("/login").text)
    assert token
    assert client.post("/login", data={"username": name, "password": PHRASE, "csrf_token": token[1]}).status_code == 302


def orders(client: FlaskClient, **headers: str) -> list[str]:
    answer = client.get("/api/v1/transactions", headers=headers)
    assert answer.status_code == 200
    return [json.loads(line)["transaction_id"] for line in answer.text.splitlines()]


def test_a_session_sees_the_sites_of_its_user(client: FlaskClient) -> None:
    sign_in(client, "maria")
    assert orders(client) == ["SO-2"]


def test_a_token_sees_its_sites(client: FlaskClient, application: Application) -> None:
    secret = application.machines.add(Wanted("penang", "read", Scope(frozenset({"penang"}))))
    assert orders(client, Authorization=f"Bearer {secret}") == ["SO-2"]
    everything = application.machines.add(Wanted("all", "read"))
    assert orders(client, Authorization=f"Bearer {everything}") == ["SO-1", "SO-2"]


def bearer(application: Application, name: str, scope: str, **more: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {application.machines.add(Wanted(name, scope, **more))}"}


def test_a_token_for_a_person_is_that_person(client: FlaskClient, application: Application) -> None:
    """What they see, of the audit as well, and as whom they act: else a token could approve what its person asked for."""
    application.accounts.add_user("eva", PHRASE, ["it"], Scope(frozenset({"penang"})))
    hers = bearer(application, "evas", "recover", roles=["it"], user="eva")
    assert orders(client, **hers) == ["SO-2"]
    assert client.get("/api/v1/audit", headers=hers).text == ""
    assert client.get("/api/v1/audit", headers=bearer(application, "auditor", "read")).text.count("token made") >= 2
    with client.application.test_request_context(headers=hers):
        caller = caller_of_request()
    assert caller.actor == Actor("eva", frozenset({"it"}), Scope(frozenset({"penang"})), access=application.settings.roles)
    Changed(application.accounts).set_scope("eva", Scope(frozenset({"kulim"})))
    assert orders(client, **hers) == []
    Changed(application.accounts).disable("eva")
    answer = client.get("/api/v1/transactions", headers=hers)
    assert (answer.status_code, answer.json) == (401, {"error": NOT_IN_USE})
    assert [(each.token, each.why) for each in application.machines.refusals.of("api")][:1] == [("evas", "eva can no longer sign in.")]


def test_a_token_for_a_person_annotates_only_while_they_may(client: FlaskClient, application: Application) -> None:
    application.accounts.add_user("udo", PHRASE, ["supply"])
    his = bearer(application, "udos", "annotate", user="udo")
    made = client.post("/api/v1/annotations", json={"text": "x"}, headers=his)
    assert made.status_code == 201
    Changed(application.accounts).set_roles("udo", ["viewer"])
    answer = client.post("/api/v1/annotations", json={"text": "y"}, headers=his)
    assert (answer.status_code, answer.json["error"]) == (
        403,
        "This token acts for a person, and may do nothing that they may not. "
        "udo holds no role that scope annotate needs: Supply chain or Plant IT and integration.",
    )


def test_only_administrators_give_orders_and_only_from_our_pages(client: FlaskClient) -> None:
    assert client.post("/api/v1/rebuild").status_code == 401
    sign_in(client, "root")
    forged = client.post("/api/v1/rebuild")
    assert (forged.status_code, "The page is older than your session" in forged.json["error"]) == (400, True)
    client.get("/")
    token = client.get_cookie("_csrf_token").value
    answer = client.post("/api/v1/rebuild", headers={"X-CSRFToken": token})
    assert (answer.status_code, answer.json["events"], answer.json["transactions"]) == (200, 2, 2)


def test_others_may_not_give_orders(client: FlaskClient, application: Application) -> None:
    sign_in(client, "maria")
    assert client.post("/api/v1/refresh").json == {"error": "Only administrators and commands on the server itself may do this."}
    secret = application.machines.add(Wanted("scraper", "read"))
    assert client.post("/api/v1/ingest", headers={"Authorization": f"Bearer {secret}"}).status_code == 403


def test_a_body_that_cannot_be_used_is_a_sentence(client: FlaskClient, application: Application) -> None:
    application.local_token = "local"
    for body, said in (
        ("[1]", "The body must be a JSON object, or empty."),
        ('{"sources": "orders"}', "`sources` must be a list of names of sources."),
        ('{"sources": ["order"]}', "no source is called 'order'. Did you mean 'orders'? Known: orders."),
    ):
        answer = client.post("/api/v1/ingest", data=body, content_type="application/json", headers={"Authorization": "Bearer local"})
        assert (answer.status_code, answer.json) == (400, {"error": said})


@pytest.mark.parametrize(
    ("method", "address", "body", "status", "said"),
    [
        ("POST", "/api/v1/rebuild", {"anyway": "no"}, 400, "`anyway` must be true or false."),
        ("GET", "/api/v1/events?as_of=", None, 400, "as_of: '' is no time."),
        ("GET", "/api/v1/report?known_at=", None, 400, "known_at: '' is no time."),
        ("GET", "/api/v1/events?from=1802-03-07T08:57:12Z", None, 400, "from: '1802-03-07T08:57:12Z' lies outside the years 1900 to 2179"),
        ("GET", "/api/v1/reports/2026-W13/1st", None, 404, "There is no revision 1st of the report of 2026-W13, or you may not see it."),
        ("GET", "/api/v1/a/b", None, 404, "There is nothing at /api/v1/a/b. What there is stands in /api/v1/openapi.json."),
    ],
)
def test_what_an_address_cannot_mean_is_a_sentence(
    client: FlaskClient, application: Application, method: str, address: str, body: dict | None, status: int, said: str
) -> None:
    application.local_token = "local"
    answer = client.open(address, method=method, json=body, headers={"Authorization": "Bearer local"})
    assert (answer.status_code, answer.json["error"][: len(said)]) == (status, said)


def test_an_order_is_no_longer_than_the_description_says(client: FlaskClient, application: Application) -> None:
    application.local_token = "local"
    answer = client.post("/api/v1/ingest", json={"sources": ["x" * (1 << 20)]}, headers={"Authorization": "Bearer local"})
    declared = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/ingest"]["post"]["responses"]
    assert (answer.status_code, str(answer.status_code) in declared) == (413, True)


def test_an_empty_local_token_opens_nothing(client: FlaskClient) -> None:
    assert client.get("/api/v1/transactions", headers={"Authorization": "Bearer "}).status_code == 401


def test_a_fault_of_the_loader_is_told_and_receiving_goes_on(
    client: FlaskClient, application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    application.loader, application.local_token = Loader(application), "local"
    mine = {"Authorization": "Bearer local"}
    assert client.get("/readyz", headers=mine).json["problems"] == ["The loader does not run."]
    with application.store.write() as cursor:
        cursor.execute("alter table transaction_facts rename to lost")
    application.loader.start()
    try:
        row = b'{"WHAT":"order.created","AT":"2026-03-23T10:00:00Z","PLANT":"penang","ORDER":"SO-3"}'
        application.journal.append([Record("orders", "orders.csv:4", row, "application/json", 0, "orders.csv", "{}")])
        until(lambda: application.loader.failure)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json["ready"]) == (503, False)
        assert answer.json["problems"] == ["The store cannot be read.", "The loader fails."]
        whole = client.get("/readyz", headers=mine).json["problems"]
        assert whole[0].startswith("The store cannot be read: ")
        assert whole[1].startswith("The loader fails: ")
        assert "Loading failed; receiving goes on" in caplog.text
        assert "Traceback" in caplog.text
        numbers = client.get("/metrics").text
        assert "syncline_store_up 0\n" in numbers
        assert "syncline_loader_up 0\n" in numbers
        assert "syncline_events_total 3\n" in numbers
        assert application.journal.append([Record("orders", "orders.csv:5", row, "application/json", 0, "orders.csv", "{}")])
    finally:
        application.loader.stop()
