"""What can befall a milestone of a transaction: it is late, tried again, mended by somebody, lost, stuck."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.simulator.act import Act, Fields, Trouble
from app.simulator.agreements import workflows
from app.simulator.rhythm import MILLISECOND, SECOND
from app.simulator.troubles import any_lasting, any_transient

if TYPE_CHECKING:
    from app.simulator.episode import Walk


@dataclass(frozen=True, slots=True)
class Fate:
    """What befalls one milestone of an episode's first transaction."""

    # slow, retried, mended, repeated, doubled, cancelled, early; for good: lost, stuck, exhausted; for now: retrying;
    kind: str  # when somebody has it sent again: replayed, refused
    milestone: str
    trouble: Trouble | None = None
    until_ns: int = 0  # retrying: success comes only after this; by order: when it was ordered
    attempt: int = 1  # by order
    recovery: str | None = None


def strike(walk: Walk, fate: Fate, act: Act, after_ns: int) -> int | None:
    """Plays the act as the fate has it. `after_ns` is when it could have begun; when it was reached, or None, comes back."""
    return FATES[fate.kind](walk, fate, act, after_ns)


def _slow(walk: Walk, fate: Fate, act: Act, after: int) -> int:
    allowed = walk.allowed_ns(fate.milestone) or act.time_ns - after
    when = after + int(allowed * walk.random.uniform(1.15, 2.2)) // MILLISECOND * MILLISECOND
    walk.is_troubled(after, when)
    return walk.does(replace(act, time_ns=when))


def _retried(walk: Walk, fate: Fate, act: Act, after: int) -> int:
    """Passing trouble: a few attempts with growing pauses, then it works."""
    when, trouble = min(act.time_ns, after + 90 * SECOND), fate.trouble or any_transient(act, walk.random)
    attempts = walk.random.choice((1, 1, 2, 3))
    for attempt in range(1, attempts + 1):
        walk.fails(replace(act, time_ns=when, attempt=attempt), trouble)
        when += attempt * walk.random.randrange(12_000, 25_000) * MILLISECOND
    walk.is_troubled(after, when)
    return walk.does(replace(act, time_ns=when, attempt=attempts + 1))


def _retrying(walk: Walk, fate: Fate, act: Act, after: int) -> int:
    """Passing trouble that has not passed yet."""
    trouble, when, attempt = fate.trouble or any_transient(act, walk.random), act.time_ns, 1
    while when <= fate.until_ns:
        walk.fails(replace(act, time_ns=when, attempt=attempt), trouble)
        when, attempt = when + (60 + 30 * attempt) * SECOND, attempt + 1
    return walk.does(replace(act, time_ns=when, attempt=attempt))


def _mended(walk: Walk, fate: Fate, act: Act, after: int) -> int:
    """Lasting trouble, until somebody acted and had it sent again."""
    trouble = fate.trouble or any_lasting(act, walk.random)
    soonest, latest = walk.episode.wishes.get("mended_minutes", (25, 255))
    when = act.time_ns + walk.random.randrange(soonest * 60, latest * 60) * SECOND
    walk.fails(act, trouble)
    walk.is_troubled(after, when)
    return walk.does(replace(act, time_ns=when, attempt=2, recovery=f"RC-{walk.random.randrange(16**6):06x}"))


def _repeated(walk: Walk, fate: Fate, act: Act, after: int) -> int:
    """Delivered twice under one key: harmless."""
    again = act.time_ns + walk.random.randrange(4, 50) * SECOND
    walk.does(act)
    walk.does(replace(act, time_ns=again, attempt=2, sends=()))
    return act.time_ns


def _doubled(walk: Walk, fate: Fate, act: Act, after: int) -> int:
    """Done twice under two keys, as when somebody did not see that it had worked."""
    walk.does(act)
    walk.does(replace(act, time_ns=act.time_ns + walk.random.randrange(60, 600) * SECOND, key=f"{act.key}:again", sends=()))
    return act.time_ns


def _cancelled(walk: Walk, fate: Fate, act: Act, after: int) -> None:
    event, system = workflows()[walk.workflow].cancel[0]
    says: Fields = {name: act.fields[name] for name in ("item", "batch", "quantity", "uom") if name in act.fields}
    walk.does(Act(act.time_ns, system, event, act.objects, f"{system}:{event}:{walk.transaction}", act.took_ns, says))
    walk.is_troubled(after, act.time_ns)
    walk.is_cancelled = True


def _early(walk: Walk, fate: Fate, act: Act, after: int) -> int:
    """The receiver's clock is behind: it says it got the message minutes before it was sent."""
    return walk.does(replace(act, time_ns=after - walk.random.randrange(130, 240) * SECOND))


def _lost(walk: Walk, fate: Fate, act: Act, after: int) -> None:
    """Sent, and never heard of again."""


def _stuck(walk: Walk, fate: Fate, act: Act, after: int) -> None:
    trouble = fate.trouble or any_lasting(act, walk.random)
    walk.fails(act, trouble)
    walk.open_error = trouble.error_class


def _exhausted(walk: Walk, fate: Fate, act: Act, after: int) -> None:
    """Tried as often as was configured, then put aside."""
    trouble = fate.trouble or any_transient(act, walk.random)
    for attempt in range(1, 6):
        again = act.time_ns + (2**attempt - 2) * 5 * SECOND
        walk.fails(replace(act, time_ns=again, attempt=attempt, is_dead=attempt == 5), trouble)
    walk.open_error = trouble.error_class


def _replayed(walk: Walk, fate: Fate, act: Act, after: int) -> int:
    """Somebody had it sent again, and everybody waits for what follows."""
    walk.episode.haste = 0.0
    return walk.does(_ordered(fate, act))


def _refused(walk: Walk, fate: Fate, act: Act, after: int) -> None:
    """Somebody had it sent again, and the reason it failed is still there."""
    trouble = fate.trouble or any_lasting(act, walk.random)
    walk.fails(_ordered(fate, act), trouble)
    walk.open_error = trouble.error_class


def _ordered(fate: Fate, act: Act) -> Act:
    return replace(act, time_ns=fate.until_ns + act.took_ns, attempt=fate.attempt, recovery=fate.recovery)


FATES: dict[str, Callable[[Walk, Fate, Act, int], int | None]] = {
    "slow": _slow,
    "retried": _retried,
    "retrying": _retrying,
    "mended": _mended,
    "repeated": _repeated,
    "doubled": _doubled,
    "cancelled": _cancelled,
    "early": _early,
    "lost": _lost,
    "stuck": _stuck,
    "exhausted": _exhausted,
    "replayed": _replayed,
    "refused": _refused,
}
