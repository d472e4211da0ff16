"""How transactions of a workflow usually go, and how one of them went beside that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metrics.path import Path, Step
from metrics.read import Reader

WEEKS = 4
LEAST = 10  # that got through: of fewer nothing is usual


@dataclass(frozen=True, slots=True)
class Passage:
    """How long one step usually comes after another: half of them sooner than the first, 19 in 20 sooner than the second."""

    seconds_p50: float
    seconds_p95: float


@dataclass(frozen=True, slots=True)
class Usual:
    """The way most went: `transactions` of the `through` that got through. `steps`: milestones in order, each once."""

    variant: str
    transactions: int
    through: int
    steps: tuple[str, ...]
    passages: Mapping[tuple[str, str], Passage]


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of the usual way after the one before it, here. `kind`: same, skipped, out_of_order, to_come or waiting; `seconds` since the
    step before (of what is waited for: so far); `usually` beside it."""

    milestone: str
    before: str | None
    kind: str
    seconds: float | None
    usually: Passage | None

    @property
    def is_longer(self) -> bool:
        """Than 19 in 20 take."""
        return self.seconds is not None and self.usually is not None and self.seconds > self.usually.seconds_p95


@dataclass(frozen=True, slots=True)
class Compared:
    """`additional`: what was done here and usually is not, as it stands in a variant: `received!` failed, `received+` several times."""

    hops: tuple[Hop, ...]
    additional: tuple[str, ...]

    @property
    def is_usual(self) -> bool:
        return not self.additional and all(hop.kind in ("same", "to_come", "waiting") and not hop.is_longer for hop in self.hops)


def usual_way(reader: Reader, workflow: str, site: str | None, from_ns: int) -> Usual | None:
    """Of those that began from `from_ns` on; None where too few got through to call anything usual."""
    found = reader.rows("discovery/usual", workflow=workflow, site=site, from_ns=from_ns)
    if not found or found[0]["through"] < LEAST:
        return None
    reader.leave("discovery/usual_ran", variant=found[0]["variant"])
    passages = {(row["from_milestone"], row["to_milestone"]): Passage(*row["seconds"]) for row in reader.rows("discovery/usual_passages")}
    steps = tuple(dict.fromkeys(_successes(found[0]["variant"])))
    return Usual(found[0]["variant"], found[0]["transactions"], found[0]["through"], steps, passages)


def compare(path: Path, usual: Usual) -> Compared:
    """What is the same here, skipped, additional or out of order, and how long each step took beside that."""
    steps = {step.name: step for step in path.steps}
    mine = list(dict.fromkeys(_successes(path.variant)))
    in_order = _longest_in_order([usual.steps.index(name) for name in mine if name in usual.steps])
    kept = {usual.steps[place] for place in in_order}
    furthest = max((usual.steps.index(name) for name in mine if name in usual.steps), default=-1)
    is_over = path.state in ("complete", "cancelled", "abandoned")
    tried = {name.removesuffix("!") for name in path.variant.split(" > ") if name.endswith("!")}  # what failed was not left out
    hops = []
    for place, name in enumerate(usual.steps):
        before = usual.steps[place - 1] if place else None
        kind = (
            "same"
            if name in kept
            else "out_of_order"
            if name in mine
            else "skipped"
            if is_over or (place < furthest and name not in tried)
            else "to_come"
        )
        seconds = _seconds(steps.get(before or ""), steps.get(name), path.as_of_ns if kind == "to_come" else None)
        hops.append(
            Hop(
                name,
                before,
                "waiting" if kind == "to_come" and seconds is not None else kind,
                seconds,
                usual.passages.get((before or "", name)),
            )
        )
    return Compared(tuple(hops), tuple(_additional(path.variant, usual.variant)))


def _seconds(before: Step | None, step: Step | None, as_of_ns: int | None) -> float | None:
    """Between the two; of what has not come until `as_of_ns`."""
    if before is None or step is None or before.reached_ns is None:
        return None
    until = step.reached_ns if step.reached_ns is not None else as_of_ns
    return (until - before.reached_ns) / 1e9 if until is not None else None


def _successes(variant: str) -> list[str]:
    return [name.rstrip("+") for name in variant.split(" > ") if name and not name.endswith("!")]


def _additional(mine: str, usual: str) -> list[str]:
    """Entries that the usual way has not, or has less often."""
    rest = usual.split(" > ")
    found = []
    for name in filter(None, mine.split(" > ")):
        if name in rest:
            rest.remove(name)
        elif name.endswith(("!", "+")) or name not in _successes(usual) or _successes(mine).count(name) > _successes(usual).count(name):
            found.append(name)
    return list(dict.fromkeys(found))


def _longest_in_order(places: Sequence[int]) -> list[int]:
    """The longest part of it that goes up; of several the one that ends first."""
    best: list[list[int]] = []
    for place in places:
        before = max((run for run in best if run[-1] < place), key=len, default=[])
        best.append([*before, place])
    return max(best, key=len, default=[])
