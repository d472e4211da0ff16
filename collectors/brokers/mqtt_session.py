"""A session at an MQTT broker that outlives the connection: the broker keeps what comes meanwhile, and what was not acknowledged."""

from __future__ import annotations

import struct
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from collectors.brokers.address import BrokerAddress, Tls
from collectors.collector import Trouble

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage

KEEPALIVE_SECONDS = 300  # we answer while we read; who reads less often is connected anew each time
ANSWER_SECONDS = 10.0
MOST = 500  # messages that wait to be kept
VERSIONS = ("3.1.1", "5")
NONSENSE = (struct.error, IndexError, ValueError, KeyError, TypeError)  # how the library fails on what is no MQTT


class Lost(OSError):
    """The broker is not there, or does not go on; the text says what happened."""


class Refused(Lost):
    """The broker does not want us; the text is its reason."""


class Topic(NamedTuple):
    filter: str
    qos: int = 1


class Session(NamedTuple):
    """How the broker knows us again, in which version of the protocol, and for how long it keeps what comes (3.1.1: as it likes)."""

    client_id: str
    version: str
    seconds: int


class Arrived(NamedTuple):
    filter: str  # of the topic, under which it came
    topic: str
    body: bytes
    mid: int
    qos: int
    is_retained: bool
    is_again: bool
    properties: dict[str, Any]  # of version 5: content_type, correlation, property (those of the sender's own)


class MqttSession:
    def __init__(self, address: BrokerAddress, tls: Tls, folder: Path, topics: Sequence[Topic], session: Session) -> None:
        self.address, self._tls, self._folder = address, tls, folder
        self._topics, self._session = topics, session
        self._client: Client | None = None
        self._connected: Any = None  # the reason code of the broker's answer
        self._granted: dict[int, list[Any]] = {}  # subscription → its reason codes
        self.arrived: deque[Arrived] = deque()

    @property
    def is_open(self) -> bool:
        return self._client is not None

    def open(self) -> Iterator[Trouble]:
        """Sees to it that there is a connection; tells what cannot be subscribed. Raises OSError."""
        if self._client and not self._goes_on(0):
            self.drop()  # given up by the broker since the last read: nobody's trouble, a new one is made
        if not self._client:
            self._connect()
            yield from self._subscribe()

    def wait(self, seconds: float) -> None:
        """Until something came, or for so long; then takes along what is there, up to MOST. Raises Lost."""
        before = len(self.arrived)
        if not self._goes_on(seconds):
            self._lose()
        while before < len(self.arrived) < MOST:
            before = len(self.arrived)
            if not self._goes_on(0):
                return  # what came before counts; that the line is gone is found by the next

    def acknowledge(self, mid: int, qos: int) -> bool:
        from paho.mqtt.enums import MQTTErrorCode

        return self._client is not None and self._client.ack(mid, qos) == MQTTErrorCode.MQTT_ERR_SUCCESS

    def drop(self) -> None:
        """Ends the connection, not the session: the broker keeps what was not acknowledged."""
        client, self._client = self._client, None
        self.arrived.clear()
        if client:
            client.disconnect()

    def _connect(self) -> None:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

        is_five = self._session.version == "5"
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._session.client_id,
            clean_session=None if is_five else False,
            protocol=MQTTProtocolVersion.MQTTv5 if is_five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = ANSWER_SECONDS
        if self.address.user is not None:
            client.username_pw_set(self.address.user, self.address.password)
        if self.address.is_tls:
            client.tls_set_context(self._tls.context(self._folder))
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        self._connected, self._client = None, client
        more: dict[str, Any] = {"clean_start": False, "properties": self._properties()} if is_five else {}
        client.connect(self.address.host, self.address.port, KEEPALIVE_SECONDS, **more)
        self._await(lambda: self._connected is not None)
        if self._connected.is_failure:
            raise Refused(str(self._connected))

    def _properties(self) -> Any:
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        properties: Any = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = self._session.seconds
        properties.ReceiveMaximum = MOST
        return properties

    def _subscribe(self) -> Iterator[Trouble]:
        """Again with each connection: not every broker keeps sessions over a restart of its own. What is retained comes again with it."""
        assert self._client
        for topic in self._topics:
            _, number = self._client.subscribe(topic.filter, topic.qos)
            if number is None:
                raise Lost("it closed the connection")
            self._await(lambda number=number: number in self._granted)
            (code,) = self._granted.pop(number)
            if code.is_failure:
                yield Trouble(
                    topic.filter,
                    f"the topic {topic.filter!r} of {self.address.text} cannot be read: {code}. "
                    "Give the user the right to subscribe to it, or take it out.",
                )

    def _await(self, is_there: Any) -> None:
        end = time.monotonic() + ANSWER_SECONDS
        while not is_there():
            if not self._goes_on(0.2):
                self._lose()
            if time.monotonic() > end:
                raise Lost(f"it did not answer within {ANSWER_SECONDS:.0f} s")

    def _goes_on(self, seconds: float) -> bool:
        """Lets something happen on the line; whether it is still there."""
        from paho.mqtt.enums import MQTTErrorCode

        assert self._client
        try:
            return self._client.loop(seconds) == MQTTErrorCode.MQTT_ERR_SUCCESS
        except NONSENSE as error:
            raise Lost(f"what it sends is no MQTT ({type(error).__name__}: {error})") from error

    def _lose(self) -> None:
        if self._connected is not None and self._connected.is_failure:
            raise Refused(str(self._connected))
        raise Lost(f"it closed the connection; does another client call itself {self._session.client_id!r} as well?")

    def _on_connect(self, _client: Client, _data: Any, _flags: Any, reason_code: Any, _properties: Any) -> None:
        self._connected = reason_code

    def _on_subscribe(self, _client: Client, _data: Any, mid: int, reason_codes: Any, _properties: Any) -> None:
        self._granted[mid] = list(reason_codes)

    def _on_message(self, client: Client, _data: Any, message: MQTTMessage) -> None:
        topic = _topic_of(message)
        if pattern := self._filter_of(topic):
            told = (message.mid, message.qos, message.retain, message.dup, _properties_of(message))
            self.arrived.append(Arrived(pattern, topic, bytes(message.payload), *told))
        else:
            client.ack(message.mid, message.qos)  # subscribed to by an older configuration, which the session remembers

    def _filter_of(self, topic: str) -> str | None:
        from paho.mqtt.client import topic_matches_sub

        return next((each.filter for each in self._topics if topic_matches_sub(_without_group(each.filter), topic)), None)


def _without_group(pattern: str) -> str:
    return pattern.split("/", 2)[2] if pattern.startswith("$share/") else pattern


def _topic_of(message: MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return "a topic that is no UTF-8"


def _properties_of(message: MQTTMessage) -> dict[str, Any]:
    found = message.properties
    if found is None:
        return {}
    named = {"content_type": getattr(found, "ContentType", None), "property": dict(getattr(found, "UserProperty", []))}
    correlation = getattr(found, "CorrelationData", None)
    return {name: value for name, value in {**named, "correlation": _text(correlation)}.items() if value}


def _text(value: bytes | None) -> str | None:
    return value.decode(errors="backslashreplace") if value else None
