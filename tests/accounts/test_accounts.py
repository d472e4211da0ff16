"""People: what is accepted, what is refused in which words, and what ends when something changes."""

from __future__ import annotations

import stat
import threading

import pytest
from argon2 import PasswordHasher, Type
from sqlalchemy import text

from app.accounts import AccountError, users_in
from app.accounts.secret import secret_key
from app.configuration.roles import shipped
from app.storage.state import State
from metrics.scope import Scope
from tests.people import Changed

GOOD = "correct horse battery"
MINUTE = 60 * 1_000_000_000


def stored_hash(accounts, name):
    with accounts._engine.connect() as connection:
        return connection.execute(text("select password_hash from users where name = :name"), {"name": name}).scalar_one()


def refused(call, *arguments):
    with pytest.raises(AccountError) as caught:
        call(*arguments)
    return str(caught.value)


def test_a_user_signs_in_with_name_in_any_case_and_password(accounts, clock):
    accounts.add_user("Maria", GOOD, ["supply"], Scope(frozenset({"DE01", "CZ02"})))
    user = accounts.verify("MARIA ", GOOD)
    assert (user.name, user.roles, user.sees.sites, user.last_login_ns) == ("maria", {"supply"}, {"DE01", "CZ02"}, clock.ns)


def test_without_a_list_of_sites_a_user_sees_all_of_them_and_with_an_empty_one_none(accounts):
    assert accounts.add_user("maria", GOOD, ["supply"]).sees.is_all
    assert accounts.add_user("tom", GOOD, ["it"], Scope(frozenset())).sees.sites == frozenset()


def test_a_wrong_password_and_an_unknown_user_are_refused_alike(accounts):
    accounts.add_user("maria", GOOD, ["supply"])
    assert accounts.verify("maria", "wrong") is None
    assert accounts.verify("nobody", GOOD) is None
    assert accounts.verify("", "") is None
    assert accounts.verify("maria", "p\udcf6ssword") is None


def test_what_cannot_be_a_user_is_refused_in_a_sentence(accounts):
    accounts.add_user("maria", GOOD, ["supply"])
    assert refused(accounts.add_user, "maria", GOOD, ["it"]) == (
        "A user called 'maria' exists already. To change the password: syncline user passwd maria"
    )
    assert refused(accounts.add_user, "tom", "short", ["it"]) == (
        "The password has 5 characters; it needs at least 12. Three or four unrelated words are a good one."
    )
    assert refused(accounts.add_user, "tom", "aaaaaaaaaaaa", ["it"]) == (
        "The password would soon be guessed: it is a common one, or made of names, years, words of this place or keys in a row. "
        "Three or four unrelated words are a good one."
    )
    assert refused(accounts.add_user, "tom", "a long p\udcf6ssword", ["it"]) == (
        "The password is not UTF-8 text; type or save it as such, or use other characters."
    )
    known = "Known: supply, it, exec, approver, viewer, admin."
    assert refused(accounts.add_user, "tom", GOOD, ["boss"]) == f"No role is called 'boss'. {known}"
    assert refused(accounts.add_user, "tom", GOOD, []) == f"A user needs at least one role. {known}"
    assert refused(accounts.add_user, "tom|1", GOOD, ["it"]).startswith("'tom|1' cannot be a user name.")
    assert (
        refused(accounts.add_user, "tom", GOOD, ["it"], Scope(frozenset({"DE 01"})))
        == "'DE 01' cannot be a site: a site is a name without spaces."
    )
    assert refused(Changed(accounts).set_password, "eva", GOOD) == "No user is called 'eva'. Known: maria."
    assert [user.name for user in accounts.list_users()] == ["maria"]


def test_a_disabled_user_cannot_sign_in_and_open_sessions_end(accounts):
    accounts.add_user("maria", GOOD, ["supply"])
    Changed(accounts).disable("maria")
    assert accounts.verify("maria", GOOD) is None
    assert (accounts.user("maria").disabled, accounts.user("maria").epoch) == (True, 2)
    Changed(accounts).enable("maria")
    assert accounts.verify("maria", GOOD) is not None


def test_a_new_password_ends_all_sessions(accounts):
    accounts.add_user("maria", GOOD, ["supply"])
    Changed(accounts).set_password("maria", "another good one")
    assert accounts.user("maria").epoch == 2
    assert accounts.verify("maria", GOOD) is None
    assert accounts.verify("maria", "another good one") is not None


def test_a_hash_is_as_strong_as_asked_today_and_an_older_one_is_renewed_at_the_next_sign_in(accounts, product_hasher, monkeypatch):
    """At least what OWASP's cheat sheet on password storage asks of Argon2id."""
    assert product_hasher.type is Type.ID
    assert product_hasher.memory_cost >= 19 * 1024
    assert product_hasher.time_cost >= 2
    with monkeypatch.context() as weaker:
        weaker.setattr("app.accounts.people._HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        accounts.add_user("maria", GOOD, ["supply"])
    weak = stored_hash(accounts, "maria")
    assert accounts.verify("maria", "wrong") is None
    assert stored_hash(accounts, "maria") == weak
    assert accounts.verify("maria", GOOD) is not None
    assert not product_hasher.check_needs_rehash(stored_hash(accounts, "maria"))
    assert accounts.verify("maria", GOOD) is not None


def test_threads_share_one_accounts(accounts):
    accounts.add_user("maria", GOOD, ["supply"])
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(accounts.verify("maria", GOOD))) for _ in range(5)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert [user.name for user in seen] == ["maria"] * 5


def test_the_users_of_a_file_are_read_without_a_trace(accounts, tmp_path):
    assert users_in(State(tmp_path / "none"), shipped()) == []
    accounts.add_user("maria", GOOD, ["supply"])
    assert [user.name for user in users_in(State(tmp_path), shipped())] == ["maria"], "also while it is open elsewhere"
    accounts.close()
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    assert [user.name for user in users_in(State(tmp_path), shipped())] == ["maria"]
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "accounts.sqlite").touch()
    assert users_in(State(tmp_path / "empty"), shipped()) == []


def test_the_session_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "home" / "session.key"
    assert secret_key(path) == secret_key(path)
    assert len(secret_key(path)) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["session.key"]
