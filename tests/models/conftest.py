"""How many random plants: a moderate number, the same ones every time; with `--hypothesis-profile=soak` thousands of new ones."""

from __future__ import annotations

import hypothesis
import pytest

pytest.register_assert_rewrite("tests.models.told", "tests.models.agreement")

hypothesis.settings.register_profile("soak", hypothesis.settings.get_profile("default"), deadline=None, print_blob=True, max_examples=3000)
