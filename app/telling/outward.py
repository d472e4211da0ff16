"""One POST to an address that a person named: never to what is inside unless it is configured, never elsewhere than was checked."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from collectors.rest.peer import is_of_the_machine
from collectors.secured import tls_context

TIMEOUT_SECONDS = 10.0
WORDS_BYTES = 2048
EXCERPT = 200
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
# Addresses in which another one is hidden: translated on their way, they may lead inside.
HIDING = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


class NotAllowed(Exception):
    """It may not be sent there; the text says why, in a sentence."""


class Unreached(Exception):
    """No answer came; the text says why. What is sent may have arrived."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said."""

    status: int
    words: str
    retry_after: str | None


def checked(url: str, inside: Sequence[str]) -> SplitResult:
    """The parts of an address that may be sent to, as far as that shows without asking anybody. Raises NotAllowed."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("https", "http") or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed("A webhook is an address such as https://hooks.example.com/alerts.")
    if parts.username or parts.password:
        raise NotAllowed("A webhook's address holds no user and no password; what it gets is signed.")
    if parts.scheme == "http" and not _is_named(host, inside):
        raise NotAllowed("A webhook's address begins with https://.")
    return parts


def host_of(url: str) -> str:
    """For sentences."""
    return urlsplit(url).netloc.rpartition("@")[2]


def post(url: str, body: bytes, headers: Mapping[str, str], inside: Sequence[str], context: ssl.SSLContext | None = None) -> Answer:
    """What came back. A redirect is an answer, and not followed. Raises NotAllowed and Unreached."""
    parts = checked(url, inside)
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    address = _address(host, port, inside)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    try:
        # Connected to the very address that was checked: a name may mean another one the next time it is asked.
        connection.sock = socket.create_connection((str(address), port), TIMEOUT_SECONDS)
        if parts.scheme == "https":
            connection.sock = (context or tls_context()).wrap_socket(connection.sock, server_hostname=host)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {**headers, "Host": host_of(url), "Connection": "close"})
        answer = connection.getresponse()
        said = " ".join(answer.read(WORDS_BYTES).decode("utf-8", "replace").split())[:EXCERPT]
        return Answer(answer.status, said, answer.getheader("Retry-After"))
    except (OSError, http.client.HTTPException) as error:
        raise Unreached(f"{host_of(url)} did not answer: {getattr(error, 'strerror', None) or error or type(error).__name__}.") from error
    finally:
        connection.close()


def _address(host: str, port: int, inside: Sequence[str]) -> Ip:
    """The first that the name means, when all of them may be sent to. Raises NotAllowed and Unreached."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreached(f"Nobody knows where {host} is: {getattr(error, 'strerror', None) or error}.") from error
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    is_named = _is_named(host, inside)
    # A name that is allowed may mean the inside, but not what only this machine may ask: that is allowed by its number or not at all.
    if not all((is_named and not is_of_the_machine(str(each))) or _is_public(each) or _is_in(each, inside) for each in addresses):
        raise NotAllowed(f"{host} is on the inside, where webhooks may not go; the configuration can allow it (alerts.webhooks).")
    return addresses[0]


def _is_public(address: Ip) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return _is_public(address.ipv4_mapped)
    hides = any(address.version == net.version and address in net for net in HIDING)
    return address.is_global and not address.is_multicast and not hides and not is_of_the_machine(str(address))


def _is_named(host: str, inside: Sequence[str]) -> bool:
    return host.lower() in {each.lower() for each in inside}


def _is_in(address: Ip, inside: Sequence[str]) -> bool:
    plain = address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address
    return any(plain.version == net.version and plain in net for each in inside if (net := _network(each)))


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None  # the name of a host
