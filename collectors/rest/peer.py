"""Sessions that look at the address they are really connected to: never one that hands out what only the machine itself may know."""

from __future__ import annotations

import ipaddress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
# Link-local, where clouds tell a machine its own passwords, and where some of them do that else (AWS over IPv6, Alibaba, Oracle, Azure).
OF_THE_MACHINE = tuple(
    ipaddress.ip_network(net)
    for net in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32")
)


class WrongPeer(Exception):
    """The name led to an address that nothing is asked of; the text says which."""


def is_of_the_machine(address: str) -> bool:
    """Whether an address is one that only the machine itself may ask."""
    found: Ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found.version == net.version and found in net for net in OF_THE_MACHINE)


def look_at_peers(session: requests.Session) -> None:
    """From now on each new connection of the session is looked at before anything is sent: a name may mean another address every time it
    is asked for. What is asked then raises WrongPeer."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter())


def _checked(connection: Any, connected: Any) -> Any:
    address = str(connected.getpeername()[0])
    if is_of_the_machine(address):
        connected.close()
        raise WrongPeer(f"{connection.host} is {address}, which only the machine itself may ask")
    return connected


class _Plain(HTTPConnection):
    def _new_conn(self) -> Any:
        return _checked(self, super()._new_conn())


class _Encrypted(HTTPSConnection):
    def _new_conn(self) -> Any:
        return _checked(self, super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}
