"""CloudEvents are received over HTTP: what is acknowledged is on disk, what cannot be kept is asked for again, what is none is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from collectors.classify import ErrorRules
from collectors.formats.cloudevents import BATCH, STRUCTURED
from collectors.identifiers import Identifiers
from collectors.ingest import Intake
from collectors.meaning import Meaning
from collectors.message import unpacked
from sql.store import Store
from tests.sources.http_receiver import Receiver, only_good, receiver
from tests.sources.test_cloudevents import EVENT

ONE, MANY = {"content-type": STRUCTURED}, {"content-type": BATCH}
BINARY = {f"ce-{name}": value for name, value in EVENT.items() if name != "data"} | {"content-type": "application/json"}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Receiver]:
    with receiver(tmp_path) as opened:
        yield opened


def send(to: Receiver, body: Any, headers: dict[str, str]) -> httpx.Response:
    return to.post(body if isinstance(body, bytes) else orjson.dumps(body), headers, "/v1/events")


def test_every_content_mode_is_kept_and_read(running: Receiver, tmp_path: Path) -> None:
    assert [send(running, EVENT, ONE).status_code, send(running, EVENT["data"], {**BINARY, "ce-id": "b%C3%A4"}).status_code] == [204, 204]
    assert send(running, [EVENT, {**EVENT, "id": "3"}], MANY).status_code == 204
    store = Store(tmp_path / "store" / "syncline.duckdb")
    try:
        intake = Intake(store, running.journal, [], Identifiers(), ErrorRules(), lambda: 0)
        assert intake.load().events == 3
        with store.read() as cursor:
            found = cursor.execute("select source, identity from events order by 2").fetchall()
    finally:
        store.close()
    assert found == [("cloudevents", f"cloudevent /sap/s4/100 {name}") for name in ("3", "4711", "bä")]


def test_nothing_of_a_request_is_kept_but_what_belongs_to_the_event(running: Receiver) -> None:
    send(running, EVENT["data"], {**BINARY, "authorization": "Bearer geheim", "cookie": "geheim", "traceparent": "00-1-2-3"})
    (frame,) = running.journal.read(0)
    head, body, kind = unpacked(frame.record)
    assert sorted(head["header"]) == ["ce-id", "ce-source", "ce-specversion", "ce-time", "ce-type", "content-type", "traceparent"]
    assert (orjson.loads(body), kind, frame.record.stream) == (EVENT["data"], "application/json", "events")


@pytest.mark.parametrize(
    ("body", "headers", "status", "message"),
    [
        (b"{", ONE, 400, "the message is no CloudEvent: it is no JSON ("),
        ({**EVENT, "id": ""}, ONE, 400, "a CloudEvent has id, source, specversion, type, each a text that is not empty"),
        ([EVENT], ONE, 400, f"the body is a list; a list of events is sent as {BATCH}, one event as {STRUCTURED}"),
        (EVENT, MANY, 400, "the body is no list; a list of events is sent as"),
        (EVENT, {"content-type": "application/json"}, 415, f"Content-Type must be {STRUCTURED} or {BATCH}, or the headers must hold"),
        (b"Obj", {**BINARY, "content-type": "application/cloudevents+avro"}, 415, "Content-Type must be"),
        (b"{", BINARY, 400, "the data of the CloudEvent is no JSON, as it says it is: "),
        (b" " * (1 << 20) + b"{}", ONE, 413, "the request is larger than 1 MiB after decompression"),
    ],
)
def test_what_is_no_cloud_event_is_refused(running: Receiver, body: Any, headers: dict[str, str], status: int, message: str) -> None:
    answer = send(running, body, headers)
    assert (answer.status_code, answer.json()["message"][: len(message)]) == (status, message)
    assert running.kept() == []


def test_of_a_batch_only_what_is_no_event_is_rejected(running: Receiver) -> None:
    answer = send(running, [EVENT, 5], MANY)
    assert (answer.status_code, answer.json()) == (
        200,
        {"rejected": 1, "message": "1 event rejected: event 2: a CloudEvent is a JSON object (found '5')"},
    )
    assert len(running.kept()) == 1


def test_an_empty_batch_is_fine_and_nothing_to_keep(running: Receiver) -> None:
    assert send(running, [], MANY).status_code == 204
    assert running.kept() == []


def test_a_sender_may_ask_whether_it_may_send(running: Receiver) -> None:
    asked = {"WebHook-Request-Origin": "eventgrid.azure.net", "WebHook-Request-Rate": "120"}
    answer = httpx.options(f"{running.url}/v1/events", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
    assert (answer.headers["WebHook-Allowed-Rate"], answer.headers["Allow"]) == ("120", "POST, OPTIONS")
    assert httpx.options(f"{running.url}/v1/events", headers={"WebHook-Request-Origin": "a.b"}).headers["WebHook-Allowed-Rate"] == "*"
    for origin in ({}, {"WebHook-Request-Origin": "<script>"}):
        assert "WebHook-Allowed-Origin" not in httpx.options(f"{running.url}/v1/events", headers=origin).headers
    assert httpx.get(f"{running.url}/v1/events").status_code == 405


def test_a_token_is_asked_for_but_not_for_the_question(tmp_path: Path) -> None:
    with receiver(tmp_path, admit=only_good) as running:
        assert send(running, EVENT, ONE).status_code == 401
        assert send(running, EVENT, {**ONE, "Authorization": "Bearer elsewhere"}).json()["message"] == "not to cloudevents, from 127.0.0.1"
        assert send(running, EVENT, {**ONE, "Authorization": "Bearer good"}).status_code == 204
        assert httpx.options(f"{running.url}/v1/events", headers={"WebHook-Request-Origin": "a.b"}).status_code == 200
        assert len(running.kept()) == 1


def test_what_cannot_be_kept_is_asked_for_again(tmp_path: Path) -> None:
    with receiver(tmp_path, reserve_bytes=1 << 60) as running:
        answer = send(running, EVENT, ONE)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_the_time_of_arrival_counts_where_an_event_says_none(running: Receiver) -> None:
    send(running, {name: value for name, value in EVENT.items() if name != "time"}, ONE)
    (frame,) = running.journal.read(0)
    from collectors.rows import Rows
    from collectors.sources.cloudevents import CloudEventsSource

    rows = Rows()
    CloudEventsSource("cloudevents", Path(), CloudEventsSource.Settings()).decode(frame.record, Meaning(Identifiers(), ErrorRules()), rows)
    assert rows.events[0].event_ns == frame.record.recorded_ns
