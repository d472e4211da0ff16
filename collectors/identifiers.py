"""Canonical ids: however a system writes the number of an object, it is compared, hashed and searched in one form.

    objects:
      purchase_order: {keys: [strip_leading_zeros, {prefix: "PO-"}], aliases: true}
      inspection_lot: {keys: [upper, {composite: [site]}]}

`keys` are steps, done in the order listed: `strip_leading_zeros`, `upper`, `{prefix: TEXT}` (put before ids that lack it),
`{composite: [FIELD, …]}` (the event's fields and the id, joined with `/`). `aliases` is for metrics: two ids named by one event are one.
The type `partner` is that of the field mfg.partner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from collectors.event import Refused
from collectors.suggest import unknown

Lookup = Callable[[str], str | None]  # the name of an event's field → its value
Step = Callable[[str, Lookup], str]
COMPOSITE_FIELDS = ("site", "system", "system_name", "item", "location", "batch", "partner", "customer", "work_center")
STEPS = ("strip_leading_zeros", "upper", "prefix", "composite")
KEPT = 200_000  # canonical ids remembered: at 40 objects a second two hours' worth, 30 MB at most


class Identifiers:
    """Reads the section `objects` of the configuration (checked before with check_objects)."""

    def __init__(self, objects: dict[str, Any] | None = None) -> None:
        self._objects = objects
        self._steps = {kind: [_step(s) for s in (rule or {}).get("keys") or []] for kind, rule in (objects or {}).items()}
        self._by_context = {
            kind
            for kind, rule in (objects or {}).items()
            if any(isinstance(s, dict) and "composite" in s for s in (rule or {}).get("keys") or [])
        }
        self._known: dict[tuple[str, str], str] = {}

    def __reduce__(self) -> tuple[type[Identifiers], tuple[Any]]:
        """For another process: what it was made from."""
        return Identifiers, (self._objects,)

    def has_rule_for(self, kind: str) -> bool:
        """Whether ids of this type are changed at all."""
        return bool(self._steps.get(kind))

    def canonical(self, kind: str, text: str, field: Lookup) -> str:
        """The one form of the id `text` of an object of type `kind`. Raises Refused for an id that says nothing."""
        key = (kind, text)
        known = self._known.get(key)
        if known is not None:
            return known
        if not text.strip():
            raise Refused(f"the id of the {kind} is empty")
        for step in self._steps.get(kind, ()):
            text = step(text, field)
        if kind not in self._by_context:
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[key] = text
        return text


def check_objects(data: Any) -> list[tuple[str, str]]:
    """Every problem of the section `objects` as (path inside it, sentence)."""
    if data is None:
        return []
    if not isinstance(data, dict):
        return [("", f"must map object types to their rules (found {data!r}), as in `purchase_order: {{keys: [strip_leading_zeros]}}`")]
    return [problem for kind, rule in data.items() for problem in _check_rule(str(kind), rule)]


def _check_rule(kind: str, rule: Any) -> list[tuple[str, str]]:
    if rule is None:
        return []
    if not isinstance(rule, dict):
        return [(kind, f"must be a mapping with `keys` and `aliases` (found {rule!r})")]
    problems = [(f"{kind}.{key}", unknown("key", key, ("keys", "aliases"))) for key in rule if key not in ("keys", "aliases")]
    if not isinstance(rule.get("aliases", False), bool):
        problems.append((f"{kind}.aliases", f"must be true or false (found {rule['aliases']!r})"))
    steps = rule.get("keys") or []
    if not isinstance(steps, list):
        return [*problems, (f"{kind}.keys", f"must be a list of steps (found {steps!r}); known steps: {', '.join(STEPS)}")]
    return problems + [(f"{kind}.keys[{i}]", text) for i, step in enumerate(steps) if (text := _check_step(step))]


def _check_step(step: Any) -> str | None:
    if isinstance(step, str):
        return None if step in STEPS[:2] else unknown("step", step, STEPS)
    if not isinstance(step, dict) or len(step) != 1:
        return f"a step is one of {', '.join(STEPS)} (found {step!r})"
    ((name, value),) = step.items()
    if name == "prefix":
        return None if isinstance(value, str) and value else f"prefix must be a text that is not empty (found {value!r})"
    if name != "composite":
        return unknown("step", name, STEPS)
    if not isinstance(value, list) or not value:
        return f"composite must be a list of fields (found {value!r}); known: {', '.join(COMPOSITE_FIELDS)}"
    return next((unknown("field", f, COMPOSITE_FIELDS) for f in value if f not in COMPOSITE_FIELDS), None)


def _step(step: Any) -> Step:
    if step == "strip_leading_zeros":
        return lambda text, field: text.lstrip("0") or "0"
    if step == "upper":
        return lambda text, field: text.upper()
    ((name, value),) = step.items()
    if name == "prefix":
        return lambda text, field: text if text.startswith(value) else value + text
    return lambda text, field: "/".join([*(_part(name, field) for name in value), text])


def _part(name: str, field: Lookup) -> str:
    value = field(name)
    if not value:
        raise Refused(f"the id is made of {name} and more, and the event has no {name}")
    return value
