"""The definitions that a report was counted by, each as a sentence or two: to be frozen with it, and compared with those of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import Any

import orjson

from app.configuration.model import Settings
from app.figures import promises
from app.instants import instant_text
from app.reports.content import Change
from metrics.calendars import Exclusion
from metrics.catalog import Metric
from metrics.objectives.model import Objective
from metrics.rules.rule import Rule
from metrics.workflows import Milestone, Workflow

Texts = dict[str, str]


def texts_of(settings: Settings) -> Texts:
    """Each definition by what it is called."""
    told = settings.definitions
    found = {f"promise {each.name}": _promise(each) for each in settings.objectives}
    found |= {f"metric {each.name}": _metric(each) for each in told.metrics}
    found |= {f"workflow {each.name}": _workflow(each) for each in told.workflows}
    found |= {f"exclusion {instant_text(each.from_ns)} {each.reason}": _exclusion(each) for each in told.exclusions}
    found |= {f"zone of {each.name}": f"{each.timezone}, calendar {each.calendar}" for each in told.sites}
    found |= {f"partner {each.name}": f"{each.timezone}, calendar {each.calendar}" for each in told.partners}
    found |= {f"calendar {each.name}": _plain(each) for each in told.calendars}
    found |= {f"rule {each.name}": _rule(each) for each in told.rules}
    found |= {f"feed {each.source}": _plain(each) for each in told.feeds}
    found |= {"zone of the enterprise": told.timezone, "inventory": _plain(told.inventory), "orders": _plain(told.impact)}
    made_from = {"ids": settings.identifiers.__reduce__()[1], "error rules": settings.error_rules.__reduce__()[1]}
    return found | {"costs": _plain(settings.costs)} | {name: repr(each) for name, (each,) in made_from.items()}


def fingerprint_of(texts: Mapping[str, str]) -> str:
    """Differs whenever a definition does."""
    return sha256(orjson.dumps(texts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """What is defined otherwise, by name."""
    names = sorted({*before, *after})
    return tuple(Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name))


def _promise(promise: Objective) -> str:
    limits = [f"{name} {limit}" for name in ("site", "workflow", "partner") if (limit := getattr(promise, name))]
    of = f"{promise.metric}{', ' if limits else ''}{', '.join(limits)}"
    slices = promise.slices
    counted = f"slices of {slices.minutes} min with {promises.promise(slices.target)} of {of}" if slices else of
    return f"{promise.title}: at least {promises.promise(promise.target)} of {counted}, {promise.window}"


def _metric(metric: Metric) -> str:
    if metric.workflow is None:
        return f"{metric.formula}{f'; within {metric.target}' if metric.target else ''}"
    time = " of working time" if metric.working else ""
    return f"from {metric.start} to {metric.end} of {metric.workflow} within {metric.target}{time}"


def _workflow(workflow: Workflow) -> str:
    steps = "; ".join(_step(each) for each in workflow.milestones)
    ends = ", ".join(f"{event} in {system}" for event, system in workflow.cancel)
    more = [f"cancelled by {ends}"] if ends else []
    more += [f"with {', '.join(workflow.related)}"] if workflow.related else []
    return f"of each {workflow.object}: {'; '.join([steps, *more])}; retried for {workflow.retry_grace_seconds} s"


def _step(step: Milestone) -> str:
    after = f" after {step.after}" if step.after else ""
    within = f" within {step.within}{' of working time' if step.working else ''}" if step.within else ""
    by = f" by {step.by}" if step.by else ""
    until = f" until {step.until}" if step.until else ""
    return f"{step.name} ({step.event} in {step.system}){after}{within}{by}{until}{'' if step.required else ', may be left out'}"


def _exclusion(exclusion: Exclusion) -> str:
    of = [each for name in ("sites", "workflows", "metrics", "partners") for each in getattr(exclusion, name)]
    span = f"from {instant_text(exclusion.from_ns)} to {instant_text(exclusion.to_ns)}"
    return f"{', '.join(of) or 'everything'} {span}: {exclusion.reason} ({exclusion.author})"


def _rule(rule: Rule) -> str:
    settings = "".join(f", {name} {value}" for name, value in rule.settings)
    off = f"; off: {rule.off}" if rule.off else ""
    return f"{rule.sentence} ({rule.severity}{settings}; SQL {sha256(rule.sql.encode()).hexdigest()[:12]}){off}"


def _plain(value: Any) -> str:
    """What has no sentence of its own, field by field, without what is usual."""
    return ", ".join(_told(value)) or "as usual"


def _told(value: Any) -> Iterator[str]:
    if not is_dataclass(value):
        yield str(sorted(value.items()) if isinstance(value, Mapping) else value)
        return
    for field in fields(value):
        found = getattr(value, field.name)
        if field.repr and found not in (None, (), {}, "", field.default):  # what is many has a digest that stands for it
            yield f"{field.name.replace('_', ' ')}: {_value(found)}"


def _value(value: Any) -> str:
    if is_dataclass(value):
        return f"({_plain(value)})"
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_value(each)}" for name, each in sorted(value.items(), key=lambda pair: str(pair[0])))
    if isinstance(value, frozenset | set):
        return ", ".join(sorted(map(str, value)))
    return ", ".join(map(_value, value)) if isinstance(value, tuple | list) else str(value)
