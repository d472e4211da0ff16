"""What somebody asks for is a value, and never a part of the question: no text of an address, a list or an order is read as SQL."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from app.server import PAGES
from metrics.filters import order_by, where
from tests.pages.served import ask_grid, drawn_text, someone

SHAPES = (
    "' or 1=1 --",
    "'; drop table events; --",
    "\"; select * from read_text('/etc/passwd'); --",
    "x') union select 1, 2, 3 --",
    "$1 {value} %s ? :name",
    "1; attach 'x.db'; copy events to 'x.csv'",
    "a\\' or true /* ",
    "getvariable('as_of')",
)
NAMES = (
    *("text", "site", "workflow", "status", "about", "signature", "partner", "milestone", "error_class", "rule", "kind", "item"),
    *("variant", "deviation", "went", "sort", "period", "metric", "source", "owner", "user", "page", "week", "q"),
)


@pytest.mark.parametrize("shape", SHAPES)
def test_names_of_columns_and_filters_come_from_a_list(shape: str) -> None:
    with pytest.raises(ValueError, match="cannot be sorted by"):
        order_by([(shape, "asc")])
    with pytest.raises(ValueError, match="cannot be sorted by"):
        order_by([("site", shape)])
    with pytest.raises(ValueError, match="cannot be filtered by"):
        where({shape: "x"})
    condition, values = where({"text": shape, "site": [shape]})
    assert shape not in condition
    assert list(values.values()) == [shape, [shape]]


@pytest.mark.parametrize("shape", SHAPES)
def test_pages_take_it_for_a_text(server: Flask, shape: str) -> None:
    client = someone(server, "ada")
    query = "&".join(f"{name}={quote(shape)}" for name in NAMES)
    for page in PAGES:
        answer = client.show(page.path, f"?{query}")
        assert answer.status_code == 200
        assert "could not be made" not in drawn_text(answer), page.path
    assert client.show(f"/path/{quote(shape, safe='')}/{quote(shape, safe='')}").status_code == 200


def test_lists_and_exports_take_it_for_a_text_and_everything_is_there_afterwards(server: Flask) -> None:
    client = someone(server, "ada")
    before = client.get("api/v1/events").text
    for shape in SHAPES:
        asked: dict[str, Any] = {
            "startRow": 0,
            "endRow": 50,
            "sortModel": [{"colId": shape, "sort": shape}],
            "filterModel": {shape: {"filter": shape}},
        }
        about = {"past": {}, "filters": {"text": shape, shape: shape}}
        assert ask_grid(client, asked, about).status_code == 200
        for name in ("as_of", "known_at", "from", "by", "format"):
            assert client.get(f"api/v1/transactions?{name}={quote(shape)}").status_code == 400
        assert client.get(f"api/v1/{quote(shape, safe='')}").status_code == 404
        assert client.get(f"api/v1/report?week={quote(shape)}&site={quote(shape)}").status_code == 400
        assert client.get(f"api/v1/events/message?event_id={quote(shape)}").status_code == 404
    assert client.get("api/v1/events").text == before
