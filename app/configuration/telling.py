"""The section `alerts`: when an alert ends, and the ways in which people are told of one."""

from __future__ import annotations

from collections.abc import Collection
from email.utils import parseaddr
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from app.configuration.recovery import NAMES
from app.telling.settings import PLAIN, STARTTLS, TLS, Channel, Mail, Telling
from metrics.keys import Key, Place, Problem, Read, choice, duration_seconds, list_of, mapping_of, record_of, shown, text, unknown, whole


def some_seconds(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """A duration above nothing, in seconds."""
    found = duration_seconds(value, place, problems)
    if found == 0:
        problems.append(Problem(place, f"must be longer than nothing (found {shown(value)})."))
    return found or None


def _address(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """Of a mailbox."""
    if isinstance(value, str) and value.isprintable() and "@" in parseaddr(value)[1].strip("@"):
        return value
    problems.append(Problem(place, f"must be an address such as syncline@example.com (found {shown(value)})."))
    return None


def web_address(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """Of a web server, with a slash at its end."""
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts and parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment:
        return str(value).rstrip("/") + "/"
    problems.append(Problem(place, f"must be an address such as https://syncline.example.com/ (found {shown(value)})."))
    return None


MAIL = (
    Key("host", text, "name", "The mail server.", required=True),
    Key("sender", _address, "address", "Whom messages are from: `Syncline <syncline@example.com>`.", required=True),
    Key("port", whole(1, 65535), "port", "Its port.", default=587),
    Key(
        "security",
        choice((STARTTLS, TLS, PLAIN)),
        "word",
        f"`{STARTTLS}`, `{TLS}` from the first byte on (port 465), or `{PLAIN}` inside a plant's own network.",
        default=STARTTLS,
    ),
    Key("user", text, "text", "Who we are there, where it asks."),
    Key("password", text, "text", 'And our password: `"${MAIL_PASSWORD}"`.'),
    Key("domains", list_of(text, "domains"), "list", "Whom it may write to: `example.com`. Absent: everybody.", default=()),
    Key("timeout", some_seconds, "duration", "How long it may take to answer.", default=30),
    Key("ca", text, "file", "Who vouches for it. Absent: the usual authorities."),
)
CHANNEL = (
    Key("title", text, "text", "What the channel is called on the screen."),
    Key("url", text, "URL", "Its address as Apprise writes it.", required=True),
    Key("sites", NAMES, "list", "What is told there is about these sites only, whoever asked for it. Absent: all sites.", default=()),
)
ALERTS = (
    Key(
        "quiet_after",
        some_seconds,
        "duration",
        "How long something has to be gone before its alert ends; what comes back sooner is the same alert.",
        default=15 * 60,
    ),
    Key("url", web_address, "URL", "Where people reach Syncline, for the links in what is sent: `https://syncline.example.com/`."),
    Key("mail", record_of(MAIL, Mail), "mapping", "The mail server. Absent: nobody is told by e-mail."),
    Key(
        "webhooks",
        list_of(text, "hosts or networks"),
        "list",
        "Hosts and networks on the inside that webhooks may go to, such as `hooks.plant.example` or `10.1.0.0/16`; public ones always may.",
        default=(),
    ),
    Key("channels", mapping_of(record_of(CHANNEL, Channel), "channels"), "mapping", "Channels that people share, by name.", default={}),
)


def telling_problems(found: Telling | None, sites: Collection[str]) -> list[Problem]:
    """Sites of channels that there are none of."""
    return [
        Problem(("alerts", "channels", name, "sites"), unknown("site", site, sites))
        for name, channel in (found.channels if found else {}).items()
        for site in channel.sites
        if site not in sites
    ]


def _alerts() -> Read:
    """Also says which package is missing for shared channels."""
    read_section = record_of(ALERTS, Telling)

    def read(value: Any, place: Place, problems: list[Problem]) -> Telling | None:
        found: Telling | None = read_section(value, place, problems)
        if found and found.channels and find_spec("apprise") is None:
            problems.append(Problem((*place, "channels"), "needs a package that is not installed: pip install 'syncline[chat]'."))
        return found

    return read


alerts = _alerts()
