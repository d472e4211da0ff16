"""What stands on the path of a transaction: one box per step taken, failed, waited for or still to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from app.figures import times
from app.figures.ghosts import due_words, held_up, open_words, to_come
from app.figures.rows import rows_of
from app.figures.words import amount, code_beside, event_words, span_of, system_word, with_unit
from metrics.path import Path, Step
from metrics.texts import _, _later

# A run of attempts (or redeliveries) this long is one box: three still read well beside each other, twenty do not.
FOLD_FROM = 4
# Section 6 of the vocabulary: reached more than 60 s before the milestone it comes after is inconsistent.
EARLY_NS = 60 * 10**9

WORDS = {
    "done": _later("Done"),
    "late": _later("Done late"),
    "early": _later("Out of order"),
    "part": _later("Part done"),
    "again": _later("Posted again"),
    "redelivery": _later("Redelivered"),
    "attempt": _later("Attempt failed"),
    "retrying": _later("Retrying"),
    "failed": _later("Failed"),
    "cancel": _later("Cancelled"),
    "after": _later("Error afterwards"),
    "missing": _later("Missing"),
    "unjudged": _later("Cannot judge"),
    "expected": _later("Expected"),
    "later": _later("Later"),
    "blocked": _later("Blocked"),
    "sent": _later("Sent by Syncline"),
    "parked": _later("Set aside"),
    "closed": _later("Closed by a person"),
    "reopened": _later("Opened again"),
}
ICONS = {
    "done": "circle-check",
    "late": "clock-alert",
    "early": "shuffle",
    "part": "circle-ellipsis",
    "again": "circle-alert",
    "redelivery": "copy",
    "attempt": "circle-x",
    "retrying": "refresh-cw",
    "failed": "circle-x",
    "cancel": "ban",
    "after": "triangle-alert",
    "missing": "hourglass",
    "unjudged": "unplug",
    "expected": "circle-dashed",
    "later": "circle-dashed",
    "blocked": "lock",
    "sent": "refresh-cw",
    "parked": "archive-x",
    "closed": "archive-x",
    "reopened": "history",
}
OURS = "Syncline"  # the lane of what was done here
_REMARKS = {"syncline:closed": "closed", "syncline:reopened": "reopened"}  # codes of what a person said here of a step
_SAID_BEFORE = ("part", "again", "redelivery", "cancel", "after")
_FOLDED = {
    "attempt": _later("attempts failed"),
    "part": _later("parts"),
    "again": _later("postings"),
    "redelivery": _later("redeliveries"),
    "after": _later("errors afterwards"),
}


@dataclass(frozen=True, slots=True)
class Box:
    """One step. `ns` is None for what has not come; `after` is the key of the box it follows; `events` are the ids folded into it."""

    key: str
    lane: str
    milestone: str | None
    title: str
    detail: str
    note: str
    tone: str
    ns: int | None
    until_ns: int | None = None
    after: str | None = None
    events: tuple[str, ...] = ()
    due_ns: int | None = None  # of what is counted down

    @property
    def word(self) -> str:
        return _(WORDS[self.tone])

    @property
    def icon(self) -> str:
        return ICONS[self.tone]

    @property
    def expected(self) -> bool:
        return self.ns is None


def boxes_of(path: Path, each: bool = False, ours: Sequence[Box] = ()) -> list[Box]:
    """The steps taken in order of time, with what was done here, then the ones still to come in order of the workflow. `each`: fold
    nothing."""
    known = {box.key: box for box in ours}
    taken = [replace(box, detail=known.pop(box.key).detail) if box.key in known else box for box in _taken(path, each)]
    taken += known.values()
    taken = _follow(path, sorted(taken, key=_order(path)))
    return taken + _expected(path, taken)


def lanes_of(path: Path, boxes: Iterable[Box]) -> list[str]:
    """Systems from top to bottom: as the workflow visits them, then those nobody planned."""
    boxes = list(boxes)
    used = {box.lane for box in boxes}
    planned = [system_word(step.system) for step in path.steps]
    return [lane for lane in dict.fromkeys(planned + [box.lane for box in boxes]) if lane in used]


def is_early(step: Step) -> bool:
    """It was reached well before the milestone that should come before it."""
    return step.opened_ns is not None and step.reached_ns is not None and step.opened_ns - step.reached_ns > EARLY_NS


def expected_key(milestone: str) -> str:
    """How the address of a page names a step that has not come."""
    return f"expected:{milestone}"


# -- steps taken -----------------------------------------------------------------------------------------------------------


def _taken(path: Path, each: bool) -> list[Box]:
    steps = {step.name: step for step in path.steps}
    events = sorted(rows_of(path.events), key=lambda e: (e["event_ns"], e["attempt"] or 1, e["event_id"]))
    boxes = []
    for milestone in dict.fromkeys(event["milestone"] for event in events):
        mine = [event for event in events if event["milestone"] == milestone]
        boxes += _of_milestone(path, steps.get(milestone), mine, each)
    return boxes


def _of_milestone(path: Path, step: Step | None, events: list[dict[str, Any]], each: bool) -> list[Box]:
    tones = _tones(step, events)
    single = [_box(path, step, event, tone) for event, tone in zip(events, tones, strict=True)]
    if each:
        return single
    return [box for _tone_of, run in groupby(single, key=lambda box: box.tone) for box in _folded(path, list(run))]


def _tones(step: Step | None, events: list[dict[str, Any]]) -> list[str]:
    if step is None:
        return ["attempt" if event["is_error"] else "cancel" for event in events]
    tones = [_tone(step, event) for event in events]
    errors = [n for n, event in enumerate(events) if event["is_error"] and tones[n] not in _REMARKS.values()]
    if errors and (step.is_failed or step.is_retrying):
        tones[errors[-1]] = "failed" if step.is_failed else "retrying"
    return _first_reaches(step, tones)


def _tone(step: Step, event: dict[str, Any]) -> str:
    reached, ns = step.reached_ns, event["event_ns"]
    if remark := _REMARKS.get(event["error_code"] or ""):
        return remark
    if event["is_error"]:
        return "attempt" if reached is None or ns <= reached else "after"
    if event["is_redelivery"]:
        return "redelivery"
    if reached is None or ns < reached:
        return "part"
    return "reached" if ns == reached else "again"


def _first_reaches(step: Step, tones: list[str]) -> list[str]:
    """Two postings at the very same instant: the first one reached the milestone, the other came again."""
    first = tones.index("reached") if "reached" in tones else -1
    word = "early" if is_early(step) else "late" if step.is_late else "done"
    return [word if n == first else "again" if tone == "reached" else tone for n, tone in enumerate(tones)]


def _box(path: Path, step: Step | None, event: dict[str, Any], tone: str) -> Box:
    return Box(
        key=event["event_id"],
        lane=OURS if tone in _REMARKS.values() else system_word(event["system"]),
        milestone=event["milestone"],
        title=WORDS[tone] if tone in _REMARKS.values() else event_words(event["event_type"]),
        detail=_detail(path, event),
        note=_note(path, step, event, tone),
        tone=tone,
        ns=event["event_ns"],
        events=(event["event_id"],),
    )


def _detail(path: Path, event: dict[str, Any]) -> str:
    if event["is_error"]:
        text = event["error_text"] or event["error_type"] or ""
        if event["error_code"] in _REMARKS:
            return text
        return " ".join(filter(None, (code_beside(event["error_code"], text), text))) or _("no reason given")
    return _moved(event) or _promised(path, event) or _others(path, event) or event["system_name"] or ""


def _moved(event: dict[str, Any]) -> str:
    moved, ordered = with_unit(event["quantity"], event["uom"]), with_unit(event["ordered_quantity"], event["uom"])
    if moved and ordered:
        return _("{amount} of {ordered}", amount=amount(event["quantity"]), ordered=ordered)
    if moved:
        return f"{moved} {event['item'] or ''}".strip()
    return _("{ordered} ordered", ordered=ordered) if ordered else ""


def _promised(path: Path, event: dict[str, Any]) -> str:
    return (
        _("promised for {time}", time=times.short(event["promised_ns"], path.timezone, event["event_ns"]))
        if event["promised_ns"] is not None
        else ""
    )


def _others(path: Path, event: dict[str, Any]) -> str:
    """The other objects it names: the first two of them."""
    own = f"{path.object_type} {path.transaction_id}"
    return ", ".join([name.split(" ", 1)[-1] for name in event["objects"] or [] if name != own][:2])


def _note(path: Path, step: Step | None, event: dict[str, Any], tone: str) -> str:
    """The time, with the word that says how it went: colour and icon alone would not be enough."""
    time, attempt = times.clock(event["event_ns"], path.timezone), event["attempt"] or 1
    if tone in _REMARKS.values():
        return time
    if tone in _SAID_BEFORE:
        return f"{_(WORDS[tone])} {time}"
    ours = _("by recovery") if event["recovery_id"] else ""
    if event["is_error"]:
        word = _("Attempt {attempt} failed", attempt=attempt) if tone == "attempt" else _(WORDS[tone])
        aside = _("put aside") if event["dead_letter"] else "" if tone == "attempt" else _("attempt {attempt}", attempt=attempt)
        return ", ".join(filter(None, (f"{word} {time}", aside, ours)))
    tried = _("attempt {attempt}", attempt=attempt) if attempt > 1 else ""
    return ", ".join(filter(None, (time, _lateness(step, tone), tried, ours)))


def _lateness(step: Step | None, tone: str) -> str:
    if step and step.reached_ns is not None and step.due_ns is not None and tone == "late":
        return _("{duration} late", duration=span_of(step.due_ns, step.reached_ns))
    if step and step.reached_ns is not None and step.opened_ns is not None and tone == "early":
        return _("{duration} too early", duration=span_of(step.reached_ns, step.opened_ns))
    return ""


def _folded(path: Path, run: list[Box]) -> list[Box]:
    if len(run) < FOLD_FROM or run[0].tone not in _FOLDED:
        return run
    first, last = run[0], run[-1]
    note = _("{first} to {last}", first=times.clock(first.ns or 0, path.timezone), last=_until(last.ns or 0, first.ns or 0, path.timezone))
    what = f"{len(run)} {_(_FOLDED[first.tone])}"
    return [
        replace(
            last,
            title=first.title,
            detail=f"{what}: {last.detail}".removesuffix(": "),
            note=note,
            ns=first.ns,
            until_ns=last.ns,
            events=tuple(event for box in run for event in box.events),
        )
    ]


def _until(ns: int, since_ns: int, zone: str) -> str:
    """The time, with its day when that is another one."""
    is_same = times.day_of(ns, zone) == times.day_of(since_ns, zone)
    return times.clock(ns, zone) if is_same else f"{times.day(ns, zone)} {times.clock(ns, zone)}"


# -- what follows what -----------------------------------------------------------------------------------------------------


def _order(path: Path) -> Any:
    place = {step.name: n for n, step in enumerate(path.steps)}
    return lambda box: (box.ns, place.get(box.milestone, len(place)), box.key)


def _follow(path: Path, boxes: list[Box]) -> list[Box]:
    """Each box knows the one it follows: the one before it of its own milestone, else what reached the milestone in `after`."""
    steps = {step.name: step for step in path.steps}
    seen: list[Box] = []
    linked: list[Box] = []
    for box in boxes:
        before = _last(seen, box.milestone) or _predecessor(steps, box.milestone, seen)
        linked.append(replace(box, after=before.key if before else None))
        seen.append(box)
    return linked


def _predecessor(steps: dict[str, Step], milestone: str | None, seen: list[Box]) -> Box | None:
    """Up the chain of `after`, over steps that were never seen; none when a cancellation or a first step comes from nowhere."""
    step = steps.get(milestone or "")
    while step and step.after:
        found = _reaching(seen, step.after) or _last(seen, step.after)
        if found:
            return found
        step = steps.get(step.after)
    return None


def _reaching(boxes: list[Box], milestone: str) -> Box | None:
    return next((box for box in boxes if box.milestone == milestone and box.tone in ("done", "late", "early")), None)


def _last(boxes: list[Box], milestone: str | None) -> Box | None:
    return next((box for box in reversed(boxes) if milestone and box.milestone == milestone), None)


# -- steps still to come ---------------------------------------------------------------------------------------------------


def _expected(path: Path, taken: list[Box]) -> list[Box]:
    if path.state in ("cancelled", "abandoned", "complete"):
        return []
    boxes: list[Box] = []
    steps = {step.name: step for step in path.steps}
    for step in sorted(path.steps, key=_by_deadline):
        if step.required and step.reached_ns is None and not _stands_for(step, taken):
            before = _predecessor(steps, step.name, taken + boxes) or _last(taken, step.name)
            boxes.append(_expected_box(path, step, before, taken))
    return boxes


def _by_deadline(step: Step) -> tuple[bool, int]:
    """What is open comes first, by its deadline; what opens later stays in the order of the workflow."""
    return step.opened_ns is None, step.due_ns if step.due_ns is not None and step.opened_ns is not None else 2**63


def _stands_for(step: Step, taken: list[Box]) -> bool:
    """A failed or retrying step is on the path already: its next attempt is what is waited for."""
    return any(box.milestone == step.name and box.tone in ("failed", "retrying") for box in taken)


def _blocked(held: Step) -> str:
    event = event_words(held.event)
    return _("blocked: {event} failed", event=event) if held.is_failed else _("blocked: {event} is missing", event=event)


def _expected_box(path: Path, step: Step, before: Box | None, taken: list[Box]) -> Box:
    part = _last([box for box in taken if box.lane != OURS], step.name)
    tone = "missing" if step.is_missing else "unjudged" if step.is_unjudged else "expected" if step.opened_ns is not None else "later"
    held = held_up(path, step) if tone == "later" else None
    tone = "blocked" if held else tone
    return Box(
        key=expected_key(step.name),
        lane=system_word(step.system),
        milestone=step.name,
        title=event_words(step.event),
        detail=", ".join(filter(None, (to_come(path, step) if part else "", due_words(path, step)))),
        note=_blocked(held) if held else open_words(path, step, tone),
        tone=tone,
        ns=None,
        after=part.key if part else before.key if before else None,
        due_ns=step.due_ns if tone == "expected" or (tone == "missing" and (step.due_ns or path.as_of_ns) < path.as_of_ns) else None,
    )
