"""Topics of Kafka: a message is an event, some, or OTLP; a message of a dead-letter topic is the failing of what it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from collectors import instants
from collectors.brokers.dead_letter_headers import put_aside
from collectors.brokers.kafka_security import check_security, librdkafka_security
from collectors.brokers.kafka_topics import KafkaTopics, Topics
from collectors.collector import Clock, Collector, Package, Trouble
from collectors.event import Record, Refused
from collectors.formats import check_format, format_setting, open_format
from collectors.meaning import FINE, Meaning
from collectors.message import MESSAGE, Message, as_text, packed, unpacked
from collectors.rows import Rows
from collectors.sample_file import messages_in
from collectors.settings import a_text, judged_together, setting
from collectors.suggest import unknown
from collectors.trace_context import ids_in

if TYPE_CHECKING:
    from confluent_kafka import Message as KafkaMessage

BROKER = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}")
TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
STARTS = ("earliest", "latest")
SAYS_ITSELF = "otlp"  # the format whose spans and log records say themselves what failed
HEADERS_OF = methodcaller(
    "headers"
)  # `message.headers()` itself crashes the process when a header's name is no UTF-8 (confluent-kafka 2.16)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def broker_list(value: Any) -> list[tuple[str, str]]:
    listed = _listed(value)
    if listed and all(isinstance(each, str) and BROKER.fullmatch(each) for each in listed):
        return []
    return [("", f"must be host:port, or a list of such (found {value!r})")]


def topic_list(value: Any) -> list[tuple[str, str]]:
    if isinstance(value, list) and not value:
        return [("", "is an empty list; name at least one topic")]
    return [("", problem) for each in (value if isinstance(value, list) else [value]) if (problem := _topic_problem(each))]


def _topic_problem(name: Any) -> str | None:
    if isinstance(name, str) and name.startswith("^"):
        try:
            re.compile(name)
        except re.error as error:
            return f"{name!r} is no regular expression: {error}"
        return None
    if isinstance(name, str) and TOPIC.fullmatch(name):
        return None
    return f"must be the name of a topic, or a regular expression that begins with ^ (found {name!r})"


def a_start(value: Any) -> list[tuple[str, str]]:
    return [] if value in STARTS else [("", unknown("start", value, STARTS))]


class Kafka(Collector):
    kind: ClassVar[str] = "kafka"
    every_seconds: ClassVar[int] = 1
    package: ClassVar[Package | None] = Package("confluent_kafka", "kafka")

    @dataclass(frozen=True, slots=True)
    class Settings:
        brokers: str | list[str] = setting(broker_list)
        topics: str | list[str] | None = setting(topic_list, None)
        dead_letter_topics: str | list[str] | None = setting(topic_list, None)
        format: str = format_setting()
        map: dict[str, Any] | None = setting(judged_together, None)
        options: dict[str, Any] | None = setting(judged_together, None)
        group: str | None = setting(a_text, None)
        start: str = setting(a_start, "earliest")
        security: dict[str, Any] | None = setting(check_security, None)

        @staticmethod
        def check_together(data: dict[str, Any]) -> list[tuple[str, str]]:
            problems = check_format(data)
            if data.get("topics") is None and data.get("dead_letter_topics") is None:
                problems.append(("topics", "is missing: name the topics to read here, or under `dead_letter_topics`"))
            if data.get("format") == SAYS_ITSELF and data.get("dead_letter_topics") is not None:
                problems.append(
                    ("dead_letter_topics", "spans and log records say themselves what failed; read that topic as another source")
                )
            return problems

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self._format = open_format(settings.format, settings.map, settings.options)
        self.mapping = self._format.mapping
        self._dead_letters = Topics(_listed(settings.dead_letter_topics))
        connection = {
            "bootstrap.servers": ",".join(_listed(settings.brokers)),
            "group.id": settings.group or f"syncline-{name}",
            **librdkafka_security(settings.security or {}, folder),
        }
        wanted = Topics([*_listed(settings.topics), *_listed(settings.dead_letter_topics)])
        self._topics = KafkaTopics(name, connection, wanted, settings.start, self._payload)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._topics.read(after, clock)

    def sample(self, file: Path) -> Iterator[Record | Trouble]:
        yield from messages_in(self.name, file, self._format.content_type)

    def kept(self, records: Sequence[Record]) -> None:
        self._topics.keep(records)

    def close(self) -> None:
        self._topics.close()

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        """A message without a value (a tombstone) says nothing."""
        head, body, content_type = unpacked(record)
        if head.get("tombstone") is True:
            return
        headers = head["header"] if head.get("header").__class__ is dict else {}
        sent_ns = _sent_ns(head.get("timestamp"))
        attributes, failing = dict[str, Any](), FINE
        if head.get("topic").__class__ is str and self._dead_letters.hold(head["topic"]):
            attributes, failing = put_aside(headers)
            if sent_ns is not None:
                attributes["mfg.event.time"] = sent_ns
        trace_id, span_id = ids_in(headers)
        message = Message(body, content_type, head, attributes, failing, sent_ns, trace_id=trace_id, span_id=span_id)
        self._format.add(record, message, record.position, meaning, rows)

    def _payload(self, message: KafkaMessage) -> tuple[bytes, str]:
        body = message.value()
        return packed(_head(message), body if isinstance(body, bytes) else b""), f"{MESSAGE}; {self._format.content_type}"


def _head(message: KafkaMessage) -> dict[str, Any]:
    """What Kafka says about a message. Of headers that come several times the last counts; `repeated` has all of them."""
    sent = _instant(message.timestamp()[1])
    head: dict[str, Any] = {"topic": message.topic(), "partition": message.partition(), "offset": message.offset()}
    if message.key() is not None:
        head["key"] = as_text(message.key())
    if sent is not None:
        head["timestamp"] = sent
    named: dict[str, list[str | None]] = {}
    try:
        for name, value in HEADERS_OF(message) or []:
            named.setdefault(name, []).append(as_text(value))
    except SystemError as error:  # the client's way to say that the name of one is no UTF-8
        head["unreadable_headers"] = str(error.__cause__)
    if named:
        head["header"] = {name: values[-1] for name, values in named.items()}
    if repeated := {name: values for name, values in named.items() if len(values) > 1}:
        head["repeated"] = repeated
    return head | ({"tombstone": True} if message.value() is None else {})


def _instant(milliseconds: int) -> str | None:
    """The time of a message as people write it; None where it has none that can be one."""
    if not 0 < milliseconds * 10**6 < instants.END_NS:
        return None
    return (EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _sent_ns(timestamp: Any) -> int | None:
    try:
        return None if timestamp is None else instants.of_value(timestamp, "timestamp")
    except Refused:  # of a sample written by hand; a mapping that asks for it is told
        return None


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [each.strip() for each in value.split(",") if each.strip()] if not value.startswith("^") else [value]
    return list(value or [])
