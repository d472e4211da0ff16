"""What administrators do with people: told to the audit, one after the other, and never so that nobody is left who may."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from app import audit
from app.accounts import AccountError, Accounts
from app.accounts.administration import Administration, ChangedMeanwhile, Rights
from app.accounts.sessions import Sessions
from app.configuration.model import Lifetimes
from app.recovery import tables
from metrics.scope import Scope

GOOD, OTHER = "correct horse battery", "another horse battery"
HOUR = 3600 * 10**9
ADMIN, SUPPLY, IT = Rights(frozenset({"admin"})), Rights(frozenset({"supply"})), Rights(frozenset({"it"}), Scope(frozenset({"hamburg"})))


class Stage:
    """Ada administrates, Maria does not."""

    def __init__(self, file: Path) -> None:
        self.ns = 1_764_000_000 * 10**9
        self.accounts = Accounts(f"sqlite:///{file}", lambda: self.ns)
        tables.create(self.accounts.engine)
        self.people = Administration(self.accounts, lambda: self.ns)
        self.sessions = Sessions(self.accounts.engine, lambda: self.ns, Lifetimes())
        self.people.add("the command line", "ada", ADMIN, GOOD)
        self.people.add("ada", "maria", SUPPLY, GOOD)

    def told(self, since: int = 2) -> list[tuple[str, str, str, dict[str, object]]]:
        """What the audit got after the two were added."""
        with self.accounts.engine.connect() as connection:
            assert audit.verify(connection) is None
            entries = list(audit.every(connection, audit.Filter()))[since:]
        return [(entry.actor, entry.action, entry.subject, orjson.loads(entry.detail)) for entry in entries]

    def refused(self, act: str, *arguments: object) -> str:
        with pytest.raises(AccountError) as caught:
            getattr(self.people, act)(*arguments)
        return str(caught.value)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path / "accounts.sqlite")
    yield stage
    stage.accounts.close()


def test_a_change_says_who_made_it_and_what_was_before(stage: Stage) -> None:
    assert stage.people.change("ada", "maria", IT)
    assert (stage.accounts.user("maria").roles, stage.accounts.user("maria").sees.sites) == ({"it"}, {"hamburg"})
    detail = {"roles": ["it"], "roles_before": ["supply"], "sites": ["hamburg"], "sites_before": "all"}
    assert stage.told() == [("ada", "person changed", "user maria", detail)]


def test_what_is_as_it_was_ends_no_session_and_is_not_told(stage: Stage) -> None:
    secret = stage.sessions.begin(stage.accounts.user("maria"), "", "")
    assert not stage.people.change("ada", "maria", SUPPLY)
    assert stage.sessions.find(secret) is not None
    assert stage.told() == []


def test_the_later_of_two_administrators_is_told_what_the_other_changed(stage: Stage) -> None:
    stage.people.change("ada", "maria", IT, shown=SUPPLY)
    with pytest.raises(ChangedMeanwhile) as caught:
        stage.people.change("ben", "maria", ADMIN, shown=SUPPLY)
    assert str(caught.value) == (
        "Nothing was saved: meanwhile ada changed the roles from supply to it, the sites from all to hamburg. "
        "Look at it again, and save once more if you still want to."
    )
    assert stage.accounts.user("maria").roles == {"it"}
    assert stage.people.change("ben", "maria", ADMIN, shown=IT)


def test_the_last_administrator_stays_one(stage: Stage) -> None:
    only = "ada is the only administrator who can sign in. Make somebody else one first, and let them sign in."
    assert stage.refused("disable", "ada", "ada") == only
    assert stage.refused("change", "ada", "ada", SUPPLY) == only
    stage.people.add("ada", "ben", ADMIN)
    assert stage.refused("disable", "ada", "ada") == only, "Ben has no password yet"
    link = stage.people.make_link("ada", "ben")
    stage.people.set_by_link(link.secret, GOOD)
    stage.people.disable("ben", "ada")
    assert stage.refused("disable", "ben", "ben") == only.replace("ada", "ben")


def test_two_administrators_cannot_take_each_others_place_at_once(stage: Stage) -> None:
    stage.people.add("ada", "ben", ADMIN, GOOD)
    said: list[str] = []

    def demote(by: str, whom: str) -> None:
        try:
            stage.people.change(by, whom, SUPPLY)
        except AccountError as refused:
            said.append(str(refused)[:30])

    threads = [threading.Thread(target=demote, args=pair) for pair in (("ada", "ben"), ("ben", "ada"))]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(said) == 1
    assert sum("admin" in user.roles for user in stage.accounts.list_users()) == 1


def test_who_is_disabled_is_out_at_once_and_their_link_works_no_more(stage: Stage) -> None:
    secret, link = stage.sessions.begin(stage.accounts.user("maria"), "", ""), stage.people.make_link("ada", "maria")
    stage.people.disable("ada", "maria")
    stage.people.disable("ada", "maria")
    assert stage.sessions.find(secret) is None
    assert stage.people.set_by_link(link.secret, OTHER) is None
    assert stage.refused("make_link", "ada", "maria") == "maria is disabled. Enable them first."
    stage.people.enable("ada", "maria")
    assert stage.people.set_by_link(link.secret, OTHER) is None
    assert [action for _, action, _, _ in stage.told()] == ["password link made", "person disabled", "person enabled"]


def test_a_link_sets_a_password_once(stage: Stage) -> None:
    secret = stage.sessions.begin(stage.accounts.user("maria"), "", "")
    link = stage.people.make_link("ada", "maria")
    assert stage.people.link_user(link.secret) == "maria"
    assert stage.accounts.verify("maria", GOOD) is not None, "until then the one they have works"
    assert stage.people.set_by_link(link.secret, OTHER) == "maria"
    assert (stage.accounts.verify("maria", GOOD), stage.accounts.verify("maria", OTHER) is not None) == (None, True)
    assert stage.sessions.find(secret) is None
    assert stage.people.set_by_link(link.secret, "a third horse battery") is None
    assert stage.told() == [
        ("ada", "password link made", "user maria", {"hours": 24.0}),
        ("maria", "password set", "user maria", {"by": "link"}),
    ]


def test_a_weak_password_does_not_use_the_link_up(stage: Stage) -> None:
    link = stage.people.make_link("ada", "maria")
    assert stage.refused("set_by_link", link.secret, "short")[:31] == "The password has 5 characters; "
    assert stage.people.set_by_link(link.secret, OTHER) == "maria"


def test_a_link_is_over_after_a_day_and_when_another_is_made(stage: Stage) -> None:
    first = stage.people.make_link("ada", "maria")
    second = stage.people.make_link("ada", "maria")
    assert stage.people.link_user(first.secret) is None
    stage.ns += 24 * HOUR - 1
    assert stage.people.link_user(second.secret) == "maria"
    stage.ns += 1
    assert stage.people.set_by_link(second.secret, OTHER) is None
    assert stage.people.link_user("syn_pw_nothing") is None


def test_a_link_that_is_used_twice_at_once_works_once(stage: Stage) -> None:
    link, done = stage.people.make_link("ada", "maria"), []
    threads = [
        threading.Thread(target=lambda word=word: done.append(stage.people.set_by_link(link.secret, f"{word} horse battery")))
        for word in ("orange", "purple", "yellow", "violet")
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(done, key=str) == [None, None, None, "maria"]


def test_who_was_added_without_a_password_cannot_sign_in_before_they_set_one(stage: Stage) -> None:
    stage.people.add("ada", "eva", Rights(frozenset({"exec"})))
    for password in ("", GOOD):
        assert stage.accounts.verify("eva", password) is None
    link = stage.people.make_link("ada", "eva")
    stage.people.set_by_link(link.secret, GOOD)
    assert stage.accounts.verify("eva", GOOD) is not None


def test_a_password_that_is_set_voids_the_link(stage: Stage) -> None:
    link = stage.people.make_link("ada", "maria")
    stage.people.set_password("maria", "maria", OTHER)
    assert stage.people.set_by_link(link.secret, GOOD) is None


def test_all_sessions_are_ended_and_counted(stage: Stage) -> None:
    for _ in range(2):
        stage.sessions.begin(stage.accounts.user("maria"), "", "")
    assert stage.people.sign_out("ada", "maria") == 2
    assert stage.sessions.of("maria") == []
    assert stage.told() == [("ada", "person signed out", "user maria", {"sessions": 2})]


def test_one_signs_out_elsewhere_and_stays_here(stage: Stage) -> None:
    here, there = (stage.sessions.begin(stage.accounts.user("maria"), "", "") for _ in range(2))
    toms = stage.sessions.begin(stage.accounts.user("ada"), "", "")
    found = stage.sessions.find(here)
    assert found is not None
    assert stage.people.sign_out("maria", "maria", but=found[0].id) == 1
    assert [stage.sessions.find(each) is not None for each in (here, there, toms)] == [True, False, True]
    assert stage.people.sign_out("maria", "ada", only=found[0].id) == 0, "it is not hers"
    assert stage.people.sign_out("maria", "maria", only=found[0].id) == 1
    assert stage.sessions.counts() == {"ada": 1}


def test_no_secret_is_in_the_file_or_in_the_audit(stage: Stage, tmp_path: Path) -> None:
    link = stage.people.make_link("ada", "maria")
    stage.people.set_by_link(link.secret, OTHER)
    stage.accounts.close()
    for file in tmp_path.iterdir():
        assert all(secret.encode() not in file.read_bytes() for secret in (link.secret, GOOD, OTHER))
