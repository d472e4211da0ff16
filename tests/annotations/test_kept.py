"""Annotations are kept with who and when, changed with history, and told only to who may see their sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app import audit
from app.access.rights import ANNOTATE_OWN
from app.accounts.tables import open_engine
from app.annotations.annotation import Given
from app.annotations.kept import Annotations, Known
from app.configuration.roles import shipped
from app.recovery import tables
from app.recovery.runs import Actor, Refusal
from metrics.scope import EVERYTHING, Scope

pytestmark = pytest.mark.on_postgres

HOUR = 3600 * 10**9
MARIA = Actor("maria", frozenset({"supply"}), access=shipped())
EVA = Actor("eva", frozenset({"exec"}), access=shipped())
BRUNO = Actor("bruno", frozenset({"it"}), Scope(frozenset({"brno"})), access=shipped())
MACHINE = Actor("token deployments", frozenset(), access=shipped(), also=frozenset({ANNOTATE_OWN}))
UPDATE = Given("maintenance", "Update to 7.2", 14 * HOUR, 15 * HOUR, ("augsburg", "brno"), (), ("wms",))


class Clock:
    """Stands still until it is told."""

    ns = 20 * HOUR

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(tmp_path: Path, clock: Clock) -> Iterator[Annotations]:
    engine = open_engine(f"sqlite:///{tmp_path}/accounts.sqlite")
    tables.create(engine)
    yield Annotations(engine, clock, Known(("stock_movement_sync",), ("augsburg", "brno")))
    engine.dispose()


def texts(kept: Annotations, from_hour: int, to_hour: int, known_hour: int = 99, sees: Scope = EVERYTHING) -> list[str]:
    return [each.given.text for each in kept.between(from_hour * HOUR, to_hour * HOUR, known_hour * HOUR, sees)]


def test_it_touches_the_time_it_lasted_and_a_moment_is_a_moment(kept: Annotations) -> None:
    kept.say(UPDATE, MARIA)
    kept.say(Given("release", "Connector 7.2", 16 * HOUR), MARIA)
    assert texts(kept, 10, 13) == []
    assert texts(kept, 10, 14) == ["Update to 7.2"]
    assert texts(kept, 15, 15) == ["Update to 7.2"]
    assert texts(kept, 15, 16) == ["Update to 7.2", "Connector 7.2"]
    assert texts(kept, 17, 18) == []


def test_what_was_said_before_is_still_known_as_of_then(kept: Annotations, clock: Clock) -> None:
    made = kept.say(UPDATE, MARIA)
    clock.ns = 21 * HOUR
    kept.change(made.number, replace(UPDATE, text="Update to 7.3"), MARIA)
    clock.ns = 22 * HOUR
    kept.take_back(made.number, MARIA, "it was another day")
    assert [texts(kept, 0, 24, known) for known in (19, 20, 21, 22)] == [[], ["Update to 7.2"], ["Update to 7.3"], []]
    told = [(change.actor, change.action, change.reason) for change in reversed(kept.changes(made.number))]
    assert told == [
        ("maria", "annotated", None),
        ("maria", "annotation changed", None),
        ("maria", "annotation taken back", "it was another day"),
    ]
    with kept._engine.connect() as connection:
        assert audit.verify(connection) is None


def test_who_sees_some_sites_reads_nothing_of_others(kept: Annotations) -> None:
    kept.say(UPDATE, MARIA)
    kept.say(replace(UPDATE, text="Only there", sites=("augsburg",)), MARIA)
    kept.say(replace(UPDATE, text="Everywhere", sites=()), MARIA)
    seen = kept.between(0, 24 * HOUR, 99 * HOUR, Scope(frozenset({"brno"})))
    assert [(each.given.text, each.given.sites) for each in seen] == [("Update to 7.2", ("brno",)), ("Everywhere", ())]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "party"}, "The kind must be one of maintenance, release, shutdown, other."),
        ({"text": "  "}, "Say in a sentence what happened."),
        ({"text": "a\u202eb"}, "Say in a sentence what happened."),
        ({"text": "x" * 501}, "The sentence has 501 letters; 500 are the most."),
        ({"to_ns": 14 * HOUR}, "It must end after it began; leave out the end of what happened at one moment."),
        ({"sites": ("atlantis",)}, "There is no site 'atlantis', or you may not see it. Known: augsburg, brno."),
        ({"workflows": ("x",)}, "There is no workflow 'x', or you may not see it. Known: stock_movement_sync."),
        ({"systems": (" ",)}, "A system is a name of 1 to 64 letters."),
    ],
)
def test_what_cannot_be_kept_is_said_in_a_sentence(kept: Annotations, change: dict, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        kept.say(replace(UPDATE, **change), MARIA)
    assert str(refused.value) == said
    assert texts(kept, 0, 99) == []


def test_who_may_not_hears_why(kept: Annotations) -> None:
    everywhere, both = kept.say(replace(UPDATE, sites=()), MARIA), kept.say(UPDATE, MARIA)
    hidden = kept.say(replace(UPDATE, sites=("augsburg",)), MARIA)
    for number, actor, said in (
        (both.number, EVA, "Only Supply chain or Plant IT and integration may write annotations."),
        (everywhere.number, BRUNO, "It is about more than you may see, so others keep it."),
        (both.number, BRUNO, "It is about more than you may see, so others keep it."),
        (hidden.number, BRUNO, f"There is no annotation {hidden.number}."),
        (both.number, MACHINE, "This token changes only what it said itself."),
        (99, MARIA, "There is no annotation 99."),
    ):
        assert kept.may_change(number, actor) == said
        with pytest.raises(Refusal):
            kept.take_back(number, actor)
    with pytest.raises(Refusal, match="say of which of them"):
        kept.say(replace(UPDATE, sites=()), BRUNO)
    with pytest.raises(Refusal, match="no site 'augsburg'"):
        kept.say(replace(UPDATE, sites=("augsburg",)), BRUNO)
    assert kept.say(replace(UPDATE, sites=("brno",)), BRUNO).said_by == "bruno"


def test_a_machine_changes_what_it_said(kept: Annotations) -> None:
    made = kept.say(UPDATE, MACHINE)
    assert kept.change(made.number, replace(UPDATE, to_ns=16 * HOUR), MACHINE).number == made.number
    kept.take_back(made.number, MACHINE)
    assert texts(kept, 0, 99) == []
