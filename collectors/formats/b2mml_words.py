"""Which business step a B2MML message takes, by its noun, verb and state, and the options that say it otherwise."""

from __future__ import annotations

from typing import Any, NamedTuple

from collectors.formats.form import Problems
from collectors.mapping_check import OPTION_CHECKS
from collectors.settings import check_keys
from collectors.suggest import unknown

TOLD = ("Process", "Sync", "Show", "")  # the owner of a thing tells it; a document without a verb is told as well
ANSWERED = ("Acknowledge", "Respond")
VERBS = ("Process", "Acknowledge", "Change", "Respond", "Cancel", "Sync", "Show", "Get", "Notify")
SCHEDULE, PERFORMANCE, DEFINITION, STOCK = "schedule", "performance", "definition", "stock"
DISPATCH, JOBS = "dispatch", "jobs"  # work handed out within the plant, and what became of it
NOUNS = {
    "ProductionSchedule": SCHEDULE,
    "OperationsSchedule": SCHEDULE,
    "ProductionPerformance": PERFORMANCE,
    "OperationsPerformance": PERFORMANCE,
    "WorkSchedule": DISPATCH,
    "JobList": DISPATCH,
    "WorkPerformance": JOBS,
    "JobResponse": JOBS,
    "JobResponseList": JOBS,
    "MaterialDefinition": DEFINITION,
    "MaterialInformation": STOCK,
    "MaterialLot": STOCK,
    "MaterialSubLot": STOCK,
}
PRODUCTION = ("", "Production", "Mixed")  # OperationsType and WorkType
REQUESTS = ("ProductionRequest", "OperationsRequest")
RESPONSES = ("ProductionResponse", "OperationsResponse")


class Step(NamedTuple):
    event_type: str
    system: str
    is_error: bool = False
    is_senders: bool = True  # who sends it has done it, whatever role `systems` gives him


OPERATIONS = {  # states of a job, whoever tells them
    "Ready": Step("operation.scheduled", "mes"),
    "Running": Step("operation.started", "mes"),
    "Completed": Step("operation.completed", "mes"),
    "Aborted": Step("operation.completed", "mes", is_error=True),
    "Held": Step("operation.held", "mes"),
    "Suspended": Step("operation.held", "mes"),
    "Closed": Step("operation.closed", "mes"),
}
STATES = {  # RequestState, ResponseState, DispatchStatus and JobState, as the one who owns the thing tells them
    SCHEDULE: {
        "": Step("order.released", "erp"),
        "Released": Step("order.released", "erp"),
        "Forecast": Step("order.forecast", "erp"),
        "Waiting": Step("order.created", "erp"),
        "Pending": Step("order.created", "erp"),
        "Ready": Step("work_order.scheduled", "mes"),
        "Running": Step("work_order.started", "mes"),
        "Completed": Step("production.completed", "mes"),
        "Closed": Step("order.closed", "erp"),
        "Cancelled": Step("order.cancelled", "erp"),
        "Aborted": Step("production.completed", "mes", is_error=True),
        "Held": Step("work_order.held", "mes"),
        "Suspended": Step("work_order.held", "mes"),
    },
    PERFORMANCE: {
        "": Step("production.reported", "mes"),  # without a state it is completed only when it says its end: see step_of
        "Completed": Step("production.completed", "mes"),
        "Closed": Step("production.closed", "mes"),
        "Waiting": Step("work_order.waiting", "mes"),
        "Ready": Step("work_order.ready", "mes"),
        "Running": Step("work_order.started", "mes"),
        "Aborted": Step("production.completed", "mes", is_error=True),
        "Held": Step("work_order.held", "mes"),
        "Paused": Step("work_order.held", "mes"),
        "Suspended": Step("work_order.held", "mes"),
    },
    DISPATCH: {
        "": Step("operation.dispatched", "mes"),
        "Released": Step("operation.dispatched", "mes"),
        "Dispatched": Step("operation.dispatched", "mes"),
        "Forecast": Step("operation.forecast", "mes"),
        "Waiting": Step("operation.created", "mes"),
        "Pending": Step("operation.created", "mes"),
        "Cancelled": Step("operation.cancelled", "mes"),
        **OPERATIONS,
    },
    JOBS: {
        "": Step("operation.reported", "mes"),
        "Waiting": Step("operation.waiting", "mes"),
        "Paused": Step("operation.held", "mes"),
        **OPERATIONS,
    },
}
VERB_STEPS = {  # where the verb itself says it, whatever the state
    (SCHEDULE, "Acknowledge"): Step("work_order.received", "mes"),
    (SCHEDULE, "Change"): Step("order.changed", "erp"),
    (SCHEDULE, "Respond"): Step("work_order.changed", "mes"),
    (SCHEDULE, "Cancel"): Step("order.cancelled", "erp"),
    (PERFORMANCE, "Acknowledge"): Step("production.confirmed", "erp"),
    (PERFORMANCE, "Respond"): Step("production.confirmed", "erp"),
    (PERFORMANCE, "Change"): Step("production.corrected", "mes"),
    (PERFORMANCE, "Cancel"): Step("production.cancelled", "mes"),
    (DISPATCH, "Acknowledge"): Step("operation.received", "mes"),
    (DISPATCH, "Change"): Step("operation.changed", "mes"),
    (DISPATCH, "Respond"): Step("operation.changed", "mes"),
    (DISPATCH, "Cancel"): Step("operation.cancelled", "mes"),
    (JOBS, "Acknowledge"): Step("operation.confirmed", "mes"),
    (JOBS, "Respond"): Step("operation.confirmed", "mes"),
    (JOBS, "Change"): Step("operation.corrected", "mes"),
    (JOBS, "Cancel"): Step("operation.cancelled", "mes"),
    (DEFINITION, "Acknowledge"): Step("item.synced", "mes"),
    (DEFINITION, "Respond"): Step("item.synced", "mes"),
    (STOCK, "Acknowledge"): Step("batch.synced", "mes"),
    (STOCK, "Respond"): Step("batch.synced", "mes"),
}
DEFAULT_STEPS = {DEFINITION: Step("item.synced", "mes", is_senders=False), STOCK: Step("batch.synced", "mes")}
ACTIONS = {"Delete": "Cancel", "Change": "Change", "Replaced": "Change"}  # actionCode of a Sync → the verb that says the same
CONFIRMED = {"erp": Step("work_order.received", "mes"), "mes": Step("production.confirmed", "erp")}  # by whom was confirmed to

