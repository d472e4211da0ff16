"""Setting a password with a link, over HTTP: what each step answers, and what is nowhere afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.application import Application
from tests.pages.served import PASSWORD, Client, make_server, opened, signed_in

NEW = "purple horse battery"


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("links")
    (folder / "syncline.yaml").write_text("version: 1\ntimezone: UTC\n")
    with opened(folder / "syncline.yaml") as application:
        yield application


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


def send(client: Client, **form: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("password").text)
    assert token
    return client.post("password", data={"csrf_token": token[1], **form})


def test_a_link_leads_over_its_form_to_signing_in(server: Flask, application: Application) -> None:
    client, link = Client(server), application.people.make_link("ada", "maria")
    form = send(client, secret=link.secret)
    assert (form.status_code, 'value="maria"' in form.text) == (200, True)
    differ = send(client, secret=link.secret, password=NEW, again="another")
    assert (differ.status_code, "The two passwords differ." in differ.text) == (422, True)
    weak = send(client, secret=link.secret, password="Password1234!", again="Password1234!")
    assert (weak.status_code, "The password would soon be guessed" in weak.text) == (422, True)
    done = send(client, secret=link.secret, password=NEW, again=NEW)
    assert (done.status_code, done.headers["Location"]) == (302, "/login")
    said = client.get("login").text
    assert "Your password is set. Sign in with it." in said
    assert 'value="maria"' in said
    assert "Your password is set" not in client.get("login").text
    assert client.sign_in("maria", NEW).status_code == 302


@pytest.mark.parametrize("how", ["used", "unknown", "of another"])
def test_a_link_that_works_no_more_says_so(server: Flask, application: Application, how: str) -> None:
    link = application.people.make_link("ada", "eva")
    if how == "used":
        application.people.set_by_link(link.secret, NEW)
    secret = link.secret if how == "used" else "syn_pw_" + "x" * 43
    if how == "of another":
        secret = link.secret
        application.people.make_link("ada", "eva")
    for form in ({}, {"password": NEW, "again": NEW}):
        answer = send(Client(server), secret=secret, **form)
        assert (answer.status_code, "This link works no more" in answer.text) == (410, True)


def test_a_form_of_another_site_is_refused(server: Flask, application: Application) -> None:
    link = application.people.make_link("ada", "tom")
    assert Client(server).post("password", data={"secret": link.secret, "password": NEW, "again": NEW}).status_code == 400
    assert application.people.link_user(link.secret) == "tom"


def test_who_is_signed_in_where_the_link_is_opened_is_signed_out(server: Flask, application: Application) -> None:
    client = signed_in(server, "ada")
    link = application.people.make_link("ada", "tom")
    assert send(client, secret=link.secret, password=NEW, again=NEW).status_code == 302
    assert client.show("/").status_code == 401
    assert application.sessions.of("ada") == []
    assert application.accounts.verify("ada", PASSWORD) is not None


def test_the_browser_in_which_it_was_set_is_known_from_then_on(server: Flask, application: Application) -> None:
    client, link = Client(server), application.people.make_link("ada", "bruno")
    send(client, secret=link.secret, password=NEW, again=NEW)
    for _ in range(6):
        Client(server).sign_in("bruno", "wrong password")
    assert Client(server).sign_in("bruno", NEW).status_code == 429
    assert client.sign_in("bruno", NEW).status_code == 302


def test_no_browser_keeps_the_form_with_the_link_in_it(server: Flask, application: Application) -> None:
    link = application.people.make_link("ada", "eva")
    assert send(Client(server), secret=link.secret).headers["Cache-Control"] == "no-store"
