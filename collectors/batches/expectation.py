"""One expected batch file: what its source has to say about it by a moment, and where it was left."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

from collectors.batches.file import Measured, header_rows_of
from collectors.batches.plan import Plan, Run

FIRST_LOOK_NS = 300 * 10**9  # behind the due time; then after twice as long each time, for a day
LAST_LOOK = 9
KEPT_GONE = 200  # files that are gone and still known, should they come back
EXPECTED, ARRIVED, LOOKED, UNEXPECTED = "expected", "arrived", "looked", "unexpected"
Told = dict[str, Any]
Stamp = tuple[int, int]  # size and time of the last change of a file


@dataclass(slots=True)
class Left:
    """What was said so far: the first and the last day expected, the looks at runs that nothing came for, and the files that came."""

    first: str = ""
    last: str = ""
    looks: dict[str, int] = field(default_factory=dict)
    files: dict[str, list[Any]] = field(default_factory=dict)  # name → size, time of the last change, digest


class Expectation:
    """`entry` is one of the checked section `expects`."""

    def __init__(self, entry: dict[str, Any], source: dict[str, Any]) -> None:
        self.name, self.entry, self.plan = entry["name"], entry, Plan(entry, source)
        self.header_rows = entry.get("header_rows", header_rows_of(entry["file"]))

    def left(self, mark: str | None, now_ns: int) -> Left:
        """Where it was left. At the first start, the first file waited for is one that is not due yet."""
        if mark:
            return Left(**orjson.loads(mark))
        first = self.plan.first_due(now_ns)
        return Left(first=first.day.isoformat() if first else "")

    def due_to_say(self, left: Left, now_ns: int) -> Iterator[Told]:
        """That a file is waited for, for every run that has opened since."""
        if not left.first:
            return
        first = date.fromisoformat(left.last) + timedelta(days=1) if left.last else date.fromisoformat(left.first)
        for run in self.plan.opened(first, now_ns):
            left.last = run.day.isoformat()
            left.looks.setdefault(left.last, 0)
            yield self._said(EXPECTED, run, run.opens_ns)

    def is_new(self, left: Left, name: str, stamp: Stamp, came_ns: int) -> bool:
        """Whether a file has to be looked into; what came before the first run is none of ours."""
        if not self.plan.matches(Path(name).name) or left.files.get(name, [])[:2] == list(stamp):
            return False
        run = self._run_of(left, name, came_ns)
        return run is None or run.day.isoformat() >= left.first

    def arrived(self, left: Left, name: str, stamp: Stamp, found: Measured, came_ns: int, there: Container[str]) -> Iterator[Told]:
        """That a file came. One that was only moved since is no other."""
        digest = found.digest[:16]
        is_moved = any(known[1:] == [stamp[1], digest] for other, known in left.files.items() if other not in there)
        left.files[name] = [*stamp, digest]
        if is_moved:
            return
        run = self._run_of(left, name, came_ns)
        what: Told = {"file": name, "rows": found.rows, "bytes": found.bytes, "digest": found.digest}
        if run is None:
            yield {"said": UNEXPECTED, "name": self.name, "time": came_ns, **what}
            return
        if (day := run.day.isoformat()) > left.last:  # early, by the day in its name
            yield self._said(EXPECTED, run, min(run.opens_ns, came_ns))
        if self.lacking(found.rows, found.bytes) is None:
            left.looks.pop(day, None)
        yield {**self._said(ARRIVED, run, came_ns), **what}

    def _run_of(self, left: Left, name: str, came_ns: int) -> Run | None:
        if not self.plan.is_dated:
            return self.plan.open_at(came_ns)
        day = self.plan.day_in(Path(name).name)
        return self.plan.run(day) if day else None

    def looked(self, left: Left, now_ns: int) -> Iterator[Told]:
        """That it was looked for and nothing had come: only then is it known to be missing."""
        for day, looks in list(left.looks.items()):
            run = self.plan.run(date.fromisoformat(day))
            if run is None or looks >= LAST_LOOK:
                del left.looks[day]
            elif (behind_ns := now_ns - run.due_ns) >= FIRST_LOOK_NS * 2**looks:
                left.looks[day] = (behind_ns // FIRST_LOOK_NS).bit_length()
                yield {**self._said(LOOKED, run, now_ns), "look": left.looks[day]}

    def lacking(self, rows: int, size: int) -> tuple[str, str] | None:
        """Why a file is not what was expected, as a word and a sentence."""
        for word, found, least in (("rows", rows, self.entry.get("at_least_rows")), ("bytes", size, self.entry.get("at_least_bytes"))):
            if least is not None and found < least:
                return f"too_few_{word}", f"malformed batch: {found:,} {word} where at least {least:,} are expected"
        return None

    def _said(self, what: str, run: Run, time_ns: int) -> Told:
        return {"said": what, "name": self.name, "day": run.day.isoformat(), "due": run.due_ns, "time": time_ns}


def mark_of(left: Left, there: set[str]) -> str:
    """Where it is left, with every file that is there, and the last ones that are gone."""
    gone = [name for name in left.files if name not in there]
    for name in gone[: max(0, len(gone) - KEPT_GONE)]:
        del left.files[name]
    state = {"first": left.first, "last": left.last, "looks": left.looks, "files": left.files}
    return orjson.dumps(state).decode()
