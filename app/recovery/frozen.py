"""What a recovery froze: its cases, and the targets that its path sends to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Row

from app.recovery.model import Case, Path

if TYPE_CHECKING:
    from app.recovery.targets.target import Target


def case_of(item: Row[Any]) -> Case:
    """The case as it was frozen."""
    return Case(**orjson.loads(item.case_json))


def fingerprint_of(targets: Iterable[Target]) -> str:
    """Of all that a path sends to, in order."""
    return sha256("\n".join(target.fingerprint() for target in targets).encode()).hexdigest()


def targets_of(path: Path) -> tuple[str, ...]:
    """The names of what a path sends to, in order."""
    return names_of(path.action, path.target, path.steps)


def names_of(action: str, target: str | None, steps: Sequence[str]) -> tuple[str, ...]:
    """What is sent to, in order: a compensation undoes the last step first."""
    if action == "compensate":
        return tuple(reversed(steps))
    return (target,) if target else ()
