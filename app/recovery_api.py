"""Recoveries over the API: the plan of a selection, its request, and what is decided about it; with the rights that the pages ask for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.api_callers import Denied, application, body, caller_of_request, check_csrf, token_of_request
from app.instants import instant_text
from app.recovery.desk import Choice, Proposal
from app.recovery.permitted import NEEDS_REASON, STATES
from app.recovery.runs import Actor, Refusal
from app.recovery.selection import KEYS, Selected, group_of, preferred, proposed, requested
from metrics.keys import unknown

ACTIONS = tuple(STATES)


def add_to(api: Blueprint) -> None:
    """The addresses below /api/v1/recoveries."""
    api.add_url_rule("/api/v1/recoveries/plan", "plan_recovery", plan, methods=["GET"])
    api.add_url_rule("/api/v1/recoveries", "request_recovery", request_one, methods=["POST"])
    api.add_url_rule("/api/v1/recoveries/<recovery_id>/<action>", "decide_recovery", decide, methods=["POST"])


def plan() -> ResponseReturnValue:
    """What would be done with the cases that the address names, and the hash that a request has to give."""
    actor = _actor()
    for parameter in request.args:
        if parameter not in (*KEYS, "path"):
            raise Denied(400, unknown("parameter", parameter, (*KEYS, "path")))
    selected = _selected(request.args, actor)
    choices = application().desk.choices(selected.cases, actor)
    chosen = preferred(choices)
    name = request.args.get("path") or (chosen.path.name if chosen else None)
    found = proposed(application().desk, name, selected) if name else None
    return jsonify(
        cases=len(selected.cases), hidden=selected.hidden, paths=[_choice(choice) for choice in choices], plan=found and _plan(found)
    )


def request_one() -> ResponseReturnValue:
    """The id of the new recovery."""
    actor, given = _actor(), body()
    selection, edits = given.get("selection"), given.get("edits")
    if not isinstance(selection, dict) or not all(isinstance(given.get(name), str) for name in ("path", "plan")):
        raise Denied(400, "Give `path`, `selection` (the keys of /api/v1/recoveries/plan) and `plan`, the hash of the plan you looked at.")
    if edits is not None and not (isinstance(edits, dict) and all(isinstance(each, dict) for each in edits.values())):
        raise Denied(400, "`edits` must hold, by the id of a case, a JSON object of JSON paths and values.")
    made = requested(application().desk, given["path"], _selected(selection, actor), given["plan"], actor, _reason(given), edits)
    return jsonify(id=made), 201


def decide(recovery_id: str, action: str) -> ResponseReturnValue:
    """Approves, refuses, withdraws, pauses, resumes or stops it, or says how a runbook went."""
    actor, given, runs = _actor(), body(), application().desk.runs
    if action not in ACTIONS:
        raise Denied(404, unknown("action", action, ACTIONS))
    reason = _reason(given)
    if action in NEEDS_REASON and not reason:
        raise Refusal("A reason is needed.")
    if action == "approve":
        if not isinstance(given.get("plan"), str):
            raise Denied(400, "Give `plan`, the hash of the plan you looked at.")
        runs.approve(recovery_id, actor, given["plan"], reason)
    else:
        getattr(runs, action)(recovery_id, actor, reason)
    return jsonify(id=recovery_id)


def _actor() -> Actor:
    """As whom the caller recovers. Raises Denied."""
    caller = caller_of_request()
    if caller.actor is None:
        raise Denied(403, "Recoveries need a token of scope recover (syncline token add NAME --scope recover --role it), or sign in.")
    if request.method == "POST" and token_of_request() is None:
        check_csrf()
    return caller.actor


def _selected(given: Any, actor: Actor) -> Selected:
    for name in given:
        if name not in (*KEYS, "path"):
            raise Denied(400, unknown("key of a selection", name, KEYS))
    try:
        group = group_of(given)
    except ValueError as error:
        raise Denied(400, str(error)) from error
    return application().selected(group, actor.sees)


def _reason(given: dict[str, Any]) -> str | None:
    reason = given.get("reason")
    if reason is not None and not isinstance(reason, str):
        raise Denied(400, "`reason` must be a text.")
    return (reason or "").strip() or None


def _choice(choice: Choice) -> dict[str, Any]:
    path = choice.path
    told = {"name": path.name, "title": path.title, "action": path.action, "approval": path.approval, "roles": path.roles}
    return {**told, "cases": choice.cases, "version": choice.version, "why_not": choice.why_not}


def _plan(found: Proposal) -> dict[str, Any]:
    plan = found.plan
    excluded = [{"case": each.case.id, "check": each.reason.check, "sentence": each.reason.sentence} for each in plan.excluded]
    items = [
        {
            "case": item.case.id,
            "transaction_id": item.case.transaction_id,
            "safety": item.verdict.safety,
            "reasons": [asdict(reason) for reason in item.verdict.reasons],
            "payload_digest": item.payload_digest,
        }
        for item in plan.items
    ]
    return {
        "hash": plan.hash,
        "path": plan.path.name,
        "target": plan.target and plan.target[0],
        "safety": plan.safety,
        "keys": plan.keys,
        "held": plan.held,
        "oldest_time": instant_text(plan.oldest_ns) if plan.oldest_ns is not None else None,
        "receivers": plan.receivers,
        "values": {name: str(value) for name, value in plan.values.items()},
        "quantities": {name: str(value) for name, value in plan.quantities.items()},
        "items": items,
        "excluded": excluded,
    }
