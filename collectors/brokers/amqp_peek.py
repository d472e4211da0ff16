"""Looks at the messages of queues and puts them back as they were, for dead letters that somebody still needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import orjson

from collectors.brokers.amqp_consumer import Made, Queue
from collectors.brokers.amqp_link import AmqpLink, pika, queue_trouble
from collectors.brokers.amqp_message import Delivered, head_of
from collectors.collector import Trouble
from collectors.event import Record

LARGEST = 32 << 20  # bytes of new messages that one look takes along; the rest comes with the next
DELIVERIES = "x-delivery-count"  # what quorum queues count, and put a message away for when it is too much


class Look(NamedTuple):
    """What a look at a queue found: messages not seen before, the names of all, whether it came to the end, and how many lie behind."""

    new: list[Delivered]
    names: list[str]
    is_whole: bool
    behind: int
    is_counted: bool = False


class AmqpPeek:
    def __init__(self, link: AmqpLink, queues: Sequence[Queue], limit: int, made: Made) -> None:
        self._link, self._queues, self._limit, self._made = link, queues, limit, made
        self._counted: set[str] = set()  # queues that count how often a message was looked at

    def read(self, after: Mapping[str, str]) -> Iterator[Record | Trouble]:
        """Messages not seen before. Raises pika's AMQPError or OSError when the broker is gone."""
        for queue in self._queues:
            if queue.name in self._counted:
                yield self._too_dear(queue)
                continue
            try:
                yield from self._read(queue, after.get(queue.name))
            except pika().exceptions.AMQPChannelError as error:
                yield Trouble(queue.name, queue_trouble(queue.name, self._link.address.text, error))

    def drop(self) -> None:
        self._link.drop()

    def _read(self, queue: Queue, after: str | None) -> Iterator[Record | Trouble]:
        seen = set(orjson.loads(after)["seen"]) if after else set()
        look = self._look(queue, seen)
        if look.is_counted:
            self._counted.add(queue.name)
            yield self._too_dear(queue)
            return
        # Until the last of them is kept none counts as seen: what is cut off in between is read again, and known by its position.
        before = after or orjson.dumps({"seen": []}).decode()
        names = look.names if look.is_whole else [*look.names, *sorted(seen.difference(look.names))][: 2 * self._limit]
        for number, delivered in enumerate(look.new, 1):
            yield self._made(delivered, before if number < len(look.new) else orjson.dumps({"seen": names}).decode())
        if look.behind and len(look.names) >= self._limit:
            yield Trouble(
                queue.name,
                f"the queue {queue.name!r} holds {len(look.names) + look.behind} messages; only the first {self._limit} are looked at. "
                "Empty it, or raise `limit`.",
            )

    def _look(self, queue: Queue, seen: set[str]) -> Look:
        """All are held at once, so that each is met once, and then put back: to where they stood."""
        channel = self._link.channel()
        new: list[Delivered] = []
        names: list[str] = []
        size = behind = 0
        try:
            while len(names) < self._limit and size < LARGEST:
                method, properties, body = channel.basic_get(queue.name)
                if method is None:
                    return Look(new, names, True, 0)
                delivered = _delivered(queue.name, method, properties, body)
                if DELIVERIES in delivered.headers and not queue.unlimited:
                    return Look([], [], False, 0, is_counted=True)
                behind = method.message_count
                names.append(delivered.name)
                if delivered.name not in seen:
                    new.append(delivered)
                    size += len(body)
            return Look(new, names, not behind, behind)
        finally:
            _put_back(channel)

    def _too_dear(self, queue: Queue) -> Trouble:
        return Trouble(
            queue.name,
            f"the queue {queue.name!r} is a quorum queue, which counts how often a message was looked at and in the end throws it away. "
            "Bind a queue of your own to its dead-letter exchange and consume that; or say `unlimited: true` if it has no delivery limit.",
        )


def _delivered(queue: str, method: Any, properties: Any, body: bytes | None) -> Delivered:
    return Delivered(queue, 0, method.delivery_tag, method.redelivered, head_of(queue, method, properties), body or b"")


def _put_back(channel: Any) -> None:
    """A channel that is closed gives back all it holds by itself."""
    if channel.is_open:
        channel.basic_nack(0, multiple=True, requeue=True)
        with suppress(pika().exceptions.AMQPError):  # it broke while closing: then the broker takes them back as well
            channel.close()
