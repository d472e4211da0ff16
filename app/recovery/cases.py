"""Cases out of the store: what needs somebody as of a moment, and what the events say about it, in the words of recovery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.figures.words import step_words
from app.recovery.model import Case, Evidence
from metrics import recovering
from metrics.impact import Summary
from metrics.read import Reader
from metrics.recovering import Group, counted

__all__ = ["Group", "counted", "evidence_of", "find", "find_case", "held_up"]

LISTS = ("behind", "same_key", "newer")


def find(reader: Reader, group: Group) -> list[Case]:
    """The cases of a group, of one transaction, of one kind: see Group."""
    return [Case(**row) for row in recovering.cases(reader, group)]


def held_up(reader: Reader, cases: Sequence[Case]) -> Summary | None:
    """What these of the cases found last hold up."""
    return recovering.held_up(reader, [{name: getattr(case, name) for name in recovering.OF_CASE} for case in cases])


def find_case(reader: Reader, case_id: str) -> Case | None:
    """The case of that id, as long as it needs somebody and may be seen."""
    kind, _, rest = case_id.partition("|")
    workflow, _, rest = rest.partition("|")
    if kind not in recovering.KINDS:
        return None
    # The name of a span may hold anything, an id of ours does not; else it is the id that may.
    transaction_id = rest.partition("|")[0] if kind == recovering.UNPLACED else rest.rpartition("|")[0]
    found = find(reader, Group(kind=kind, workflow=workflow or None, transaction_id=transaction_id))
    return next((case for case in found if case.id == case_id), None)


def evidence_of(reader: Reader, cases: Sequence[Case]) -> dict[str, Evidence]:
    """By the id of each case."""
    asked = ({name: getattr(case, name) for name in recovering.LOOKED_AT} for case in cases)
    rows = recovering.evidence(reader, asked)
    titles = _titles(reader)
    return {case.id: _evidence(row, titles.get(case.workflow, {})) for case, row in zip(cases, rows, strict=True)}


def _titles(reader: Reader) -> dict[str, dict[str, str]]:
    """By workflow and milestone, what the step is called in sentences."""
    found: dict[str, dict[str, str]] = {}
    for each in reader.workflows().to_dict("records"):
        found[each["workflow"]] = {step["milestone"]: step_words(step["event_type"], step["system"]) for step in each["steps"]}
    return found


def _evidence(row: dict[str, Any], titles: Mapping[str, str]) -> Evidence:
    values: dict[str, Any] = row | {name: tuple(row[name]) for name in LISTS}
    return Evidence(**values, titles=titles)
