"""Whatever the order in which rows are committed, polls run, fail and are started anew: nothing is lost, and nothing is read twice."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.collector import Trouble
from collectors.sources import open_source
from tests.sources.plant_floor import TOLD_NS
from tests.sources.tables import entry

LATEST = 6  # so many numbers may be handed out before the first of them is committed
STEPS = st.lists(  # long ones with much to commit: shorter ones seldom get to where something could be lost
    st.one_of(
        st.just(("begin", 0)),
        st.just(("begin", 0)),
        st.tuples(st.just("commit"), st.integers(0, LATEST)),
        st.tuples(st.just("commit"), st.integers(0, LATEST)),
        st.tuples(st.just("poll"), st.integers(1, 4)),  # records a sync of the journal takes
        st.tuples(st.just("fail"), st.integers(0, 3)),  # syncs until the journal fails
        st.just(("restart", 0)),
    ),
    min_size=25,
    max_size=50,
)


class Story:
    """A table that is written to, and its source; `journal` is what the source's records became."""

    def __init__(self, folder: Path, page_size: int) -> None:
        self._table = sqlite3.connect(folder / "erp.db", isolation_level=None)
        self._table.execute("pragma synchronous = off")
        self._table.execute("create table log (id integer primary key, tick integer, action, at, ref)")
        self._settings = entry(f"sqlite:///{folder}/erp.db", watermark="tick", look_back=LATEST // 2, page_size=page_size)
        self._after: dict[str, str] = {}
        self._open: list[int] = []
        self._last = 0
        self.committed: set[str] = set()
        self.journal: Counter[str] = Counter()
        self.begin_anew()

    def begin_anew(self) -> None:
        self._source = open_source(self._settings, Path())

    def begin(self) -> None:
        self._last += 1
        self._open.append(self._last)
        if self._open[0] <= self._last - LATEST:
            self.commit(0)

    def commit(self, which: int) -> None:
        if self._open:
            number = self._open.pop(which % len(self._open))
            self._table.execute("insert into log (id, tick) values (?, ?)", [number, number // 2])  # two rows have one watermark
            self.committed.add(str(number))

    def poll(self, size: int, syncs: int | None = None) -> None:
        batch: list[Any] = []
        for found in self._source.read(self._after, lambda: TOLD_NS):
            assert not isinstance(found, Trouble), found.sentence
            batch.append(found)
            if len(batch) == size:
                if syncs == 0:
                    return
                syncs = None if syncs is None else syncs - 1
                self._keep(batch)
                batch = []
        if syncs is None:
            self._keep(batch)

    def _keep(self, batch: list[Any]) -> None:
        self.journal.update(record.position for record in batch)
        self._after.update((record.stream, record.after) for record in batch)
        self._source.kept(batch)

    def restart(self) -> None:
        self._source.close()
        self.begin_anew()

    def close(self) -> None:
        self._source.close()
        self._table.close()


@settings(max_examples=25)
@given(STEPS, st.integers(1, 4))
def test_nothing_is_lost_and_nothing_read_twice(steps: list[tuple[str, int]], page_size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        story = Story(Path(folder), page_size)
        try:
            for step, number in steps:
                if step == "poll":
                    story.poll(number)
                elif step == "fail":
                    story.poll(2, number)
                elif step == "commit":
                    story.commit(number)
                elif step == "begin":
                    story.begin()
                else:
                    story.restart()
            story.poll(3)
        finally:
            story.close()
    assert set(story.journal) == story.committed
    if ("restart", 0) not in steps:
        assert set(story.journal.values()) <= {1}
