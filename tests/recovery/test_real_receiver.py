"""A real receiver that fails now and then, and a process that is killed: `make soak` does the same with many more."""

from __future__ import annotations

from pathlib import Path

from tests.recovery import real_runs


def test_failures_that_are_sent_at_once_come_once_and_in_order_though_every_tenth_attempt_fails(tmp_path: Path) -> None:
    assert "excluded" in real_runs.at_once(tmp_path, count=75, keys=20)


def test_killed_at_any_moment_nothing_is_sent_twice_and_nothing_is_left_out(tmp_path: Path) -> None:
    assert "through" in real_runs.killed(tmp_path, count=24, keys=8, kills=2, seed=1)
