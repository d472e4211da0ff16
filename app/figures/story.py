"""What happened to a transaction, where it is, what is next and by when, and who acts: in sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.figures import times, words
from app.figures.boxes import EARLY_NS
from app.figures.rows import rows_of
from app.figures.words import ERROR_CLASSES, count, span_of, system_word
from metrics.path import Path, Step

QUOTED = 160


def story(path: Path) -> list[str]:
    """The sentences under the title of a path, the most important first."""
    what = _WHAT.get(path.status, _in_progress)
    return [sentence for sentence in (what(path), _where(path), _next(path), _who(path)) if sentence]


def step_words(step: Step) -> str:
    """Receipt posted in ERP"""
    return words.step_words(step.event, step.system)


def error_words(event: dict[str, Any]) -> str:
    """The error in the sender's words, quoted, with its code beside them where they do not say it."""
    text = event["error_text"] or event["error_type"] or ""
    code = words.code_beside(event["error_code"], text)
    quote = f"“{text if len(text) <= QUOTED else text[: QUOTED - 1] + '…'}”" if text else ""
    return " ".join(filter(None, (quote, f"({code})" if quote and code else code))) or "no reason given"


# -- what happened ---------------------------------------------------------------------------------------------------------


def _failed(path: Path) -> str:
    step = next((step for step in path.steps if step.name == path.failed_milestone), None)
    if step is None:
        return "It failed."
    errors = _errors(path, step)
    tries = f" after {len(errors)} attempts" if len(errors) > 1 else ""
    return f"{step_words(step)} failed{_at(path, errors)}{tries}{_quoted(errors)}.{_put_aside(errors)}"


def _retrying(path: Path) -> str:
    step = next((step for step in path.steps if step.is_retrying), None)
    if step is None:
        return "An attempt failed, and the middleware is trying again."
    errors = _errors(path, step)
    return (
        f"{step_words(step)} failed {count(len(errors), 'time')}, last{_at(path, errors)}{_quoted(errors)}. The middleware is trying again."
    )


def _overdue(path: Path) -> str:
    missing = [step for step in path.steps if step.is_missing]
    if not missing:
        return "Something should have come by now and has not."
    step, more = (
        missing[0],
        f" {count(len(missing) - 1, 'more step')} {'is' if len(missing) == 2 else 'are'} missing." if missing[1:] else "",
    )
    if step.due_ns is not None and step.due_ns < path.as_of_ns:
        return (
            f"{step_words(step)} was due {_time(path, step.due_ns)} and has not come: {span_of(step.due_ns, path.as_of_ns)} overdue.{more}"
        )
    return f"{step_words(step)} never came, though a later step did.{more}"


def _unjudged(path: Path) -> str:
    step = next((step for step in path.steps if step.is_unjudged), None)
    if step is None or step.due_ns is None:
        return "A feed is behind, so nobody can say whether it is on time."
    behind = f"The feed of {system_word(step.system)} is behind, so nobody can say whether it came."
    return f"{step_words(step)} was due {_time(path, step.due_ns)}. {behind}"


def _inconsistent(path: Path) -> str:
    names = {step.name: step for step in path.steps}
    for step in path.steps:
        before = names.get(step.after or "")
        if before and step.reached_ns is not None and before.reached_ns is not None and before.reached_ns - step.reached_ns > EARLY_NS:
            early = span_of(step.reached_ns, before.reached_ns)
            return f"{step_words(step)} came {early} before {step_words(before)}, which it should follow."
    if len(path.violations):
        first = rows_of(path.violations)[0]
        return f"{first['sentence']} {first['detail']}"
    return "Its steps came in an order that cannot be true, or a rule is broken."


def _late(path: Path) -> str:
    late = [step for step in path.steps if step.is_late and step.reached_ns is not None and step.due_ns is not None]
    if not late:
        return "A step came after its deadline."
    step, more = late[0], f" {count(len(late) - 1, 'more step')} came late." if late[1:] else ""
    return f"{step_words(step)} came {span_of(step.due_ns or 0, step.reached_ns or 0)} after its deadline.{more}"


