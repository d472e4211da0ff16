"""A Kafka topic: one message an attempt, acknowledged by all replicas that are in step."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from app.configuration.elsewhere import checked_by
from app.recovery.model import Answer, Dispatch, Sent
from app.recovery.targets.filling import NothingThere, content_of, filled, headers_of, template
from app.recovery.targets.target import IDEMPOTENT, Kind, fingerprint_of, some_seconds
from collectors.brokers.kafka_connection import ELAPSED
from collectors.brokers.kafka_security import check_security, librdkafka_security
from collectors.collector import Package
from collectors.sources.kafka import TOPIC, broker_list
from metrics.keys import Key, Place, Problem, shown

if TYPE_CHECKING:
    from confluent_kafka import Producer

SETTINGS = {
    "client.id": "syncline",
    "enable.idempotence": True,  # what the library repeats by itself arrives once, and in order
    "acks": "all",
    "linger.ms": 0,
    "allow.auto.create.topics": False,
    "log_level": 0,
}
OWN_KEY = "@key"  # of the message as it was
NEVER = ("MSG_SIZE_TOO_LARGE", "INVALID_MSG", "INVALID_MSG_SIZE", "INVALID_RECORD", "UNKNOWN_TOPIC_OR_PART", "POLICY_VIOLATION")
UNSENT = ("_PURGE_QUEUE", "_QUEUE_FULL", "NOT_ENOUGH_REPLICAS", "_AUTHENTICATION", "_ALL_BROKERS_DOWN", "_TRANSPORT", "_RESOLVE")
PATIENCE_SECONDS, TURN_SECONDS = 5.0, 0.05


class KafkaTarget:
    """`settings` as KIND's keys read them."""

    kind = "kafka"

    def __init__(self, name: str, settings: Mapping[str, Any], folder: Path) -> None:
        self.name, self.idempotent = name, settings["idempotent"]
        self._topic, self._key, self._seconds = settings["topic"], settings["key"], settings["timeout"]
        self._brokers = ",".join(settings["brokers"])
        self._security = dict(settings["security"])
        self._settings = {
            **SETTINGS,
            **librdkafka_security(self._security, folder),
            "bootstrap.servers": self._brokers,
            "delivery.timeout.ms": self._seconds * 1000,
            "socket.timeout.ms": min(self._seconds, 60) * 1000,
        }
        self._lock = Lock()
        self._producer: Producer | None = None

    def describe(self) -> str:
        return f"A message in the topic {self._topic} of Kafka at {self._brokers}."

    def fingerprint(self) -> str:
        said = {"brokers": self._brokers, "topic": self._topic, "key": self._key, "user": self._security.get("sasl.username")}
        return fingerprint_of(self.kind, said)

    def send(self, dispatch: Dispatch) -> Sent:
        from confluent_kafka import KafkaException

        try:
            content, key = content_of(dispatch), self._key_of(dispatch)
            headers = {"content-type": content.content_type, **headers_of(dispatch)}
        except NothingThere as nothing:
            return Sent(Answer.REFUSED, str(nothing))
        try:
            producer = self._opened()
            if refusal := self._missing(producer):
                return refusal
        except KafkaException as error:  # nothing has been handed over yet
            return Sent(Answer.NOT_TAKEN, f"Kafka at {self._brokers} cannot be reached, nothing was sent: {_said(error.args[0])}.")
        done, answers = Event(), []

        def report(error: Any, message: Any) -> None:
            answers.append(self._reported(error, message))
            done.set()

        try:
            producer.produce(self._topic, content.body, key, headers=list(headers.items()), on_delivery=report)
        except (BufferError, KafkaException) as error:
            name = error.args[0].name() if isinstance(error, KafkaException) else "_QUEUE_FULL"
            return Sent(Answer.REFUSED if name in NEVER else Answer.NOT_TAKEN, f"Nothing was sent: {error}.")
        end = time.monotonic() + self._seconds + PATIENCE_SECONDS
        while not done.is_set() and time.monotonic() < end:
            producer.poll(TURN_SECONDS)
        return answers[0] if answers else Sent(Answer.UNKNOWN, f"Kafka at {self._brokers} said nothing of it within {self._seconds} s.")

    def close(self) -> None:
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            producer.flush(PATIENCE_SECONDS)

    def _key_of(self, dispatch: Dispatch) -> str:
        """The key the message had, so that it comes behind what has the same; else as the setting says. Raises NothingThere."""
        if self._key is not None:
            return filled(self._key, dispatch)
        had = dispatch.payload.headers.get(OWN_KEY) if dispatch.payload else None
        if had is not None and "\\x" in had:
            raise NothingThere("The key of the message is no text; set `key` of the target. Nothing was sent.")
        return dispatch.case.transaction_id if had is None else had

    def _opened(self) -> Producer:
        from confluent_kafka import Producer

        with self._lock:
            if self._producer is None:
                self._producer = Producer(self._settings)
            return self._producer

    def _missing(self, producer: Producer) -> Sent | None:
        """Asked of all topics: asked of one, some brokers make it."""
        topic = producer.list_topics(timeout=min(self._seconds, PATIENCE_SECONDS)).topics.get(self._topic)
        if topic is not None and topic.error is None:
            return None
        return Sent(Answer.REFUSED, f"Kafka at {self._brokers} has no topic {self._topic} that this user may see; nothing was sent.")

    def _reported(self, error: Any, message: Any) -> Sent:
        if error is None:
            return Sent(Answer.ACCEPTED, f"Partition {message.partition()}, offset {message.offset()}.")
        if error.fatal():
            with self._lock:
                self._producer = None  # this one will never send again
        words = f"Kafka at {self._brokers}: {_said(error)}."
        if error.name() in UNSENT:
            return Sent(Answer.NOT_TAKEN, words)
        refuses = error.name() in NEVER or error.name().endswith("AUTHORIZATION_FAILED")
        return Sent(Answer.REFUSED if refuses else Answer.UNKNOWN, words)


def _said(error: Any) -> str:
    return ELAPSED.sub("", str(error.str())).rstrip(".")


def a_topic(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """The name of one topic."""
    if isinstance(value, str) and TOPIC.fullmatch(value):
        return value
    problems.append(Problem(place, f"must be the name of a topic (found {shown(value)})."))
    return None


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


KIND = Kind(
    keys=(
        Key("brokers", checked_by(broker_list, _listed), "host:port, or a list", "Where the cluster is.", required=True),
        Key("topic", a_topic, "topic", "Where each attempt goes.", required=True),
        Key(
            "key", template(), "text", "The key, as in `{transaction_id}`. Absent: the one the message had, else the id of the transaction."
        ),
        Key(
            "security", checked_by(check_security, dict), "mapping", "How it is logged in to, as in [kafka](sources/kafka.md).", default={}
        ),
        Key("timeout", some_seconds, "duration", "How long the brokers may take.", default=30),
        IDEMPOTENT,
    ),
    open=KafkaTarget,
    package=Package("confluent_kafka", "kafka"),
)
