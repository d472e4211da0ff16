"""Annotations over the API: said, changed and taken back, so that a deployment can tell of its release."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.annotations.annotation import Annotation, Given
from app.annotations.kept import LISTS, told
from app.api_callers import Denied, annotator_of_request, application, body, is_number
from app.instants import SECOND_NS, instant_ns
from app.recovery.runs import Actor
from metrics.keys import unknown

FIELDS = ("kind", "text", "from", "to", *LISTS)


def add_to(api: Blueprint) -> None:
    """The addresses below /api/v1/annotations; listing them is an export."""
    api.add_url_rule("/api/v1/annotations", "say_annotation", say, methods=["POST"])
    api.add_url_rule("/api/v1/annotations/<number>", "change_annotation", change, methods=["PATCH"])
    api.add_url_rule("/api/v1/annotations/<number>", "take_back_annotation", take_back, methods=["DELETE"])


def say() -> ResponseReturnValue:
    """The number of the new annotation. Without `from` it happened now."""
    actor, here = annotator_of_request(), application()
    given = _given(Given("other", "", here.now_ns() // SECOND_NS * SECOND_NS))
    made = here.annotations.say(given, actor)
    return jsonify(number=made.number, **told(made.given)), 201


def change(number: str) -> ResponseReturnValue:
    """What is given replaces what was said; all else stays."""
    actor, here = annotator_of_request(), application()
    before = _kept(number, actor)
    made = here.annotations.change(before.number, _given(before.given), actor)
    return jsonify(number=made.number, **told(made.given))


def take_back(number: str) -> ResponseReturnValue:
    actor, reason, here = annotator_of_request(), body().get("reason"), application()
    if reason is not None and not isinstance(reason, str):
        raise Denied(400, "`reason` must be a text.")
    before = _kept(number, actor)
    here.annotations.take_back(before.number, actor, reason)
    return jsonify(number=before.number)


def _kept(number: str, actor: Actor) -> Annotation:
    """The annotation of that number. Raises Denied, also where nothing of it may be seen."""
    here = application()
    found = here.annotations.one(int(number), here.now_ns(), actor.sees) if is_number(number) else None
    if found is None:
        raise Denied(404, f"There is no annotation {number}.")
    return found


def _given(before: Given) -> Given:
    """What the body says, on top of what was said before. Raises Denied."""
    said = body()
    for name in said:
        if name not in FIELDS:
            raise Denied(400, unknown("field", name, FIELDS))
    values: dict[str, Any] = {name: _text(said, name) for name in ("kind", "text") if name in said}
    values |= {f"{name}_ns": _instant(said, name) for name in ("from", "to") if name in said}
    values |= {name: _names(said, name) for name in LISTS if name in said}
    if values.get("from_ns", 0) is None:
        raise Denied(400, "`from` must be a time.")
    return replace(before, **values)


def _text(said: dict[str, Any], name: str) -> str:
    if not isinstance(said[name], str):
        raise Denied(400, f"`{name}` must be a text.")
    return str(said[name])


def _instant(said: dict[str, Any], name: str) -> int | None:
    try:
        return None if said[name] is None else instant_ns(str(said[name]))
    except ValueError as error:
        raise Denied(400, f"{name}: {error}") from error


def _names(said: dict[str, Any], name: str) -> tuple[str, ...]:
    given = said[name]
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise Denied(400, f"`{name}` must be a list of names.")
    return tuple(given)
