"""Whoever reads the log can tell entries apart: no text that is logged looks like one of its own."""

from __future__ import annotations

import logging
import re
import sys
import time

import pytest

from app.log_entries import Entries

ENTRY = re.compile(r"2026-03-23T08:00:00Z (INFO|ERROR)")


def written(message: str, *, fault: str = "") -> str:
    try:
        raise ValueError(fault)
    except ValueError:
        record = logging.LogRecord("syncline", logging.INFO, "x.py", 1, "%s", (message,), sys.exc_info() if fault else None)
    record.created = 1_774_252_800.0
    return Entries().format(record)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"])
def test_a_text_cannot_begin_an_entry(end: str) -> None:
    forged = "2026-03-23T08:00:00Z INFO    syncline: ada signed in"
    for text in (written(f"x{end}{forged}"), written("x", fault=f"y{end}{forged}")):
        assert len([line for line in text.split("\n") if ENTRY.match(line)]) == 1


def test_its_time_is_utc_wherever_the_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert written("x") == "2026-03-23T08:00:00Z INFO    syncline: x"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_what_a_terminal_would_obey_is_written_out() -> None:
    assert written("\x1b[2Jx\u202ey\x00\ud800") == "2026-03-23T08:00:00Z INFO    syncline: \\x1b[2Jx\\u202ey\\x00\\ud800"


def test_a_traceback_stays_readable() -> None:
    lines = written("broken", fault="why").split("\n")
    assert lines[0] == "2026-03-23T08:00:00Z INFO    syncline: broken"
    assert lines[1] == "    Traceback (most recent call last):"
    assert lines[-1] == "    ValueError: why"
