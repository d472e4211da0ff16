"""What the configuration says of alerts: when one ends, the mail server, where webhooks may go, and the channels that people share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STARTTLS, TLS, PLAIN = "starttls", "tls", "none"


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server, and whom we write as. `domains`: those that may be written to; empty: all."""

    host: str
    sender: str
    port: int = 587
    security: str = STARTTLS
    user: str | None = None
    password: str | None = None
    domains: tuple[str, ...] = ()
    timeout: int = 30
    ca: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that people share, by an address of Apprise. `sites`: what it may be told of; empty: all sites."""

    title: str | None
    url: str
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """`url` ends with a slash: where people reach Syncline. `webhooks`: hosts and networks on the inside that may be sent to."""

    quiet_after: int = 15 * 60
    url: str | None = None
    mail: Mail | None = None
    webhooks: tuple[str, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
