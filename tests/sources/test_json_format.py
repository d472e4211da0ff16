"""Events as JSON, whatever carries them: own words, paths, lists, what stands around them, and what cannot be read."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from collectors.event import Event
from collectors.formats import check_format, open_format
from collectors.message import Message
from collectors.rows import Rows, json_excerpt
from tests.sources.plant_floor import NOON_NS, NOTHING, record

NOON = "2026-03-23T12:00:00Z"
MAP: dict[str, Any] = {
    "event_type": {"path": "type"},
    "event_time": {"path": ["at", ".header.at"]},
    "site": {"path": "@header.plant"},
    "quantity": {"path": "lines[0].grams", "factor": 0.001},
    "objects": [
        {"type": {"value": "production_order"}, "id": {"template": "{plant}-{order.no}"}},
        {"type": {"value": "delivery"}, "id": {"path": "lines[].delivery"}},
    ],
}


def read(document: Any, data: dict[str, Any] | None = None, options: dict[str, Any] | None = None, **head: Any) -> Rows:
    assert check_format({"format": "json", **({"map": data} if data else {}), **({"options": options} if options else {})}) == []
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    rows = Rows()
    open_format("json", data, options).add(record(body), Message(body, head=head), "topic/0/7", NOTHING, rows)
    return rows


def event(rows: Rows) -> Event:
    assert rows.rejected == []
    (found,) = rows.events
    return found


def test_without_a_map_an_event_is_written_in_the_words_of_the_export() -> None:
    said = {
        "event_type": "order.released",
        "event_time": NOON,
        "system": "erp",
        "outcome": "error",
        "error_text": "no",
        "objects": {"order": ["1", "2"]},
    }
    found = event(read(said))
    assert (found.event_type, found.event_ns, found.system, found.is_error, found.error_text) == (
        "order.released",
        NOON_NS,
        "erp",
        True,
        "no",
    )
    assert found.objects == (("order", "1"), ("order", "2"))
    assert found.position == "topic/0/7"


def test_a_map_finds_paths_in_the_body_and_in_what_stands_around_it() -> None:
    document = {
        "type": "a",
        "at": NOON,
        "plant": "ulm",
        "order": {"no": 7},
        "lines": [{"grams": "1500", "delivery": "D1"}, {"delivery": "D2"}],
    }
    found = event(read(document, MAP, header={"plant": "hof"}))
    assert (found.site, found.quantity) == ("hof", "1.500000")
    assert found.objects == (("production_order", "ulm-7"), ("delivery", "D1"), ("delivery", "D2"))


def test_a_list_holds_an_event_each_and_each_names_where_it_is() -> None:
    document = {"header": {"at": NOON}, "orders": [{"type": "a"}, 5, {"type": "b", "at": "soon"}, {"type": "c"}]}
    rows = read(document, MAP, {"each": "orders"})
    assert [(each.position, each.event_type) for each in rows.events] == [("topic/0/7/1", "a"), ("topic/0/7/4", "c")]
    assert [(row[1], row[3].partition(":")[0]) for row in rows.rejected] == [
        ("topic/0/7/2", "an event is a JSON object (found 5)"),
        ("topic/0/7/3", "path at"),
    ]
    assert len(read([{"event_type": "a", "event_time": NOON}] * 3).events) == 3


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"{oops", "the message is no JSON: "),
        (b"", "the message is no JSON: "),
        ({"event_type": "a"}, "event_time: empty"),
        ({"event_type": "a", "event_time": NOON, "objects": ["1"]}, "objects: must be a mapping of type to id or ids"),
    ],
)
def test_what_cannot_be_read_says_why(document: Any, reason: str) -> None:
    ((_, position, _, said, _, _),) = read(document).rejected
    assert (position, said[: len(reason)]) == ("topic/0/7", reason)


@pytest.mark.parametrize("document", [b'{"event_type": 5, "deep": %s}', b"[%s]", b'{"event_type": "a", "objects": %s}'])
def test_what_is_nested_deeper_than_can_be_written_is_rejected_all_the_same(document: bytes) -> None:
    rows = read(document % (b"[" * 900 + b"]" * 900))
    assert len(rows.rejected) == 1
    assert json_excerpt(orjson.loads(b"[" * 900 + b"]" * 900)) == ""


def test_a_message_without_an_event_type_is_no_event() -> None:
    rows = read({"note": "nothing happened"})
    assert (rows.events, rows.rejected) == ([], [])
