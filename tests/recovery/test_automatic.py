"""A rule asks for what the catalogue lets go by itself: only what is safe, so often and no more, and not while somebody has stopped it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, update

from app.application import Application
from app.recovery.automatic import Rules
from app.recovery.engine import Engine
from app.recovery.model import ItemState, State
from app.recovery.run_tables import items, recoveries
from app.recovery.runs import AUTOMATIC
from tests.pages.plant import write_plant
from tests.pages.served import opened
from tests.recovery.simulated import CARLA

CATALOGUE = """
recovery:
  targets:
    middleware: {kind: file, folder: drop, name: "{transaction_id}_{effect_id}.json"}
    doubling: {kind: http, url: "http://127.0.0.1:9/replay"}
  paths:
    - {name: not-safe, title: Retry, action: retry, target: doubling, approval: none, automatic_tries: 2, proof: {within: 1s},
        workflows: [production_to_inventory], milestones: [confirmed], classes: [transient]}
    - {name: by-itself, title: Retry, action: retry, target: middleware, approval: none, automatic_tries: 2, proof: {within: 1s},
        workflows: [production_to_inventory], milestones: [confirmed], classes: [transient]}
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Some confirmations have failed for a passing reason. Of the two paths for them the first has a target that may do them twice."""
    folder = tmp_path_factory.mktemp("plant")
    file = write_plant(folder, time.time_ns())
    table = folder / "bus.csv"
    table.write_text(table.read_text().replace("idoc:51", "http:503").replace("Posting period 11/2026 is not open", "Service unavailable"))
    file.write_text(file.read_text() + CATALOGUE)
    (folder / "drop").mkdir()
    with opened(file) as application:
        yield application


@pytest.fixture
def application(served: Application) -> Application:
    with served.accounts.engine.begin() as connection:
        for table in (items, recoveries):
            connection.execute(delete(table))
    return served


def go_on(application: Application) -> None:
    with ThreadPoolExecutor(4) as threads:
        Engine(application.desk.runs, application.desk.world, threads).tick()


def states(application: Application) -> list[str]:
    with application.accounts.engine.connect() as connection:
        return list(connection.execute(select(items.c.state).order_by(items.c.recovery_id, items.c.place)).scalars())


def give_up(application: Application) -> None:
    """No effect was observed in time."""
    ended = {"state": ItemState.UNPROVEN, "ended_ns": 1}
    with application.accounts.engine.begin() as connection:
        connection.execute(update(items).where(items.c.state.not_in([ItemState.UNPROVEN])).values(**ended))
        connection.execute(update(recoveries).values(state=State.FINISHED))


def test_it_asks_once_for_what_is_under_way_and_so_often_in_all(application: Application) -> None:
    rules = Rules(application.desk, application.read_now)
    (found,) = rules.ask()  # what cannot be told is left to people
    with application.accounts.engine.connect() as connection:
        row = connection.execute(select(recoveries)).one()
    assert (row.id, row.requested_by, row.is_automatic, row.state) == (found, "rule by-itself", True, State.APPROVED)
    assert set(states(application)) == {ItemState.WAITING}
    assert rules.ask() == []
    for _ in range(2):  # the canary is alone; so the other one counts as tried only when it was
        with application.accounts.engine.begin() as connection:
            connection.execute(update(items).where(items.c.tries == 0).values(tries=1))
        give_up(application)
        again = rules.ask()
    assert again == []


def test_what_it_asks_for_is_sent(application: Application) -> None:
    Rules(application.desk, application.read_now).ask()
    go_on(application)
    assert len([file for file in (application.settings.folder / "drop").iterdir() if file.suffix == ".json"]) == 1
    assert Counter(states(application))[ItemState.ACCEPTED] == 1
    assert set(states(application)) == {ItemState.ACCEPTED, ItemState.WAITING}


def test_the_switch_stops_it(application: Application) -> None:
    rules = Rules(application.desk, application.read_now)
    application.desk.runs.switch(AUTOMATIC, CARLA, is_stopped=True, reason="the warehouse is being moved")
    assert rules.ask() == []
    application.desk.runs.switch(AUTOMATIC, CARLA, is_stopped=False, reason=None)
    assert len(rules.ask()) == 1
