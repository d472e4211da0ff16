"""The description of the API in OpenAPI 3.1, made from the list of exports."""

from __future__ import annotations

from typing import Any

from app.annotations.annotation import KINDS
from app.annotations.kept import LISTS
from app.exports import EXPORTS, FORMATS, PERIODS, WEEK, Export, formats_of
from app.recovery.selection import KEYS

INSTANT = {"type": "string", "format": "date-time"}
SENTENCE = {"content": {"application/json": {"schema": {"type": "object", "properties": {"error": {"type": "string"}}}}}}
REFUSALS = {
    "400": {"description": "A parameter cannot mean anything; the sentence says why.", **SENTENCE},
    "401": {"description": "No token, or one that is not in use: unknown, revoked or expired.", **SENTENCE},
    "403": {"description": "The token or the role does not allow it.", **SENTENCE},
}
ORDERS = {
    "ingest": "Reads all (or the named) sources to their end, then refreshes.",
    "refresh": "Loads and computes what is new.",
    "retry": "Tries again what was rejected, of all (or the named) sources.",
    "rebuild": "Makes everything anew from the records.",
    "backup": "Copies everything into a folder of the server; only for commands on the server itself.",
}
DECISIONS = {
    "approve": "A colleague agrees to the plan.",
    "refuse": "A colleague says no.",
    "withdraw": "Who requested it takes it back.",
    "pause": "Nothing more is sent until it goes on.",
    "resume": "It goes on where it was.",
    "stop": "What was not sent never is.",
    "done": "A person has worked through the steps of a runbook.",
    "not_done": "A person could not: the cases are back in the queue.",
    "reopen": "Of what was parked or closed: the cases need somebody again.",
}
FORMS_OF_REPORT = {
    "pdf": "application/pdf",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
HEALTH = {
    "/healthz": ("The process is alive.", "application/json"),
    "/readyz": ("200 when it can serve, else 503 with the reasons.", "application/json"),
    "/metrics": ("Numbers for Prometheus.", "text/plain"),
}


def description(prefix: str, version: str) -> dict[str, Any]:
    """The document served at /api/v1/openapi.json."""
    paths: dict[str, Any] = {f"/api/v1/{name}": {"get": _export(name, export)} for name, export in EXPORTS.items()}
    paths |= {f"/api/v1/{name}": {"post": _order(name, about)} for name, about in ORDERS.items()}
    paths |= _recoveries(paths["/api/v1/recoveries"]) | _annotations(paths["/api/v1/annotations"])
    paths["/api/v1/events/message"] = {"get": _message()}
    paths |= _reports()
    paths |= {path: {"get": _health(about, form)} for path, (about, form) in HEALTH.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Syncline", "version": version, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": prefix.rstrip("/") or "/"}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "syncline token add NAME --scope read"}}
        },
        "security": [{"token": []}],
        "paths": paths,
    }


def _export(name: str, export: Export) -> dict[str, Any]:
    parameters = [
        _parameter("format", "How the rows are written.", {"type": "string", "enum": formats_of(name), "default": "jsonl"}),
        _parameter("as_of", "The world as it was then (default: now).", INSTANT),
        _parameter("known_at", "What had been recorded by then (default: now).", INSTANT),
    ]
    if export.time:
        parameters += [
            _parameter("from", f"Only rows whose {export.time} is at or after this.", INSTANT),
            _parameter("to", f"Only rows whose {export.time} is before this.", INSTANT),
        ]
    if export.is_by_period:
        parameters += [
            _parameter("by", "Which periods.", {"type": "string", "enum": list(PERIODS), "default": WEEK}),
            _parameter("from", "Only what counts at or after this.", INSTANT),
            _parameter("to", "Only what counts before this.", INSTANT),
        ]
    forms: dict[str, Any] = {form.partition(";")[0]: {} for form in map(FORMATS.__getitem__, formats_of(name))}
    answers = {"200": {"description": f"One row per {export.row}.", "content": forms}, **REFUSALS}
    return {"operationId": f"export_{name}", "summary": f"One row per {export.row}.", "parameters": parameters, "responses": answers}


def _message() -> dict[str, Any]:
    text, texts, optional = {"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": ["string", "null"]}
    told = {
        **dict.fromkeys(("event_id", "event_type", "source", "position"), text),
        **dict.fromkeys(("origin", "hidden", "unmasked"), texts),
        **dict.fromkeys(("form", "sha256", "text", "why", "unmasked_until_time"), optional),
        "headers": {"type": "object"},
        "size_bytes": {"type": "integer"},
    }
    forms = {"application/json": {"schema": {"type": "object", "properties": told}}, "text/plain": {}}
    summary = "What the sender of an event sent, masked as on the page. Every look stands in the audit."
    event = {**_parameter("event_id", "The event, by the id that the export events gives.", text), "required": True}
    parameters = [
        event,
        _parameter("of", "What the event refers to, or the record that told of it.", {"type": "string", "enum": ["message", "record"]}),
        _parameter("format", "JSON about it, or the message itself.", {"type": "string", "enum": ["json", "file"]}),
    ]
    missing = {"404": {"description": "No such event, one that may not be seen, or as a file no text.", **SENTENCE}}
    answers = {"200": {"description": "The message, or why it cannot be had.", "content": forms}, **REFUSALS, **missing}
    return {"operationId": "event_message", "summary": summary, "parameters": parameters, "responses": answers}


