"""What a configuration says about metrics: other promises for those of the catalogue, and metrics of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from metrics.catalog import CATALOG, Metric, applicable, lag
from metrics.keys import Key, Place, Problem, choice, duration, name, read_keys, shown, text, unknown
from metrics.workflows import Workflow


def goal(value: Any, place: Place, problems: list[Problem]) -> float | None:
    """A share above 0 and at most 1."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1:
        return float(value)
    problems.append(Problem(place, f"must be a share above 0 and at most 1, such as 0.98 (found {shown(value)})."))
    return None


METRIC = (
    Key("target", duration, "duration", "What is in time, such as 5m; with `calendar: working`, `d` is one working day."),
    Key("goal", goal, "share", "The attainment promised, such as 0.98."),
    Key("title", text, "text", "What the metric is called on the screen."),
    Key("question", text, "sentence", "What it answers."),
    Key("workflow", name, "workflow", "Of a metric of your own: the workflow it looks at."),
    Key("from", name, "milestone", "The milestone at which it begins to count."),
    Key("to", name, "milestone", "The milestone it waits for."),
    Key(
        "calendar",
        choice(["working"]),
        "working",
        "Counts working time: the supplier's where `to` is the supplier's step, else the site's.",
    ),
)
CARD = ("title", "question", "target", "goal")
OWN = ("workflow", "from", "to", "target", "goal")


def read_metric(value: Any, place: Place, problems: list[Problem]) -> dict[str, Any] | None:
    """One entry: another promise for a metric of the catalogue, or a whole metric."""
    before = len(problems)
    found = {key: said for key, said in read_keys(value, METRIC, place, problems).items() if said is not None}
    name = str(place[-1])
    if len(problems) > before:
        return None
    if card := _of_the_catalogue(name):
        allowed = [key for key in CARD if key != "target" or card.target]
        known = f"cannot be said of '{name}', which Syncline knows; allowed: {', '.join(allowed)}. Give a metric of your own another name."
        problems += [Problem((*place, key), known) for key in found if key not in allowed]
    else:
        problems += [Problem((*place, key), f"is missing. A metric of your own needs {', '.join(OWN)}.") for key in OWN if key not in found]
    return found if len(problems) == before else None


def metrics_of(found: Mapping[str, dict[str, Any]], workflows: tuple[Workflow, ...]) -> tuple[Metric, ...]:
    """The catalogue under these promises, then the metrics of one's own; only what these workflows allow to compute."""
    cards = [_promised(card, found.get(card.name, {})) for card in CATALOG]
    cards += [_own(name, said) for name, said in found.items() if _of_the_catalogue(name) is None]
    return applicable(tuple(cards), workflows)


def metric_problems(found: Mapping[str, dict[str, Any]], workflows: tuple[Workflow, ...]) -> list[Problem]:
    """Workflows and milestones that metrics name and nobody has defined."""
    known = {workflow.name: [m.name for m in workflow.milestones] for workflow in workflows}
    problems = []
    for metric, said in found.items():
        if "workflow" not in said:
            continue
        if said["workflow"] not in known:
            problems.append(Problem(("metrics", metric, "workflow"), unknown("workflow", said["workflow"], known)))
            continue
        stones = known[said["workflow"]]
        for end in ("from", "to"):
            problems += [] if said[end] in stones else [Problem(("metrics", metric, end), unknown("milestone", said[end], stones))]
    return problems


def _of_the_catalogue(name: str) -> Metric | None:
    return next((card for card in CATALOG if card.name == name), None)


def _promised(card: Metric, said: Mapping[str, Any]) -> Metric:
    return replace(card, **said)


def _own(name: str, said: Mapping[str, Any]) -> Metric:
    title = said.get("title") or name.replace("_", " ").capitalize()
    question = said.get("question") or f"How long is it from '{said['from']}' to '{said['to']}'?"
    path, promise = (said["workflow"], said["from"], said["to"]), (said["target"], said["goal"])
    return lag(name, title, question, path, promise, working="calendar" in said)
