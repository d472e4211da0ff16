"""Starts the Syncline that is asked, shows one item at it, and reads its tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.conformance.check import PASSED
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
    (item,) = [item for item in ITEMS if item.number == number]
    finding = look(item, endpoint)
    assert finding.result == PASSED, f"{number}, {item.sentence}: {finding.result}, {finding.seen}"
    return finding.seen


def rows(service: Service, query: str) -> list[tuple[Any, ...]]:
    """What the tables hold once everything acknowledged is in them."""
    service.application.advance()
    with service.application.store.read() as cursor:
        return list(cursor.execute(query).fetchall())
