"""Tries a rule out where nothing has happened: its statement is read, bound and run, and what it gives is looked at."""

from __future__ import annotations

from metrics.refresh import Refresher
from metrics.rules.defining import skipped
from metrics.rules.rule import Rule
from metrics.rules.statement import problems_of as problems_of_statement
from metrics.workflows import Definitions
from sql.store import Store


def problems_of(rule: Rule, definitions: Definitions) -> list[tuple[int, str]]:
    """What is wrong with a rule among these `definitions`, which have no other; each with the line of its file."""
    if problems := problems_of_statement(rule):
        return problems
    if rule.off is None and (reason := skipped(rule, definitions)):
        return [(1, f"{reason}.")]
    store = Store()
    try:
        refresher = Refresher(store, definitions)
        refresher.refresh()
    finally:
        store.close()
    return [(rule.line, failed.problem) for failed in refresher.failed_rules.values()]
