"""Figures that stand on several pages are the same there, and each opens as many as it says."""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from app.application import Application
from app.instants import instant_text
from app.pages.narrowing import asked_of, filters_of
from metrics.read import Moment
from tests.pages import trees
from tests.pages.served import drawn_text, someone


@pytest.fixture(scope="module")
def now() -> int:
    return time.time_ns()


def said(server: Flask, page: str, now: int, query: str = "") -> str:
    return drawn_text(someone(server, "ada").show(page, f"?as_of={instant_text(now)}{query}"))


def links(server: Flask, page: str, now: int) -> list[tuple[str, str]]:
    return trees.links(trees.drawn(someone(server, "ada").show(page, f"?as_of={instant_text(now)}")))


def figure(text: str, pattern: str) -> int:
    found = re.search(pattern, text)
    assert found, f"{pattern} in {text[:400]}"
    return int(found[1].replace(",", ""))


def listed(application: Application, now: int, address: str) -> int:
    """How many transactions the list at this address has."""
    query = {name: values if len(values) > 1 else values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    with application.reader(Moment(now, now)) as reader:
        return int(reader.transactions(filters_of(asked_of(query), now), stop=0)[1])


def test_what_has_failed_is_as_much_on_the_board_among_failures_and_at_risk(server: Flask, now: int):
    failed = figure(said(server, "/failures", now), r"([\d,]+) transactions failed in")
    assert failed > 0
    assert figure(said(server, "/", now), r"Failed now ([\d,]+)") == failed
    assert figure(said(server, "/at-risk", now, "&kind=failed"), r"held up by ([\d,]+) transaction") == failed


def test_every_figure_of_the_board_and_of_failures_opens_as_many_transactions(server: Flask, application: Application, now: int):
    board, failures = said(server, "/", now), links(server, "/failures", now)
    opened = {"Overdue now": "status=overdue", "Failed now": "status=failed"}
    for words, query in opened.items():
        assert listed(application, now, f"/transactions?{query}") == figure(board, rf"{words} ([\d,]+)")
    groups = [(figure(text, r"^([\d,]+) transactions"), address) for text, address in failures if re.match(r"[\d,]+ transactions", text)]
    assert len(groups) == 3
    assert [(number, address) for number, address in groups if listed(application, now, address) != number] == []


def test_an_executive_and_plant_it_read_the_same_of_every_promise(server: Flask, now: int):
    bad = [
        (figure(text, r"^([\d,]+) bad$"), address) for text, address in links(server, "/objectives", now) if re.match(r"[\d,]+ bad$", text)
    ]
    assert len(bad) > 3
    for number, address in bad:
        url = urlsplit(address)
        assert figure(drawn_text(someone(server, "tom").show(url.path, f"?{url.query}")), r"Not kept ([\d,]+)") == number, address
