"""Who gives power away is asked first, once more, who they are: at every button that does, at no other, and for ten minutes only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import audit
from app.accounts.sessions import PROVED_NS, Sessions
from app.application import Application
from app.machines.wanted import Wanted
from tests.pages.served import PASSWORD, UPDATE, Client, make_server, opened, signed_in
from tests.people import Changed

MAKE, ROTATE, REVOKE = ({"type": "access-do", "what": what} for what in ("make", "rotate", "revoke"))
ASKED = ("people-add", "person-save", "person-link", "person-toggle", MAKE, ROTATE)


class Clock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.ns = 1_764_000_000 * 10**9

    def __call__(self) -> int:
        return self.ns


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("proving")
    (folder / "syncline.yaml").write_text("version: 1\ntimezone: UTC\n")
    with opened(folder / "syncline.yaml") as application:
        yield application


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(application: Application, clock: Clock) -> Flask:
    application.sessions = Sessions(application.accounts.engine, clock, application.settings.access.sessions)
    return make_server(application)


@pytest.fixture
def ada(server: Flask, clock: Clock) -> Client:
    """An administrator whose sign-in was a while ago."""
    client = signed_in(server, "ada")
    clock.ns += PROVED_NS
    return client


ALL = {f"{page}-all-{kind}": True for page in ("people", "person") for kind in ("sites", "workflows", "suppliers")}
FILLED = {  # by field, what stands in it on the pages
    **ALL,
    "access-about": {"state": "working", "token": "a-token", "start": 0},
    "people-name": "nora",
    "people-roles": ["viewer"],
    "person-who": "maria",
    "person-roles": ["supply", "viewer"],
    "person-shown": {"roles": ["supply"], "sites": None, "workflows": None, "suppliers": None},
}
OF_TOKENS = {"name": "a-token", "expires": "1d", "overlap": "1h", "reason": "", "scope": "read", "user": ""}


def press(client: Client, button: Any, **typed: Any) -> dict[str, Any]:
    """What a button answers, as the browser sends it with the fields filled in; `typed`: otherwise than usual, `_` for `-`."""
    filled = {**FILLED, **{name.replace("_", "-"): value for name, value in typed.items()}}
    output, known = next(
        (output, known)
        for output, known in client.http.application.extensions["syncline_callbacks"].items()
        if "callback" in known and any(_is(each["id"], button) for each in known["inputs"])
    )
    inputs = [_input(each, button) for each in known["inputs"]]
    outputs = [{"id": _ident(name), "property": prop.partition("@")[0]} for name, _, prop in map(_parted, output.strip(".").split("..."))]
    name = json.dumps(button, separators=(",", ":")) if isinstance(button, dict) else button
    body = {"output": output, "outputs": outputs, "inputs": inputs, "state": [_state(each, filled) for each in known["state"]]}
    answer = client.post(UPDATE, json={**body, "changedPropIds": [f"{name}.n_clicks"]})
    assert answer.status_code in (200, 204), answer.text
    return (answer.get_json() or {}) if answer.status_code == 200 else {}


def _parted(part: str) -> tuple[str, str, str]:
    return part.rpartition(".")


def _ident(name: str) -> Any:
    return json.loads(name) if name.startswith("{") else name


def _is(name: str, button: Any) -> bool:
    return name == button if isinstance(button, str) else name.startswith("{") and json.loads(name)["type"] == button["type"]


def _input(known: dict[str, str], button: Any) -> Any:
    """Of a kind of which there may be many a page has the one that is pressed, or none."""
    name, prop = known["id"], known["property"]
    if name.startswith("{"):
        return [{"id": button, "property": prop, "value": 1}] if _is(name, button) else []
    return {"id": name, "property": prop, "value": 1 if name == button else None}


def _state(known: dict[str, str], filled: dict[str, Any]) -> Any:
    name, prop = known["id"], known["property"]
    if not name.startswith("{"):
        return {"id": name, "property": prop, "value": filled.get(name)}
    idents = [{"type": "access-field", "name": each} for each in OF_TOKENS]
    return [{"id": ident, "property": prop, "value": OF_TOKENS[ident["name"]] if prop == "value" else ident} for ident in idents]


def is_asked(answer: dict[str, Any]) -> bool:
    return answer.get("sideUpdate", {}).get("proof", {}).get("opened") is True


def known(application: Application) -> Any:
    """All that could have been changed."""
    accounts, machines = application.accounts, application.machines
    people = [(user.name, user.roles, user.disabled, user.epoch) for user in accounts.list_users()]
    with accounts.engine.connect() as connection:
        links = len(list(audit.entries(connection, audit.Filter(action="password link made"), 0, 100)))
    return people, [(token.id, token.replaced_ns, token.revoked_ns) for token in machines.every()], links


@pytest.mark.parametrize("button", ASKED, ids=str)
def test_what_gives_power_is_not_done_before_they_said_who_they_are(application: Application, ada: Client, button: Any) -> None:
    if button == ROTATE:
        application.machines.add(Wanted("a-token", "read"))
    before = known(application)
    answer = press(ada, button)
    assert is_asked(answer)
    assert answer["sideUpdate"]["proof-for"]["data"] == button, "which is pressed again by itself"
    assert known(application) == before
    given = press(ada, "proof-go", proof_password=PASSWORD, proof_for=button)["response"]
    assert (given["proof"]["opened"], given["proof-given"]["data"]["pressed"]) == (False, button)
    assert not is_asked(press(ada, button))
    assert known(application) != before
    for name in {token.name for token in application.machines.every() if token.revoked_ns is None}:
        application.machines.revoke(name)
    Changed(application.accounts).set_roles("maria", ["supply"])


def test_what_takes_power_away_from_a_machine_or_ends_a_session_never_waits(application: Application, ada: Client) -> None:
    application.machines.add(Wanted("a-token", "read"))
    assert not is_asked(press(ada, REVOKE))
    assert application.machines.every()[-1].revoked_ns is not None
    assert not is_asked(press(ada, "person-signout"))


def test_who_has_just_signed_in_is_not_asked_and_who_proved_it_is_not_asked_for_ten_minutes(server: Flask, clock: Clock) -> None:
    client = signed_in(server, "ada")
    clock.ns += PROVED_NS - 1
    assert not is_asked(press(client, "person-link"))
    clock.ns += 1
    assert is_asked(press(client, "person-link"))
    press(client, "proof-go", proof_password=PASSWORD)
    clock.ns += PROVED_NS - 1
    assert not is_asked(press(client, "person-link"))
    clock.ns += 1
    assert is_asked(press(client, "person-link"))


def test_it_holds_for_the_session_in_which_it_was_said_and_no_other(server: Flask, ada: Client, clock: Clock) -> None:
    other = signed_in(server, "ada")
    clock.ns += PROVED_NS
    press(ada, "proof-go", proof_password=PASSWORD)
    assert is_asked(press(other, "person-link"))
    assert not is_asked(press(ada, "person-link"))


def test_a_wrong_password_is_counted_like_a_sign_in_and_told_to_the_audit(application: Application, server: Flask, clock: Clock) -> None:
    application.accounts.add_user("ben", PASSWORD, ["admin"])
    ben = signed_in(server, "ben")
    clock.ns += PROVED_NS
    for _ in range(10):  # of a browser in which he signed in before
        said = press(ben, "proof-go", proof_password="wrong")["response"]
        assert "That is not your password." in str(said["proof-said"]["children"])
        assert "opened" not in said.get("proof", {})
    for _ in range(5):  # and then like anybody
        press(ben, "proof-go", proof_password="wrong")
    said = press(ben, "proof-go", proof_password=PASSWORD)["response"]
    assert "Too many wrong passwords. Try again in" in str(said["proof-said"]["children"])
    assert is_asked(press(ben, "person-link"))
    application.seen.write()
    with application.accounts.engine.connect() as connection:
        told = [each.action for each in audit.entries(connection, audit.Filter(subject="user ben"), 0, 40) if "identity" in each.action]
    assert told == ["identity not confirmed"] * 16
