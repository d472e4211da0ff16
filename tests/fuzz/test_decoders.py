"""A short look at every decoder: the inputs it begins with, those that were worth keeping, changes of them, and what was once found."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import hypothesis
import orjson
import pytest

from collectors.formats import FORMATS
from tests.fuzz import corpus, decoders
from tests.fuzz import inputs as known_inputs
from tests.fuzz.invariant import Decoder, Hangs, check
from tests.fuzz.mutations import inputs

DECODERS = {decoder.name: decoder for decoder in decoders.decoders()}
EXAMPLES, LONGEST = 20, 4_096
# YAML, a process that reads Parquet, a real server and a real table take milliseconds, not microseconds: (changes, every nth known input)
SLOW = {"configuration": (3, 6), "workflows": (5, 6), "parquet": (2, 16), "database": (10, 5), "rest-json": (10, 5), "rest-odata": (10, 5)}
SETTINGS = hypothesis.settings(deadline=None, database=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck))
ALIASES = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in b"bcdefg")


@pytest.mark.parametrize("name", DECODERS)
def test_nothing_makes_it_crash_hang_or_grow(name: str) -> None:
    decoder, (examples, stride) = DECODERS[name], SLOW.get(name, (EXAMPLES, 1))
    known = [*decoder.seeds(), *corpus.kept(name)]
    for data in known[::stride]:
        check(decoder, data)

    @hypothesis.settings(SETTINGS, max_examples=examples)
    @hypothesis.given(inputs(known, LONGEST))
    def changed(data: bytes) -> None:
        check(decoder, data)

    changed()


def event(**fields: Any) -> bytes:
    return b"{}\n" + orjson.dumps({**known_inputs.OWN_WORDS, **fields})


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("format-json", b"{}\n" + orjson.dumps({**known_inputs.DOCUMENT, "qty": "1e999999999"})),  # times a factor
        ("format-json", event(error_text={"code": 5, "message": "no"})),  # no text, and the tables take nothing else there
        ("format-json", event(error_type=7)),
        ("format-json", b'{}\n{"error_text":' + b"[" * 300 + b"]" * 300 + event()[4:]),
        ("paths", b"[" + b"9" * 5000 + b"]\n[]"),
        ("paths", b"a[-]\n{}"),
        ("paths", b"@"),
        ("configuration", ALIASES),
        ("schedule", b'{"file":"30010101","expects":[{"name":"a","file":"%Y%m%d","by":"15:00"}]}\n\n'),
    ],
)
def test_what_was_once_found_stays_mended(name: str, data: bytes) -> None:
    check(DECODERS[name], data)


def test_every_format_has_inputs_to_begin_with() -> None:
    assert set(FORMATS) == set(known_inputs.FORMATS) == set(known_inputs.BODIES)


TURNS = count()


def _grows(data: bytes) -> str:
    return "x" * 10_000_000


def _works(data: bytes) -> int:
    return sum(len(str(number)) for number in range(100_000))


def _waits(data: bytes) -> None:
    for _ in count():
        pass


@pytest.mark.parametrize(
    ("read", "finding"),
    [
        (lambda data: data[5], IndexError),
        (_grows, AssertionError),
        (_works, AssertionError),
        (_waits, Hangs),
        (lambda data: next(TURNS), AssertionError),
        (lambda data: int("x" * len(data) or "x"), ValueError),
    ],
    ids=["crashes", "grows", "works", "hangs", "changes its mind", "raises what it did not declare"],
)
def test_it_is_found(read: Callable[[bytes], Any], finding: type[BaseException]) -> None:
    with pytest.raises(finding):
        check(Decoder("bad", read, lambda: [b""], (KeyError,)), b"abc", seconds=1)
