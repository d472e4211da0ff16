"""Starts the Syncline that is asked, shows one item at it, and reads its tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from app.conformance.check import PASSED, Finding
from app.conformance.items import ITEMS
from app.conformance.suite import look
from app.serve import Service, running
from app.settings import load_settings

CONFIGURATION = "version: 1\nworkflows: [default]\nweb: {port: 0}\notlp: {http_port: 0, grpc_port: 0}\n"


@contextmanager
def serving(folder: Path) -> Iterator[Service]:
    file = folder / "syncline.yaml"
    file.write_text(CONFIGURATION)
    with running(load_settings(file, {})) as service:
        yield service


def shows(number: int, endpoint: Any) -> str:
    """What was seen of an item that passed."""
    finding = found(number, endpoint)
    assert finding.result == PASSED, f"{number}, {finding.item.sentence}: {finding.result}, {finding.seen}"
    return finding.seen


@cache
def found(number: int, endpoint: Any) -> Finding:
    """What the suite finds; asked once, for the test of the item and for the table in the docs."""
    (item,) = [item for item in ITEMS if item.number == number]
    return look(item, endpoint)


def rows(service: Service, query: str) -> list[tuple[Any, ...]]:
    """What the tables hold once everything acknowledged is in them."""
    service.application.advance()
    with service.application.store.read() as cursor:
        return list(cursor.execute(query).fetchall())
