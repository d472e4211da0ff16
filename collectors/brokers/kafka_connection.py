"""A connection to a Kafka cluster: its topics, why it is down, and the group that is told how far they are read."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from collectors.collector import Trouble

if TYPE_CHECKING:
    from concurrent.futures import Future

    from confluent_kafka import Consumer, KafkaError, TopicPartition

PATIENCE_SECONDS = 5.0  # for a broker that does not answer
SETTINGS = {
    "client.id": "syncline",
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "enable.partition.eof": True,
    "auto.offset.reset": "error",  # never skip or repeat by itself
    "isolation.level": "read_committed",
    "allow.auto.create.topics": False,
    "check.crcs": True,
    "fetch.wait.max.ms": 100,  # how soon an empty partition says that it has ended
    "queued.max.messages.kbytes": 16 << 10,  # with what is on its way, all that is held in memory, however many messages wait
    "fetch.max.bytes": 8 << 20,
    "reconnect.backoff.max.ms": 1000,
    "log_level": 0,  # what goes wrong becomes a Trouble
}
OF_BOTH = (
    "bootstrap.servers",
    "client.id",
    "log_level",
    "reconnect.backoff.max.ms",
    "error_cb",
)  # settings that are not the consumer's alone
SECURITY = ("security.", "sasl.", "ssl.")
NO_ID = "AAAAAAAAAAAAAAAAAAAAAA"  # of a topic whose broker knows no ids (before Kafka 2.8)
ELAPSED = re.compile(r" \(after \d+ms in state [^)]*\)$")


class Unreachable(Exception):
    """The cluster as a whole cannot be read; the text is the sentence."""


class KafkaConnection:
    """Opened with its first use. `settings` are librdkafka's, with brokers and group. Raises KafkaException, or Unreachable."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = {**SETTINGS, **settings, "error_cb": self.note}
        self._brokers, self._group = str(settings["bootstrap.servers"]), str(settings["group.id"])
        self._errors: dict[str, str] = {}
        self._commits: list[Future[Any]] = []
        self._admin: Any = None

    @contextmanager
    def consumer(self) -> Iterator[Consumer]:
        """For one read. Opening one takes 3 ms; one that is kept does not tell the end of a partition it had come to before, goes on
        fetching between two reads, and crashes when a topic is deleted while it does (librdkafka 2.16)."""
        from confluent_kafka import Consumer

        consumer = Consumer(self._settings)
        try:
            yield consumer
        finally:
            consumer.close()

    def close(self) -> None:
        """Ends the connection and its threads."""
        list(self.settle())
        self._admin = None

    def topics(self) -> dict[str, list[int]]:
        """The partitions of all topics this user may see."""
        from confluent_kafka import KafkaException

        if self._admin is not None:
            try:
                return self._listed()
            except KafkaException:
                self._admin = None  # what broke it may be over; a new connection works, or says why not
        self._errors.clear()
        admin, end = self._opened(), time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._listed()
            except KafkaException as error:
                admin.poll(0)
                sentence = self.why_down()
                if sentence or time.monotonic() > end:
                    self._admin = None
                    raise Unreachable(sentence or self.unreachable(error.args[0].str())) from error

    def _listed(self) -> dict[str, list[int]]:
        topics = self._opened().list_topics(timeout=1).topics
        return {name: sorted(topic.partitions) for name, topic in topics.items() if topic.error is None}

    def topic_ids(self, names: list[str]) -> dict[str, str]:
        """The id of each topic: another one under the same name has another. Where the brokers tell none, offsets say what they can."""
        from confluent_kafka import KafkaException, TopicCollection

        found = {}
        asked = self._admin.describe_topics(TopicCollection(names), request_timeout=PATIENCE_SECONDS) if names else {}
        for name, answer in asked.items():
            with suppress(KafkaException):
                found[name] = str(answer.result().topic_id)
        return {name: topic_id for name, topic_id in found.items() if topic_id != NO_ID}

    def ends(self, places: list[TopicPartition], of_the_beginning: bool = False) -> dict[tuple[str, int], int | str]:
        """Where each partition ends (or begins) now, or why nobody can say."""
        from confluent_kafka import IsolationLevel, KafkaException
        from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]

        asked = dict.fromkeys(places, OffsetSpec.earliest() if of_the_beginning else OffsetSpec.latest())
        level = IsolationLevel.READ_COMMITTED
        answers = self._admin.list_offsets(asked, isolation_level=level, request_timeout=PATIENCE_SECONDS) if asked else {}
        found: dict[tuple[str, int], int | str] = {}
        for place, answer in answers.items():
            try:
                found[place.topic, place.partition] = int(answer.result().offset)
            except KafkaException as error:
                found[place.topic, place.partition] = ELAPSED.sub("", error.args[0].str())
        return found

    def _opened(self) -> Any:
        from confluent_kafka.admin import AdminClient

        if self._admin is None:
            own = {key: value for key, value in self._settings.items() if key in OF_BOTH or key.startswith(SECURITY)}
            self._admin = AdminClient(own)
        return self._admin

    # -- what goes wrong
    def note(self, error: KafkaError) -> None:
        self._errors[str(error.name())] = ELAPSED.sub("", str(error.str()))

    def why_down(self) -> str | None:
        if reason := self._errors.get("_AUTHENTICATION"):
            return f"Kafka at {self._brokers} refused the login ({reason}). Correct `security`, or ask who runs it."
        if "_ALL_BROKERS_DOWN" not in self._errors:
            return None
        why = next((self._errors[name] for name in ("_SSL", "_RESOLVE", "_TRANSPORT") if name in self._errors), "all are down")
        return self.unreachable(why)

    def unreachable(self, why: str) -> str:
        return f"Kafka at {self._brokers} cannot be reached ({ELAPSED.sub('', why)}). It is tried again; check `brokers` and the network."

    # -- the group
    def told(self, places: list[TopicPartition]) -> dict[tuple[str, int], int]:
        """The offsets the group was told for these partitions, as far as it was."""
        from confluent_kafka import ConsumerGroupTopicPartitions

        if not places:
            return {}
        asked = self._admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(self._group, places)], request_timeout=PATIENCE_SECONDS
        )
        found = [place for answer in asked.values() for place in answer.result().topic_partitions]
        return {(place.topic, place.partition): place.offset for place in found if place.offset >= 0 and not place.error}

    def tell(self, places: list[TopicPartition]) -> None:
        """Commits for the group, which `settle` waits for. Not through the consumer: with the brokers away that kept `close` waiting
        for 48 s."""
        from confluent_kafka import ConsumerGroupTopicPartitions

        if places:
            asked = [ConsumerGroupTopicPartitions(self._group, places)]
            self._commits += self._opened().alter_consumer_group_offsets(asked, request_timeout=PATIENCE_SECONDS).values()

    def settle(self) -> Iterator[Trouble]:
        """What came of the commits; reading does not depend on them."""
        from confluent_kafka import KafkaException

        asked, self._commits = self._commits, []
        problems = set()
        for each in asked:
            try:
                problems |= {part.error.str() for group in [each.result()] for part in group.topic_partitions if part.error}
            except KafkaException as error:
                problems.add(error.args[0].str())
        for problem in sorted(problems):
            yield Trouble(
                f"group {self._group}",
                f"the group {self._group} could not be told how far its topics are read ({ELAPSED.sub('', problem)}): other tools see a "
                "lag that is not there. Nothing is lost. This user needs READ on the group, and nobody else may use it.",
            )
