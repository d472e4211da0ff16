"""Claims made outside the test files say what differed."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.workflows.agreement", "tests.models.agreement")
