"""Whatever is asked of the API, by whomever, the answer is one that its own description declares, and tells nobody what is not theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from app.openapi import FORMS_OF_REPORT, description
from tests.access.driven import NEGATIVE, POSITIVE, Driven, readable
from tests.access.existing import Existing, ask_for_what_is_there, driven_plant
from tests.access.plant import MARK, SITE

OPERATIONS = [f"{method.upper()} {path}" for path, methods in description("/", "0")["paths"].items() for method in methods]
MORE, SOME = 3, 2  # of what is wrong everybody asks one, and of so many more some in turn; what may be right costs more, and some ask one


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Driven, Existing]]:
    with driven_plant(tmp_path_factory.mktemp("driven")) as plant:
        yield plant


def test_every_address_of_the_api_stands_in_its_description(plant: tuple[Driven, Existing]) -> None:
    server: Flask = plant[0].schema.app
    routes = {rule.endpoint for rule in server.url_map.iter_rules() if rule.endpoint.startswith("api.")}
    addresses = server.url_map.bind("localhost")
    described = {addresses.match(re.sub(r"\{\w+\}", "1", path), method)[0] for method, path in (label.split(" ") for label in OPERATIONS)}
    assert routes - described == {"api.openapi", "api.nothing"}


@pytest.mark.parametrize(
    ("label", "query"),
    [
        ("GET /api/v1/transactions", {"format": "jsonl"}),
        ("GET /api/v1/transactions", {"format": "csv"}),
        ("GET /api/v1/transactions", {"format": "parquet"}),
        ("GET /api/v1/events", {"format": "ocel"}),
        *(("GET /api/v1/report", {"site": SITE, "format": form}) for form in FORMS_OF_REPORT),
    ],
)
def test_in_every_form_what_is_hidden_would_be_found(plant: tuple[Driven, Existing], label: str, query: dict[str, str]) -> None:
    driven, existing = plant
    if label.endswith("report"):
        query = {**query, "week": str(existing.week.back(-1))}
    assert MARK in readable(driven.answer(driven.case(label, query=query), "admin"))


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_declared_and_tells_nothing_that_is_hidden(plant: tuple[Driven, Existing], label: str) -> None:
    driven, existing = plant
    there = ask_for_what_is_there(driven, existing, label)
    if not driven.may_be_wrong(label):
        driven.draw(label, POSITIVE, 1, driven.callers)
        return
    driven.draw(label, NEGATIVE, 1, driven.callers)
    driven.draw(label, NEGATIVE, MORE, driven.in_turn(SOME), seed=1)
    driven.draw(label, POSITIVE, 1, driven.in_turn(SOME))
    if there:
        driven.draw(label, NEGATIVE, MORE, driven.in_turn(SOME), **there)
