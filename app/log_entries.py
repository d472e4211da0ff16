"""Entries of the log: each begins with its time, in UTC, and nothing that is logged can look like another one."""

from __future__ import annotations

import logging
import time


class Entries(logging.Formatter):
    """What has several lines, such as a traceback or the words of somebody else, is moved in from the second on; what nobody sees, or what
    would move the pen of a terminal, is written out."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        return "\n    ".join(_plain(line) for line in super().format(record).splitlines())


def _plain(line: str) -> str:
    return "".join(
        sign if sign.isprintable() or sign == "\t" else sign.encode("unicode_escape", "backslashreplace").decode() for sign in line
    )
