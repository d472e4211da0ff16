"""What was refused to machines since the start: counted by what they asked, told in the log, and in the audit once it is many."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from app import audit

API = "api"  # where it is no source that was asked
MANY = 10  # so many, ten times as many and so on stand in the audit
REFUSED_OFTEN = "token refused many times"
STRANGER = "unknown token"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refused:
    """Requests to `source` that were refused: how many since the start, the newest, from where and why. `token` "": of none known."""

    source: str
    token: str
    number: int
    newest_ns: int
    address: str
    why: str


class Refusals:
    """Safe from many threads. As many entries as there are sources and tokens: senders that nobody knows are counted as one."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int]) -> None:
        self._engine, self._now_ns = engine, now_ns
        self._found: dict[tuple[str, str], Refused] = {}
        self._counting = threading.Lock()

    def note(self, source: str, token: str, why: str, address: str) -> None:
        """Counts one."""
        now_ns, place = self._now_ns(), address if address.isprintable() else ""
        with self._counting:
            before = self._found.get((source, token), Refused(source, token, 0, now_ns, place, why))
            found = replace(before, number=before.number + 1, newest_ns=now_ns, address=place, why=why)
            self._found[source, token] = found
        if _is_round(found.number):
            self._tell(found)

    def of(self, source: str) -> list[Refused]:
        """Those of a source, the newest first."""
        return [each for each in self.every() if each.source == source]

    def every(self) -> list[Refused]:
        """All of them, the newest first."""
        return sorted(self._found.copy().values(), key=lambda each: -each.newest_ns)

    def _tell(self, found: Refused) -> None:
        who = f"token {found.token}" if found.token else STRANGER
        log.warning(
            "Refused to %s at %s, %s since the start, newest from %s: %s", who, found.source, found.number, found.address, found.why
        )
        if found.number >= MANY:
            detail = {"times": found.number, "why": found.why, "newest from": found.address}
            with self._engine.begin() as connection:
                audit.append(connection, found.newest_ns, who, REFUSED_OFTEN, found.source, detail, None)


def _is_round(number: int) -> bool:
    """1, 10, 100 and so on: of a flood a few lines."""
    return str(number).strip("0") == "1"
