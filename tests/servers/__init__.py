"""Real servers that tests talk to, each started from packages on free ports and stopped again."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def without(sentence: str) -> NoReturn:
    """Ends a test whose real part is not here: a failure in CI, a skip that says why elsewhere."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(sentence)
    raise AssertionError
