"""One thing the doctor found: how bad it is, what it is, what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`grade` is ok, warn or fail; `exit_code` is what a failure means for the command."""

    grade: str
    text: str
    advice: str = ""
    exit_code: int = 0

    def __str__(self) -> str:
        return f"{self.grade:<4}  {self.text}{f' {self.advice}' if self.advice else ''}"


def ok(text: str) -> Finding:
    return Finding("ok", text)


def warn(text: str, advice: str) -> Finding:
    return Finding("warn", text, advice)


def fail(text: str, advice: str, exit_code: int = 4) -> Finding:
    return Finding("fail", text, advice, exit_code)
