"""Break-glass by a clock of the test: who begins one, for how long, in which session, who ends it, and what the audit says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app import audit
from app.accounts import Accounts
from app.messages.desk import ATTRIBUTES, LOOK, Desk
from app.messages.fields import HIDDEN, Fields
from app.messages.glass import BEGUN, ENDED, REFUSED, Glasses, NotAllowed, Viewer
from app.messages.originals import Event, Original
from app.messages.settings import Masking
from app.recovery import tables
from app.recovery.model import Payload
from metrics.scope import EVERYTHING, Scope
from tests.people import Changed

NS = 1_774_262_400 * 10**9
MINUTE = 60 * 10**9
REASON = "the supplier disputes the price"
MASKING = Masking(("price",))
EVENT = Event("bus:7", "bus", "7", NS)
FOUND = Original(
    Payload("record", b'{"price": 99, "id": 7}', "application/json", "d1"), ("The record 7 of bus.",), (("Price", "98"), ("key", "K7"))
)


class Clock:
    def __init__(self) -> None:
        self.now_ns = NS

    def __call__(self) -> int:
        return self.now_ns


class Stage:
    """Accounts with people in them, and what may be asked of messages."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.clock = clock
        self.accounts = Accounts(f"sqlite:///{folder}/accounts.sqlite", clock)
        tables.create(self.accounts.engine)
        self.glasses = Glasses(self.accounts.engine, clock, MASKING, frozenset({"supply"}))
        self.desk = Desk(self.accounts.engine, clock, MASKING, self.glasses)

    def viewer(self, name: str, session: str = "one") -> Viewer:
        user = self.accounts.user(name)
        return Viewer(name, user.roles, session, user.epoch, user.access)

    def entries(self, *actions: str) -> list[tuple[str, str, str | None]]:
        """Who, what and why, the oldest first."""
        with self.accounts.engine.connect() as connection:
            found = [*audit.every(connection, audit.Filter())]
            assert audit.verify(connection) is None
        return [(entry.actor, entry.action, entry.reason) for entry in found if not actions or entry.action in actions]

    def details(self, action: str) -> list[dict[str, object]]:
        with self.accounts.engine.connect() as connection:
            return [json.loads(entry.detail) for entry in audit.every(connection, audit.Filter(action=action))]

    def look(self, viewer: Viewer) -> str:
        return self.desk.look(viewer, EVENT, lambda: FOUND).shown.text or ""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path, Clock())
    with closing(stage.accounts):
        for name, role in (("tom", "it"), ("ivy", "it"), ("maria", "supply"), ("eva", "exec"), ("ada", "admin")):
            stage.accounts.add_user(name, "correct horse battery", [role])
        yield stage


def test_it_lasts_an_hour_by_the_clock_of_the_server_and_no_longer(stage: Stage) -> None:
    tom = stage.viewer("tom")
    made = stage.glasses.begin(tom, REASON, "bus:7")
    assert made.until_ns == NS + 60 * MINUTE
    assert stage.details(BEGUN) == [{"minutes": 60, "fields": ["price"], "about": "bus:7"}]
    stage.clock.now_ns = made.until_ns - 1
    assert stage.glasses.current(tom) == made
    assert "99" in stage.look(tom)
    stage.clock.now_ns = made.until_ns
    assert stage.glasses.current(tom) is None
    assert stage.look(tom) == f'{{\n  "price": "{HIDDEN}",\n  "id": 7\n}}'
    assert stage.entries(BEGUN, ENDED) == [("tom", BEGUN, REASON), ("the clock", ENDED, REASON)]
    assert stage.details(ENDED) == [{"user": "tom", "seconds": 3600}]


def test_it_survives_a_restart_and_ends_in_time_also_where_nobody_was_there(stage: Stage, tmp_path: Path) -> None:
    tom = stage.viewer("tom")
    made = stage.glasses.begin(tom, REASON)
    with closing(Stage(tmp_path, stage.clock).accounts) as accounts:
        again = Glasses(accounts.engine, stage.clock, MASKING, frozenset())
        assert again.current(tom) == made
        stage.clock.now_ns += 3 * 60 * MINUTE
        again.expire()
        again.expire()
    assert stage.entries(ENDED) == [("the clock", ENDED, REASON)]
    assert stage.details(ENDED) == [{"user": "tom", "seconds": 3600}]


def test_pressed_twice_or_in_two_tabs_at_once_it_begins_once_and_gets_no_longer(stage: Stage) -> None:
    tom = stage.viewer("tom")
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: stage.glasses.begin(tom, REASON), range(16)))
    assert len(made) == 1
    stage.clock.now_ns += 10 * MINUTE
    assert stage.glasses.begin(tom, "another reason altogether") in made
    assert len(stage.entries(BEGUN)) == 1


@pytest.mark.parametrize(
    ("name", "session", "reason", "sentence"),
    [
        ("tom", "one", "because", "Give a reason of 10 to 500 letters"),
        ("tom", "one", "          x          ", "Give a reason of 10 to 500 letters"),
        ("tom", "one", "x" * 501, "Give a reason of 10 to 500 letters"),
        ("tom", "", REASON, "a token never does"),
        ("eva", "one", REASON, "Messages are for Plant IT and integration"),
        ("maria", "one", REASON, "Messages are for Plant IT and integration"),
    ],
)
def test_who_may_not_or_gives_no_reason_is_refused_and_that_is_written_down(
    stage: Stage, name: str, session: str, reason: str, sentence: str
) -> None:
    with pytest.raises(NotAllowed, match=sentence):
        stage.glasses.begin(stage.viewer(name, session), reason)
    assert [entry[:2] for entry in stage.entries()] == [(name, REFUSED)]
    assert stage.glasses.all_open() == []


