"""What the sender sent, found exactly: by the number of a record that was received, by when and where one was read; else why not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from app.messages import originals
from app.messages.originals import Event, Original, original
from app.messages.shown import ROW
from app.recovery.payloads import Sources
from app.recovery.settings import PayloadRules
from collectors import otlp
from collectors.event import Record
from collectors.finding import OutOfTime, Wanted, find, numbered
from collectors.journal import Journal
from collectors.message import MESSAGE, packed

NS = 1_774_262_400 * 10**9
OPTIONS: dict[str, dict[str, Any]] = {
    "orders": {"kind": "kafka", "format": "json"},
    "spans": {"kind": "kafka", "format": "otlp"},
    "table": {"kind": "database"},
    "otlp": {"kind": "otlp"},
}
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
REQUEST = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "hub"}}]},
            "scopeSpans": [
                {
                    "scope": {"name": "amqp"},
                    "spans": [
                        {"traceId": TRACE, "spanId": "00f067aa0ba902b7", "name": "other", "startTimeUnixNano": "1", "endTimeUnixNano": "2"},
                        {
                            "traceId": TRACE,
                            "spanId": SPAN,
                            "name": "send",
                            "kind": 4,
                            "startTimeUnixNano": str(NS),
                            "endTimeUnixNano": str(NS + 10**9),
                            "attributes": [{"key": "mfg.value", "value": {"doubleValue": 12.5}}],
                        },
                    ],
                }
            ],
        }
    ]
}
LOGS = {
    "resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": str(NS)}, {"timeUnixNano": str(NS), "eventName": "order.created"}]}]}]
}


class Plant:
    """A journal, what is put into it, and what is found of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.journal = folder, Journal(folder / "journal")
        self.rules = PayloadRules(folders=(folder / "kept",))
        self._count = count(1)

    def put(self, source: str, payload: bytes, position: str = "", kind: str = "application/json", stream: str = "") -> Event:
        record = Record(source, position, payload, kind, NS + next(self._count), stream, None if not position else "{}")
        (number,) = self.journal.append([record])
        place = position or str(number)
        return Event(f"{source}:{place}", source, place, record.recorded_ns)

    def original(self, event: Event, is_record: bool = False) -> Original:
        return original(event, self.rules, Sources(self.folder / "journal", OPTIONS), is_record)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path)
    (tmp_path / "kept").mkdir()
    with closing(plant.journal):
        yield plant


def body_of(found: Original) -> bytes:
    assert found.payload, found.where
    return found.payload.body


def test_a_message_of_a_broker_is_there_with_its_key_and_headers(plant: Plant) -> None:
    event = plant.put("orders", packed({"topic": "t", "key": "K1", "header": {"a": "1"}}, b'{"id": 1}'), "orders/0/17", MESSAGE)
    found = plant.original(event)
    assert body_of(found) == b'{"id": 1}'
    assert found.where == ("The record orders/0/17 of orders, as it was received.",)
    assert found.facts == (("a", "1"), ("@key", "K1"), ("@topic", "t"))
    part = plant.original(replace(event, position="orders/0/17/2"))
    assert part.where[-1] == "Its part 2 is this event."


def test_a_row_of_a_table_is_a_row(plant: Plant) -> None:
    found = plant.original(plant.put("table", b'{"ID": "1"}', "4711"))
    assert found.payload
    assert found.payload.content_type == ROW


@pytest.mark.parametrize("source", ["otlp", "spans"])
def test_of_a_request_of_many_spans_the_one_is_shown(plant: Plant, source: str) -> None:
    body = json.dumps(REQUEST).encode()
    event = plant.put(source, body, "" if source == "otlp" else "spans/0/4", stream="traces")
    found = plant.original(replace(event, event_id=TRACE + SPAN, position=f"{event.position}:1"))
    document = json.loads(body_of(found))
    assert document["span"]["name"] == "send"
    assert document["span"]["attributes"] == {"mfg.value": 12.5}
    assert document["span"]["kind"] == "producer"
    assert document["resource"] == {"service.name": "hub"}
    request = f"{len(body):,} bytes and the SHA-256 {sha256(body).hexdigest()[:12]}…"
    assert found.where == (f"A span in the request {event.position} of {source}, which had {request}",)
    gone = plant.original(replace(event, event_id=TRACE + "f" * 16, position=f"{event.position}:1"))
    assert gone.payload is None


