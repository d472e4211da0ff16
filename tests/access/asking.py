"""Everything that can be asked of a running Syncline, found in the application itself, and how each of it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask

from app.exports import EXPORTS
from tests.access.callers import Caller

UPDATE = "/_dash-update-component"
NEITHER_READ_NOR_WRITTEN = {"HEAD", "OPTIONS"}
# What stands in place of the variable parts of an address.
PARTS = {
    "<path:path>": "nothing-here",
    "<path:address>": "nothing-here",
    "<string:package_name>": "dash",
    "<path:fingerprinted_path>": "nothing.js",
    "<path:filename>": "10-shell.css",
    "<name>": "transactions",
    "<number>": "1",
    "<recovery_id>": "R-none",
    "<action>": "approve",
    "<week>": "2020-W01",
    "<revision>": "1",
}
# What is sent where an empty body would be refused before anybody looks at who sent it.
BODIES = {
    "POST /api/v1/annotations": {"kind": "other", "text": "said by the matrix"},
    "PATCH /api/v1/annotations/<number>": {"text": "said otherwise"},
}
LAST = ("DELETE /api/v1/annotations/<number>", "POST /login", "POST /logout")  # then what was asked for is gone, or who asked


@dataclass(frozen=True, slots=True)
class Question:
    """`name` is its row in the matrix; `path` and `body` are one way to ask it."""

    name: str
    method: str
    path: str
    body: Any = None

    def answered(self, caller: Caller) -> str:
        """`yes`, or the status of what is none. Who is refused and who asked for nothing that is there may be answered alike."""
        status = caller.ask(self.method, self.path, self.body).status_code
        return "yes" if status < 300 else str(status)


def questions(server: Flask) -> list[Question]:
    """All of them, by name; what ends a session comes last."""
    found = (*_routes(server), *_callbacks(server), *_exports())
    return sorted(found, key=lambda question: (LAST.index(question.name) if question.name in LAST else -1, question.name))


def _routes(server: Flask) -> Iterator[Question]:
    for rule in server.url_map.iter_rules():
        for method in sorted(rule.methods - NEITHER_READ_NOR_WRITTEN):
            path = str(rule)
            for part, value in PARTS.items():
                path = path.replace(part, value)
            name = f"{method} {rule}"
            yield Question(name, method, path, BODIES.get(name, {}) if method in ("POST", "PATCH") else None)


def _callbacks(server: Flask) -> Iterator[Question]:
    """Called as a browser calls them, with nothing in their inputs: who may not is refused before anything is looked at."""
    for output, known in server.extensions["syncline_callbacks"].items():
        if "callback" in known:
            module = known["callback"].__module__.removeprefix("app.")
            changed = [f"{each['id']}.{each['property']}" for each in known["inputs"]]
            first = output.strip(".").split("...")[0].partition("@")[0]
            body = {"output": output, "outputs": _parts(output), "inputs": _empty(known["inputs"]), "state": _empty(known["state"])}
            yield Question(f"callback {module}: {first} of {changed[0]}", "POST", UPDATE, {**body, "changedPropIds": changed})


def _parts(output: str) -> Any:
    parts = [_part(*part.rpartition(".")[::2]) for part in output.strip(".").split("...")]
    return parts if output.startswith("..") else parts[0]


def _part(name: str, prop: str, **value: Any) -> Any:
    """As a page sends it that has one part of each pattern, and of those that may be many none."""
    if not name.startswith("{"):
        return {"id": name, "property": prop, **value}
    pattern = orjson.loads(name)
    if any(each in (["ALL"], ["ALLSMALLER"]) for each in pattern.values()):
        return []
    return {"id": {key: "none" if each == ["MATCH"] else each for key, each in pattern.items()}, "property": prop, **value}


def _empty(inputs: list[dict[str, Any]]) -> list[Any]:
    return [_part(each["id"], each["property"], value=None) for each in inputs]


def _exports() -> Iterator[Question]:
    for name in EXPORTS:
        yield Question(f"export {name}", "GET", f"/api/v1/{name}")