def test_it_belongs_to_one_session_of_one_account(stage: Stage) -> None:
    stage.glasses.begin(stage.viewer("tom"), REASON)
    assert HIDDEN in stage.look(stage.viewer("tom", "two"))
    assert HIDDEN in stage.look(stage.viewer("ivy", "one"))
    assert HIDDEN not in stage.look(stage.viewer("tom"))


@pytest.mark.parametrize("change", ["password", "roles", "disabled"])
def test_it_ends_with_the_sessions_of_its_account(stage: Stage, change: str) -> None:
    stage.glasses.begin(stage.viewer("tom"), REASON)
    if change == "password":
        Changed(stage.accounts).set_password("tom", "another horse battery")
    elif change == "roles":
        Changed(stage.accounts).set_roles("tom", ["exec"])
    else:
        Changed(stage.accounts).disable("tom")
    assert stage.glasses.current(stage.viewer("tom")) is None
    assert stage.glasses.all_open() == []
    stage.glasses.expire()
    assert [entry[:2] for entry in stage.entries(ENDED)] == [("the clock", ENDED)]


def test_who_signs_out_sees_nothing_unmasked_any_more(stage: Stage) -> None:
    tom = stage.viewer("tom")
    stage.glasses.begin(tom, REASON)
    stage.glasses.end_session(tom)
    assert HIDDEN in stage.look(tom)
    assert stage.entries(ENDED) == [("tom", ENDED, REASON)]


@pytest.mark.parametrize("name", ["tom", "ada", "maria"])
def test_who_broke_it_administrators_and_approvers_end_it_at_once(stage: Stage, name: str) -> None:
    tom = stage.viewer("tom")
    made = stage.glasses.begin(tom, REASON)
    stage.clock.now_ns += 7 * MINUTE
    stage.glasses.end(made.id, stage.viewer(name, "two"), EVERYTHING)
    stage.glasses.end(made.id, stage.viewer(name, "two"), EVERYTHING)
    assert HIDDEN in stage.look(tom)
    assert stage.entries(ENDED) == [(name, ENDED, REASON)]
    assert stage.details(ENDED) == [{"user": "tom", "seconds": 420}]


@pytest.mark.parametrize(("name", "sees"), [("ivy", EVERYTHING), ("eva", EVERYTHING), ("maria", Scope(frozenset({"brno"})))])
def test_nobody_else_ends_it(stage: Stage, name: str, sees: Scope) -> None:
    made = stage.glasses.begin(stage.viewer("tom"), REASON)
    with pytest.raises(NotAllowed):
        stage.glasses.end(made.id, stage.viewer(name), sees)
    assert stage.glasses.all_open() == [made]


def test_each_look_says_what_was_hidden_or_not_and_why_it_was_seen(stage: Stage) -> None:
    tom = stage.viewer("tom")
    assert stage.desk.look(tom, EVENT, lambda: FOUND).facts == (("Price", HIDDEN), ("key", "K7"))
    made = stage.glasses.begin(tom, REASON)
    assert stage.desk.look(tom, EVENT, lambda: FOUND).facts == (("Price", "98"), ("key", "K7"))
    told = {"source": "bus", "position": "7", "digest": "d1"}
    assert stage.details(LOOK) == [{**told, "hidden": ["price"]}, {**told, "unmasked": ["price"], "break_glass": made.id}]
    assert [entry[2] for entry in stage.entries(LOOK)] == [None, REASON]


def test_a_glass_that_ends_in_the_middle_of_a_look_unmasks_nothing_of_it(stage: Stage) -> None:
    tom = stage.viewer("tom")
    stage.glasses.begin(tom, REASON)

    def slowly() -> Original:
        stage.clock.now_ns += 61 * MINUTE
        return FOUND

    assert HIDDEN in (stage.desk.look(tom, EVENT, slowly).shown.text or "")
    assert "break_glass" not in stage.details(LOOK)[0]


def test_a_glass_that_ends_between_laying_out_and_writing_down_unmasks_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    tom = stage.viewer("tom")
    made = stage.glasses.begin(tom, REASON)
    before = stage.glasses.current

    def and_then_it_ends(viewer: Viewer) -> object:
        found = before(viewer)
        stage.glasses.end(made.id, viewer)
        return found

    monkeypatch.setattr(stage.glasses, "current", and_then_it_ends)
    assert HIDDEN in stage.look(tom)
    assert stage.details(LOOK)[0]["hidden"] == ["price"]


def test_attributes_of_a_span_are_unmasked_only_while_it_lasts_and_that_is_written_down(stage: Stage) -> None:
    tom = stage.viewer("tom")

    def names(fields: Fields) -> set[str]:
        return {found for found in (fields.of(("mfg.price",)),) if found}

    assert stage.desk.fields_for_span(tom, "s1", names).hides
    made = stage.glasses.begin(tom, REASON)
    assert not stage.desk.fields_for_span(tom, "s1", names).hides
    assert stage.desk.fields_for_span(tom, "s2", lambda _: set()).hides
    assert stage.details(ATTRIBUTES) == [{"unmasked": ["price"], "break_glass": made.id}]


def test_a_look_that_is_refused_fetches_nothing_and_is_written_down(stage: Stage) -> None:
    def never() -> Original:
        raise AssertionError

    with pytest.raises(NotAllowed):
        stage.desk.look(stage.viewer("eva"), EVENT, never)
    assert [entry[:2] for entry in stage.entries()] == [("eva", "look at message refused")]
