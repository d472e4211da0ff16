"""The rules as tables of a store, each with the reason where it cannot be evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from metrics.rules.rule import ANY_WORKFLOW, Rule
from metrics.rules.statement import milestones_of

if TYPE_CHECKING:
    from metrics.workflows import Definitions

Row = tuple[object, ...]


def rules(definitions: Definitions) -> Iterator[Row]:
    """rule, place, sentence, why, severity, owner, workflow, statement, settings, skipped."""
    for place, rule in enumerate(definitions.rules):
        about = rule.sentence, rule.why, rule.severity, rule.owner
        yield rule.name, place, *about, rule.workflow, rule.sql, dict(rule.settings), skipped(rule, definitions)


def kinds(definitions: Definitions) -> Iterator[Row]:
    """rule, kind, is_beside."""
    for rule in definitions.rules:
        yield from ((rule.name, kind, False) for kind in rule.kinds)
        yield from ((rule.name, kind, True) for kind in rule.beside)


def events(definitions: Definitions) -> Iterator[Row]:
    """rule, event_type, system, is_needed."""
    for rule in definitions.rules:
        yield from ((rule.name, *kind, True) for kind in rule.needs)
        yield from ((rule.name, *kind, False) for kind in rule.reads if kind not in rule.needs)


def skipped(rule: Rule, definitions: Definitions) -> str | None:
    """Why the rule is not evaluated under these definitions; None: it is."""
    if rule.off is not None:
        return f"switched off: {rule.off}"
    if rule.workflow in (None, ANY_WORKFLOW):
        return None
    workflow = next((w for w in definitions.workflows if w.name == rule.workflow), None)
    if workflow is None:
        return f"there is no workflow '{rule.workflow}'"
    known = {milestone.name for milestone in workflow.milestones}
    if missing := [name for name in _milestones(rule) if name not in known]:
        return f"workflow '{rule.workflow}' has no milestone '{missing[0]}'"
    return None


@cache
def _milestones(rule: Rule) -> tuple[str, ...]:
    return tuple(milestones_of(rule))
