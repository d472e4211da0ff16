"""What approved paths say that does not go together, or that names nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.recovery.model import Action, Approval, Path
from metrics.keys import Place, Problem, repeated, unknown

OF_ERRORS = ("failed", "unplaced")  # kinds of cases that have a class and a code
OF_STEPS = ("failed", "missing", "unplaced")  # kinds of cases that are about a step


@dataclass(frozen=True, slots=True)
class Placed:
    """A path or a period, and where it stands."""

    place: Place
    said: Any


@dataclass(frozen=True, slots=True)
class Known:
    """The names that paths may use. `milestones`: by workflow."""

    milestones: Mapping[str, tuple[str, ...]]
    rules: tuple[str, ...]
    sites: tuple[str, ...]
    roles: tuple[str, ...]
    targets: tuple[str, ...]  # also those that are wrong


def recovery_problems(section: Mapping[str, Any] | None, known: Known) -> list[Problem]:
    """What paths and periods say that does not go together, or names nothing."""
    if section is None:
        return []
    paths: tuple[Placed, ...] = section["paths"]
    problems = repeated((((*placed.place, "name"), placed.said.name) for placed in paths), "a path called")
    for placed in paths:
        wrong = (*_strangers(placed.said, known), *_wrong(placed.said))
        problems += [Problem((*placed.place, key), sentence) for key, sentence in wrong]
    for placed in section["periods"]:
        strange = [site for site in placed.said.sites if site not in known.sites]
        problems += [Problem((*placed.place, "sites"), unknown("site", site, known.sites)) for site in strange]
    return problems


def _strangers(path: Path, known: Known) -> Iterator[tuple[str, str]]:
    """Names that nothing has, each with the key it stands at."""
    mine = [name for workflow in path.workflows or known.milestones for name in known.milestones.get(workflow, ())]
    is_placed = "unplaced" not in path.kinds  # what nobody can place is called as its sender likes
    looked_at: list[tuple[str, str, tuple[str, ...], Any]] = [
        ("workflows", "workflow", path.workflows, known.milestones),
        ("milestones", "milestone", path.milestones if is_placed else (), mine),
        ("rules", "rule", path.rules, known.rules),
        ("sites", "site", path.sites, known.sites),
        ("roles", "role", path.roles, known.roles),
        ("approvers", "role", path.approvers, known.roles),
        ("target", "target", (path.target,) if path.target else (), known.targets),
        ("steps", "target", path.steps if path.action is Action.COMPENSATE else (), known.targets),
        ("proof", "milestone", (path.proof.milestone,) if path.proof.milestone else (), mine),
    ]
    for key, noun, names, allowed in looked_at:
        for each in names:
            if each not in allowed and not (noun == "milestone" and set(path.workflows) - set(known.milestones)):
                yield key, unknown(noun, each, set(allowed))


# when it is wrong, the key it stands at, the sentence
CHECKS: tuple[tuple[Callable[[Path], bool], str, str], ...] = (
    (
        lambda p: p.action.sends and p.action is not Action.COMPENSATE and not p.target,
        "target",
        "is missing: {action} sends something, so it needs one of `targets`.",
    ),
    (lambda p: not p.action.sends and p.target is not None, "target", "is one too many: {action} sends nothing."),
    (
        lambda p: p.action is Action.COMPENSATE and not p.steps,
        "steps",
        "is missing: a compensation needs the targets it calls, in the order they were posted.",
    ),
    (lambda p: p.action is Action.RUNBOOK and not p.steps, "steps", "is missing: a runbook needs sentences for whoever does it."),
    (lambda p: p.action is Action.EDIT_AND_REPLAY and not p.editable, "editable", "is missing: say which JSON paths may be changed."),
    (
        lambda p: p.action is not Action.EDIT_AND_REPLAY and bool(p.editable),
        "editable",
        "is one too many: only edit_and_replay lets somebody change the message.",
    ),
    (lambda p: p.action is Action.BULK_TRANSFORM and not p.transform, "transform", "is missing: say which JSON paths get which value."),
    (
        lambda p: p.action is not Action.BULK_TRANSFORM and bool(p.transform),
        "transform",
        "is one too many: only bulk_transform changes messages by a rule.",
    ),
    (
        lambda p: p.action not in (Action.EDIT_AND_REPLAY, Action.BULK_TRANSFORM) and p.schema is not None,
        "schema",
        "is one too many: {action} changes no message.",
    ),
    (
        lambda p: p.approval is Approval.FOUR_EYES and not p.approvers,
        "approvers",
        "is missing: four eyes need the roles whose colleague has to agree.",
    ),
    (lambda p: p.approval is Approval.NONE and bool(p.approvers), "approvers", "is one too many: the path needs no approval."),
    (lambda p: not p.roles, "roles", "is empty: nobody could request it."),
    (lambda p: not p.kinds, "kinds", "is empty: it would fit nothing."),
    (lambda p: bool(p.automatic_tries) and not p.action.sends, "automatic_tries", "is for what is sent; {action} is done by a person."),
    (
        lambda p: bool(p.automatic_tries) and p.classes != ("transient",),
        "automatic_tries",
        "needs `classes: [transient]`: a rule recovers nothing else.",
    ),
    (
        lambda p: bool(p.automatic_tries) and p.approval is not Approval.NONE,
        "automatic_tries",
        "needs `approval: none`: a rule asks nobody.",
    ),
    (lambda p: bool(p.rules) and set(p.kinds) != {"violation"}, "rules", "are of violations: write `kinds: [violation]`."),
    (lambda p: bool(p.causes) and set(p.kinds) != {"inventory"}, "causes", "are of differences in stock: write `kinds: [inventory]`."),
    (
        lambda p: bool(p.classes or p.codes) and not set(p.kinds) <= set(OF_ERRORS),
        "kinds",
        "may be failed and unplaced where classes or codes are named: nothing else has them.",
    ),
    (
        lambda p: bool(p.milestones) and not set(p.kinds) <= set(OF_STEPS),
        "kinds",
        "may be failed, missing and unplaced where milestones are named: nothing else is about one.",
    ),
)


def _wrong(path: Path) -> Iterator[tuple[str, str]]:
    for is_wrong, key, sentence in CHECKS:
        if is_wrong(path):
            yield key, sentence.format(action=path.action.value)
