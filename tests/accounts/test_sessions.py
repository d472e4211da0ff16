"""Sessions: how long they last, what ends them and which, and that the secret is nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.accounts import Accounts
from app.accounts.sessions import BY_ADMIN, BY_ITSELF, SIGNED_OUT, WALL, Place, Sessions, sessions
from app.configuration.model import Lifetimes
from metrics.scope import Scope
from tests.people import Changed

GOOD = "correct horse battery"
SECOND = 10**9
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND


class Stage:
    """Two people and a clock that goes on when it is told to."""

    def __init__(self, file: Path, has_people: bool = False) -> None:
        self.ns = 1_764_000_000 * SECOND
        self.accounts = Accounts(f"sqlite:///{file}", lambda: self.ns)
        self.people = Changed(self.accounts, lambda: self.ns)
        self.sessions = Sessions(self.accounts.engine, lambda: self.ns, Lifetimes())
        for name in () if has_people else ("maria", "tom"):
            self.accounts.add_user(name, GOOD, ["supply"])

    def begin(self, name: str = "maria", address: str = "10.0.0.7", kind: str = "browser") -> str:
        return self.sessions.begin(self.accounts.user(name), address, "Firefox on Windows", kind)

    def is_open(self, secret: str, by_person: bool = True) -> bool:
        return self.sessions.find(secret, by_person=by_person) is not None

    def why(self) -> list[str | None]:
        with self.accounts.engine.connect() as connection:
            return [row.why for row in connection.execute(select(sessions).order_by(sessions.c.begun_ns, sessions.c.id))]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path / "accounts.sqlite")
    yield stage
    stage.accounts.close()


def test_a_session_says_whose_it_is_since_when_and_from_where(stage: Stage) -> None:
    secret = stage.begin()
    found = stage.sessions.find(secret)
    assert found is not None
    place, user = found
    assert (user.name, place.user, place.address, place.browser, place.begun_ns) == (
        "maria",
        "maria",
        "10.0.0.7",
        "Firefox on Windows",
        stage.ns,
    )
    assert not stage.is_open("another")
    assert not stage.is_open(place.id), "what it is called opens nothing"


def test_a_session_ends_when_nobody_does_anything_for_eight_hours(stage: Stage) -> None:
    secret = stage.begin()
    stage.ns += 8 * HOUR - SECOND
    assert stage.is_open(secret)
    stage.ns += 8 * HOUR - SECOND
    assert stage.is_open(secret)
    stage.ns += 8 * HOUR
    assert not stage.is_open(secret)
    assert stage.why() == ["idle"]


def test_a_page_that_only_asks_by_itself_keeps_nobody_signed_in(stage: Stage) -> None:
    secret = stage.begin()
    for _ in range(7):
        stage.ns += HOUR
        assert stage.is_open(secret, by_person=False)
    stage.ns += HOUR
    assert not stage.is_open(secret, by_person=False)


def test_after_a_week_everybody_signs_in_again(stage: Stage) -> None:
    secret = stage.begin()
    for _ in range(7 * 24 - 1):
        stage.ns += HOUR
        assert stage.is_open(secret)
    stage.ns += HOUR
    assert not stage.is_open(secret)
    assert stage.why() == ["too old"]


def test_a_wall_stays_for_ninety_days_without_anybody(stage: Stage) -> None:
    secret = stage.begin(kind=WALL)
    stage.ns += 89 * DAY
    assert stage.is_open(secret, by_person=False)
    stage.ns += DAY
    assert not stage.is_open(secret, by_person=False)


def test_when_somebody_last_did_something_is_written_at_most_once_a_minute(stage: Stage) -> None:
    secret, begun = stage.begin(), stage.ns
    stage.ns += MINUTE
    stage.sessions.find(secret, "10.0.0.8")
    assert (stage.sessions.of("maria")[0].seen_ns, stage.sessions.of("maria")[0].address) == (begun, "10.0.0.7")
    stage.ns += SECOND
    stage.sessions.find(secret, "10.0.0.8")
    assert (stage.sessions.of("maria")[0].seen_ns, stage.sessions.of("maria")[0].address) == (stage.ns, "10.0.0.8")


def test_one_is_ended_by_its_person_and_nobody_else(stage: Stage) -> None:
    here, there = stage.begin(), stage.begin()
    place = stage.sessions.find(there)
    assert place is not None
    assert not stage.sessions.end("tom", place[0].id, BY_ITSELF)
    assert stage.is_open(there)
    assert stage.sessions.end("maria", place[0].id, BY_ITSELF)
    assert not stage.sessions.end("maria", place[0].id, BY_ITSELF), "it has ended already"
    assert (stage.is_open(here), stage.is_open(there)) == (True, False)


@pytest.mark.parametrize("change", ["password", "roles", "scope", "disabled"])
def test_whatever_changes_in_an_account_ends_its_sessions(stage: Stage, change: str) -> None:
    secret, toms = stage.begin(), stage.begin("tom")
    if change == "password":
        stage.people.set_password("maria", "another horse battery")
    elif change == "roles":
        stage.people.set_roles("maria", ["it"])
    elif change == "scope":
        stage.people.set_scope("maria", Scope(frozenset({"hamburg"})))
    else:
        stage.people.disable("maria")
    assert (stage.is_open(secret), stage.is_open(toms)) == (False, True)
    assert stage.sessions.of("maria") == []
    stage.people.enable("maria")
    assert not stage.is_open(secret), "what has ended stays ended"


def test_a_renewed_session_is_the_same_place_under_another_secret(stage: Stage) -> None:
    before = stage.begin()
    found = stage.sessions.find(before)
    assert found is not None
    stage.people.set_password("maria", "another horse battery")
    after = stage.sessions.renew(found[0])
    assert (stage.is_open(before), stage.is_open(after)) == (False, True)
    assert [(place.address, place.browser, place.kind) for place in stage.sessions.of("maria")] == [
        ("10.0.0.7", "Firefox on Windows", "browser")
    ]


def test_what_ended_is_kept_for_ninety_days_with_its_reason(stage: Stage) -> None:
    for why in (SIGNED_OUT, BY_ADMIN):
        found = stage.sessions.find(stage.begin())
        assert found is not None
        stage.sessions.end("maria", found[0].id, why)
        stage.ns += SECOND
    stage.begin()
    stage.ns += 89 * DAY
    stage.begin()
    assert stage.why() == ["signed out", "ended by an administrator", "too old", None]
    stage.ns += 2 * DAY
    stage.begin()
    assert stage.why() == ["too old", "idle", None]


def test_the_secret_is_nowhere_in_the_file(stage: Stage, tmp_path: Path) -> None:
    secret = stage.begin()
    stage.accounts.close()
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_who_signs_in_has_said_who_they_are_for_ten_minutes(stage: Stage) -> None:
    secret = stage.begin()
    stage.ns += 10 * MINUTE - 1
    assert is_proved(stage, secret)
    stage.ns += 1
    assert not is_proved(stage, secret)
    stage.sessions.prove(place_of(stage, secret))
    assert is_proved(stage, secret)
    stage.sessions.prove(place_of(stage, secret), stage.ns - HOUR)
    assert is_proved(stage, secret), "what was said before takes nothing away"
    stage.ns += 9 * MINUTE
    again = stage.sessions.renew(place_of(stage, secret))
    assert is_proved(stage, again)
    stage.ns += MINUTE
    assert not is_proved(stage, again), "it lasts no longer for being renewed"


def test_a_moment_that_has_not_come_yet_counts_no_longer_than_now(stage: Stage) -> None:
    secret = stage.sessions.begin(stage.accounts.user("maria"), "10.0.0.7", "Firefox", is_proved=False)
    assert not is_proved(stage, secret)
    stage.sessions.prove(place_of(stage, secret), stage.ns + HOUR)
    stage.ns += 10 * MINUTE
    assert not is_proved(stage, secret)


def test_sessions_of_a_file_of_before_go_on_and_have_said_nothing_lately(tmp_path: Path, stage: Stage) -> None:
    secret = stage.begin()
    with stage.accounts.engine.begin() as connection:
        connection.exec_driver_sql("alter table sessions drop column proved_ns")
    later = Stage(tmp_path / "accounts.sqlite", has_people=True)
    assert not is_proved(later, secret)
    later.sessions.prove(place_of(later, secret))
    assert is_proved(later, secret)
    later.accounts.close()


def place_of(stage: Stage, secret: str) -> Place:
    found = stage.sessions.find(secret, by_person=False)
    assert found is not None
    return found[0]


def is_proved(stage: Stage, secret: str) -> bool:
    return stage.sessions.is_proved(place_of(stage, secret))
