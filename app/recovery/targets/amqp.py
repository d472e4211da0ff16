"""An exchange of an AMQP 0-9-1 broker: one lasting message an attempt, confirmed by the broker, on a connection of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.configuration.elsewhere import checked_by
from app.recovery.model import Answer, Dispatch, Sent
from app.recovery.targets.filling import Content, NothingThere, content_of, filled, headers_of, template
from app.recovery.targets.target import IDEMPOTENT, Kind, fingerprint_of
from collectors.brokers.address import Tls, address_check, address_of, check_tls
from collectors.brokers.amqp_link import AmqpLink, pika
from collectors.collector import Package
from metrics.keys import Key, text

PORTS = {"amqp": 5672, "amqps": 5671}
LASTING = 2
LONGEST_KEY_BYTES = 255


class AmqpTarget:
    """`settings` as KIND's keys read them."""

    kind = "amqp"

    def __init__(self, name: str, settings: Mapping[str, Any], folder: Path) -> None:
        self.name, self.idempotent = name, settings["idempotent"]
        self._exchange, self._routing_key = settings["exchange"], settings["routing_key"]
        self._address = address_of(settings["url"], PORTS)
        self._tls, self._folder = Tls(settings["ca"], settings["certificate"], settings["key"]), folder

    def describe(self) -> str:
        through = f"the exchange {self._exchange}" if self._exchange else "the queue of that name"
        return f"A message with the routing key {self._routing_key} to {through} of {self._address.text}."

    def fingerprint(self) -> str:
        said = {"broker": self._address.text, "user": self._address.user, "exchange": self._exchange, "routing_key": self._routing_key}
        return fingerprint_of(self.kind, said)

    def send(self, dispatch: Dispatch) -> Sent:
        try:
            routing_key, content = filled(self._routing_key, dispatch), content_of(dispatch)
        except NothingThere as nothing:
            return Sent(Answer.REFUSED, str(nothing))
        if len(routing_key.encode()) > LONGEST_KEY_BYTES:
            return Sent(Answer.REFUSED, f"The routing key would be longer than {LONGEST_KEY_BYTES} bytes; nothing was sent.")
        exceptions = pika().exceptions
        link = AmqpLink(self._address, self._tls, self._folder, self.name)
        try:
            channel = link.channel()
            channel.confirm_delivery()
        except (exceptions.AMQPError, OSError) as error:
            link.drop()
            return Sent(Answer.NOT_TAKEN, f"Nothing was sent: {link.trouble(error)}")
        try:
            return self._published(channel, routing_key, content, dispatch)
        except exceptions.ChannelClosedByBroker as error:  # there is no such exchange, or no right to it
            return Sent(Answer.REFUSED, f"{self._address.text} does not take it: {error.reply_text}.")
        except (exceptions.AMQPError, OSError) as error:
            return Sent(Answer.UNKNOWN, f"{self._address.text} did not confirm it: {str(error) or type(error).__name__}.")
        finally:
            link.drop()

    def close(self) -> None:
        """Nothing is kept between two attempts."""

    def _published(self, channel: Any, routing_key: str, content: Content, dispatch: Dispatch) -> Sent:
        library = pika()
        properties = library.BasicProperties(
            content_type=content.content_type,
            message_id=dispatch.effect_id,
            delivery_mode=LASTING,
            headers=headers_of(dispatch),
        )
        try:
            channel.basic_publish(self._exchange, routing_key, content.body, properties, mandatory=True)
        except library.exceptions.UnroutableError:
            return Sent(Answer.NOT_TAKEN, f"No queue takes what is sent with the routing key {routing_key}: the broker gave it back.")
        except library.exceptions.NackError:
            return Sent(Answer.NOT_TAKEN, f"{self._address.text} could not keep it, and says so.")
        return Sent(Answer.ACCEPTED, f"Confirmed, with the routing key {routing_key}.")


def _check(found: dict[str, Any]) -> Iterable[tuple[str, str]]:
    yield from ((key, f"{sentence}.") for key, sentence in check_tls(found))


KIND = Kind(
    keys=(
        Key("url", checked_by(address_check(PORTS), str), "URL", "The broker and its virtual host, `amqps://…` over TLS.", required=True),
        Key(
            "exchange",
            text,
            "name",
            "The exchange. Absent: the broker's own, which takes the routing key for the name of a queue.",
            default="",
        ),
        Key("routing_key", template(), "text", "The routing key; names such as `{site}` may stand in it.", required=True),
        Key("ca", text, "file", "Who vouches for the broker. Absent: the usual authorities."),
        Key("certificate", text, "file", "Who we are, for a broker that wants a certificate."),
        Key("key", text, "file", "The key of the certificate, where it is in a file of its own."),
        IDEMPOTENT,
    ),
    open=AmqpTarget,
    check=_check,
    package=Package("pika", "amqp"),
)
