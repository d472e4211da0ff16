"""What a transaction waits for outside of itself: others that its errors name, and feeds that are behind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from metrics.path import Path
from metrics.read import Reader
from metrics.together import Standing

DEPENDENCY = "dependency"
NUMBER = re.compile(r"[^\W_](?:[\w./-]*[^\W_])?")  # a word; those with a digit in it may be the number of something
MOST_NUMBERS = 8


@dataclass(frozen=True, slots=True)
class Outside:
    """`named`: transactions whose numbers stand in the latest error of a step that waits for another message; `known_ns`: by system up to
    when its feed is known, of those whose steps cannot be judged."""

    named: dict[str, tuple[Standing, ...]]  # by milestone
    known_ns: dict[str, int | None]


def outside(reader: Reader, path: Path) -> Outside:
    """Asks only where something says that it waits."""
    waiting = {
        step.name: _latest_error(path, step.name) for step in path.steps if step.reached_ns is None and step.error_class == DEPENDENCY
    }
    named = {name: tuple(_named(reader, path, numbers_in(text))) for name, text in waiting.items()}
    systems = sorted({step.system for step in path.steps if step.is_unjudged})
    known = reader.rows("queries/feeds_known", {"site": path.site, "systems": systems}) if systems else []
    return Outside(named, {row["system"]: row["known_until_ns"] for row in known})


def numbers_in(text: str) -> list[str]:
    """What may be the number of something, also without its leading zeros."""
    words = [word for word in NUMBER.findall(text) if len(word) > 2 and any(sign.isdigit() for sign in word)]
    return list(dict.fromkeys(form for word in words for form in (word, word.lstrip("0")) if form))[:MOST_NUMBERS]


def _latest_error(path: Path, milestone: str) -> str:
    events = path.events[path.events["is_error"] & (path.events["milestone"] == milestone)]
    said = [text for text in events["error_text"] if isinstance(text, str)]
    return said[-1] if said else ""


def _named(reader: Reader, path: Path, numbers: Sequence[str]) -> list[Standing]:
    rows = reader.rows("together/called", {"ids": list(numbers)}) if numbers else []
    statuses = reader.statuses(row["transaction_no"] for row in rows)
    found = [Standing(row["workflow"], row["title"], row["transaction_id"], statuses[row["transaction_no"]]) for row in rows]
    return [each for each in found if (each.workflow, each.transaction_id) != (path.workflow, path.transaction_id)]
