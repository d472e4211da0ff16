"""What the tests of queues build with: queues of a real RabbitMQ, messages in them, and waiting until they were read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pika

from tests.servers.rabbitmq import RabbitMQ
from tests.sources.plant_floor import Plant
from tests.waiting import until

MAP = {
    "event_type": {"path": "type"},
    "event_time": {"path": "at"},
    "system": {"value": "erp"},
    "objects": {"type": {"value": "purchase_order"}, "id": {"path": "order"}},
}


def order(number: int, **more: Any) -> bytes:
    return json.dumps({"type": "purchase_order.sent", "at": "2026-03-23T12:00:00Z", "order": str(number), **more}).encode()


def source(broker: RabbitMQ, *queues: Any, **settings: Any) -> dict[str, Any]:
    return {"name": "mq", "kind": "amqp", "url": broker.url, "queues": list(queues), "map": MAP, **settings}


@contextmanager
def made(broker: RabbitMQ, *names: str, **arguments: Any) -> Iterator[Any]:
    """A channel with these durable queues, which are gone at the end."""
    with broker.channel() as channel:
        channel.confirm_delivery()
        for name in names:
            channel.queue_declare(name, durable=True, arguments={key.replace("_", "-"): value for key, value in arguments.items()})
        yield channel
    with broker.channel() as channel:
        for name in names:
            channel.queue_delete(name)


def put(channel: Any, queue: str, *bodies: bytes, **properties: Any) -> None:
    for body in bodies:
        channel.basic_publish("", queue, body, pika.BasicProperties(delivery_mode=2, **properties))


def waiting(channel: Any, queue: str) -> int:
    return int(channel.queue_declare(queue, passive=True).method.message_count)


def ingest_until(opened: Plant, events: int) -> None:
    """Messages arrive when they like; what comes after the last of them is asked for once more."""

    def ingested() -> bool:
        opened.ingest()
        return opened.column("select count(*) from events") == [events]

    until(ingested)


def orders(opened: Plant) -> list[int]:
    return [int(each) for each in opened.column("select object_id from event_objects order by object_id::int")]
