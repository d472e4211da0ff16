"""Trying again what was rejected gives what a rebuild gives, and costs what was rejected, not what there is."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from collectors import ingest
from collectors.classify import ErrorRules
from collectors.columns import Columns
from collectors.identifiers import Identifiers
from collectors.ingest import Intake
from collectors.sources import open_source
from tests.sources.plant_floor import TOLD_NS, Plant, span, traces
from tests.sources.test_ingest import tables

KNOWN: tuple[dict[str, Any], ...] = ({"1": 1}, {"1": 1, "2": 2}, {"1": 1, "2": 2, "3": 3})  # what a mapping reads, mended twice


def entries(known: dict[str, Any]) -> list[dict[str, Any]]:
    """The same three sources under a mapping that reads these tries only: rows, spans, and what its author gave an id."""
    at, kind = {"column": "AT"}, {"value": "stock.moved"}
    objects = [{"type": {"value": "order"}, "id": {"column": "ORDER"}}]
    row = {"event_type": kind, "event_time": at, "attempt": {"column": "TRY", "values": known}, "objects": objects}
    return [
        {"name": "rows", "kind": "csv", "path": "*.csv", "map": row},
        {"name": "traces", "kind": "otlp_file", "path": "*.traces", "map": {"attempt": {"attribute": "TRY", "values": known}}},
        {"name": "said", "kind": "cloudevents", "path": "*.said", "map": {"attempt": {"path": "data.try", "values": known}}},
    ]


class Ticking(Plant):
    """A plant whose clock moves on with each look, as real ones do."""

    def __init__(self, folder: Path, known: dict[str, Any]) -> None:
        super().__init__(folder)
        self._moments = count(TOLD_NS)
        self.mend(known)

    def mend(self, known: dict[str, Any]) -> None:
        """The same home under a mapping that reads more."""
        self.intake.close()
        sources = [open_source(entry, self.folder) for entry in entries(known)]
        self.intake = Intake(self.store, self.journal, sources, Identifiers(), ErrorRules(), lambda: next(self._moments))

    def mark_computed(self) -> None:
        with self.store.write() as cursor:
            cursor.execute("insert into meta values ('definitions', 'those of now')")

    def is_computed(self) -> bool:
        return bool(self.column("select value from meta where key = 'definitions'"))


@contextmanager
def ticking(folder: Path, known: dict[str, Any] = KNOWN[0]) -> Iterator[Ticking]:
    with closing(Ticking(folder, known)) as opened:
        yield opened


def both(opened: Plant) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """What a retry leaves in the tables, and what a rebuild does."""
    opened.intake.retry()
    retried = tables(opened)
    opened.intake.rebuild()
    return retried, tables(opened)


def rows(folder: Path, *tries: str, name: str = "log.csv") -> None:
    (folder / name).write_text("AT,TRY,ORDER\n" + "".join(f"2026-03-23T12:00:00Z,{tried},{n}\n" for n, tried in enumerate(tries, 1)))


def spans(folder: Path, *tries: tuple[int, str], name: str = "a.traces") -> None:
    made = (span(f"{n + 1:016x}", attributes={"mfg.event.type": "a", "mfg.object.order": str(n), "TRY": tried}) for n, tried in tries)
    (folder / name).write_bytes(b"".join(traces(each) + b"\n" for each in made))


def said(folder: Path, *tries: tuple[int, str], name: str = "a.said") -> None:
    around = {"specversion": "1.0", "source": "/wms", "type": "stock.moved", "time": "2026-03-23T12:00:00Z"}
    (folder / name).write_text("".join(json.dumps({**around, "id": str(n), "data": {"try": tried}}) + "\n" for n, tried in tries))


def test_rows_that_a_mended_mapping_reads_become_events_and_the_rest_stays(tmp_path: Path) -> None:
    rows(tmp_path, "2", "3", "1", "2")
    with ticking(tmp_path) as opened:
        assert opened.ingest().rejected == 3
        opened.mark_computed()
        opened.mend(KNOWN[1])
        report = opened.intake.retry()
        assert (report.records, report.understood, report.events, report.rejected) == (3, 2, 2, 1)
        assert opened.column("select object_id from event_objects order by event_no") == ["3", "1", "4"], "new ones come behind"
        assert opened.rows("select position, reason from rejected") == [
            ("log.csv:3", "column TRY: '3' is not among the values of the mapping; allowed: 1, 2")
        ]
        assert opened.is_computed(), "new events are computed like any others"
        retried, rebuilt = both(opened)
        assert retried == rebuilt


def test_what_cannot_be_understood_still_changes_nothing(tmp_path: Path) -> None:
    rows(tmp_path, "1", "2")
    spans(tmp_path, (1, "2"))
    with ticking(tmp_path) as opened:
        opened.ingest()
        opened.mark_computed()
        before, numbers = tables(opened), opened.column("select event_no from events")
        report = opened.intake.retry()
        assert (report.records, report.understood, report.events, report.rejected) == (2, 0, 0, 2)
        assert (tables(opened), opened.column("select event_no from events"), opened.is_computed()) == (before, numbers, True)


def test_a_span_whose_event_was_rejected_becomes_one_and_everything_is_computed_anew(tmp_path: Path) -> None:
    spans(tmp_path, (1, "1"), (2, "2"), (3, "1"))
    with ticking(tmp_path) as opened:
        opened.ingest()
        opened.mark_computed()
        assert opened.rows("select span_id[-1:], is_event from spans order by 1") == [("2", True), ("3", False), ("4", True)]
        opened.mend(KNOWN[1])
        assert opened.intake.retry().events == 1
        assert opened.rows("select span_id[-1:], is_event from spans order by 1") == [("2", True), ("3", True), ("4", True)]
        assert not opened.is_computed()


def test_the_first_recorded_counts_though_it_was_understood_later(tmp_path: Path) -> None:
    """The mapping was mended, and the sender sent it once more before anybody tried the first again."""
    said(tmp_path, (7, "2"))
    with ticking(tmp_path) as opened:
        opened.ingest()
        said(tmp_path, (8, "1"), (7, "2"), name="b.said")
        opened.mend(KNOWN[1])
        opened.ingest()
        assert opened.column("select position from events") == ["b.said:1", "b.said:2"]
        opened.intake.retry()
        assert opened.column("select position from events order by 1") == ["a.said:1", "b.said:1"]


def test_only_what_is_named_is_tried(tmp_path: Path) -> None:
    rows(tmp_path, "2")
    said(tmp_path, (1, "2"))
    with ticking(tmp_path) as opened:
        opened.ingest()
        opened.mend(KNOWN[1])
        assert opened.intake.retry(["said"]).rejected == 0
        assert opened.column("select source from rejected") == ["rows"]


def test_a_retry_that_is_cut_off_has_changed_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows(tmp_path, *["2"] * 20)
    spans(tmp_path, *((n, "2") for n in range(20)))
    with ticking(tmp_path) as opened:
        opened.ingest()
        before = tables(opened)
        opened.mend(KNOWN[1])
        monkeypatch.setattr(ingest, "LOAD_BYTES", 100)
        stored, times = Columns.store, count()

        def cut_off(columns: Columns, cursor: Any) -> dict[str, int]:
            if next(times) == 5:
                raise KeyboardInterrupt
            return stored(columns, cursor)

        monkeypatch.setattr(Columns, "store", cut_off)
        with pytest.raises(KeyboardInterrupt):
            opened.intake.retry()
        assert tables(opened) == before


def test_what_the_journal_has_lost_stays_rejected(tmp_path: Path) -> None:
    rows(tmp_path, "2", "2")
    with ticking(tmp_path) as opened:
        opened.ingest()
        for file in opened.journal.folder.glob("*.journal"):
            file.unlink()
        opened.mend(KNOWN[1])
        report = opened.intake.retry()
        assert (report.records, report.rejected) == (0, 2)


@pytest.mark.parametrize("seed", [1])  # each more takes a second; it held for 40 of them
def test_whatever_came_when_a_retry_gives_what_a_rebuild_gives(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    luck = random.Random(seed)
    monkeypatch.setattr(ingest, "LOAD_BYTES", luck.choice((200, 1 << 20)))
    with ticking(tmp_path) as opened:
        for step, known in enumerate(KNOWN):
            numbered = [(luck.randrange(4), luck.choice("1233")) for _ in range(luck.randrange(6))]
            spans(tmp_path, *numbered, name=f"{step}.traces")
            said(tmp_path, *numbered[::-1], name=f"{step}.said")
            rows(tmp_path, *(tried for _, tried in numbered), name=f"{step}.csv")
            opened.mend(known)
            if luck.random() < 0.5:
                opened.intake.retry()
            opened.ingest()
        retried, rebuilt = both(opened)
        assert retried == rebuilt
