"""What a changed message is held against: where it breaks its schema, without a word of what stands there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.recovery.schemas import breach, problem_of

ORDER = {"type": "object", "required": ["order"], "properties": {"plant": {"$ref": "#/$defs/plant"}}, "$defs": {"plant": {"maxLength": 4}}}


@pytest.mark.parametrize(
    ("schema", "document", "said"),
    [
        (ORDER, {"order": "SO-7", "plant": "1000"}, None),
        (ORDER, {"order": "SO-7", "plant": "a secret"}, "$.plant would break the schema of the path: maxLength is 4."),
        (ORDER, {}, '$ would break the schema of the path: required is ["order"].'),
        ({"$schema": "http://json-schema.org/draft-04/schema#", "maximum": 5, "exclusiveMaximum": True}, 5, "$ would break"),
        ({"format": "date"}, "2026-02-30", "format is"),
        ({"$ref": "#/$defs/nowhere"}, {}, "refers to #/$defs/nowhere, which is not in it"),
    ],
)
def test_the_first_breach_is_told(schema: dict[str, Any], document: Any, said: str | None) -> None:
    assert problem_of(schema) is None
    found = breach(json.dumps(schema), document)
    if said is None or found is None:
        assert found == said
    else:
        assert said in found
        assert "secret" not in found


def test_a_schema_that_asks_for_something_elsewhere_is_none_of_ours() -> None:
    sentence = problem_of({"allOf": [{"properties": {"plant": {"$ref": "file:///etc/passwd"}}}]})
    assert sentence is not None
    assert sentence.startswith("refers to file:///etc/passwd: nothing is fetched")
