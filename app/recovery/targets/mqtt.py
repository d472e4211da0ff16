"""An MQTT topic: one message an attempt with quality of service 1, on a connection of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.configuration.elsewhere import checked_by
from app.recovery.model import Answer, Dispatch, Sent
from app.recovery.targets.filling import NAME, Content, NothingThere, content_of, filled, headers_of, template
from app.recovery.targets.target import IDEMPOTENT, Kind, fingerprint_of, some_seconds
from collectors.brokers.address import Tls, address_check, address_of, check_tls
from collectors.brokers.mqtt_session import NONSENSE, VERSIONS
from collectors.collector import Package
from metrics.keys import Key, Place, Problem, choice, flag, text

if TYPE_CHECKING:
    from paho.mqtt.client import Client

PORTS = {"mqtt": 1883, "mqtts": 8883}
FIVE = "5"
NOBODY_THERE, FAILED = 0x10, 0x80  # reason codes of MQTT 5: nobody subscribes to it; from here on it was not accepted
FOR_NOW = (0x80, 0x83, 0x97)  # no reason is given, the broker's own, the quota
FORBIDDEN = re.compile(r"[#+\0]")
TURN_SECONDS = 0.05


class Lost(OSError):
    """The line is gone; the text says what happened."""


class MqttTarget:
    """`settings` as KIND's keys read them. One attempt after the other: the broker knows one client of this name."""

    kind = "mqtt"

    def __init__(self, name: str, settings: Mapping[str, Any], folder: Path) -> None:
        self.name, self.idempotent = name, settings["idempotent"]
        self._topic, self._version, self._retain = settings["topic"], settings["version"], settings["retain"]
        self._client_id, self._seconds = settings["client_id"] or f"syncline-{name}", settings["timeout"]
        self._address = address_of(settings["url"], PORTS)
        self._tls, self._folder = Tls(settings["ca"], settings["certificate"], settings["key"]), folder
        self._lock = Lock()

    def describe(self) -> str:
        return f"A message to the topic {self._topic} of {self._address.text}, at least once."

    def fingerprint(self) -> str:
        said = {"broker": self._address.text, "user": self._address.user, "topic": self._topic, "retain": self._retain}
        return fingerprint_of(self.kind, said)

    def send(self, dispatch: Dispatch) -> Sent:
        try:
            topic = filled(self._topic, dispatch, lambda value: quote(value, safe=" !$&'()*,;=:@-._~"))
            content = content_of(dispatch)
        except NothingThere as nothing:
            return Sent(Answer.REFUSED, str(nothing))
        with self._lock:
            return self._sent(topic, content, dispatch)

    def close(self) -> None:
        """Nothing is kept between two attempts: the library would send once more by itself what was not acknowledged."""

    def _sent(self, topic: str, content: Content, dispatch: Dispatch) -> Sent:
        from paho.mqtt.enums import MQTTErrorCode

        client, said, has_left = self._client(), _Said(), False
        client.on_connect, client.on_publish = said.connected, said.published
        try:
            if self._address.is_tls:
                client.tls_set_context(self._tls.context(self._folder))
            client.connect(self._address.host, self._address.port, 60)
            self._await(client, lambda: said.connection is not None)
            if said.connection.is_failure:
                return Sent(Answer.NOT_TAKEN, f"{self._address.text} does not let us in, nothing was sent: {said.connection}.")
            properties = self._properties(content, dispatch) if self._version == FIVE else None
            try:
                sent = client.publish(topic, content.body, 1, self._retain, properties)
            except ValueError as error:
                return Sent(Answer.REFUSED, f"It cannot be a message of MQTT, nothing was sent: {error}.")
            has_left = True
            if sent.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
                raise Lost(str(sent.rc))
            self._await(client, lambda: said.publication is not None)
        except (OSError, *NONSENSE) as error:
            where, why = self._address.text, getattr(error, "strerror", None) or error
            if has_left:
                return Sent(Answer.UNKNOWN, f"{where} did not acknowledge it: {why}.")
            return Sent(Answer.NOT_TAKEN, f"{where} cannot be reached, nothing was sent: {why}.")
        finally:
            with suppress(OSError):  # the answer is there, or never will be
                client.disconnect()
        return _answer(said.publication, topic)

    def _client(self) -> Client:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

        is_five = self._version == FIVE
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            clean_session=None if is_five else True,
            protocol=MQTTProtocolVersion.MQTTv5 if is_five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = float(self._seconds)
        if self._address.user is not None:
            client.username_pw_set(self._address.user, self._address.password)
        return client

    def _properties(self, content: Content, dispatch: Dispatch) -> Any:
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        properties: Any = Properties(PacketTypes.PUBLISH)
        properties.ContentType = content.content_type
        properties.UserProperty = list(headers_of(dispatch).items())
        properties.CorrelationData = dispatch.effect_id.encode()
        return properties

    def _await(self, client: Client, is_there: Any) -> None:
        from paho.mqtt.enums import MQTTErrorCode

        end = time.monotonic() + self._seconds
        while not is_there():
            if client.loop(TURN_SECONDS) != MQTTErrorCode.MQTT_ERR_SUCCESS and not is_there():
                raise Lost("it closed the connection")
            if time.monotonic() > end:
                raise Lost(f"it had not answered after {self._seconds} s")


class _Said:
    """The reason codes of the broker's answers."""

    connection: Any = None
    publication: Any = None

    def connected(self, _client: Any, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        self.connection = code

    def published(self, _client: Any, _data: Any, _number: int, code: Any, _properties: Any) -> None:
        self.publication = code


def _answer(code: Any, topic: str) -> Sent:
    if code.value == NOBODY_THERE:
        return Sent(Answer.NOT_TAKEN, f"Nobody subscribes to {topic}: the broker threw it away.")
    if code.value < FAILED:
        return Sent(Answer.ACCEPTED, f"Acknowledged in {topic}.")
    return Sent(Answer.NOT_TAKEN if code.value in FOR_NOW else Answer.REFUSED, f"{topic}: {code}.")


def a_topic(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """A topic, in which names in braces may stand."""
    found: str | None = template()(value, place, problems)
    if found is None or not FORBIDDEN.search(NAME.sub("", found)):
        return found
    problems.append(Problem(place, "must be one topic; + and # are for who reads several."))
    return None


def _check(found: dict[str, Any]) -> Iterable[tuple[str, str]]:
    if address_of(found["url"], PORTS).path:
        yield "url", "names only the broker; what is behind the port belongs under `topic`."
    yield from ((key, f"{sentence}.") for key, sentence in check_tls(found))


KIND = Kind(
    keys=(
        Key("url", checked_by(address_check(PORTS), str), "URL", "The broker, `mqtts://…` over TLS.", required=True),
        Key("topic", a_topic, "topic", "Where each attempt goes; names such as `{site}` may stand in it.", required=True),
        Key("version", choice(VERSIONS), "text", 'Of the protocol: "5", or "3.1.1", which knows no headers.', default=FIVE),
        Key("retain", flag, "true or false", "Whether the broker keeps it for who subscribes later.", default=False),
        Key("client_id", text, "text", "What we are called. Absent: `syncline-` and the name of the target."),
        Key("ca", text, "file", "Who vouches for the broker. Absent: the usual authorities."),
        Key("certificate", text, "file", "Who we are, for a broker that wants a certificate."),
        Key("key", text, "file", "The key of the certificate, where it is in a file of its own."),
        Key("timeout", some_seconds, "duration", "How long the broker may take to answer.", default=10),
        IDEMPOTENT,
    ),
    open=MqttTarget,
    check=_check,
    package=Package("paho.mqtt", "mqtt"),
)
