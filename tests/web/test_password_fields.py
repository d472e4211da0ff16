"""What is typed as a password is hidden, and browsers and password managers may fill it in."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask

from app.application import Application
from tests.pages.served import Client, make_server, someone
from tests.repository import ROOT


class Fields(HTMLParser):
    """The attributes of each input, by its name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.by_name: dict[str, dict[str, str | None]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "input" and (name := dict(attrs).get("name")):
            self.by_name[name] = dict(attrs)


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


@pytest.fixture(scope="module")
def fields(server: Flask, application: Application) -> dict[str, dict[str, Any]]:
    """All fields for passwords there are: to sign in, to set one with a link, to change one's own."""
    client = Client(server)
    sign_in = Fields(client.get("login").text).by_name
    link = application.people.make_link("ada", "eva")
    token = sign_in["csrf_token"]["value"]
    by_link = Fields(client.post("password", data={"secret": link.secret, "csrf_token": token}).text).by_name
    account = {field["id"]: field for field in _of_account(server)}
    return {
        "sign in": sign_in["password"],
        "by link": by_link["password"],
        "by link, again": by_link["again"],
        "account, now": account["account-now"],
        "account, new": account["account-new"],
        "account, again": account["account-again"],
    }


def _of_account(server: Flask) -> Iterator[dict[str, Any]]:
    waiting: list[Any] = [someone(server, "eva").show("/account").get_json()]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict) and part.get("type") == "Input":
            props = part["props"]
            yield {**props, "autocomplete": props["autoComplete"], "maxlength": str(props.get("maxLength"))}
        elif isinstance(part, dict | list):
            waiting += part.values() if isinstance(part, dict) else part


def test_every_field_for_a_password_hides_what_is_typed(fields: dict[str, dict[str, Any]]) -> None:
    assert {name: field["type"] for name, field in fields.items()} == dict.fromkeys(fields, "password")
    assert {name for name, field in fields.items() if field.get("value")} == set(), "and is empty when the page comes"


def test_password_managers_know_which_is_which_and_long_ones_fit(fields: dict[str, dict[str, Any]]) -> None:
    assert {name: field["autocomplete"] for name, field in fields.items()} == {
        "sign in": "current-password",
        "by link": "new-password",
        "by link, again": "new-password",
        "account, now": "current-password",
        "account, new": "new-password",
        "account, again": "new-password",
    }
    assert {field["maxlength"] for field in fields.values()} == {"1024"}


def test_nothing_hinders_pasting(fields: dict[str, dict[str, Any]]) -> None:
    assert {name for field in fields.values() for name in field if name.lower().startswith("on")} == set()
    scripts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "assets").glob("*.js"))
    assert "paste" not in scripts.lower()
