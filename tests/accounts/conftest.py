"""Accounts of nobody yet, and a clock that goes on when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.accounts import Accounts


class Clock:
    def __init__(self) -> None:
        self.ns = 1_764_000_000 * 10**9

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> Iterator[Accounts]:
    accounts = Accounts(f"sqlite:///{tmp_path}/accounts.sqlite", clock)
    yield accounts
    accounts.close()
