"""Random plants: the product concludes what the second implementation concludes, whatever comes, in whatever order, as of any moment."""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from metrics import facts
from metrics.refresh import Refresher
from metrics.scope import Scope
from tests import oracle, plants, written
from tests.models.agreement import agree, empty_store, is_soak, product
from tests.oracle import World
from tests.plants import FAR

NOW = (FAR, FAR)


def examples(moderate: int) -> hypothesis.settings:
    """So many of the same ones every time, to be fast and certain; new ones, and as many as the profile says, when it is `soak`."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    if is_soak():
        return hypothesis.settings(suppress_health_check=slow)
    return hypothesis.settings(max_examples=moderate, derandomize=True, deadline=None, suppress_health_check=slow)


@examples(9)
@given(plants.worlds(), st.data())
def test_what_comes_at_once_is_judged_alike_as_of_any_moment(world: World, data: st.DataObject) -> None:
    with empty_store() as store:
        written.write(store, written.Batch(world.events, world.spans))
        written.refresh(store, world.definitions)
        agree(store, world, NOW)
        for moment in data.draw(st.lists(plants.moments(world), min_size=2, max_size=3)):
            agree(store, world, moment)


@examples(6)
@given(plants.worlds(), st.data())
def test_what_comes_in_any_order_and_split_is_judged_alike_after_every_part_and_after_a_rebuild(world: World, data: st.DataObject) -> None:
    parts = data.draw(plants.batches(world))
    with empty_store() as store:
        refresher = Refresher(store, world.definitions)
        come = World(world.definitions)
        for part in parts:
            written.write(store, part)
            refresher.refresh()
            come = World(world.definitions, come.events + part.events, come.spans + part.spans)
            agree(store, come, NOW)
        moment = data.draw(plants.moments(world))
        kept = agree(store, world, moment)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(facts, "MANY", 0)  # few are computed in another way than many
            refresher.rebuild()
        agree(store, world, NOW)
        assert product(store, moment) == kept


@examples(5)
@given(plants.worlds(), plants.worlds(), st.data())
def test_new_definitions_judge_everything_anew(world: World, other: World, data: st.DataObject) -> None:
    with empty_store() as store:
        written.write(store, written.Batch(world.events, world.spans))
        written.refresh(store, other.definitions)
        written.refresh(store, world.definitions)
        agree(store, world, data.draw(plants.moments(world)))


@examples(5)
@given(plants.worlds(), st.data(), st.sets(st.sampled_from(["north", "south", "east", "elsewhere"])))
def test_who_may_see_some_sites_sees_their_transactions_and_no_others(world: World, data: st.DataObject, sites: set[str]) -> None:
    moment = data.draw(plants.moments(world))
    expected = [row for row in oracle.judge(world, *moment).transactions if row["site"] in sites]
    with empty_store() as store:
        written.write(store, written.Batch(world.events, world.spans))
        written.refresh(store, world.definitions)
        found = product(store, moment, Scope(frozenset(sites)))
    assert found.transactions == sorted(expected, key=lambda row: (row["workflow"], row["transaction_id"]))
    assert found.failures == oracle.failure_rows(expected)
