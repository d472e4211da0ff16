"""Your permissions: what one may do, what would do where one may not, and where one lands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from app.accounts.landings import Landings
from app.application import Application
from tests.pages import recovering
from tests.pages.served import PASSWORD, Client, drawn_text, make_server, someone


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with recovering.plant(tmp_path_factory.mktemp("permissions")) as application:
        for name, roles in {"pia": ["approver"], "vic": ["viewer"], "both": ["it", "exec"]}.items():
            application.accounts.add_user(name, PASSWORD, roles)
        yield application


def choose(client: Client, address: str) -> str:
    answer = client.call(
        "permissions-said.children",
        [{"id": "permissions-landing", "property": "value", "value": address}],
        {"id": "permissions-said", "property": "children"},
    )
    return str(answer.get_json()["response"].get("permissions-said", {}).get("children", ""))


@pytest.mark.parametrize(
    ("name", "landing"),
    [
        ("maria", "/"),
        ("tom", "/failures"),
        ("eva", "/reports"),
        ("pia", "/recoveries?state=requested"),
        ("vic", "/"),
        ("ada", "/sources"),
        ("both", "/"),
    ],
)
def test_each_role_lands_where_its_question_is_answered(web: Flask, name: str, landing: str) -> None:
    assert Client(web).sign_in(name).headers["Location"] == landing


def test_who_approves_lands_where_it_is_said_that_nothing_waits(web: Flask) -> None:
    said = drawn_text(someone(web, "pia").show("/recoveries", "?state=requested"))
    assert "Nothing waits for approval What a colleague wants to recover stands here until somebody else says yes or no" in said


def test_where_one_lands_can_be_chosen_and_is_kept_with_the_account(web: Flask, plant: Application) -> None:
    client = someone(web, "both")
    assert choose(client, "failures") == "Kept. From the next sign-in on: Failures."
    assert Client(web).sign_in("both").headers["Location"] == "/failures"
    assert choose(client, "recoveries?state=requested") == "Kept. From the next sign-in on: Recoveries that wait for approval."
    assert Client(web).sign_in("both").headers["Location"] == "/recoveries?state=requested"
    assert choose(client, "https://evil.example") == ""
    assert choose(client, "usual") == "Kept. From the next sign-in on: As your role says: Sync status."
    assert Client(web).sign_in("both").headers["Location"] == "/"
    Landings(plant.accounts.engine).choose("both", "no-longer-there")
    assert Client(web).sign_in("both").headers["Location"] == "/"


def test_a_prefix_stands_before_what_was_chosen(plant: Application) -> None:
    settings = plant.settings
    plant.settings = replace(settings, web=replace(settings.web, prefix="/obs/"))
    try:
        Landings(plant.accounts.engine).choose("tom", "suppliers")
        assert Client(make_server(plant), "/obs/").sign_in("tom").headers["Location"] == "/obs/suppliers"
    finally:
        Landings(plant.accounts.engine).choose("tom", None)
        plant.settings = settings


def test_every_action_says_whether_one_may_and_what_would_do(web: Flask) -> None:
    eva, tom = (drawn_text(someone(web, name).show("/permissions")) for name in ("eva", "tom"))
    assert (
        "Write notes, tickets and owners of failure groups; mute and resolve them supply, it no: needs the role Supply chain or Plant IT"
        in eva
    )
    connect, more = "Connect a source, and watch it arrive", "with all sites, workflows and suppliers"
    assert f"{connect} {more} it no: needs the role Plant IT and integration, {more}" in eva
    assert f"{connect} {more} it yes" in tom
    assert "no: you do not see everything" in drawn_text(someone(web, "bruno").show("/permissions"))


def test_ways_out_say_who_asks_and_who_approves(web: Flask) -> None:
    maria, tom = (drawn_text(someone(web, name).show("/permissions")) for name in ("maria", "tom"))
    assert "Retry what somebody looked at it no supply yes" in maria
    assert "Retry what somebody looked at it yes supply no" in tom
    assert "Ask the middleware to confirm again it yes needs nobody" in tom


def test_it_says_who_gives_roles_and_how(web: Flask, plant: Application) -> None:
    said = drawn_text(someone(web, "eva").show("/permissions"))
    assert f"Ask ada for more. On the machine that serves: syncline user change eva --role ROLE --config {plant.settings.file}" in said
