"""Clocks that differ are estimated from what must have been before what, and told; nothing is corrected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.application import Application
from app.components.clocks import LEAST_NS, sentence
from app.figures.rows import rows_of
from metrics.read import Moment, open_reader
from tests.pages.served import drawn_text, make_server, opened, someone
from tests.sources.plant_floor import NOON_NS, span, traces

SECOND = 10**9


def passage(number: int, sender: str, receiver: str, took_ns: int, by_link: bool = False) -> bytes:
    """A message: a span that sends it, and one that receives it so much later by the clock of the receiver."""
    ids = {"traceId": f"{number:032x}"}
    sent = span(f"{2 * number:016x}", kind=4, startTimeUnixNano=str(NOON_NS), **ids)
    tie = {"links": [{**ids, "spanId": f"{2 * number:016x}"}]} if by_link else {"parentSpanId": f"{2 * number:016x}"}
    got = span(f"{2 * number + 1:016x}", kind=5, startTimeUnixNano=str(NOON_NS + took_ns), **tie, **ids)
    return traces(sent, resource={"mfg.system": sender}) + b"\n" + traces(got, resource={"mfg.system": receiver}) + b"\n"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("clocks")
    told = [
        passage(1, "erp", "mes", -3 * SECOND),
        passage(2, "erp", "mes", 2 * SECOND, by_link=True),
        passage(3, "mes", "erp", 5 * SECOND),
        passage(4, "erp", "wms", 0),
        passage(5, "wms", "erp", -LEAST_NS // 2),
        passage(6, "qms", "wms", -SECOND, by_link=True),
    ]
    (folder / "traces.jsonl").write_bytes(b"".join(told))
    (folder / "syncline.yaml").write_text('version: 1\nsources: [{name: traces, kind: otlp_file, path: "*.jsonl"}]\n')
    with opened(folder / "syncline.yaml") as application:
        yield application


def test_who_receives_before_it_was_sent_is_behind_by_at_least_that_and_at_most_what_the_way_back_shows(plant: Application) -> None:
    with open_reader(plant.store, Moment(NOON_NS + 3600 * SECOND, plant.now_ns())) as reader:
        rows = rows_of(reader.clock_skew(NOON_NS - 3600 * SECOND, LEAST_NS))
    assert [sentence(row) for row in rows] == [
        "The clock of mes is behind that of erp by at least 3 s, at most 5 s: 1 of 2 messages was received before it was sent.",
        "The clock of wms is behind that of qms by at least 1 s: 1 of 1 message was received before it was sent.",
    ]


def test_sources_tells_it_and_corrects_nothing(plant: Application) -> None:
    said = drawn_text(someone(make_server(plant), "tom").show("/sources", "?as_of=2026-03-23T13:00:00Z"))
    assert "The clock of mes is behind that of erp by at least 3 s" in said
    assert "nothing is corrected" in said
    with plant.store.read() as cursor:
        assert cursor.execute("select min(start_ns) from spans").fetchall() == [(NOON_NS - 3 * SECOND,)]
