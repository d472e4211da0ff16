"""The `SYNCLINE_…` variables: each overrides one setting of the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.configuration.document import Document, plain_value
from app.configuration.sections import OTLP, WEB
from metrics.keys import Key, Place, nearest

SECTIONS: dict[str, tuple[Key, ...]] = {"web": WEB, "otlp": OTLP}
VARIABLES: dict[str, Place] = {
    "SYNCLINE_HOME": ("home",),
    "SYNCLINE_TIMEZONE": ("timezone",),
    **{f"SYNCLINE_{section}_{key.name}".upper(): (section, key.name) for section, keys in SECTIONS.items() for key in keys},
}


def override(document: Document, environment: Mapping[str, str]) -> None:
    """Puts what the environment says in the place of what the file says. An empty variable says nothing."""
    if not isinstance(document.data, dict):
        return
    for variable, place in VARIABLES.items():
        if environment.get(variable):
            _put(document.data, place, _value(variable, environment[variable]))
            document.overrides[place] = variable
            document.unknown.discard(place)


def strangers(environment: Mapping[str, str], used: set[str]) -> list[str]:
    """A sentence for each `SYNCLINE_…` variable that changes nothing: a misspelt one should not pass in silence."""
    unknown = sorted(name for name in environment if name.startswith("SYNCLINE_") and name not in VARIABLES and name not in used)
    return [f"The variable {name} changes nothing: no setting of this version is called so.{_near(name)}" for name in unknown]


def _near(name: str) -> str:
    close = nearest(name.lower(), [known.lower() for known in VARIABLES])
    return f" Did you mean {close[0].upper()}?" if close else ""


def _value(variable: str, text: str) -> Any:
    # A relative home in the environment is meant from where the command is run, not from where the file lies.
    return str(Path(text).absolute()) if variable == "SYNCLINE_HOME" else plain_value(text)


def _put(data: dict[str, Any], place: Place, value: Any) -> None:
    *sections, name = map(str, place)
    found: Any = data
    for section in sections:
        if found.get(section) is None:
            found[section] = {}
        found = found[section]
    if isinstance(found, dict):  # else it is a problem of the file already
        found[name] = value
