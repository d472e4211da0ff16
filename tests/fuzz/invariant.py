"""What holds of every decoder and every input: only errors it declares, work and output in proportion to the input, twice the same."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from collectors.rows import BOOL, EVENT, INT, INT_OR_NULL, LOG, REJECTED, SPAN, STOCK, TEXT, TINY, UINT, Rows

SECONDS = 10  # of CPU time, for what is not counted in calls: a pattern that backtracks, a number of a million digits
CALLS_PER_BYTE = 250
FREE_OUTPUT, OUTPUT_PER_BYTE = 40_000, 400
NUMBERS = {
    INT: (-(1 << 63), (1 << 63) - 1),
    INT_OR_NULL: (-(1 << 63), (1 << 63) - 1),
    UINT: (0, (1 << 64) - 1),
    TINY: (-128, 127),
    BOOL: (0, 1),
}


class Decoder(NamedTuple):
    """`read` gives what it makes of an input; of the errors it raises only `declared` are no fault. `seeds` are inputs to begin with."""

    name: str
    read: Callable[[bytes], Any]
    seeds: Callable[[], Sequence[bytes]]
    declared: tuple[type[Exception], ...] = ()
    free_calls: int = 60_000  # work that any input may make, however small it is
    size: Callable[[bytes], int] = len  # of an input, as it is unpacked


class Hangs(BaseException):
    """An input took more than SECONDS; no decoder may catch it."""


def check(decoder: Decoder, data: bytes, seconds: float = SECONDS) -> None:
    """Raises whatever is wrong with what the decoder makes of `data`."""
    with _deadline(seconds):
        with _counted() as calls:
            first = _outcome(decoder, data)
        again = _outcome(decoder, data)
    size = decoder.size(data)
    assert calls[0] <= decoder.free_calls + CALLS_PER_BYTE * size, f"{calls[0]:,} calls for {size:,} bytes"
    assert len(first) <= FREE_OUTPUT + OUTPUT_PER_BYTE * size, f"{len(first):,} characters from {size:,} bytes"
    assert first == again, f"once {first[:500]}, then {again[:500]}"


def _outcome(decoder: Decoder, data: bytes) -> str:
    try:
        return repr(decoder.read(data))
    except decoder.declared as error:
        told, kind = str(error).strip(), type(error).__name__
    assert told, f"{kind} says nothing"
    return f"{kind}: {told}"


@contextmanager
def _counted() -> Iterator[list[int]]:
    """Counts the calls of functions: the work, whatever else the machine does."""
    calls = [0]

    def count(_frame: Any, event: str, _argument: Any) -> None:
        if event in ("call", "c_call"):
            calls[0] += 1

    gc.disable()  # its callbacks are calls as well, and come when they like
    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        gc.enable()


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    def stop(_number: int, frame: Any) -> None:
        raise Hangs(f"after {seconds} s of CPU time at {frame.f_code.co_filename}:{frame.f_lineno}")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


# -- rows: what the loader cannot store would stop it for good, because the journal gives the same record again
def storable(rows: Rows) -> list[Any]:
    """All that stands in `rows`, once it is sure that the tables can hold it."""
    events = [*rows.events, *(event for _, event in rows.span_events), *(event for _, event in rows.log_events)]
    rejected = [*rows.rejected, *(row for _, row in rows.span_rejected), *(row for _, row in rows.log_rejected)]
    for columns, table in ((SPAN, rows.spans), (LOG, rows.logs), (EVENT, events), (STOCK, rows.stock), (REJECTED, rejected)):
        for row in table:
            for (name, kind), value in zip(columns.items(), row, strict=False):
                _fits(name, kind, value)
    for texts in ([pair for event in events for pair in event.objects], [row[1:] for row in rows.span_links + rows.span_objects]):
        for text in (text for each in texts for text in each):
            _fits("objects", TEXT, text)
    return [rows.spans, rows.span_links, rows.span_objects, rows.logs, events, rows.stock, rejected]


def _fits(name: str, kind: str, value: Any) -> None:
    if kind == TEXT:
        assert value is None or value.__class__ is str, f"{name} is no text: {value!r}"
        (value or "").encode()  # half a surrogate pair is no text for DuckDB
    elif not (kind == INT_OR_NULL and value is None):
        lowest, highest = NUMBERS[kind]
        assert value.__class__ in (int, bool), f"{name} is no whole number: {value!r}"
        assert lowest <= value <= highest, f"{name} is out of range: {value!r}"