def _complete(path: Path) -> str:
    last = _last_reached(path)
    if last is None or last.reached_ns is None:
        return "All required steps are done."
    return (
        f"All required steps are done; the last was {step_words(last)} on {times.full(last.reached_ns, path.timezone)}, "
        f"{span_of(path.start_ns, last.reached_ns)} after the start."
    )


def _cancelled(path: Path) -> str:
    stops = [event for event in rows_of(path.events) if event["milestone"] is None and not event["is_error"]]
    if not stops:
        return "It was called off: nothing is expected any more."
    where, when = system_word(stops[0]["system"]), times.full(stops[0]["event_ns"], path.timezone)
    return f"It was called off in {where} on {when}: nothing is expected any more."


def _abandoned(path: Path) -> str:
    return "It was closed by a person without having got through."


def _in_progress(path: Path) -> str:
    return "It is under way, and nothing is overdue."


_WHAT: dict[str, Callable[[Path], str]] = {
    "failed": _failed,
    "retrying": _retrying,
    "overdue": _overdue,
    "unjudged": _unjudged,
    "inconsistent": _inconsistent,
    "late": _late,
    "complete": _complete,
    "cancelled": _cancelled,
    "abandoned": _abandoned,
    "in_progress": _in_progress,
}


# -- where it is, what is next, who acts -----------------------------------------------------------------------------------


def _where(path: Path) -> str:
    last = _last_reached(path)
    if path.status == "complete" or last is None or last.reached_ns is None:
        return ""
    return f"The last step taken was {step_words(last)} on {times.full(last.reached_ns, path.timezone)}."


def _next(path: Path) -> str:
    if path.state not in ("in_progress", "failed"):
        return ""
    still = [step for step in path.steps if step.required and step.reached_ns is None]
    ahead = [step for step in still if step.opened_ns is not None and not (step.is_missing or step.is_failed or step.is_unjudged)]
    dated = sorted((step for step in ahead if step.due_ns is not None), key=lambda step: step.due_ns or 0)
    if dated:
        return f"Next is {step_words(dated[0])} by {_time(path, dated[0].due_ns or 0)}, in {span_of(path.as_of_ns, dated[0].due_ns or 0)}."
    if ahead:
        return f"Next is {step_words(ahead[0])}; there is no deadline{': ' + ahead[0].open_ended if ahead[0].open_ended else ''}."
    behind = len([step for step in still if step.opened_ns is None and not step.is_missing])
    return f"{count(behind, 'later step')} {'waits' if behind == 1 else 'wait'} behind it." if behind else ""


def _who(path: Path) -> str:
    owner = f"{path.owner} owns this workflow." if path.owner else "Nobody is named as the owner of this workflow."
    known = ERROR_CLASSES.get(path.error_class or "") if path.status == "failed" else None
    return f"Who acts on a {path.error_class} error: {known.actor}. {owner}" if known else owner


# -- pieces of sentences ---------------------------------------------------------------------------------------------------


def _errors(path: Path, step: Step) -> list[dict[str, Any]]:
    return [event for event in rows_of(path.events) if event["is_error"] and event["milestone"] == step.name]


def _at(path: Path, errors: list[dict[str, Any]]) -> str:
    return f" on {times.full(errors[-1]['event_ns'], path.timezone)}" if errors else ""


def _quoted(errors: list[dict[str, Any]]) -> str:
    if not errors:
        return ""
    return f": {error_words(errors[-1])}"


def _put_aside(errors: list[dict[str, Any]]) -> str:
    return " The message was put aside: no further attempt will come by itself." if any(event["dead_letter"] for event in errors) else ""


def _last_reached(path: Path) -> Step | None:
    reached = [step for step in path.steps if step.reached_ns is not None]
    return max(reached, key=lambda step: step.reached_ns or 0, default=None)


def _time(path: Path, ns: int) -> str:
    return times.short(ns, path.timezone, path.as_of_ns)
