"""What is said twice, or in two places, is judged wherever it is taken from."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.application import Application
from tests.pages.served import PASSWORD, Client, make_server, signed_in, someone


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


def test_of_a_parameter_that_is_said_twice_the_first_counts(server: Flask) -> None:
    client = someone(server, "ada")
    assert client.get("api/v1/events?format=csv&format=parquet").content_type == "text/csv; charset=utf-8"
    assert client.get("api/v1/events?format=nothing&format=csv").status_code == 400


def test_a_way_on_that_stands_in_the_address_and_in_the_form_is_judged_all_the_same(server: Flask) -> None:
    for address, form in (
        ("https://evil.example/", "/failures"),
        ("/failures", "https://evil.example/"),
        ("//evil.example", "//evil.example"),
    ):
        client = Client(server)
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("login").text)
        assert token
        sent = {"username": "tom", "password": PASSWORD, "csrf_token": token[1], "next": form}
        assert client.post("login", query_string={"next": address}, data=sent).headers["Location"].startswith("/")
        assert "evil" not in client.get().headers.get("Location", "")


def test_who_somebody_is_comes_from_no_parameter(server: Flask) -> None:
    mine = {"user": "ada", "_user_id": "ada", "token": "x", "Authorization": "Bearer x", "access_token": "x", "sites": "all"}
    assert Client(server).get("api/v1/events", query_string=mine).status_code == 401
    assert Client(server).post("api/v1/rebuild", json=mine).status_code == 401


@pytest.mark.parametrize("said", ["Basic eDp5", "x", "Bearer", "bearer ", "Digest a=b"])
def test_what_is_no_token_is_no_way_around_the_token_of_the_page(server: Flask, said: str) -> None:
    tom = signed_in(server, "ada")
    for path in ("api/v1/refresh", "api/v1/recoveries", "api/v1/annotations"):
        answer = tom.post(path, csrf=False, json={"kind": "other", "text": "made up"}, headers={"Authorization": said})
        assert answer.status_code in (400, 401), path
        assert answer.status_code == 401 or "older than your session" in answer.get_json()["error"], path
