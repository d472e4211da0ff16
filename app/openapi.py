"""The description of the API in OpenAPI 3.1, made from the list of exports."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.annotations.annotation import KINDS
from app.annotations.kept import LISTS
from app.exports import EXPORTS, FORMATS, PERIODS, WEEK, Export, formats_of
from app.recovery.permitted import NEEDS_REASON
from app.recovery.selection import KEYS
from collectors.instants import YEARS


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _whole(properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has all of these."""
    return {"type": "object", "properties": properties, "required": list(properties)}


INSTANT = {"type": "string", "format": "date-time", "description": f"With its offset from UTC, in {YEARS.start} to {YEARS.stop - 1}."}
SENTENCE = _json(_whole({"error": {"type": "string"}}))
REFUSALS = {
    "400": {"description": "A parameter cannot mean anything; the sentence says why.", **SENTENCE},
    "401": {"description": "No token, or one that is not in use: unknown, revoked or expired.", **SENTENCE},
    "403": {"description": "The token or the role does not allow it.", **SENTENCE},
    "503": {"description": "Something that is needed cannot be had right now; later the same may work.", **SENTENCE},
}
TOO_LARGE = {"413": {"description": "The body is longer than a mebibyte.", **SENTENCE}}
ORDERS = {
    "ingest": "Reads all (or the named) sources to their end, then refreshes.",
    "refresh": "Loads and computes what is new.",
    "retry": "Tries again what was rejected, of all (or the named) sources.",
    "rebuild": "Makes everything anew from the records.",
    "backup": "Copies everything into a folder of the server; only for commands on the server itself.",
}
SAID_WITH: dict[str, dict[str, Any]] = {  # the order → what its body may say
    "ingest": {"sources": {"type": "array", "items": {"type": "string"}}},
    "retry": {"sources": {"type": "array", "items": {"type": "string"}}},
    "rebuild": {"anyway": {"type": "boolean", "description": "Also when the journal has lost records that the tables were made from."}},
    "backup": {"folder": {"type": "string", "description": "The whole path of a folder on the server that is not there yet."}},
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
WHOLE, TEXT, TEXTS, FLAG = {"type": "integer"}, {"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "boolean"}
OR_NONE = {"type": ["string", "null"]}
EDITS = {
    "type": ["object", "null"],
    "description": "By the id of a case a JSON object of JSON paths and values.",
    "additionalProperties": {"type": "object"},
}
ROWS = {"type": "array", "items": {"type": "object"}}
DONE: dict[str, Any] = {  # what an order did
    **dict.fromkeys(("records", "events", "transactions", "rejected"), WHOLE),
    "troubles": {"type": "array", "items": {**TEXTS, "minItems": 2, "maxItems": 2}},
    "seconds": {"type": "number"},
}
COPIED: dict[str, Any] = {  # what a backup holds
    "syncline": TEXT,
    **dict.fromkeys(("schema", "made_ns", "known_ns", "record"), WHOLE),
    "files": {"type": "object", "additionalProperties": _whole({"bytes": WHOLE, "sha256": TEXT})},
}
PLANNED = {
    "cases": WHOLE,
    "hidden": WHOLE,
    "paths": {"type": "array", "items": _whole({"name": TEXT, "title": TEXT, "action": TEXT, "approval": TEXT, "roles": TEXTS})},
    "plan": {
        "type": ["object", "null"],
        "properties": {"hash": TEXT, "path": TEXT, "safety": TEXT},
        "required": ["hash", "path", "safety"],
    },
}
REVISION = {
    **dict.fromkeys(("week", "definitions", "hash", "published_by"), TEXT),
    **dict.fromkeys(("as_of_time", "known_time", "published_time"), INSTANT),
    "site": OR_NONE,
    "revision": WHOLE,
    "reasons": TEXTS,
    "changes": ROWS,
    "signed": ROWS,
}
NEEDED = ("path", "selection", "plan")
READY = {
    "ready": FLAG,
    "problems": TEXTS,
    "behind_records": {"type": ["integer", "null"]},
    "rejected": {"type": ["integer", "null"]},
    "sources_in_trouble": WHOLE,
    "troubled_sources": {"type": "object", "additionalProperties": TEXTS},
}


def description(prefix: str, version: str) -> dict[str, Any]:
    """The document served at /api/v1/openapi.json."""
    paths: dict[str, Any] = {f"/api/v1/{name}": {"get": _export(name, export)} for name, export in EXPORTS.items()}
    paths |= {f"/api/v1/{name}": {"post": _order(name, about)} for name, about in ORDERS.items()}
    paths |= _recoveries(paths["/api/v1/recoveries"]) | _annotations(paths["/api/v1/annotations"])
    paths["/api/v1/events/message"] = {"get": _message()}
    paths |= _reports()
    paths |= _health()
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
    told = {
        **dict.fromkeys(("event_id", "event_type", "source", "position"), TEXT),
        **dict.fromkeys(("origin", "hidden", "unmasked"), TEXTS),
        **dict.fromkeys(("form", "sha256", "text", "why", "unmasked_until_time"), OR_NONE),
        "headers": {"type": "object"},
        "size_bytes": WHOLE,
    }
    forms = {"application/json": {"schema": _whole(told)}, "text/plain": {}}
    summary = "What the sender of an event sent, masked as on the page. Every look stands in the audit."
    event = {**_parameter("event_id", "The event, by the id that the export events gives.", TEXT), "required": True}
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
    done, selection = _json(_whole({"id": TEXT})), {"type": "object", "properties": dict.fromkeys(KEYS, TEXT), "minProperties": 1}
    asked = [_parameter(name, "Which cases.", TEXT) for name in KEYS] + [_parameter("path", "By which approved path.", TEXT)]
    planned = {"200": {"description": "The paths, the plan and its hash.", **_json(_whole(PLANNED))}, **refused}
    wanted = {"path": TEXT, "selection": selection, "plan": TEXT, "reason": OR_NONE, "edits": EDITS}
    found: dict[str, Any] = {
        "/api/v1/recoveries/plan": {
            "get": {"operationId": "plan_recovery", "summary": "What would be done.", "parameters": asked, "responses": planned}
        },
        "/api/v1/recoveries": {
            **listed,
            "post": _said("request_recovery", "Requests exactly that plan.", wanted, "201", done, refused, NEEDED),
        },
    }
    for action, about in DECISIONS.items():
        needed = ("plan",) if action == "approve" else ("reason",) if action in NEEDS_REASON else ()
        fields = {**({"plan": TEXT} if "plan" in needed else {}), "reason": TEXT if "reason" in needed else OR_NONE}
        operation = _said(f"{action}_recovery", about, fields, "200", done, refused, needed)
        identity = {"name": "id", "in": "path", "required": True, "description": "The recovery.", "schema": TEXT}
        found[f"/api/v1/recoveries/{{id}}/{action}"] = {"post": {**operation, "parameters": [identity]}}
    return found


def _annotations(listed: dict[str, Any]) -> dict[str, Any]:
    """Saying, changing and taking back: with a token of scope annotate."""
    refused = {**REFUSALS, "409": {"description": "Not kept; the sentence says why.", **SENTENCE}}
    gone = {**refused, "404": {"description": "There is no such annotation, or it may not be seen.", **SENTENCE}}
    fields: dict[str, Any] = {
        "kind": {"type": "string", "enum": list(KINDS)},
        "text": TEXT,
        "from": INSTANT,
        "to": {**INSTANT, "type": ["string", "null"]},
    }
    fields |= dict.fromkeys(LISTS, TEXTS)
    done, number = _json({"type": "object", "properties": {"number": WHOLE, **fields}, "required": ["number"]}), {**WHOLE, "minimum": 1}
    identity = {"name": "number", "in": "path", "required": True, "description": "The annotation.", "schema": number}
    changed = _said("change_annotation", "What is given replaces what was said; all else stays.", fields, "200", done, gone)
    taken = _said("take_back_annotation", "It is shown no more.", {"reason": OR_NONE}, "200", done, gone)
    said = _said("say_annotation", "Says that something happened; without `from` it happened now.", fields, "201", done, refused)
    one = {"patch": {**changed, "parameters": [identity]}, "delete": {**taken, "parameters": [identity]}}
    return {"/api/v1/annotations": {**listed, "post": said}, "/api/v1/annotations/{number}": one}


def _reports() -> dict[str, Any]:
    """The weekly report as of any moment, and what was published."""
    forms = {"type": "string", "enum": list(FORMS_OF_REPORT), "default": "json"}
    asked = [
        _parameter("week", "An ISO week such as 2026-W13 (default: the newest one that is over).", TEXT),
        _parameter("site", "Of one site (default: all together).", TEXT),
        _parameter("format", "In which form.", forms),
    ]
    moments = [_parameter("as_of", "The world as it was then (default: now).", INSTANT)]
    moments.append(_parameter("known_at", "What had been recorded by then (default: now).", INSTANT))
    path = [
        {"name": name, "in": "path", "required": True, "description": about, "schema": schema}
        for name, about, schema in (("week", "The ISO week.", TEXT), ("revision", "The number of the revision.", {**WHOLE, "minimum": 1}))
    ]
    answers = {"200": {"description": "The report.", "content": {mimetype: {} for mimetype in FORMS_OF_REPORT.values()}}, **REFUSALS}
    listed = {"200": {"description": "One row per revision.", **_json({"type": "array", "items": _whole(REVISION)})}, **REFUSALS}
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


def _said(
    name: str,
    about: str,
    body: dict[str, Any],
    status: str,
    done: dict[str, Any],
    refused: dict[str, Any],
    needed: Collection[str] = (),
) -> dict[str, Any]:
    schema = {"type": "object", "properties": body, **({"required": list(needed)} if needed else {})}
    answers = {status: {"description": "Done.", **done}, **refused, **TOO_LARGE}
    return {"operationId": name, "summary": about, "requestBody": {**_json(schema), "required": bool(needed)}, "responses": answers}


def _order(name: str, about: str) -> dict[str, Any]:
    answers = {"200": {"description": "What was done.", **_json(_whole(COPIED if name == "backup" else DONE))}, **REFUSALS}
    order: dict[str, Any] = {"operationId": name, "summary": about, "responses": answers}
    if fields := SAID_WITH.get(name):
        answers |= TOO_LARGE
        schema = _whole(fields) if name == "backup" else {"type": "object", "properties": fields}
        order["requestBody"] = {**_json(schema), "required": "required" in schema}
    return order


def _health() -> dict[str, Any]:
    """What a watcher asks: without a token it hears no names."""
    alive = _json(_whole({"status": {"const": "alive"}}))
    ready = _json({"type": "object", "properties": READY, "required": [name for name in READY if name != "troubled_sources"]})
    refused = {status: REFUSALS[status] for status in ("401", "403")}
    told = {
        "/healthz": {"200": {"description": "The process is alive.", **alive}},
        "/readyz": {
            "200": {"description": "It can serve.", **ready},
            "503": {"description": "It cannot, with the reasons; with a token that reads everything also the names of sources.", **ready},
            **refused,
        },
        "/metrics": {
            "200": {
                "description": "Numbers for Prometheus; with a token that reads everything also those of each source by its name.",
                "content": {"text/plain": {}},
            },
            **refused,
        },
    }
    return {
        path: {
            "get": {
                "summary": _summary(answers),
                "security": [{}, {"token": []}] if refused.keys() <= answers.keys() else [],
                "responses": answers,
            }
        }
        for path, answers in told.items()
    }


def _summary(answers: dict[str, Any]) -> str:
    return " ".join(each["description"] for status, each in answers.items() if status in ("200", "503"))


def _parameter(name: str, about: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": about, "schema": schema}
