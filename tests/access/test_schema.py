"""Whatever is asked of the API, by whomever, the answer is one that its own description declares, and tells nobody what is not theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.openapi import description
from tests.access.callers import everybody
from tests.access.driven import LIMITED, NEGATIVE, POSITIVE, Driven
from tests.access.existing import CATALOGUE, Existing
from tests.access.plant import marked
from tests.pages.served import make_server

OPERATIONS = [f"{method.upper()} {path}" for path, methods in description("/", "0")["paths"].items() for method in methods]
DRAWN = {POSITIVE: 2, NEGATIVE: 3}


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
    for known in existing.of(label):
        case = driven.case(label, **known.values)
        others = [*LIMITED, *driven.in_turn(2)]
        statuses = dict(zip(others, driven.ask(case, others), strict=True))
        assert not known.changes or all(statuses[who] >= 400 for who in LIMITED), statuses
        assert min([*statuses.values(), *driven.ask(case, [known.who])]) < 300, "nobody can do it"
    if driven.may_be_wrong(label):
        driven.draw(label, NEGATIVE, DRAWN[NEGATIVE], list(driven.callers))
    driven.draw(label, POSITIVE, DRAWN[POSITIVE], 3)
