"""Whoever has a copy of the home folder has what was received, and no way in: no session, no token, no link."""

from __future__ import annotations

import re
import sqlite3

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from app.application import Application
from app.machines.wanted import Wanted
from app.remote import is_this_machine
from app.web.login import Cookies
from tests.pages.served import Client, make_server, signed_in

SITE = "syncline_session"


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


def signed(server: Flask, user_id: str, made_by: SecureCookieSessionInterface) -> str:
    """A cookie as the key of the installation makes it."""
    signer = made_by.get_signing_serializer(server)
    assert signer is not None
    return str(signer.dumps({"_user_id": user_id, "_fresh": True}))


def test_with_the_key_and_all_that_is_kept_of_sessions_nobody_makes_one(application: Application, server: Flask) -> None:
    signed_in(server, "ada")
    with sqlite3.connect(application.settings.home / "accounts.sqlite") as copy:
        kept = [str(value) for row in copy.execute("select * from sessions where ended_ns is null") for value in row if value]
    assert len(kept) > 5

    def opens(user_id: str) -> bool:
        thief = Client(server)
        thief.http.set_cookie(SITE, signed(server, user_id, Cookies()))
        return bool(thief.get().status_code == 200)

    assert [value for value in [*kept, "ada", "ada|1"] if opens(value)] == []


def test_the_right_secret_does_so_the_cookie_is_made_as_ours_are(server: Flask) -> None:
    with signed_in(server, "ada").http.session_transaction() as kept:
        secret = kept["_user_id"]
    thief = Client(server)
    thief.http.set_cookie(SITE, signed(server, secret, Cookies()))
    assert thief.get().status_code == 200
    of_another_kind = Client(server)
    of_another_kind.http.set_cookie(SITE, signed(server, secret, SecureCookieSessionInterface()))
    assert of_another_kind.get().status_code == 302, "signed with SHA-1"


def test_no_token_and_no_link_can_be_made_of_what_is_kept_of_them(application: Application, server: Flask) -> None:
    application.machines.add(Wanted("reader", "read"))
    application.people.make_link("ada", "eva")
    with sqlite3.connect(application.settings.home / "accounts.sqlite") as copy:
        kept = {str(value) for table in ("tokens", "password_links") for row in copy.execute(f"select * from {table}") for value in row}
    hashes = [value for value in kept if re.fullmatch("[0-9a-f]{64}", value)]
    assert len(hashes) >= 2
    for value in hashes:
        assert Client(server).get("api/v1/events", headers={"Authorization": f"Bearer {value}"}).status_code == 401
        assert application.people.link_user(value) is None


def test_what_commands_on_the_machine_show_opens_nothing_from_elsewhere(application: Application, server: Flask) -> None:
    application.local_token = "local"
    mine = {"Authorization": "Bearer local"}
    asked = {
        address: Client(server).get("api/v1/events", headers=mine, environ_overrides={"REMOTE_ADDR": address}).status_code
        for address in ("127.0.0.1", "192.0.2.7", "2001:db8::7", "")
    }
    assert asked == {"127.0.0.1": 200, "192.0.2.7": 401, "2001:db8::7": 401, "": 401}


@pytest.mark.parametrize("address", ["", "example.org", "0.0.0.0/0", "192.0.2.7, 127.0.0.1", "unix:"])
def test_what_is_no_address_of_ours_is_not_here(address: str) -> None:
    assert not is_this_machine(address)
