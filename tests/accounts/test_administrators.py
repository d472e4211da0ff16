"""An administrator who does not see everything gives nothing, and gets at nobody, beyond that."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.exc import DatabaseError

from app.accounts.administration import Rights
from metrics.scope import Scope
from tests.accounts.test_administration import GOOD, IT, OTHER, Stage, stage

__all__ = ["stage"]
BRNO = Scope(frozenset({"brno"}))
BEYOND = "You may give only what you see yourself, and change only who sees no more than you. An administrator who sees everything may."


@pytest.fixture
def bruno(stage: Stage) -> Stage:
    """Bruno administrates Brno; Vera looks at it; Ada sees everything."""
    stage.people.add("ada", "bruno", Rights(frozenset({"admin"}), BRNO), GOOD)
    stage.people.add("bruno", "vera", Rights(frozenset({"viewer"}), BRNO), GOOD)
    return stage


@pytest.mark.parametrize(
    "sees",
    [Scope(), IT.sees, Scope(frozenset({"brno", "hamburg"})), Scope(None, frozenset({"order"})), Scope(None, None, frozenset({"4711"}))],
    ids=["everything", "another site", "another site as well", "a workflow", "a supplier"],
)
def test_nobody_is_given_what_the_one_who_gives_does_not_see(bruno: Stage, sees: Scope) -> None:
    for name in ("bruno", "vera"):
        assert bruno.refused("change", "bruno", name, Rights(frozenset({"admin"}), sees)) == BEYOND
    assert bruno.refused("add", "bruno", "otto", Rights(frozenset({"viewer"}), sees)) == BEYOND
    assert bruno.accounts.find_user("otto") is None
    assert bruno.accounts.user("vera").sees == BRNO


FULL = {  # nothing can be put into the audit from then on
    "sqlite": ["create trigger full before insert on audit begin select raise(abort, 'the disk is full'); end"],
    "postgresql": [
        "create function full_disk() returns trigger language plpgsql as $$ begin raise exception 'the disk is full'; end $$",
        "create trigger full_disk before insert on audit for each row execute function full_disk()",
    ],
}


@pytest.mark.parametrize(
    "act",
    [
        lambda people: people.make_link("bruno", "ada"),
        lambda people: people.disable("bruno", "ada"),
        lambda people: people.enable("bruno", "maria"),
        lambda people: people.sign_out("bruno", "ada"),
        lambda people: people.set_password("bruno", "ada", OTHER),
        lambda people: people.change("bruno", "maria", Rights(frozenset({"viewer"}), BRNO)),
    ],
    ids=["link", "disable", "enable", "sign out", "password", "less"],
)
def test_who_sees_more_cannot_be_got_at(bruno: Stage, act: Callable[..., object]) -> None:
    secret = bruno.sessions.begin(bruno.accounts.user("ada"), "", "")
    with pytest.raises(Exception, match="change only who sees no more than you"):
        act(bruno.people)
    assert bruno.sessions.find(secret) is not None
    assert bruno.accounts.verify("ada", GOOD) is not None


def test_of_what_they_see_they_give_and_of_themselves_they_change_the_password(bruno: Stage) -> None:
    assert bruno.people.change("bruno", "vera", Rights(frozenset({"it"}), BRNO))
    assert bruno.people.make_link("bruno", "vera").secret
    bruno.people.disable("bruno", "vera")
    bruno.people.enable("bruno", "vera")
    bruno.people.set_password("bruno", "bruno", OTHER)
    assert bruno.accounts.verify("bruno", OTHER) is not None


@pytest.mark.parametrize(
    "act",
    [
        lambda people: people.add("ada", "otto", Rights(frozenset({"viewer"})), GOOD),
        lambda people: people.change("ada", "maria", Rights(frozenset({"admin"}))),
        lambda people: people.disable("ada", "maria"),
        lambda people: people.make_link("ada", "maria"),
        lambda people: people.set_password("ada", "maria", OTHER),
        lambda people: people.sign_out("ada", "maria"),
    ],
    ids=["add", "change", "disable", "link", "password", "sign out"],
)
def test_what_cannot_be_written_down_is_not_done(stage: Stage, act: Callable[..., object]) -> None:
    secret = stage.sessions.begin(stage.accounts.user("maria"), "", "")
    with stage.accounts.engine.begin() as connection:
        for statement in FULL[connection.dialect.name]:
            connection.exec_driver_sql(statement)
    before = everything(stage)
    with pytest.raises(DatabaseError, match="the disk is full"):
        act(stage.people)
    assert everything(stage) == before
    assert stage.sessions.find(secret) is not None
    assert stage.accounts.confirm("maria", GOOD)


def everything(stage: Stage) -> dict[str, list[tuple[object, ...]]]:
    with stage.accounts.engine.connect() as connection:
        tables = ("users", "sessions", "password_links", "audit")
        return {name: [tuple(row) for row in connection.exec_driver_sql(f"select * from {name}")] for name in tables}