@pytest.mark.parametrize("is_json", [True, False])
def test_of_a_request_of_many_log_records_the_one_is_shown(plant: Plant, is_json: bool) -> None:
    from google.protobuf import json_format
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

    body = json.dumps(LOGS).encode() if is_json else json_format.ParseDict(LOGS, ExportLogsServiceRequest()).SerializeToString()
    event = plant.put("otlp", body, kind=otlp.JSON if is_json else otlp.PROTOBUF, stream="logs")
    found = plant.original(replace(event, event_id=f"otlp:{event.position}:1", position=f"{event.position}:1"))
    assert json.loads(body_of(found))["log_record"]["event_name"] == "order.created"


def test_what_the_event_refers_to_is_fetched_and_its_digest_said(plant: Plant) -> None:
    (plant.folder / "kept" / "m.json").write_bytes(b'{"id": 7}')
    event = replace(plant.put("orders", b'{"ref": "m.json"}', "1"), payload_ref="m.json", payload_digest=sha256(b'{"id": 7}').hexdigest())
    found = plant.original(event)
    assert body_of(found) == b'{"id": 7}'
    assert found.where == ("Fetched just now from m.json.", "It is what was sent: its SHA-256 is the one that the sender gave.")
    assert body_of(plant.original(event, is_record=True)) == b'{"ref": "m.json"}'


def test_where_that_cannot_be_had_the_record_is_shown_and_why(plant: Plant) -> None:
    event = replace(plant.put("orders", b'{"ref": "m.json"}', "1"), payload_ref="m.json", payload_digest="0" * 64)
    found = plant.original(event)
    assert body_of(found) == b'{"ref": "m.json"}'
    assert found.where[:2] == ("There is no file m.json in the folders of `recovery.payloads.folders`.", "Below is what told us of it.")
    gone = plant.original(replace(event, position="2"))
    assert gone.payload is None
    assert gone.where[1:] == (
        "The record 2 of orders is not in the journal any more: it was removed, or lost with a disk.",
        f"Of the message itself only its SHA-256 is known: {'0' * 64}.",
    )


@pytest.mark.parametrize(
    ("payload", "words"),
    [(packed({"tombstone": True}, b""), "is a deletion: it has no body."), (packed({}, b""), "is empty.")],
)
def test_a_record_without_a_message_says_so(plant: Plant, payload: bytes, words: str) -> None:
    found = plant.original(plant.put("orders", payload, "orders/0/1", MESSAGE))
    assert found.payload is None
    assert found.where == (f"The record orders/0/1 of orders {words}",)


def test_what_was_received_is_found_by_its_number_in_the_one_segment_it_is_in(tmp_path: Path) -> None:
    """Also where the clock went back, and never another record that stands there."""
    times = [NS - n * 10**12 for n in range(300)]
    with closing(Journal(tmp_path, segment_bytes=2000)) as journal:
        for start in range(0, 300, 3):
            journal.append([Record("otlp", "", b"x" * 200 + b"%d" % n, "", times[n]) for n in range(start, start + 3)])
    assert len(list(tmp_path.glob("*.journal"))) > 3
    for number in (1, 2, 150, 299, 300):
        found = numbered(tmp_path, Wanted("otlp", f"{number}:4", times[number - 1]))
        assert found
        assert found.payload.endswith(b"x%d" % (number - 1))
    others = [Wanted("otlp", "301:0", NS), Wanted("otlp", "0", NS), Wanted("otlp", "7:0", NS), Wanted("bus", "1", times[0])]
    assert [numbered(tmp_path, wanted) for wanted in (*others, Wanted("otlp", "a.csv:7", NS))] == [None] * 5
    for path in tmp_path.glob("*.journal"):
        path.unlink()
    assert numbered(tmp_path, Wanted("otlp", "1:4", times[0])) is None


def test_the_search_ends_when_nobody_waits_any_longer_and_the_sentence_says_so(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    event = replace(plant.put("orders", b"{}", "1"), position="2")
    left = iter([True, False])
    for _ in range(5):
        plant.put("orders", b"{}", "3")
    with pytest.raises(OutOfTime):
        find(plant.folder / "journal", [Wanted("orders", "2", event.recorded_ns)], lambda: next(left))
    monkeypatch.setattr(originals, "SEARCH_SECONDS", -1.0)
    assert plant.original(event).where[0].startswith("The record 2 of orders was not found within -1 s where it should be.")
