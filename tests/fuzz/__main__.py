"""`make fuzz`: every decoder and the API for some minutes, guided by coverage where atheris is there; `--record` keeps what came out."""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import hypothesis

from tests.fuzz import api, corpus
from tests.fuzz.decoders import decoders
from tests.fuzz.invariant import Decoder, check
from tests.fuzz.mutations import inputs
from tests.repository import ROOT
from tests.results import machine, record

RESULTS = Path(__file__).parent / "RESULTS.md"
LONGEST_INPUT = 8192
MEMORY_MIB = 2048
WORDS = re.compile(rb"[A-Za-z_@$][\w.@$-]{2,30}")
MOST_WORDS = 400


class Failed(Exception):
    """An input for which the property does not hold; the text says where it is."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long each of them is tried (default: 10)")
    parser.add_argument("--only", metavar="NAME", action="append", help="this decoder, or api; may be given several times")
    parser.add_argument("--record", action="store_true", help=f"keeps the inputs that reach most; what came out goes into {RESULTS.name}")
    words = parser.parse_args()
    known = {**{each.name: each for each in decoders()}, api.NAME: None}
    chosen = [name for name in known if not words.only or name in words.only]
    if not chosen:
        parser.error(f"known are: {', '.join(known)}")
    guided = find_spec("atheris") is not None
    how = "guided by coverage (atheris)" if guided else "without guidance; `pip install atheris` brings it"
    lines = [f"## {datetime.now(UTC):%Y-%m-%d}", "", f"{machine()}; {words.minutes:g} min for each, decoders {how}.", ""]
    print("\n".join(lines), flush=True)
    failed, before = False, RESULTS.read_bytes()
    for name in chosen:
        decoder = known[name]
        try:
            line = api.asked(words.minutes) if decoder is None else _guided(decoder, words) if guided else _unguided(decoder, words)
        except (Failed, api.Found) as error:
            line, failed = str(error), True
        lines.append(f"* {name}: {line}")
        print(lines[-1], flush=True)
        if words.record:  # after each, so that hours cut short are not lost
            RESULTS.write_bytes(before)
            record(RESULTS, "Fuzzing of every decoder and of the API, newest first", "\n".join(lines))
    return 1 if failed else 0


def _known(decoder: Decoder) -> list[bytes]:
    return [*decoder.seeds(), *corpus.kept(decoder.name)]


# -- with libFuzzer, in a process of its own: it ends the process, and a crash of a library is its finding as well
def _guided(decoder: Decoder, words: argparse.Namespace) -> str:
    with TemporaryDirectory(prefix="fuzz-") as made:
        folder = Path(made)
        for number, data in enumerate(_known(decoder)):
            _write(folder / "corpus" / str(number), data)
        _write(folder / "words", b"".join(_dictionary(decoder)))
        found = Path(mkdtemp(prefix="fuzz-found-"))
        slow = ("-timeout=120", "-report_slow_units=120")  # a busy machine is slow now and then; only what hangs is a finding
        limits = (f"-max_len={LONGEST_INPUT}", f"-rss_limit_mb={MEMORY_MIB}", *slow, f"-artifact_prefix={found}/")
        spent = (f"-max_total_time={words.minutes * 60:.0f}", f"-dict={folder / 'words'}", "-print_final_stats=1")
        program = _program(folder, decoder)
        said = _fuzzer(program, *limits, *spent, folder / "corpus")
        if any(found.iterdir()):
            raise Failed(f"FAILED: {_why(said)}; the input is in {found}")
        (folder / "merged").mkdir()
        _fuzzer(program, "-merge=1", *limits, folder / "merged", folder / "corpus")
        found.rmdir()
        reached = [path.read_bytes() for path in (folder / "merged").iterdir()]
        kept = f", {corpus.keep(decoder.name, reached)} inputs kept" if words.record else ""
        runs, memory = (_number(said, f"stat::{name}") for name in ("number_of_executed_units", "peak_rss_mb"))
        return f"{runs:,} inputs, {len(reached):,} of them reach something of their own; at most {memory:,} MiB{kept}"


def _program(folder: Path, decoder: Decoder) -> Path:
    """A program that is this decoder under libFuzzer: what a C program finds as its own name."""
    program = folder / "fuzzer"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.fuzz.guided {decoder.name} "{program}" "$@"\n')
    program.chmod(0o700)
    return program


def _fuzzer(program: Path, *words: str | Path) -> str:
    return subprocess.run(
        [program, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
    ).stdout


def _number(said: str, name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+)", said)
    if not found:
        sys.exit(f"the fuzzer ended without figures:\n{said[-3000:]}")
    return int(found[1])


def _why(said: str) -> str:
    """The exception that Python told of, or what libFuzzer says itself."""
    told = re.findall(r"^(?:\w+\.)*\w*(?:Error|Exception|Hangs)\b.*", said, re.MULTILINE) or re.findall(r"^.*ERROR: .*", said, re.MULTILINE)
    return str(told[0])[:300] if told else said[-300:]


def _dictionary(decoder: Decoder) -> Iterator[bytes]:
    """Words of the inputs to begin with, which libFuzzer puts in elsewhere."""
    for word in sorted({word for data in decoder.seeds() for word in WORDS.findall(data)})[:MOST_WORDS]:
        yield b'"%s"\n' % word


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)


# -- without it: as many changes of known inputs as there is time for
def _unguided(decoder: Decoder, words: argparse.Namespace) -> str:
    end, tried = time.monotonic() + 60 * words.minutes, 0

    @hypothesis.settings(max_examples=2_000, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(inputs(_known(decoder), LONGEST_INPUT))
    def each(data: bytes) -> None:
        nonlocal tried
        tried += 1
        check(decoder, data)

    try:
        while time.monotonic() < end:
            each()
    except (Exception, SystemExit) as error:  # whatever it is, it is the finding
        raise Failed(f"FAILED: {type(error).__name__}: {str(error)[:300]}; {getattr(error, '__notes__', [])}"[:2000]) from error
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (10 if os.uname().sysname == "Linux" else 20)
    return f"{tried:,} inputs; at most {memory:,} MiB"


if __name__ == "__main__":
    sys.exit(main())
