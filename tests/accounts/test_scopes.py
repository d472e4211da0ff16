"""What somebody may see is kept with their account, also in files from before there were workflows and suppliers in it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from app.accounts import AccountError, Accounts, users_in
from app.configuration.roles import shipped
from app.machines.kept import Machines
from app.machines.settings import Terms
from app.machines.wanted import Wanted
from app.storage.state import State
from metrics.scope import EVERYTHING, Scope
from tests.people import Changed

PASSWORD = "correct horse battery"
SOME = Scope(frozenset({"brno", "linz"}), frozenset({"orders"}), frozenset({"ACME 1", "Bolt"}))
BEFORE = """
create table users (name varchar(64) primary key, password_hash varchar(256) not null, roles varchar(256) not null, sites varchar(4096),
  disabled boolean not null, epoch integer not null, created_ns bigint not null, last_login_ns bigint);
create table tokens (hash varchar(64) primary key, name varchar(64) not null, scope varchar(16) not null, sites varchar(4096),
  created_ns bigint not null, revoked_ns bigint, last_used_ns bigint);
insert into users values ('maria', 'x', 'supply', 'brno', false, 1, 5, null);
insert into tokens values ('y', 'scraper', 'read', null, 5, null, null);
"""


def test_a_scope_is_kept_as_it_was_given_and_changed(tmp_path: Path) -> None:
    with closing(Accounts(f"sqlite:///{tmp_path}/accounts.sqlite")) as accounts:
        assert accounts.add_user("maria", PASSWORD, ["supply"], SOME).sees == SOME
        Changed(accounts).set_scope("maria", Scope(suppliers=frozenset()))
        assert accounts.user("maria").sees == Scope(suppliers=frozenset())
        Changed(accounts).set_scope("maria", EVERYTHING)
        assert accounts.user("maria").sees.is_all
        machines = Machines(accounts.engine, time.time_ns, Terms())
        assert machines.behind(machines.add(Wanted("scraper", "read", SOME))).sees == SOME


def test_a_change_of_scope_ends_the_sessions(tmp_path: Path) -> None:
    with closing(Accounts(f"sqlite:///{tmp_path}/accounts.sqlite")) as accounts:
        before = accounts.add_user("maria", PASSWORD, ["supply"]).epoch
        Changed(accounts).set_scope("maria", SOME)
        assert accounts.user("maria").epoch == before + 1


@pytest.mark.parametrize("name", ["", " ", "A\nB", "x" * 201])
def test_what_cannot_be_a_supplier_is_refused(tmp_path: Path, name: str) -> None:
    with closing(Accounts(f"sqlite:///{tmp_path}/accounts.sqlite")) as accounts, pytest.raises(AccountError, match="cannot be a supplier"):
        accounts.add_user("maria", PASSWORD, ["supply"], Scope(suppliers=frozenset({name})))


@pytest.mark.of_the_file
def test_a_file_of_before_is_read_and_gets_what_it_lacks(tmp_path: Path) -> None:
    file = tmp_path / "accounts.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(BEFORE)
    (maria,) = users_in(State(tmp_path), shipped())
    assert maria.sees == Scope(frozenset({"brno"}))
    for _ in range(2):
        with closing(Accounts(f"sqlite:///{file}")) as accounts:
            assert accounts.user("maria").sees == Scope(frozenset({"brno"}))
            assert Machines(accounts.engine, time.time_ns, Terms()).every()[0].sees == EVERYTHING
    with closing(Accounts(f"sqlite:///{file}")) as accounts:
        Changed(accounts).set_scope("maria", SOME)
        assert accounts.user("maria").sees == SOME


def test_something_is_seen_when_all_that_it_is_of_is_seen() -> None:
    assert SOME.sees("brno", "orders", "Bolt")
    assert not any((SOME.sees("graz", "orders", "Bolt"), SOME.sees("brno", "other", "Bolt"), SOME.sees("brno", "orders", "Nut")))
    assert not any((SOME.sees("brno"), SOME.sees(None, "orders", "Bolt"), SOME.sees("brno", "orders", None)))
    assert EVERYTHING.sees(None)
    assert Scope(frozenset({"brno"})).sees("brno", "any", None)