def _recoveries(listed: dict[str, Any]) -> dict[str, Any]:
    """Planning, requesting and deciding: with a token of scope recover, as its roles may."""
    refused = {**REFUSALS, "409": {"description": "Not done; the sentence says why. It stands in the audit.", **SENTENCE}}
    done = {"content": {"application/json": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}}}
    text, selection = {"type": "string"}, {"type": "object", "properties": {name: {"type": "string"} for name in KEYS}}
    asked = [_parameter(name, "Which cases.", text) for name in KEYS] + [_parameter("path", "By which approved path.", text)]
    planned = {"200": {"description": "The paths, the plan and its hash.", "content": {"application/json": {}}}, **refused}
    wanted = {"path": text, "selection": selection, "plan": text, "reason": text, "edits": {"type": "object"}}
    found: dict[str, Any] = {
        "/api/v1/recoveries/plan": {
            "get": {"operationId": "plan_recovery", "summary": "What would be done.", "parameters": asked, "responses": planned}
        },
        "/api/v1/recoveries": {**listed, "post": _said("request_recovery", "Requests exactly that plan.", wanted, "201", done, refused)},
    }
    for action, about in DECISIONS.items():
        operation = _said(f"{action}_recovery", about, {"plan": text, "reason": text}, "200", done, refused)
        identity = {"name": "id", "in": "path", "required": True, "description": "The recovery.", "schema": text}
        found[f"/api/v1/recoveries/{{id}}/{action}"] = {"post": {**operation, "parameters": [identity]}}
    return found


def _annotations(listed: dict[str, Any]) -> dict[str, Any]:
    """Saying, changing and taking back: with a token of scope annotate."""
    refused = {**REFUSALS, "409": {"description": "Not kept; the sentence says why.", **SENTENCE}}
    names = {"type": "array", "items": {"type": "string"}}
    fields = {"kind": {"type": "string", "enum": list(KINDS)}, "text": {"type": "string"}, "from": INSTANT, "to": INSTANT}
    fields |= dict.fromkeys(LISTS, names)
    done = {"content": {"application/json": {"schema": {"type": "object", "properties": {"number": {"type": "integer"}, **fields}}}}}
    identity = {"name": "number", "in": "path", "required": True, "description": "The annotation.", "schema": {"type": "integer"}}
    changed = _said("change_annotation", "What is given replaces what was said; all else stays.", fields, "200", done, refused)
    taken = _said("take_back_annotation", "It is shown no more.", {"reason": {"type": "string"}}, "200", done, refused)
    said = _said("say_annotation", "Says that something happened; without `from` it happened now.", fields, "201", done, refused)
    one = {"patch": {**changed, "parameters": [identity]}, "delete": {**taken, "parameters": [identity]}}
    return {"/api/v1/annotations": {**listed, "post": said}, "/api/v1/annotations/{number}": one}


def _reports() -> dict[str, Any]:
    """The weekly report as of any moment, and what was published."""
    text, forms = {"type": "string"}, {"type": "string", "enum": list(FORMS_OF_REPORT), "default": "json"}
    asked = [
        _parameter("week", "An ISO week such as 2026-W13 (default: the newest one that is over).", text),
        _parameter("site", "Of one site (default: all together).", text),
        _parameter("format", "In which form.", forms),
    ]
    moments = [_parameter("as_of", "The world as it was then (default: now).", INSTANT)]
    moments.append(_parameter("known_at", "What had been recorded by then (default: now).", INSTANT))
    path = [
        {"name": name, "in": "path", "required": True, "description": about, "schema": text}
        for name, about in (("week", "The ISO week."), ("revision", "The number of the revision."))
    ]
    answers = {"200": {"description": "The report.", "content": {mimetype: {} for mimetype in FORMS_OF_REPORT.values()}}, **REFUSALS}
    listed = {"200": {"description": "One row per revision.", "content": {"application/json": {}}}, **REFUSALS}
    gone = {"404": {"description": "There is no such revision, or it may not be seen.", **SENTENCE}}
    summaries = ("The weekly report.", "What was published, the newest week first.", "A report as it was published.")
    operations: tuple[Any, ...] = (
        ("report", [*asked, *moments], answers),
        ("reports", [], listed),
        ("published_report", [*path, *asked[1:]], {**answers, **gone}),
    )
    addresses = ("/api/v1/report", "/api/v1/reports", "/api/v1/reports/{week}/{revision}")
    return {
        address: {"get": {"operationId": name, "summary": summary, "parameters": parameters, "responses": responses}}
        for address, summary, (name, parameters, responses) in zip(addresses, summaries, operations, strict=True)
    }


def _said(name: str, about: str, body: dict[str, Any], status: str, done: dict[str, Any], refused: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object", "properties": body}}}
    answers = {status: {"description": "Done.", **done}, **refused}
    return {"operationId": name, "summary": about, "requestBody": {"content": content}, "responses": answers}


def _order(name: str, about: str) -> dict[str, Any]:
    answers = {"200": {"description": "What was done.", "content": {"application/json": {}}}, **REFUSALS}
    order: dict[str, Any] = {"operationId": name, "summary": about, "responses": answers}
    if name in ("ingest", "retry"):
        sources = {"type": "object", "properties": {"sources": {"type": "array", "items": {"type": "string"}}}}
        order["requestBody"] = {"content": {"application/json": {"schema": sources}}}
    return order


def _health(about: str, form: str) -> dict[str, Any]:
    return {"summary": about, "security": [], "responses": {"200": {"description": about, "content": {form: {}}}}}


def _parameter(name: str, about: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": about, "schema": schema}
