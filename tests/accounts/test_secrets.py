"""What a password and a secret of ours is made of, how it is compared, and how long it stays one."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from app.accounts import Accounts
from app.accounts import people as kept_people
from app.accounts.passwords import LEAST, check, guesses
from app.accounts.people import AccountError
from app.accounts.throttle import PER_ADDRESS, PER_KNOWN_BROWSER, PER_USER_AND_ADDRESS, SLOWER, WINDOW_SECONDS
from app.configuration.model import Lifetimes
from tests.accounts.conftest import Clock
from tests.accounts.test_administration import ADMIN, GOOD, Stage, stage
from tests.repository import ROOT

__all__ = ["stage"]
YEAR_NS = 365 * 86_400 * 10**9
AS_TYPED = " Größe zählt\tnicht 💡" + "x" * 80 + "Y"


def test_a_password_is_compared_as_it_was_typed_and_to_its_end(accounts: Accounts) -> None:
    accounts.add_user("maria", AS_TYPED, ["supply"])
    others = [
        AS_TYPED.strip(),
        AS_TYPED + " ",
        AS_TYPED.lower(),
        AS_TYPED.upper(),
        AS_TYPED[:-1],
        AS_TYPED[:72],
        AS_TYPED.replace("\t", " "),
        unicodedata.normalize("NFD", AS_TYPED),
        AS_TYPED + "\0",
    ]
    assert [accounts.confirm("maria", other, f"192.0.2.{number}") for number, other in enumerate(others)] == [False] * len(others)
    assert accounts.confirm("maria", AS_TYPED)


def test_a_password_grows_no_older(accounts: Accounts, clock: Clock) -> None:
    accounts.add_user("maria", GOOD, ["supply"])
    clock.ns += 20 * YEAR_NS
    assert accounts.verify("maria", GOOD) is not None


def test_nobody_is_there_before_somebody_was_added(tmp_path: Path) -> None:
    accounts = Accounts(f"sqlite:///{tmp_path}/accounts.sqlite")
    assert accounts.list_users() == []
    assert [accounts.verify(name, name, f"192.0.2.{place}") for place, name in enumerate(("admin", "root", "syncline", ""))] == [None] * 4
    accounts.close()


@pytest.mark.parametrize("name", ["nobody", "maria", "eva", ""])
def test_a_name_that_nobody_has_costs_as_much_work_as_one_that_somebody_has(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    stage.people.add("ada", "eva", ADMIN)  # has no password yet
    stage.people.disable("ada", "eva")
    worked: list[str] = []
    real = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda self, hashed, *rest: (worked.append(hashed), real(self, hashed, *rest))[1])
    assert stage.accounts.verify(name, "wrong") is None
    assert len(worked) == 1
    assert not PasswordHasher.check_needs_rehash(kept_people._HASHER, worked[0])


def test_the_secret_of_a_link_has_256_bits_and_is_another_each_time(stage: Stage) -> None:
    secrets = [stage.people.make_link("ada", "maria").secret for _ in range(50)]
    assert len(set(secrets)) == 50
    assert all(re.fullmatch(r"syn_pw_[\w-]{43}", secret) for secret in secrets)
    places = [set(signs) for signs in zip(*(secret.removeprefix("syn_pw_") for secret in secrets), strict=True)]
    assert min(len(signs) for signs in places[:-1]) > 10, "no part of it stays the same"


def test_the_secret_of_a_session_has_256_bits_and_is_another_each_time(stage: Stage) -> None:
    secrets = [stage.sessions.begin(stage.accounts.user("maria"), "", "") for _ in range(20)]
    assert len(set(secrets)) == 20
    assert all(re.fullmatch(r"[\w-]{43}", secret) for secret in secrets)
    places = [set(signs) for signs in zip(*secrets, strict=True)]
    assert min(len(signs) for signs in places[:-1]) > 5


def test_every_password_of_the_list_that_is_long_enough_is_refused() -> None:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    usual = FREQUENCY_LISTS["passwords"]
    long_enough = [word for word in usual if len(word) >= LEAST]
    assert (len(usual) > 29_000, len(long_enough) > 50) == (True, True)
    for word in long_enough:
        with pytest.raises(AccountError):
            check(word, "maria")
    assert guesses("correct horse battery", "maria") > 10**12


def test_the_documents_say_the_numbers_that_count() -> None:
    said = " ".join((ROOT / "app" / "docs" / "people.md").read_text(encoding="utf-8").split())
    (many, slow), (few, pause) = SLOWER
    lasting = Lifetimes()
    for sentence in (
        f"A password has at least {LEAST} characters",
        f"{PER_USER_AND_ADDRESS} for a name from one address within {WINDOW_SECONDS // 60} minutes",
        f"{PER_ADDRESS} from one address within {WINDOW_SECONDS // 60} minutes",
        f"{few} for a name within a day, from wherever | {pause} seconds between two tries for it; from {many} on {slow // 60} minutes",
        f"{PER_KNOWN_BROWSER} for a name in a browser in which its owner has signed in before",
        f"is nobody's doing | {lasting.idle // 3600} hours | `idle`",
        f"| in any case | {lasting.longest // 86_400} days | `longest`",
        f"| {lasting.wall // 86_400} days | `wall`",
    ):
        assert sentence in said