KNOWN = ("messages", "systems", "site", "time_zone", "holds")
OF_MESSAGE = ("event_type", "system")
HOLDS = ("events", "inventory")


def check_b2mml_options(data: Any) -> Problems:
    if data is None:
        return []
    problems = check_keys(data, KNOWN, "{systems: {SAP-PRD: erp}}")
    if not isinstance(data, dict):
        return problems
    if "time_zone" in data and (problem := OPTION_CHECKS["time_zone"](data["time_zone"])):
        problems.append(("time_zone", problem))
    if data.get("holds", HOLDS[0]) not in HOLDS:
        problems.append(("holds", f"must be events or inventory (found {data['holds']!r})"))
    if "site" in data and not _is_text(data["site"]):
        problems.append(("site", f"must be a text (found {data['site']!r})"))
    problems += _check_texts(data.get("systems", {}), "systems", "the LogicalID of a sender to its role, as in `{SAP-PRD: erp}`")
    return problems + _check_messages(data.get("messages", {}))


def _check_texts(data: Any, where: str, what: str) -> Problems:
    if not isinstance(data, dict) or not all(_is_text(text) for text in data.values()):
        return [(where, f"must map {what} (found {data!r})")]
    return []


def _check_messages(data: Any) -> Problems:
    if not isinstance(data, dict):
        return [("messages", f"must map messages to event types, as in `{{SyncMaterialDefinition: item.changed}}` (found {data!r})")]
    problems: Problems = []
    for name, means in data.items():
        where = f"messages.{name}"
        if isinstance(means, dict):
            problems += [(f"{where}.{key}", unknown("key", key, OF_MESSAGE)) for key in means if key not in OF_MESSAGE]
            problems += [(f"{where}.{key}", f"must be a text (found {text!r})") for key, text in means.items() if not _is_text(text)]
        elif means is not None and not _is_text(means):
            problems.append((where, f"must be an event type, null for no event, or `{{event_type: …, system: …}}` (found {means!r})"))
    return problems


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def step_of(kind: str, verb: str, action: str, state: str, has_ended: bool) -> Step | None:
    """The step by the default reading; None for what only asks, and for a state that B2MML does not know."""
    if kind in (PERFORMANCE, JOBS) and not state and has_ended:
        state = "Completed"
    if verb in TOLD and action in ACTIONS and kind in (SCHEDULE, DISPATCH):
        verb = ACTIONS[action]
    if verb in TOLD and kind in STATES:
        return STATES[kind].get(state)
    return VERB_STEPS.get((kind, verb)) or (DEFAULT_STEPS.get(kind) if verb in (*TOLD, "Change") else None)
