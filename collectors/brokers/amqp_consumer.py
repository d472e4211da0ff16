"""Takes messages from queues: lent by the broker, acknowledged once they are kept. Streams are read on from an offset."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import orjson

from collectors.brokers.amqp_link import AmqpLink, pika, queue_trouble
from collectors.brokers.amqp_message import Delivered, head_of
from collectors.collector import KEEP, Keep, Trouble
from collectors.event import Record

QUIET_SECONDS = 0.1  # nothing came for so long: the queues are empty
FIRST_SECONDS = 1.0  # and so long where we know that something must come
LONG_SECONDS = 5.0  # from then on a queue is asked whether more waits, because something may always be coming
OFFSET = "x-stream-offset"
Made = Callable[[Delivered, str], Record]  # a delivery and the `after` of its record


class Queue(NamedTuple):
    """One entry of `queues`. `dead_letter`: whether all its messages are dead letters; None: those that say so."""

    name: str
    dead_letter: bool | None = None
    stream: bool = False
    unlimited: bool = False


class AmqpConsumer:
    def __init__(self, link: AmqpLink, queues: Sequence[Queue], prefetch: int, made: Made) -> None:
        self._link, self._queues, self._prefetch, self._made = link, queues, prefetch, made
        self._channels: dict[str, Any] = {}
        self._arrived: deque[Delivered] = deque()
        self._given: dict[str, deque[Delivered]] = defaultdict(deque)  # by position: read, and not known to be kept
        self._expects = False  # whether the queues whose consumption just began hold something
        self._misread: set[str] = set()  # streams that the configuration takes for queues

    def read(self, after: Mapping[str, str]) -> Iterator[Record | Trouble | Keep]:
        """What the queues hold, to the end of it. Raises pika's AMQPError or OSError when the broker is gone."""
        if any(self._given.values()) or not self._link.is_open:
            self.drop()  # what we read and did not keep is given again, and so nothing of it is acknowledged by mistake
        started = time.monotonic()
        self._expects = False
        yield from self._consume(after)
        while True:
            if not self._arrived:
                self._link.wait(FIRST_SECONDS if self._expects else QUIET_SECONDS)
            if not self._arrived:
                break
            self._expects = False
            while self._arrived:
                yield from self._next(after)
            yield KEEP
            if time.monotonic() - started > LONG_SECONDS and not self._waiting():
                break
        yield from self._misreadings()

    def kept(self, records: Sequence[Record]) -> None:
        """Acknowledges them, up to the last of each queue: what was lent before it was kept before it."""
        last: dict[str, Delivered] = {}
        for record in records:
            if given := self._given.get(record.position):
                delivered = given.popleft()
                last[delivered.queue] = delivered
                if not given:
                    del self._given[record.position]
        try:
            for queue, delivered in last.items():
                channel = self._channels.get(queue)
                if channel and channel.is_open and channel.channel_number == delivered.channel:
                    channel.basic_ack(delivered.tag, multiple=True)
        except (pika().exceptions.AMQPError, OSError):
            self.drop()  # they come again, are known by their position, and are acknowledged then

    def drop(self) -> None:
        self._link.drop()
        self._channels.clear()
        self._arrived.clear()
        self._given.clear()

    def _consume(self, after: Mapping[str, str]) -> Iterator[Trouble]:
        """Sees to it that every queue is consumed; one that was deleted, or could not be read, is tried anew."""
        for queue in self._queues:
            channel = self._channels.get(queue.name)
            if channel and channel.is_open and channel.consumer_tags:
                continue
            try:
                if channel and channel.is_open:
                    channel.close()
                self._arrived = deque(each for each in self._arrived if each.queue != queue.name)  # the broker took these back
                self._channels[queue.name] = self._opened(queue, after.get(queue.name))
            except pika().exceptions.AMQPChannelError as error:
                self._channels.pop(queue.name, None)
                yield Trouble(queue.name, queue_trouble(queue.name, self._link.address.text, error))

    def _opened(self, queue: Queue, after: str | None) -> Any:
        channel = self._link.channel()
        number = channel.channel_number

        def arrived(_channel: Any, method: Any, properties: Any, body: bytes) -> None:
            head = head_of(queue.name, method, properties)
            self._arrived.append(Delivered(queue.name, number, method.delivery_tag, method.redelivered, head, body))

        held = channel.queue_declare(queue.name, passive=True).method.message_count
        self._expects = self._expects or held > 0 or (queue.stream and not after)
        channel.basic_qos(prefetch_count=self._prefetch)
        start = {OFFSET: orjson.loads(after)["offset"] + 1 if after else "first"} if queue.stream else None
        channel.basic_consume(queue.name, arrived, arguments=start)
        return channel

    def _next(self, after: Mapping[str, str]) -> Iterator[Record]:
        delivered = self._arrived.popleft()
        queue = next(each for each in self._queues if each.name == delivered.queue)
        offset = delivered.headers.get(OFFSET)
        if offset is None:
            record = self._made(delivered, orjson.dumps({"at": delivered.name}).decode())
        elif queue.stream:
            record = self._made(delivered, orjson.dumps({"offset": offset}).decode())
        else:  # it began at the end, so what it holds would stay unread without a word
            self._misread.add(queue.name)
            return
        self._given[record.position].append(delivered)
        yield record

    def _waiting(self) -> int:
        """How many messages wait behind those we have, as the broker counts them. A stream's are not counted: it is read to a pause."""
        count = 0
        for queue in self._queues:
            with suppress(pika().exceptions.AMQPChannelError, KeyError):  # a queue that went away is told of with the next read
                if not queue.stream:
                    count += self._channels[queue.name].queue_declare(queue.name, passive=True).method.message_count
        return count

    def _misreadings(self) -> Iterator[Trouble]:
        for name in sorted(self._misread):
            yield Trouble(name, f"{name!r} is a stream, and would be read from its end only. Say `{{name: {name}, stream: true}}`.")
