"""What the configuration says of a target, read by its kind, and the target opened with it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from app.recovery.targets import amqp, file, http, kafka, mqtt, sql
from app.recovery.targets.target import Kind, Target
from metrics.keys import Place, Problem, read_keys, shown, unknown

KINDS: dict[str, Kind] = {
    "amqp": amqp.KIND,
    "file": file.KIND,
    "http": http.KIND,
    "kafka": kafka.KIND,
    "mqtt": mqtt.KIND,
    "sql": sql.KIND,
}


def target_of(value: Any, place: Place, problems: list[Problem]) -> dict[str, Any] | None:
    """The settings of one target, as `open_target` takes them; None when anything in them is wrong."""
    if not isinstance(value, dict) or value.get("kind") is None:
        problems.append(Problem(place, f"must be a mapping with at least kind, one of {', '.join(KINDS)} (found {shown(value)})."))
        return None
    name = value["kind"]
    if not isinstance(name, str) or name not in KINDS:
        problems.append(Problem((*place, "kind"), unknown("kind of target", str(name), KINDS)))
        return None
    kind, before = KINDS[name], len(problems)
    if kind.package and find_spec(kind.package.module.partition(".")[0]) is None:
        sentence = f"'{name}' needs a package that is not installed: pip install 'syncline[{kind.package.extra}]'."
        problems.append(Problem((*place, "kind"), sentence))
    found = read_keys({key: each for key, each in value.items() if key != "kind"}, kind.keys, place, problems)
    if len(problems) == before:
        problems += [Problem((*place, *path.split(".")), sentence) for path, sentence in kind.check(found)]
    return {"kind": name, **found} if len(problems) == before else None


def open_target(name: str, settings: Mapping[str, Any], folder: Path) -> Target:
    """A target with settings that `target_of` read; its files are relative to `folder`. Connects to nothing yet."""
    return KINDS[settings["kind"]].open(name, settings, folder)
