"""Why a message of RabbitMQ died: as the broker writes it into `x-death`, and as the software that gave up writes it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import instants
from collectors.brokers.amqp_message import plain
from collectors.brokers.x_death import dead_letter
from collectors.event import Event, Record
from collectors.message import MESSAGE, packed
from collectors.rows import Rows
from tests.servers.rabbitmq import RabbitMQ
from tests.sources.plant_floor import NOON_NS, TOLD_NS, plant, reason_of, rows_of
from tests.sources.queues import MAP, ingest_until, made, order, put, source, waiting
from tests.waiting import until

DEATH = {"count": 1, "reason": "expired", "queue": "orders", "exchange": "", "routing-keys": ["orders"], "time": "2026-03-23T13:00:00Z"}
TOLD = "select is_error, dead_letter, attempt, error_class, error_code, error_type, error_text from events"


@pytest.mark.parametrize(
    ("arguments", "bodies", "refused", "told"),
    [
        (
            {"x_message_ttl": 0},
            [order(1)],
            0,
            (
                True,
                True,
                1,
                "transient",
                "rabbitmq:expired",
                "expired",
                "dead-lettered from queue {queue}: expired, nobody took it in time",
            ),
        ),
        (
            {},
            [order(1)],
            1,
            (
                True,
                True,
                1,
                "unknown",
                "rabbitmq:rejected",
                "rejected",
                "dead-lettered from queue {queue}: rejected, its consumer refused it",
            ),
        ),
        (
            {"x_max_length": 1},
            [order(1), order(2)],
            0,
            (True, True, 1, "unknown", "rabbitmq:maxlen", "maxlen", "dead-lettered from queue {queue}: maxlen, the queue was full"),
        ),
    ],
)
def test_a_dead_letter_tells_why_it_died(
    rabbitmq: RabbitMQ, tmp_path: Path, request: pytest.FixtureRequest, arguments: Any, bodies: Any, refused: int, told: Any
) -> None:
    work = f"dies.{list(arguments) or 'refused'}"
    dead = f"{work}.dead"
    with made(rabbitmq, dead) as channel, made(rabbitmq, work, x_dead_letter_exchange="", x_dead_letter_routing_key=dead, **arguments):
        put(channel, work, *bodies)
        if refused:
            method, _, _ = channel.basic_get(work)
            channel.basic_reject(method.delivery_tag, requeue=False)
        until(lambda: waiting(channel, dead) == 1)
        with plant(tmp_path, source(rabbitmq, dead, mode="peek")) as opened:
            ingest_until(opened, 1)
            assert opened.ingest().frames == 0
            assert opened.rows(TOLD) == [(*told[:-1], told[-1].format(queue=work))]
            assert opened.column("select event_ns > 1_700_000_000_000_000_000 from events") == [True]  # the broker's clock, not the body's
        method, properties, body = channel.basic_get(dead)
        assert (method.redelivered, properties.headers["x-death"][0]["count"], body) == (True, 1, bodies[0])


def test_a_message_that_was_delivered_too_often_tells_so(rabbitmq: RabbitMQ, tmp_path: Path, queue: str) -> None:
    dead = f"{queue}.dead"
    limits = {"x_queue_type": "quorum", "x_delivery_limit": 1, "x_dead_letter_exchange": "", "x_dead_letter_routing_key": dead}
    with made(rabbitmq, dead) as channel, made(rabbitmq, queue, **limits):
        put(channel, queue, order(1))

        def is_dead() -> bool:
            method, _, _ = channel.basic_get(queue)
            if method:
                channel.basic_nack(method.delivery_tag)
            return waiting(channel, dead) == 1

        until(is_dead)
        with plant(tmp_path, source(rabbitmq, dead)) as opened:
            ingest_until(opened, 1)
            assert opened.column("select error_text from events") == [
                f"dead-lettered from queue {queue}: delivery_limit, it was delivered as often as the queue allows"
            ]


def test_a_message_that_dies_again_is_told_of_again(rabbitmq: RabbitMQ, tmp_path: Path, queue: str) -> None:
    dead = f"{queue}.dead"
    with made(rabbitmq, dead) as channel, made(rabbitmq, queue, x_dead_letter_exchange="", x_dead_letter_routing_key=dead):
        put(channel, queue, order(1), message_id="m1")
        with plant(tmp_path, source(rabbitmq, dead, mode="peek")) as opened:
            for times in (1, 2):
                method, _, _ = channel.basic_get(queue)
                channel.basic_reject(method.delivery_tag, requeue=False)
                until(lambda: waiting(channel, dead) == 1)
                ingest_until(opened, times)
                method, properties, body = channel.basic_get(dead)  # a person sends it round again
                channel.basic_publish("", queue, body, properties)
                channel.basic_ack(method.delivery_tag)
            assert opened.column("select attempt from events order by attempt") == [1, 2]
            assert opened.column("select error_text from events order by attempt")[1] == (
                f"dead-lettered 2 times from queue {queue}: rejected, its consumer refused it"
            )


def record(head: dict[str, Any], body: bytes = order(1)) -> Record:
    return Record("traces", "orders:1", packed({"queue": "orders", **head}, body), f"{MESSAGE}; application/json", TOLD_NS, "orders", "{}")


def rows_with(head: dict[str, Any], body: bytes = order(1), **settings: Any) -> Rows:
    entry = {"kind": "amqp", "url": "amqp://broker", "queues": ["orders"], "map": MAP, **settings}
    return rows_of(entry, record(head, body))


def event_with(headers: dict[str, Any], **settings: Any) -> Event:
    (event,) = rows_with({"header": headers}, **settings).events
    return event


@pytest.mark.parametrize(
    ("headers", "error_type", "error_text", "error_class", "attempt", "time"),
    [
        (
            {
                "NServiceBus.ExceptionInfo.ExceptionType": "System.TimeoutException",
                "NServiceBus.ExceptionInfo.Message": "The ERP did not answer.",
                "NServiceBus.FailedQ": "orders",
                "NServiceBus.TimeOfFailure": "2026-03-23 14:10:59:647662 Z",
                "NServiceBus.Retries": "2",
            },
            "System.TimeoutException",
            "The ERP did not answer.",
            "transient",
            3,
            "2026-03-23T14:10:59.647662Z",
        ),
        (
            {
                "MT-Fault-ExceptionType": "Plant.MaterialNotMaintained",
                "MT-Fault-Message": "Material 4711 is not maintained in plant 1000",
                "MT-Fault-Timestamp": "2026-03-23T14:11:00.5Z",
                "MT-Reason": "fault",
            },
            "Plant.MaterialNotMaintained",
            "Material 4711 is not maintained in plant 1000",
            "business",
            1,
            "2026-03-23T14:11:00.5Z",
        ),
        (
            {"x-exception-message": "Connection refused", "x-original-exchange": "erp", "x-exception-stacktrace": "a\n\tat b"},
            None,
            "Connection refused",
            "transient",
            1,
            "2026-03-23T12:00:00Z",
        ),
        (
            {"x-death": [DEATH], "x-exception-message": "Malformed quantity"},
            "expired",
            "Malformed quantity",
            "transient",
            1,
            "2026-03-23T13:00:00Z",
        ),
    ],
)
def test_what_the_software_says_that_gave_up_counts_before_what_the_broker_says(
    headers: dict[str, Any], error_type: str | None, error_text: str, error_class: str, attempt: int, time: str
) -> None:
    event = event_with(headers)
    assert (event.is_error, event.dead_letter, event.attempt) == (True, True, attempt)
    assert (event.error_type, event.error_text, event.error_class) == (error_type, error_text, error_class)
    assert event.event_ns == instants.of_text(time)


def test_a_queue_says_itself_whether_it_holds_dead_letters() -> None:
    silent = event_with({}, queues=[{"name": "orders", "dead_letter": True}])
    assert (silent.dead_letter, silent.error_text) == (True, "put aside in queue orders; its headers do not say why")
    delayed = event_with({"x-death": [DEATH]}, queues=[{"name": "orders", "dead_letter": False}])  # it only waited in another queue
    assert (delayed.is_error, delayed.dead_letter, delayed.event_ns) == (False, False, NOON_NS)


def test_what_the_message_says_about_itself_holds_where_the_mapping_says_nothing() -> None:
    head = {"message_id": "m1", "correlation_id": "c1", "header": {"TraceParent": f"00-{'a' * 32}-{'b' * 16}-01"}}
    (event,) = rows_with(head).events
    assert (event.message_id, event.conversation_id, event.trace_id) == ("m1", "c1", "a" * 32)
    (event,) = rows_with(head, map={**MAP, "message_id": {"path": "order"}}).events
    assert event.message_id == "1"


@pytest.mark.parametrize(("timestamp", "found"), [(1_774_267_200, NOON_NS), (1_774_267_200_000, NOON_NS)])
def test_a_message_took_effect_when_it_was_sent_if_nothing_else_says_so(timestamp: int, found: int) -> None:
    (event,) = rows_with({"timestamp": timestamp}, order(1, at=None)).events
    assert event.event_ns == found


def test_head_and_headers_can_be_mapped() -> None:
    mapping = {**MAP, "site": {"path": "@header.plant"}, "schema_version": {"path": "@type"}, "partner": {"path": "@header['a.b']"}}
    (event,) = rows_with({"type": "Order.v2", "header": {"plant": "hamburg", "a.b": "C1"}}, map=mapping).events
    assert (event.site, event.schema_version, event.partner) == ("hamburg", "Order.v2", "C1")


def test_a_packed_body_is_unpacked_and_a_broken_one_rejected() -> None:
    head = {"content_encoding": "gzip"}
    assert len(rows_with(head, gzip.compress(order(1))).events) == 1
    assert reason_of(rows_with(head, gzip.compress(order(1))[:-9])) == "the message cannot be unpacked: gzip: the data ends in the middle"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["count", "reason", "time", "queue"]), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["x-death", "NServiceBus.TimeOfFailure", "NServiceBus.Retries", "x-exception-message", "MT-Fault-Message", "traceparent"]
)


@settings(max_examples=30)
@given(st.dictionaries(NAMES | st.text(), ANYTHING), st.sampled_from([None, True, False]))
def test_no_header_breaks_the_reading(headers: dict[str, Any], is_one: bool | None) -> None:
    known = json.loads(json.dumps(plain(headers)))
    dead_letter(known, "orders", is_one)
    assert rows_with({"header": known}).rejected == []
