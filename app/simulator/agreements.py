"""What the company agreed on: the workflows of the default pack say which system does what, and by when."""

from __future__ import annotations

from functools import cache

import yaml

from app.configuration.packs import DEFAULT_PACK
from metrics.keys import seconds
from metrics.workflows import Milestone, Workflow, parse


@cache
def workflows() -> dict[str, Workflow]:
    found, problems = parse(yaml.safe_load(DEFAULT_PACK.read_text()))
    assert not problems, f"the default pack has problems: {problems}"
    return {workflow.name: workflow for workflow in found}


@cache
def milestone(workflow: str, name: str) -> Milestone:
    return next(each for each in workflows()[workflow].milestones if each.name == name)


def effect(workflow: str, name: str, transaction: str) -> str | None:
    """The key of what reaching a milestone brings about; None for one that nobody agreed on."""
    known = workflows().get(workflow)
    step = next((each for each in known.milestones if each.name == name), None) if known else None
    return f"{step.system}:{step.event}:{transaction}" if step else None


def allowed_ns(step: Milestone) -> int | None:
    """How long the step may take by the clock; None where it is promised, in working time, or open."""
    return seconds(step.within) * 10**9 if step.within and not step.working and not step.by else None
