"""Who sends numbered events while Syncline is killed: one thread per feed, which notes what it was promised that is kept."""

from __future__ import annotations

import http.client
import json
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import grpc  # type: ignore[import-untyped]
from confluent_kafka import Producer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from sqlalchemy import Engine, text

STEPS = ("order.created", "order.released", "work_order.received")
EVENTS_A_TURN, PAUSE_SECONDS = 25, 0.25
LONGEST_TRANSACTION_SECONDS = 3.0
LINES_OF_A_FILE = 2_000
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
NOT_NOW = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)
QUICKLY_BACK = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500), ("grpc.enable_retries", 0)]


class Numbered(NamedTuple):
    """One event: every order takes three steps."""

    order: str
    step: str
    time: str

    @property
    def key(self) -> str:
        return f"{self.order} {self.step}"


class Feed(ABC):
    """`promised` are the events it was told are kept, or left where Syncline finds them: none of them may be lost, none come twice."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.promised, self.answers = name, set[str](), Counter[str]()
        self.random, self.is_over = Random(f"{seed} {name}"), threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for turn in count():
                events = self._events(turn)
                while not (self.is_over.is_set() or self.send(events)):
                    self.is_over.wait(PAUSE_SECONDS)
                if self.is_over.is_set():
                    return
                self.promised |= {event.key for event in events}
                self.is_over.wait(self.random.uniform(0, 2 * PAUSE_SECONDS))
        except BaseException as error:  # noqa: BLE001  told by the thread that waits for this one
            self.failure = error
        finally:
            self.close()

    def _events(self, turn: int) -> list[Numbered]:
        first, now = turn * EVENTS_A_TURN, datetime.now(UTC).isoformat()
        return [Numbered(f"{self.name}-{n // len(STEPS):07}", STEPS[n % len(STEPS)], now) for n in range(first, first + EVENTS_A_TURN)]

    @abstractmethod
    def send(self, events: Sequence[Numbered]) -> bool:
        """Whether all of them were taken. What was not is sent again, as it was."""

    def close(self) -> None:
        """Nothing is held, unless a feed says so."""
        return


def export_request(events: Sequence[Numbered]) -> bytes:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for event in events:
        number = abs(hash((event.order, event.step))) & ((1 << 63) - 1) | 1
        span = spans.add(trace_id=number.to_bytes(16), span_id=number.to_bytes(8), name=event.step, kind=5)
        span.start_time_unix_nano = span.end_time_unix_nano = int(datetime.fromisoformat(event.time).timestamp() * 1e6) * 1000
        said = {"mfg.event.type": event.step, "mfg.system": "erp", "mfg.object.production_order": event.order}
        for key, value in said.items():
            span.attributes.add(key=key).value.string_value = value
    return request.SerializeToString()


class OverHttp(Feed):
    def __init__(self, name: str, seed: int, port: int) -> None:
        super().__init__(name, seed)
        self._port = port

    def send(self, events: Sequence[Numbered]) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("POST", "/v1/traces", export_request(events), {"Content-Type": "application/x-protobuf"})
            answer = connection.getresponse()
            self.answers[str(answer.status)] += 1
            assert answer.status in (200, 503), f"{answer.status}: {answer.read()!r}"
            assert answer.status == 200 or 0 < int(answer.headers["Retry-After"]) <= 5
            return answer.status == 200
        except (OSError, http.client.HTTPException) as error:
            self.answers[type(error).__name__] += 1
            return False
        finally:
            connection.close()


class OverGrpc(Feed):
    def __init__(self, name: str, seed: int, port: int) -> None:
        super().__init__(name, seed)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=QUICKLY_BACK)
        self._export = self._channel.unary_unary(EXPORT)

    def send(self, events: Sequence[Numbered]) -> bool:
        try:
            self._export(export_request(events), timeout=10)
        except grpc.RpcError as error:
            self.answers[error.code().name] += 1
            if error.code() not in NOT_NOW:
                raise
            return False
        self.answers["OK"] += 1
        return True

    def close(self) -> None:
        self._channel.close()


class OverKafka(Feed):
    def __init__(self, name: str, seed: int, brokers: str, topic: str) -> None:
        super().__init__(name, seed)
        self._topic = topic
        self._producer = Producer({"bootstrap.servers": brokers, "log_level": 0})

    def send(self, events: Sequence[Numbered]) -> bool:
        for event in events:
            self._producer.produce(self._topic, json.dumps(event._asdict()).encode(), event.order)
        assert self._producer.flush(60) == 0, "the broker took no messages for a minute"
        return True


class InDatabase(Feed):
    """Rows of a transaction that stays open for a while: others with higher numbers are seen before them."""

    def __init__(self, name: str, seed: int, engine: Engine, longest_seconds: float) -> None:
        super().__init__(name, seed)
        self._engine, self._longest_seconds = engine, longest_seconds

    def send(self, events: Sequence[Numbered]) -> bool:
        with self._engine.begin() as connection:
            connection.execute(
                text('insert into log ("order", step, "time") values (:order, :step, :time)'), [event._asdict() for event in events]
            )
            self.is_over.wait(self.random.uniform(0, self._longest_seconds))
        return True


class InFile(Feed):
    """Lines behind the others, now and then only half of one for a moment; `rotates`: a file that is long enough gets another name."""

    def __init__(self, name: str, seed: int, file: Path, header: str = "", rotates: bool = False) -> None:
        super().__init__(name, seed)
        self._file, self._header, self._rotates = file, header, rotates
        self._lines, self._number = 0, 0
        file.write_text(header)

    def send(self, events: Sequence[Numbered]) -> bool:
        written = "".join(f"{','.join(event)}\n" if self._header else f"{json.dumps(event._asdict())}\n" for event in events)
        cut = self.random.randrange(len(written))
        with self._file.open("a") as file:
            file.write(written[:cut])
            file.flush()
            self.is_over.wait(self.random.uniform(0, 0.2))
            file.write(written[cut:])
        self._lines += len(events)
        if self._rotates and self._lines >= LINES_OF_A_FILE:
            self._number += 1
            self._lines = 0
            self._file.rename(self._file.with_name(f"{self._file.name}.{self._number}"))
            self._file.touch()
        return True


def fields(word: str) -> dict[str, Any]:
    """The mapping of what stands in tables, files and messages."""
    places: dict[str, Any] = {"event_type": {word: "step"}, "event_time": {word: "time"}, "system": {"value": "erp"}}
    return {**places, "objects": {"type": {"value": "production_order"}, "id": {word: "order"}}}
