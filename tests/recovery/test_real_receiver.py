"""A real receiver that fails now and then, and a process that is killed: `make soak` does the same with many more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recovery import real_runs
from tests.recovery.observed import STATE
from tests.servers.postgres import Postgres, running


def test_failures_that_are_sent_at_once_come_once_and_in_order_though_every_tenth_attempt_fails(tmp_path: Path) -> None:
    assert "excluded" in real_runs.at_once(tmp_path, count=75, keys=20)


@pytest.mark.of_the_file
def test_killed_at_any_moment_nothing_is_sent_twice_and_nothing_is_left_out(tmp_path: Path) -> None:
    assert "through" in real_runs.killed(tmp_path, count=24, keys=8, kills=2, seed=1)


def test_killed_at_any_moment_it_is_the_same_with_state_in_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    with postgres.database() as url:
        (tmp_path / STATE).write_text(url)
        assert "through" in real_runs.killed(tmp_path, count=24, keys=8, kills=2, seed=1)


def test_the_database_may_go_away_and_come_back_while_things_are_sent(tmp_path: Path) -> None:
    with running() as server, server.database() as url:
        (tmp_path / STATE).write_text(url)
        assert "through" in real_runs.away(tmp_path, server, count=24, keys=8, outages=2)
