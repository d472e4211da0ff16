"""The errors of the simulated systems are understood by the product as they are meant."""

from __future__ import annotations

import pytest

from app.simulator import troubles
from app.simulator.act import Trouble
from collectors.classify import ErrorRules

ALL = [(name, trouble) for name, trouble in vars(troubles).items() if isinstance(trouble, Trouble)]


@pytest.mark.parametrize(("name", "trouble"), ALL, ids=[name for name, _ in ALL])
def test_each_trouble_is_of_the_class_it_is_meant_to_be(name: str, trouble: Trouble) -> None:
    assert ErrorRules().class_of(trouble.code, trouble.type, trouble.text) == trouble.error_class


def test_every_class_occurs() -> None:
    assert {trouble.error_class for _, trouble in ALL} == {"configuration", "contract", "dependency", "business", "transient", "unknown"}
