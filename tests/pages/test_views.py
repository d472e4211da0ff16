"""Kept views: what a person narrowed down, under a name, for that person alone, and never an address that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.accounts import AccountError
from app.accounts.views import MOST, View
from app.application import Application
from tests.pages.served import Client, make_server, someone
from tests.pages.trees import links, revived, text


@pytest.fixture(autouse=True)
def nothing_kept(application: Application) -> Iterator[None]:
    yield
    for user in ("maria", "tom", "ada"):
        for view in application.views.of(user):
            application.views.forget(user, view.name)


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


def keep(client: Client, name: str, address: str, title: str = "Failures") -> tuple[Any, str]:
    """What the menu lists then, and what it says."""
    outputs = [
        {"id": "views-kept", "property": "children"},
        {"id": "views-said", "property": "children"},
        {"id": "views-name", "property": "value"},
    ]
    inputs = [{"id": "views-here", "property": "data", "value": {"address": address, "title": title, "name": name, "at": 1}}]
    answer = client.call("..views-kept.children...views-said.children...views-name.value..", inputs, outputs).json["response"]
    return revived(answer.get("views-kept", {}).get("children")), answer["views-said"]["children"]


def test_a_view_is_kept_under_its_name_with_its_filters(server: Flask, application: Application) -> None:
    listed, said = keep(someone(server, "maria"), "  My   stuck ones ", "/transactions?status=failed&site=augsburg")
    assert said == "“My stuck ones” is kept."
    assert links(listed) == [("My stuck ones", "/transactions?status=failed&site=augsburg")]
    assert application.views.of("tom") == []


def test_without_a_name_it_is_called_as_its_page(server: Flask) -> None:
    assert links(keep(someone(server, "maria"), "", "/failures")[0]) == [("Failures", "/failures")]


def test_a_name_that_is_there_is_another_address_from_now_on(server: Flask, application: Application) -> None:
    for address in ("/failures", "/failures?site=brno"):
        keep(someone(server, "maria"), "mine", address)
    assert application.views.of("maria") == [View("mine", "failures?site=brno")]


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/failures", "javascript:alert(1)", "/nothing-here", "/api/v1/export", ""]
)
def test_only_pages_of_ours_can_be_kept(server: Flask, application: Application, address: str) -> None:
    _, said = keep(someone(server, "maria"), "mine", address)
    assert said == "Only pages of Syncline can be kept."
    assert application.views.of("maria") == []


def test_a_name_is_text_whatever_stands_in_it(server: Flask) -> None:
    listed, _ = keep(someone(server, "maria"), "<img src=x onerror=alert(1)>", "/failures")
    assert text(listed) == "<img src=x onerror=alert(1)>"


def test_what_cannot_be_kept_is_said_in_a_sentence(application: Application) -> None:
    views = application.views
    for name, said in ((" ", "needs a name"), ("a\u202eb", "can be read"), ("x" * 81, "81 letters"), ("\n", "needs a name")):
        with pytest.raises(AccountError, match=said):
            views.keep("ada", name, "failures")
    with pytest.raises(AccountError, match="too long"):
        views.keep("ada", "long", "transactions?text=" + "x" * 2000)
    for number in range(MOST):
        views.keep("ada", f"view {number}", "failures")
    with pytest.raises(AccountError, match=f"{MOST} views already"):
        views.keep("ada", "one more", "failures")
    views.keep("ada", "view 7", "failures?site=brno")  # one that is there can still be changed
    assert len(views.of("ada")) == MOST


def test_kept_views_survive_a_restart(application: Application) -> None:
    application.views.keep("tom", "mine", "failures")
    again = type(application.views)(application.accounts.engine, application.now_ns)
    assert again.of("tom") == [View("mine", "failures")]
