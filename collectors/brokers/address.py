"""Where a broker is and how it is spoken to: the settings `url`, `ca`, `certificate` and `key`, told without the password."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from collectors.secured import tls_context

Problems = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """`text` is the address as a person may see it, without user and password."""

    text: str
    host: str
    port: int
    is_tls: bool
    user: str | None
    password: str | None
    path: str


class Tls(NamedTuple):
    """Files, relative to the configuration: who vouches for the broker (else the system's authorities), and who we are."""

    ca: str | None = None
    certificate: str | None = None
    key: str | None = None

    def context(self, folder: Path) -> ssl.SSLContext:
        """Raises OSError, of which ssl.SSLError is one."""
        context = tls_context(folder / self.ca if self.ca else None)
        if self.certificate:
            context.load_cert_chain(folder / self.certificate, folder / self.key if self.key else None)
        return context


def address_check(ports: dict[str, int]) -> Callable[[Any], Problems]:
    """What judges a setting `url` whose scheme is one of `ports` (scheme → default port); the one over TLS ends in s."""
    example = f"as in {next(iter(ports))}://${{BROKER_USER}}:${{BROKER_PASSWORD}}@broker.example.com"

    def check(value: Any) -> Problems:
        if not isinstance(value, str):
            return [("", f"must be the address of a broker, {example}")]
        try:
            parts = urlsplit(value)
            port = parts.port
        except ValueError:
            return [("", f"cannot be read as an address; write it {example}, and what is special in a password as in %40 for @")]
        if parts.scheme not in ports or not parts.hostname or port == 0:
            return [("", f"must be the address of a broker with {' or '.join(f'{scheme}://' for scheme in ports)} in front, {example}")]
        if parts.query or parts.fragment:
            return [("", "has something behind ? or #; settings have keys of their own, and in a password write %3F and %23")]
        return []

    return check


def check_tls(data: dict[str, Any]) -> Problems:
    """What is wrong between `url` and the files for TLS."""
    named = [name for name in ("ca", "certificate", "key") if data.get(name)]
    problems = [("key", "is the key of a certificate; name that as well")] if "key" in named and "certificate" not in named else []
    scheme = str(data.get("url", "")).partition("://")[0]
    if named and not scheme.endswith("s"):
        problems.append((named[0], f"is for TLS; write the address with {scheme}s:// in front"))
    return problems


def address_of(url: str, ports: dict[str, int]) -> BrokerAddress:
    """What a checked `url` says."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or ports[parts.scheme]
    user = None if parts.username is None else unquote(parts.username)
    password = None if parts.password is None else unquote(parts.password)
    shown = f"[{host}]" if ":" in host else host
    text = f"{parts.scheme}://{shown}:{port}{parts.path.rstrip('/')}"
    return BrokerAddress(text, host, port, parts.scheme.endswith("s"), user, password, unquote(parts.path[1:]))
