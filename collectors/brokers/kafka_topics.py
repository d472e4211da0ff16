"""Reading the topics of a Kafka cluster from where each partition was left to where it ends now.

Partitions are assigned by ourselves, for the time of one read, at the offsets our journal knows: no rebalance can lose or double anything,
nothing waits for a group to form (measured: 3 s), and nothing is fetched between two reads. A partition that has nothing new is not
fetched at all (three questions to the brokers, 3 ms). The group only holds what was kept, for other tools to see the lag; nobody may
subscribe with its name.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from collectors.brokers.kafka_connection import PATIENCE_SECONDS, KafkaConnection, Unreachable
from collectors.collector import Clock, Trouble
from collectors.event import Record

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

NOWHERE = -1001  # librdkafka's offset for none
WAIT_SECONDS = 0.1  # for messages that may be on their way
BATCH = 500  # messages handed over at once
OWN_TOPICS = ("__consumer_offsets", "__transaction_state")  # Kafka's, which a pattern never means
Understood = Callable[["Message"], tuple[bytes, str]]  # a message → payload and content type of its record


@dataclass(slots=True)
class Partition:
    """Where one partition is read. The generation counts how often its offsets began anew; positions carry it from the second on."""

    topic: str
    number: int
    offset: int
    topic_id: str = ""
    generation: int = 1
    end: int | None = None  # where the partition ended when this read began

    @property
    def stream(self) -> str:
        return f"{self.topic}/{self.number}"

    @property
    def label(self) -> str:
        return f"topic {self.topic}, partition {self.number}"

    def position(self, offset: int) -> str:
        return f"{self.topic}{'' if self.generation == 1 else f'#{self.generation}'}/{self.number}/{offset}"

    def after(self) -> str:
        return orjson.dumps({"next": self.offset, "topic_id": self.topic_id, "generation": self.generation}).decode()


class Topics:
    """Names of topics, and patterns that begin with ^."""

    def __init__(self, written: Sequence[str]) -> None:
        self.names = [each for each in written if not each.startswith("^")]
        self.patterns = [re.compile(each) for each in written if each.startswith("^")]

    def hold(self, topic: str) -> bool:
        return topic in self.names or (topic not in OWN_TOPICS and any(pattern.match(topic) for pattern in self.patterns))

    def absent(self, there: Sequence[str]) -> Iterator[Trouble]:
        """What is asked for and not there."""
        for name in self.names:
            if name not in there:
                yield Trouble(name, f"no topic is called {name}, or this user may not see it. It is read once it is there.")
        for pattern in self.patterns:
            if not any(pattern.match(name) for name in there):
                yield Trouble(
                    pattern.pattern, f"no topic fits {pattern.pattern}, or this user may not see it. It is read once it is there."
                )


class KafkaTopics:
    """Reads for one source. `settings` are librdkafka's, with brokers and group; `start` is earliest or latest."""

    def __init__(self, source: str, settings: Mapping[str, Any], topics: Topics, start: str, understood: Understood) -> None:
        self._source, self._topics, self._understood = source, topics, understood
        self._connection = KafkaConnection(settings)
        self._start = start
        self._starts: dict[str, int] = {}  # stream → where it was begun, while nothing came
        self._seen: set[str] | None = None  # partitions there at the last read: what comes later is read from its start
        self._told: set[tuple[str, int]] = set()

    # -- reading
    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        """What is there now, partition by partition as the brokers send it."""
        from confluent_kafka import KafkaException

        try:
            yield from self._read(after, clock)
        except Unreachable as error:
            yield Trouble("", str(error))
        except KafkaException as error:
            yield Trouble("", self._connection.unreachable(error.args[0].str()))

    def _read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        there = self._connection.topics()
        yield from self._topics.absent(list(there))
        yield from self._connection.settle()
        partitions: list[Partition] = []
        yield from self._found({name: numbers for name, numbers in there.items() if self._topics.hold(name)}, after, partitions)
        if partitions:
            with self._connection.consumer() as consumer:
                moved: list[Partition] = []
                yield from self._drain(consumer, partitions, moved, clock)
                yield from self._drain(consumer, moved, [], clock)

    def _found(self, chosen: dict[str, list[int]], after: Mapping[str, str], to_read: list[Partition]) -> Iterator[Trouble]:
        """The partitions that have something new, into `to_read`."""
        ids = self._connection.topic_ids(list(chosen))
        partitions = []
        for name, numbers in chosen.items():
            for number in numbers:
                known = after.get(f"{name}/{number}")
                partitions.append(found := self._left(name, number, ids.get(name, ""), known))
                if known and found.generation > orjson.loads(known)["generation"]:
                    yield from self._tell(found, "was made anew since it was last read. Its messages are read from the start, as others.")
        ends = self._connection.ends([_place(each) for each in partitions])
        self._find_starts([each for each in partitions if each.offset < 0], ends)
        for each in partitions:
            end = ends.get((each.topic, each.number), 0)
            if end.__class__ is str:
                yield Trouble(each.stream, f"{each.label} cannot be read: {end}. Its messages are read once it can be.")
            elif end != max(each.offset, 0):
                to_read.append(each)
        # Left to the consumer, it would take half a second to find the beginning of a partition.
        unread = [each for each in to_read if each.offset < 0]
        begins = self._connection.ends([_place(each) for each in unread], of_the_beginning=True)
        for each in unread:
            begin = begins[each.topic, each.number]
            each.offset = begin if isinstance(begin, int) else each.offset

    def _left(self, topic: str, number: int, topic_id: str, after: str | None) -> Partition:
        """The partition where our journal left it; at its start where the topic is another one by now."""
        from confluent_kafka import OFFSET_BEGINNING

        found = Partition(topic, number, OFFSET_BEGINNING, topic_id)
        if after is None:
            return found
        left = orjson.loads(after)
        found.generation, found.topic_id = left["generation"], topic_id or left["topic_id"]
        if topic_id and left["topic_id"] and left["topic_id"] != topic_id:
            found.generation += 1
        else:
            found.offset = left["next"]
        return found

    def _find_starts(self, unread: list[Partition], ends: Mapping[tuple[str, int], int | str]) -> None:
        """Where `latest` begins: where it began before, as the group was told, else at the end. What came later begins at its start."""
        if self._start != "latest":
            return
        late = [each for each in unread if each.generation == 1]
        if self._seen is not None:
            self._starts |= {each.stream: 0 for each in late if each.stream not in self._seen}
        asked = [each for each in late if each.stream not in self._starts]
        told = self._connection.told([_place(each) for each in asked])
        begun = {each.stream: told.get(key, ends.get(key)) for each in asked for key in [(each.topic, each.number)]}
        self._starts |= {stream: offset for stream, offset in begun.items() if isinstance(offset, int)}
        self._connection.tell([_place(each, self._starts[each.stream]) for each in asked if each.stream in self._starts])
        self._seen = {each.stream for each in unread} | (self._seen or set())
        for each in late:
            each.offset = self._starts.get(each.stream, each.offset)

    def _drain(self, consumer: Consumer, partitions: list[Partition], moved: list[Partition], clock: Clock) -> Iterator[Record | Trouble]:
        """Everything up to where the partitions end now. Those whose offset is not there any more are `moved` to where they go on."""
        if not partitions:
            return
        pending = {(each.topic, each.number): each for each in partitions}
        consumer.assign([_place(each, each.offset) for each in partitions])
        heard = time.monotonic()
        while pending:
            messages = consumer.consume(1, WAIT_SECONDS)
            for message in messages + (consumer.consume(BATCH, 0) if messages else []):
                yield from self._take(consumer, message, pending, moved, clock)
            if messages:
                heard = time.monotonic()
            elif sentence := self._connection.why_down():
                raise Unreachable(sentence)
            else:
                yield from self._look_beyond(consumer, pending, moved)
                if time.monotonic() - heard > PATIENCE_SECONDS:
                    yield from (Trouble(each.stream, f"{each.label} gives no answer; has it a leader?") for each in pending.values())
                    return

    def _take(
        self, consumer: Consumer, message: Message, pending: dict[Any, Partition], moved: list[Partition], clock: Clock
    ) -> Iterator[Record | Trouble]:
        key = (message.topic(), message.partition())
        partition = pending.get(key)
        if error := message.error():
            if partition is None:
                self._connection.note(error)
            else:
                yield from self._take_error(consumer, error, partition, moved)
                del pending[key]
            return
        if partition is None:  # behind the end this read goes to: next time
            return
        offset = message.offset() or 0
        if partition.end is None:
            high = consumer.get_watermark_offsets(_place(partition), cached=True)[1]
            partition.end = high if high > offset else None  # where it is not known, the partition says when it has ended
        partition.offset = offset + 1
        payload, content_type = self._understood(message)
        yield Record(self._source, partition.position(offset), payload, content_type, clock(), partition.stream, partition.after())
        if partition.end is not None and partition.offset >= partition.end:
            consumer.pause([_place(partition)])
            del pending[key]

    def _take_error(self, consumer: Consumer, error: KafkaError, partition: Partition, moved: list[Partition]) -> Iterator[Trouble]:
        from confluent_kafka import KafkaError as Codes

        if error.code() == Codes._AUTO_OFFSET_RESET:
            yield from self._move(consumer, partition, moved)
        elif error.code() != Codes._PARTITION_EOF:
            yield Trouble(partition.stream, f"{partition.label} cannot be read: {error.str()}. Its other messages are read once it can be.")

    # -- offsets that are not there
    def _look_beyond(self, consumer: Consumer, pending: dict[Any, Partition], moved: list[Partition]) -> Iterator[Trouble]:
        """Brokers that say nothing about an offset behind their end would be waited for in vain."""
        for key, each in list(pending.items()):
            _, high = consumer.get_watermark_offsets(_place(each), cached=True)
            if 0 <= high < each.offset:
                yield from self._move(consumer, each, moved)
                del pending[key]

    def _move(self, consumer: Consumer, partition: Partition, moved: list[Partition]) -> Iterator[Trouble]:
        """Where a partition goes on whose offset is not there: messages were deleted, or their offsets began anew."""
        low, high = consumer.get_watermark_offsets(_place(partition), timeout=PATIENCE_SECONDS)
        high = max(high, consumer.get_watermark_offsets(_place(partition), cached=True)[1])
        asked = partition.offset
        if 0 <= asked < low:
            partition.offset = low
            yield from self._tell(
                partition,
                f"has lost messages {asked} to {low - 1} before they were read: it keeps them too short a time. Reading goes on at {low}; "
                "let the topic keep its messages longer (retention.ms), or read more often (`every`).",
            )
        elif asked > high and partition.topic_id:
            partition.offset, partition.generation = self._cut_off(partition, high), partition.generation + 1
            yield from self._tell(
                partition,
                f"ended at {asked} and ends at {partition.offset} now: its brokers lost messages that were read. What is new is read.",
            )
        elif asked > high:  # without an id of the topic nobody can say more
            partition.offset, partition.generation = low, partition.generation + 1
            yield from self._tell(partition, f"ended at {asked} and ends at {high} now: it was made anew, and is read from its start.")
        moved.append(partition)

    def _cut_off(self, partition: Partition, high: int) -> int:
        """Where it was cut off when that was first seen; the group is told, so that it is known until something new came."""
        key = (partition.topic, partition.number)
        offset = min(self._connection.told([_place(partition)]).get(key, high), high)
        self._connection.tell([_place(partition, offset)])
        return offset

    def _tell(self, partition: Partition, what: str) -> Iterator[Trouble]:
        """Once: it is over with the telling."""
        sentence = f"{partition.label} {what}"
        if (sentence, partition.generation) not in self._told:
            self._told.add((sentence, partition.generation))
            yield Trouble(partition.stream, sentence)

    # -- the group
    def keep(self, records: Sequence[Record]) -> None:
        """Tells the group how far the journal is, for others to see."""
        from confluent_kafka import TopicPartition

        places = []
        for stream, after in {record.stream: record.after or "" for record in records}.items():
            topic, _, number = stream.rpartition("/")
            places.append(TopicPartition(topic, int(number), orjson.loads(after)["next"]))
        self._connection.tell(places)

    def close(self) -> None:
        self._connection.close()


def _place(partition: Partition, offset: int = NOWHERE) -> TopicPartition:
    from confluent_kafka import TopicPartition

    return TopicPartition(partition.topic, partition.number, offset)
