"""What happened to a transaction, where it is, what is next and by when, and who acts: in sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.figures import times, words
from app.figures.boxes import EARLY_NS
from app.figures.rows import rows_of
from app.figures.words import ERROR_CLASSES, class_word, span_of, system_word
from metrics.path import Path, Step
from metrics.texts import _, _n

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
    return " ".join(filter(None, (quote, f"({code})" if quote and code else code))) or _("no reason given")


# -- what happened ---------------------------------------------------------------------------------------------------------


def _failed(path: Path) -> str:
    step = next((step for step in path.steps if step.name == path.failed_milestone), None)
    if step is None:
        return _("It failed.")
    errors = _errors(path, step)
    name = step_words(step)
    said = _("{step} failed on {time}", step=name, time=_last_time(path, errors)) if errors else _("{step} failed", step=name)
    if len(errors) > 1:
        said = _n("{what} after {number} attempt", "{what} after {number} attempts", len(errors), what=said)
    return f"{said}{_quoted(errors)}.{_put_aside(errors)}"


def _retrying(path: Path) -> str:
    step = next((step for step in path.steps if step.is_retrying), None)
    if step is None:
        return _("An attempt failed, and the middleware is trying again.")
    errors = _errors(path, step)
    said = _n(
        "{step} failed {number} time, last on {time}",
        "{step} failed {number} times, last on {time}",
        len(errors),
        step=step_words(step),
        time=_last_time(path, errors),
    )
    return f"{said}{_quoted(errors)}. {_('The middleware is trying again.')}"


def _overdue(path: Path) -> str:
    missing = [step for step in path.steps if step.is_missing]
    if not missing:
        return _("Something should have come by now and has not.")
    step, others = missing[0], len(missing) - 1
    said = (
        _(
            "{step} was due {time} and has not come: {duration} overdue.",
            step=step_words(step),
            time=_time(path, step.due_ns),
            duration=span_of(step.due_ns, path.as_of_ns),
        )
        if step.due_ns is not None and step.due_ns < path.as_of_ns
        else _("{step} never came, though a later step did.", step=step_words(step))
    )
    return f"{said} {_n('{number} more step is missing.', '{number} more steps are missing.', others)}" if others else said


def _unjudged(path: Path) -> str:
    step = next((step for step in path.steps if step.is_unjudged), None)
    if step is None or step.due_ns is None:
        return _("A feed is behind, so nobody can say whether it is on time.")
    return _(
        "{step} was due {time}. The feed of {system} is behind, so nobody can say whether it came.",
        step=step_words(step),
        time=_time(path, step.due_ns),
        system=system_word(step.system),
    )


def _inconsistent(path: Path) -> str:
    names = {step.name: step for step in path.steps}
    for step in path.steps:
        before = names.get(step.after or "")
        if before and step.reached_ns is not None and before.reached_ns is not None and before.reached_ns - step.reached_ns > EARLY_NS:
            early = span_of(step.reached_ns, before.reached_ns)
            return _(
                "{step} came {early} before {other}, which it should follow.",
                step=step_words(step),
                early=early,
                other=step_words(before),
            )
    if len(path.violations):
        first = rows_of(path.violations)[0]
        return f"{_(first['sentence'])} {first['detail']}"
    return _("Its steps came in an order that cannot be true, or a rule is broken.")


def _late(path: Path) -> str:
    late = [step for step in path.steps if step.is_late and step.reached_ns is not None and step.due_ns is not None]
    if not late:
        return _("A step came after its deadline.")
    step, others = late[0], len(late) - 1
    said = _(
        "{step} came {duration} after its deadline.",
        step=step_words(step),
        duration=span_of(step.due_ns or 0, step.reached_ns or 0),
    )
    return f"{said} {_n('{number} more step came late.', '{number} more steps came late.', others)}" if others else said


def _complete(path: Path) -> str:
    last = _last_reached(path)
    if last is None or last.reached_ns is None:
        return _("All required steps are done.")
    return _(
        "All required steps are done; the last was {step} on {time}, {duration} after the start.",
        step=step_words(last),
        time=times.full(last.reached_ns, path.timezone),
        duration=span_of(path.start_ns, last.reached_ns),
    )


def _cancelled(path: Path) -> str:
    stops = [event for event in rows_of(path.events) if event["milestone"] is None and not event["is_error"]]
    if not stops:
        return _("It was called off: nothing is expected any more.")
    where, when = system_word(stops[0]["system"]), times.full(stops[0]["event_ns"], path.timezone)
    return _("It was called off in {system} on {time}: nothing is expected any more.", system=where, time=when)


def _abandoned(path: Path) -> str:
    return _("It was closed by a person without having got through.")


def _in_progress(path: Path) -> str:
    return _("It is under way, and nothing is overdue.")


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
    return _("The last step taken was {step} on {time}.", step=step_words(last), time=times.full(last.reached_ns, path.timezone))


def _next(path: Path) -> str:
    if path.state not in ("in_progress", "failed"):
        return ""
    still = [step for step in path.steps if step.required and step.reached_ns is None]
    ahead = [step for step in still if step.opened_ns is not None and not (step.is_missing or step.is_failed or step.is_unjudged)]
    dated = sorted((step for step in ahead if step.due_ns is not None), key=lambda step: step.due_ns or 0)
    if dated:
        return _(
            "Next is {step} by {time}, in {duration}.",
            step=step_words(dated[0]),
            time=_time(path, dated[0].due_ns or 0),
            duration=span_of(path.as_of_ns, dated[0].due_ns or 0),
        )
    if ahead:
        step = step_words(ahead[0])
        if ahead[0].open_ended:
            return _("Next is {step}; there is no deadline: {reason}.", step=step, reason=ahead[0].open_ended)
        return _("Next is {step}; there is no deadline.", step=step)
    behind = len([step for step in still if step.opened_ns is None and not step.is_missing])
    return _n("{number} later step waits behind it.", "{number} later steps wait behind it.", behind) if behind else ""


def _who(path: Path) -> str:
    owner = _("{owner} owns this workflow.", owner=path.owner) if path.owner else _("Nobody is named as the owner of this workflow.")
    known = ERROR_CLASSES.get(path.error_class or "") if path.status == "failed" else None
    return (
        f"{_('Who acts on a {error} error: {actor}.', error=class_word(path.error_class or ''), actor=_(known.actor))} {owner}"
        if known
        else owner
    )


# -- pieces of sentences ---------------------------------------------------------------------------------------------------


def _errors(path: Path, step: Step) -> list[dict[str, Any]]:
    return [event for event in rows_of(path.events) if event["is_error"] and event["milestone"] == step.name]


def _last_time(path: Path, errors: list[dict[str, Any]]) -> str:
    return times.full(errors[-1]["event_ns"], path.timezone)


def _quoted(errors: list[dict[str, Any]]) -> str:
    if not errors:
        return ""
    return f": {error_words(errors[-1])}"


def _put_aside(errors: list[dict[str, Any]]) -> str:
    is_aside = any(event["dead_letter"] for event in errors)
    return f" {_('The message was put aside: no further attempt will come by itself.')}" if is_aside else ""


def _last_reached(path: Path) -> Step | None:
    reached = [step for step in path.steps if step.reached_ns is not None]
    return max(reached, key=lambda step: step.reached_ns or 0, default=None)


def _time(path: Path, ns: int) -> str:
    return times.short(ns, path.timezone, path.as_of_ns)
