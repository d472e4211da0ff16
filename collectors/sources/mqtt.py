"""Messages of an MQTT broker, as on the plant floor: received in a session that outlives us, acknowledged once they are kept."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, ClassVar

import orjson

from collectors.brokers.address import Tls, address_check, address_of, check_tls
from collectors.brokers.mqtt_session import VERSIONS, Arrived, MqttSession, Refused, Session, Topic
from collectors.collector import KEEP, Clock, Collector, Keep, Package, Trouble
from collectors.event import Record
from collectors.formats import check_format, format_setting, open_format
from collectors.meaning import FINE, Meaning
from collectors.message import MESSAGE, Message, packed, unpacked
from collectors.paths import NoPath, lookup_in, steps_of
from collectors.rows import Rows
from collectors.sample_file import messages_in
from collectors.settings import a_text, judged_together, setting
from collectors.suggest import unknown
from collectors.trace_context import ids_in

PORTS = {"mqtt": 1883, "mqtts": 8883}
FIRST_SECONDS, QUIET_SECONDS = 0.5, 0.2  # nothing came for so long, on a new connection and else: that was all
LONG_SECONDS = 10.0  # a plant never falls silent; the rest is read next time
SHOWN = 200  # characters of a topic in a position
LONGEST_HOURS = 2**32 // 3600 - 1


def topics_setting(value: Any) -> list[tuple[str, str]]:
    if not isinstance(value, list) or not value:
        return [("", f"must be a list of topics (found {value!r}), as in `[plant/+/orders, {{topic: plant/#, qos: 0}}]`")]
    return [(f"[{i}]{where}", text) for i, entry in enumerate(value) for where, text in _topic_problems(entry)]


def _topic_problems(entry: Any) -> Iterator[tuple[str, str]]:
    topic = entry.get("topic") if isinstance(entry, dict) else entry
    if isinstance(entry, dict):
        yield from ((f".{key}", unknown("key", key, ("topic", "qos"))) for key in entry if key not in ("topic", "qos"))
        if entry.get("qos", 1) not in (0, 1) or isinstance(entry.get("qos"), bool):
            yield ".qos", f"must be 0 or 1 (found {entry['qos']!r}); what is sent with 2 comes with 1, and counts once all the same"
    if not isinstance(topic, str) or not topic or "\0" in topic:
        yield "", f"must be a topic, or a mapping with one (found {entry!r})"
    elif any(("#" in level or "+" in level) and len(level) > 1 for level in topic.split("/")) or "#" in topic[:-1]:
        yield "", f"+ stands for one level and # for all that follow, each alone between slashes, # at the end (found {topic!r})"


def version_setting(value: Any) -> list[tuple[str, str]]:
    return [] if value in VERSIONS else [("", f'must be "3.1.1" or "5", in quotes (found {value!r})')]


def hours_setting(value: Any) -> list[tuple[str, str]]:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LONGEST_HOURS
    return [] if good else [("", f"must be a whole number of hours from 1 to {LONGEST_HOURS} (found {value!r})")]


def path_setting(value: Any) -> list[tuple[str, str]]:
    try:
        steps_of(value.removeprefix("@") if isinstance(value, str) else "")
        return []
    except NoPath as error:
        return [("", f"must be a path into the message, as in header.id: {error}")]


class Mqtt(Collector):
    kind: ClassVar[str] = "mqtt"
    every_seconds: ClassVar[int] = 1
    package: ClassVar[Package | None] = Package("paho.mqtt", "mqtt")

    @dataclass(frozen=True, slots=True)
    class Settings:
        url: str = setting(address_check(PORTS))
        topics: list[Any] = setting(topics_setting)
        format: str = format_setting()
        map: dict[str, Any] | None = setting(judged_together, None)
        options: dict[str, Any] | None = setting(judged_together, None)
        position: str | None = setting(path_setting, None)
        client_id: str | None = setting(a_text, None)
        version: str = setting(version_setting, "3.1.1")
        session_hours: int = setting(hours_setting, 168)
        ca: str | None = setting(a_text, None)
        certificate: str | None = setting(a_text, None)
        key: str | None = setting(a_text, None)

        @staticmethod
        def check_together(data: dict[str, Any]) -> list[tuple[str, str]]:
            url = data.get("url")
            has_path = isinstance(url, str) and not address_check(PORTS)(url) and address_of(url, PORTS).path
            problems = [("url", "names only the broker; what is behind the port belongs under `topics`")] if has_path else []
            return problems + check_format(data) + check_tls(data)

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self._format = open_format(settings.format, settings.map, settings.options)
        self.mapping = self._format.mapping
        self._position = settings.position
        topics = [Topic(each) if isinstance(each, str) else Topic(each["topic"], each.get("qos", 1)) for each in settings.topics]
        session = Session(settings.client_id or f"syncline-{name}", settings.version, settings.session_hours * 3600)
        tls = Tls(settings.ca, settings.certificate, settings.key)
        self._session = MqttSession(address_of(settings.url, PORTS), tls, folder, topics, session)
        self._given: dict[str, deque[Arrived]] = defaultdict(deque)  # by position: read, and not known to be kept

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble | Keep]:
        if any(self._given.values()):
            self._drop()  # what we read and did not keep is sent again
        started = time.monotonic()
        try:
            yield from self._session.open()
            seconds = FIRST_SECONDS
            while time.monotonic() - started < LONG_SECONDS:
                if not self._session.arrived:
                    self._session.wait(seconds)
                if not self._session.arrived:
                    break
                while self._session.arrived:
                    yield self._record(self._session.arrived.popleft(), clock)
                yield KEEP
                seconds = QUIET_SECONDS
                if not self._session.is_open:  # the line went while they were kept
                    yield from self._session.open()
        except OSError as error:
            self._drop()
            yield Trouble("", self._trouble(error))

    def kept(self, records: Sequence[Record]) -> None:
        """In the order in which they came, as the standard wants it."""
        for record in records:
            given = self._given.get(record.position)
            arrived = given.popleft() if given else None
            if not given:
                self._given.pop(record.position, None)
            if arrived and arrived.qos and not self._session.acknowledge(arrived.mid, arrived.qos):
                return self._drop()  # the line is gone: they are sent again, and known by their position
        return None

    def close(self) -> None:
        self._drop()

    def sample(self, file: Path) -> Iterator[Record | Trouble]:
        return messages_in(self.name, file, self._format.content_type)

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        """An empty message is how a retained one is taken back: nothing happened."""
        head, body, content_type = unpacked(record)
        if not body:
            return
        topic = str(head.get("topic", ""))
        head = {**head, "level": topic.split("/")}
        properties = head.get("property") if isinstance(head.get("property"), dict) else None
        ids = ids_in({key.lower(): value for key, value in (properties or {}).items()})
        message = Message(body, content_type, head, {}, FINE, None, {}, *ids)
        self._format.add(record, message, self._position_of(record, message, topic), meaning, rows)

    def _position_of(self, record: Record, message: Message, topic: str) -> str:
        """Under the number that `position` finds the message is known; where there is none, under its content."""
        if not self._position:
            return record.position
        try:
            found = lookup_in(orjson.loads(message.body), message.head)(self._position)
        except orjson.JSONDecodeError:
            found = None  # the format says what is wrong with it
        return f"{topic[:SHOWN]}:{found}" if found.__class__ in (str, int) else record.position

    def _record(self, arrived: Arrived, clock: Clock) -> Record:
        """MQTT numbers messages only between two neighbours, so a message is known by what it says and where: sent again, or retained and
        read again, it is the same. Two that are equal to the byte are one; when something happened has to stand in it anyway."""
        head: dict[str, Any] = {"topic": arrived.topic, "qos": arrived.qos, **arrived.properties}
        head |= {name: True for name, is_so in (("retain", arrived.is_retained), ("again", arrived.is_again)) if is_so}
        told = orjson.dumps([arrived.topic, sorted(arrived.properties.get("property", {}).items())])
        name = blake2b(len(told).to_bytes(8) + told + arrived.body, digest_size=12).hexdigest()
        position = f"{arrived.topic[:SHOWN]}:{name}"
        self._given[position].append(arrived)
        content_type = arrived.properties.get("content_type") or self._format.content_type
        after = orjson.dumps({"at": name}).decode()
        kind = f"{MESSAGE}; {content_type}"
        return Record(self.name, position, packed(head, arrived.body), kind, clock(), arrived.filter, after)

    def _trouble(self, error: OSError) -> str:
        where = self._session.address.text
        if isinstance(error, Refused):
            return f"{where} does not let us in: {error}. Check the user, the password and what this user may do."
        return f"{where} cannot be reached: {error}. Check that the broker runs and the address is right; it is tried again."

    def _drop(self) -> None:
        self._session.drop()
        self._given.clear()
