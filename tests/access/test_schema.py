"""Whatever is asked of the API, by whomever, the answer is one that its own description declares, and tells nobody what is not theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.openapi import description
from tests.access.callers import everybody
from tests.access.driven import NEGATIVE, POSITIVE, Driven
from tests.access.existing import CATALOGUE, Existing, ask_for_what_is_there
from tests.access.plant import marked
from tests.pages.served import make_server

OPERATIONS = [f"{method.upper()} {path}" for path, methods in description("/", "0")["paths"].items() for method in methods]
WRONG, RIGHT = 2, 1  # drawn for each operation: what is wrong is asked by everybody, what may be right by some in turn, as it costs more
SOME = 2


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Driven, Existing]]:
    folder = tmp_path_factory.mktemp("driven")
    (folder / "drop").mkdir()
    with marked(folder, CATALOGUE) as application:
        server = make_server(application)
        yield Driven(server, everybody(server, application)), Existing(application)


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_declared_and_tells_nothing_that_is_hidden(plant: tuple[Driven, Existing], label: str) -> None:
    driven, existing = plant
    ask_for_what_is_there(driven, existing, label)
    if driven.may_be_wrong(label):
        driven.draw(label, NEGATIVE, WRONG, driven.callers)
    driven.draw(label, POSITIVE, RIGHT, driven.in_turn(SOME) if driven.may_be_wrong(label) else driven.callers)


def test_everybody_has_asked_for_everything(plant: tuple[Driven, Existing]) -> None:
    driven, _ = plant
    assert set(driven.said) == set(OPERATIONS)
