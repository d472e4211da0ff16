"""Whether a message that somebody changed is still what its receiver reads: by the JSON Schema of the approved path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

EXTRA = "schema"  # what `pip install syncline[…]` calls the package for it


def problem_of(schema: Any) -> str | None:
    """What is wrong with a schema, as the end of a sentence; None where nothing is. Raises ImportError without the package."""
    from jsonschema import Draft202012Validator, SchemaError
    from jsonschema.validators import validator_for

    elsewhere = next((ref for ref in _references(schema) if not ref.startswith("#")), None)
    if elsewhere is not None:
        return f"refers to {elsewhere[:80]}: nothing is fetched, so it may only refer to parts of itself, such as #/$defs/plant."
    try:
        validator_for(schema, default=Draft202012Validator).check_schema(schema)
    except SchemaError as error:
        return f"is no JSON Schema: at {error.json_path}, {error.message[:200]}."
    return None


def breach(schema: str, document: Any) -> str | None:
    """The first place at which a document breaks a schema (its JSON text), as a sentence that shows nothing of what stands there."""
    try:
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import best_match
        from jsonschema.validators import validator_for
        from referencing import Registry
        from referencing.exceptions import Unresolvable
    except ImportError:  # a path of an older configuration may still have one
        return f"The schema of the path cannot be asked: pip install 'syncline[{EXTRA}]'."
    rules = orjson.loads(schema)
    kind = validator_for(rules, default=Draft202012Validator)
    checked = kind(rules, registry=Registry(), format_checker=kind.FORMAT_CHECKER)
    try:
        broken = list(checked.iter_errors(document))
    except Unresolvable as nowhere:
        return f"The schema of the path refers to #{nowhere.ref.lstrip('#')}, which is not in it; nothing can be held against it."
    if not broken:
        return None
    error = best_match(broken)
    wanted = orjson.dumps(error.validator_value).decode()
    return f"{error.json_path} would break the schema of the path: {error.validator} is {wanted[:200]}."


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name in ("$ref", "$dynamicRef") and isinstance(value, str):
                yield value
            else:
                yield from _references(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from _references(each)
