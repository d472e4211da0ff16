"""The options of the format `idoc`: the zone of its times, what a message type means, and what counts as done."""

from __future__ import annotations

from typing import Any

from collectors.formats.form import Problems
from collectors.formats.idoc_codes import CLASSES, HANDED_OVER, IN, OUT, POSTED, STEPS, Step
from collectors.mapping_check import OPTION_CHECKS
from collectors.settings import check_keys
from collectors.suggest import unknown

KNOWN = ("time_zone", "messages", "reached_by", "statuses")
OF_MESSAGE = ("event_type", "system", "reached_by")
REACHED_BY = (POSTED, HANDED_OVER, "written")  # each counts what the one before counts, and more
DIRECTIONS = ("/1", "/2")  # behind a message type: outbound or inbound only
Keys = tuple[str, str]


def check_idoc_options(data: Any) -> Problems:
    if data is None:
        return [("time_zone", "is missing: SAP writes times without a zone, as in `options: {time_zone: Europe/Berlin}`")]
    problems = check_keys(data, KNOWN, "{time_zone: Europe/Berlin}")
    if not isinstance(data, dict):
        return problems
    if "time_zone" not in data:
        problems.append(("time_zone", "is missing: SAP writes times without a zone, as in `time_zone: Europe/Berlin`"))
    elif problem := OPTION_CHECKS["time_zone"](data["time_zone"]):
        problems.append(("time_zone", problem))
    problems += _check_reached_by(data, "reached_by")
    return problems + _check_messages(data.get("messages", {})) + _check_statuses(data.get("statuses", {}))


def _check_reached_by(data: dict[str, Any], where: str) -> Problems:
    if "reached_by" in data and data["reached_by"] not in REACHED_BY:
        return [(where, f"must be one of {', '.join(REACHED_BY)} (found {data['reached_by']!r})")]
    return []


def _check_messages(data: Any) -> Problems:
    if not isinstance(data, dict):
        return [("messages", f"must map message types to event types, as in `{{ZLOGI: order.released}}` (found {data!r})")]
    problems: Problems = []
    for name, means in data.items():
        where = f"messages.{name}"
        if isinstance(means, dict):
            problems += [(f"{where}.{key}", unknown("key", key, OF_MESSAGE)) for key in means if key not in OF_MESSAGE]
            problems += _check_reached_by(means, f"{where}.reached_by")
            texts = [(key, means[key]) for key in OF_MESSAGE[:2] if key in means]
            problems += [
                (f"{where}.{key}", f"must be a text (found {text!r})") for key, text in texts if not isinstance(text, str) or not text
            ]
        elif means is not None and (not isinstance(means, str) or not means):
            problems.append((where, f"must be an event type, null for no step, or `{{event_type: …, system: …}}` (found {means!r})"))
    return problems


def _check_statuses(data: Any) -> Problems:
    if not isinstance(data, dict):
        return [("statuses", f'must map status codes to what they mean, as in `{{"80": failed}}` (found {data!r})')]
    problems = [(f"statuses.{code}", unknown("meaning", kind, CLASSES)) for code, kind in data.items() if kind not in CLASSES]
    return problems + [
        (f"statuses.{code}", f'a code is a text in quotes, as in "80" (found {code!r})') for code in data if not isinstance(code, str)
    ]


def own_steps(options: dict[str, Any]) -> tuple[dict[Keys, Step | None], dict[Keys, str]]:
    """The steps that `options` say, and what reaches them, by message type and direction; under ("", "") what reaches all others."""
    steps: dict[Keys, Step | None] = {}
    reached = {("", ""): options.get("reached_by", POSTED)}
    for name, means in options.get("messages", {}).items():
        kind = name.removesuffix("/1").removesuffix("/2")
        for direction in (name[-1],) if name.endswith(DIRECTIONS) else (OUT, IN):
            key = (kind, direction)
            told = means if isinstance(means, dict) else {"event_type": means}
            known = STEPS.get(key)
            if "reached_by" in told:
                reached[key] = told["reached_by"]
            event_type = told.get("event_type", known.event_type if known else None)
            system = told.get("system") or (known.system if known else "erp")
            steps[key] = Step(event_type, system, known.objects if known else ()) if event_type else None
    return steps, reached
