"""What arrives of each workflow, from where, how late, what never came, and what would close each gap: text for `syncline coverage`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.instants import instant_ns
from metrics.workflows import Milestone, Workflow

Row = Mapping[str, Any]
WIDTH = 24


def told(workflows: Sequence[Workflow], rows: Sequence[Row], now_ns: int) -> Iterator[str]:
    """The lines, workflow by workflow; `rows` are those of the export `coverage`."""
    by_step: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        by_step.setdefault((row["workflow"], row["milestone"]), []).append(row)
    for workflow in workflows:
        arriving = [m.name for m in workflow.milestones if any(row["source"] for row in by_step.get((workflow.name, m.name), []))]
        yield f"{workflow.title} ({workflow.name}): {len(arriving)} of {len(workflow.milestones)} milestones arrive"
        for milestone in workflow.milestones:
            found = by_step.get((workflow.name, milestone.name), [])
            yield from _arriving(milestone, found, now_ns) if milestone.name in arriving else _gap(workflow, milestone, found)
        yield ""


def gaps(workflows: Sequence[Workflow], rows: Sequence[Row]) -> int:
    """How many required milestones nothing ever came for, of workflows of which something came: what somebody should close."""
    seen = {(row["workflow"], row["milestone"]) for row in rows if row["source"]}
    used = {name for name, _ in seen}
    return sum(1 for w in workflows if w.name in used for m in w.milestones if m.required and (w.name, m.name) not in seen)


def _head(milestone: Milestone) -> str:
    return f"  {milestone.name:<{WIDTH}} {milestone.event} at {milestone.system}"


def _arriving(milestone: Milestone, rows: Sequence[Row], now_ns: int) -> Iterator[str]:
    yield _head(milestone)
    for row in rows:
        where = ", ".join([row["source"], *filter(None, [row["system_name"]]), row["site"] or "no site"])
        failed = f", {row['error_events']:,} of them failed" if row["error_events"] else ""
        late = f"told after {_duration(row['delay_p50'])} (p95 {_duration(row['delay_p95'])})"
        newest = _duration(max(0, now_ns - instant_ns(row["newest_event_time"])) / 1e9)
        yield f"  {'':<{WIDTH}}   {where}: {row['events']:,} event{'s' * (row['events'] != 1)}{failed}; newest {newest} ago, {late}"


def _gap(workflow: Workflow, milestone: Milestone, rows: Sequence[Row]) -> Iterator[str]:
    """That it never came, where its event type does come from, and three ways to let it come."""
    yield f"{_head(milestone)}: never came{'' if milestone.required else ' (not required)'}"
    elsewhere = [system or "no system" for row in rows for system in row["elsewhere"] or ()]
    if elsewhere:
        named = ", ".join(elsewhere)
        yield f"  {'':<{WIDTH}}   {milestone.event} comes from {named}; is that the system {milestone.system}? Then let it say so"
    kind, event, system = workflow.object, milestone.event, milestone.system
    attributes = f'"mfg.event.type": "{event}", "mfg.system": "{system}", "mfg.object.{kind}": …'
    yield f"  {'':<{WIDTH}}   program:   span.set_attributes({{{attributes}}})"
    statement = f'set(attributes["mfg.event.type"], "{event}") where name == "NAME OF THE SPAN"'
    yield f"  {'':<{WIDTH}}   Collector: {statement}"
    mapped = f"event_type: {{column: A, values: {{WHAT IT SAYS: {event}}}}}, system: {{value: {system}}}"
    yield f"  {'':<{WIDTH}}   mapping:   {mapped}, objects: {{type: {{value: {kind}}}, id: {{column: B}}}}"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "unknown"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
