"""What belongs to a site or supplier that somebody does not see stands in no answer: no export, no page, nothing behind a link."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import pytest
from flask import Flask

from app.exports import EXPORTS
from app.server import PAGES
from tests.access.callers import Caller
from tests.access.plant import MARK, without_what_was_asked
from tests.pages import trees
from tests.pages.served import Client, someone

LIMITED = ("far", "supplier", "token read of one site")
MOST = 120  # addresses that are followed: one of each shape


def test_no_export_tells_of_what_is_not_seen(callers: dict[str, Caller]):
    for name in EXPORTS:
        for form in ("jsonl", "csv"):
            everything = callers["admin"].ask("GET", f"/api/v1/{name}?format={form}").text
            for who in LIMITED:
                said = callers[who].ask("GET", f"/api/v1/{name}?format={form}").text
                assert MARK not in said, f"{name} tells {who}"
            assert MARK in callers["near"].ask("GET", f"/api/v1/{name}?format={form}").text or MARK not in everything or name == "audit"


@pytest.fixture(scope="module")
def addresses(server: Flask) -> list[str]:
    """Of all that an administrator is led to one address of each shape, those of marked things first."""
    return list(_followed(someone(server, "admin")))


@pytest.mark.parametrize("who", ["far", "supplier"])
def test_no_page_tells_of_it_whatever_address_is_asked_for(server: Flask, addresses: list[str], who: str):
    client = someone(server, who)
    assert len(addresses) > 40
    for address in addresses:
        path, _, query = address.partition("?")
        answer = client.show(path, f"?{query}" if query else "")
        assert answer.status_code == 200, address
        said = without_what_was_asked(answer.text, unquote_plus(address))
        assert MARK not in said, f"{address} tells {who}: {said[said.index(MARK) - 200 :][:300]}"


def _followed(client: Client) -> Iterator[str]:
    waiting, shapes = [page.path for page in PAGES if not page.parts], set()
    while waiting and len(shapes) < MOST:
        address = waiting.pop(0)
        if (shape := _shape(address)) in shapes:
            continue
        shapes.add(shape)
        yield address
        path, _, query = address.partition("?")
        answer = client.show(path, f"?{query}" if query else "")
        links = [href for _, href in trees.links(trees.drawn(answer)) if href.startswith("/") and not href.startswith(("/docs", "/api"))]
        waiting = [href for href in links if MARK in href] + waiting + [href for href in links if MARK not in href]


def _shape(address: str) -> tuple[str, ...]:
    parts = urlsplit(address)
    names = sorted({name for name, _ in parse_qsl(parts.query)})
    return ("/".join(parts.path.split("/")[:3]), *names, MARK if MARK in address else "")
