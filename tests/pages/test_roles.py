"""Roles of a configuration: one more role, one that may less, and one that there is no more."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import Flask

from app.access.rights import ALWAYS, HOME, PAGES
from app.access.roles import Roles
from app.application import Application
from app.server import PAGES as SERVED
from metrics.scope import NOTHING
from tests.pages import recovering, trees
from tests.pages.plant import write_plant
from tests.pages.served import PASSWORD, Client, drawn_text, make_server, opened, someone

ROLES = """
access:
  roles:
    lab:
      title: Laboratory
      question: Which lots are held up, and since when?
      pages: [failures, failure, transactions]
      may: [write_notes]
    it:
      may: [export, see_messages]
"""
TAKEN_OUT = "transactions-download.data"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Lena holds the role of the laboratory; Gus one that there was before."""
    file = write_plant(tmp_path_factory.mktemp("roles"), time.time_ns())
    file.write_text(file.read_text() + recovering.CATALOGUE + ROLES)
    with opened(file) as application:
        for name, role in {"lena": "lab", "gus": "lab", "both": "exec"}.items():
            application.accounts.add_user(name, PASSWORD, [role])
        yield application


def called(client: Client, output: str, module: str) -> list[int]:
    """What the callbacks of a page answer, as far as they have this output."""
    known = client.http.application.extensions["syncline_callbacks"].items()
    mine = [name for name, each in known if each.get("callback") and each["callback"].__module__ == module and output in name]
    assert mine, "the page has such a callback"
    return [client.post("_dash-update-component", json={"output": name}).status_code for name in mine]


def write(client: Client, words: str) -> str:
    """What stands on the card about a group of failures after a note was written."""
    values = {"memory_words": words, "memory_ticket": "", "memory_hours": "24", "memory_owner": ""}
    about = {"failure_about": ("data", {**recovering.GROUP, "zone": "Europe/Berlin"})}
    state = {name: ("value", value) for name, value in values.items()}
    return str(recovering.press(client, "failure-memory.children", {"type": "memory-do", "what": "note"}, **about, **state).text)


GROUP = "?" + "&".join(f"{name}={value}" for name, value in recovering.GROUP.items())


def test_the_pages_that_a_role_may_name_are_those_that_are_served() -> None:
    assert sorted(page.name for page in SERVED) == sorted([*PAGES, "people", "person"]), "who gives roles could give themselves every one"
    assert {HOME, *ALWAYS} <= set(PAGES)


def test_one_more_role_lands_on_the_first_of_its_pages_and_sees_no_other(web: Flask) -> None:
    assert Client(web).sign_in("lena").headers["Location"] == "/transactions"
    lena = someone(web, "lena")
    seen = [page.path for page in SERVED if page.path != "/path" and lena.get(page.path.lstrip("/")).status_code == 200]
    assert seen == ["/transactions", "/failures", "/failure", "/docs", "/account", "/permissions"]
    said = drawn_text(lena.show("/rules"))
    assert "The page “Rules” is for the roles supply, it, exec, approver, viewer, admin; you have lab." in said


def test_callbacks_of_other_pages_answer_403(web: Flask) -> None:
    assert set(called(someone(web, "lena"), "", "app.pages.subscriptions")) == {403}
    assert 403 not in called(someone(web, "eva"), "", "app.pages.subscriptions")


def test_who_has_a_right_may_and_who_has_it_no_more_hears_who_does(web: Flask) -> None:
    assert "Held by the laboratory" in write(someone(web, "lena"), "Held by the laboratory")
    refused = "Only Supply chain or Laboratory may write this."
    assert refused in drawn_text(someone(web, "tom").show("/failure", GROUP))
    assert refused in write(someone(web, "tom"), "Held by plant IT")


def test_only_who_may_take_out_files_gets_any(web: Flask) -> None:
    lena, maria = someone(web, "lena"), someone(web, "maria")
    assert called(lena, TAKEN_OUT, "app.pages.transactions") == [403]
    assert 403 not in called(maria, TAKEN_OUT, "app.pages.transactions")
    assert "Only Supply chain, Plant IT and integration, Management, Approval or Viewing may take out files." in drawn_text(
        lena.show("/transactions")
    )
    assert (lena.get("api/v1/transactions").status_code, maria.get("api/v1/transactions").status_code) == (403, 200)


def test_a_shipped_role_may_what_the_configuration_says_instead(web: Flask, plant: Application) -> None:
    assert plant.settings.roles.holders("stop_sending") == []
    said = drawn_text(someone(web, "tom").show("/recoveries"))
    assert "Only administrators may use this switch." in said
    button = {"type": "recoveries-switch", "name": "sending", "stop": True}
    refused = recovering.press(someone(web, "tom"), "recoveries-switches", button, recoveries_reason=("value", "because"))
    said = refused.get_json()["response"]["recoveries-said"]["children"]
    assert "Only administrators may use this switch." in trees.text(trees.revived(said))


def test_messages_need_one_right_and_what_is_hidden_in_them_another(plant: Application) -> None:
    access = plant.settings.roles
    assert (access.holders("see_messages"), access.holders("break_glass")) == (["it"], [])


def test_permissions_list_the_roles_of_the_configuration(web: Flask) -> None:
    said = drawn_text(someone(web, "lena").show("/permissions"))
    assert "lab Laboratory. Which lots are held up, and since when?" in said
    assert "Write notes, tickets and owners of failure groups; mute and resolve them supply, lab yes" in said
    assert "Stop everything automatic, or all sending admin no: needs the role Administration" in said


def test_a_role_that_there_is_no_more_grants_nothing_and_that_is_said(plant: Application) -> None:
    known = plant.settings.roles
    plant.accounts.access = plant.sessions.access = Roles(tuple(role for role in known.roles if role.name != "lab"))
    try:
        web = make_server(plant)
        assert Client(web).sign_in("gus").headers["Location"] == "/permissions"
        gus = someone(web, "gus")
        assert [page.path for page in SERVED if gus.get(page.path.lstrip("/")).status_code == 200] == ["/docs", "/account", "/permissions"]
        said = drawn_text(gus.show("/permissions"))
        assert "lab You were given it, but there is no such role any more." in said
        assert "You hold no role that there is, so nothing is shown to you." in said
        assert "What you see Nothing, as long as you hold no role that there is." in said
        assert gus.get("api/v1/transactions").status_code == 403
        assert plant.accounts.user("gus").sees == NOTHING
        assert called(gus, "shell-hits", "app.components.search") == [403]
    finally:
        plant.accounts.access = plant.sessions.access = known
