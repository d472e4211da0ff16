"""Nothing is sent to the inside: not by number, not by name, not in disguise, not where a name means another address the second time."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from app.telling import outward
from tests.telling import hook as hooks


def means(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """From now on every name means these; what was asked for."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.1.2.3",
        "168.63.129.16",
        "64:ff9b::a01:203",
        "2002:a01:203::1",
        "ff02::1",
    ],
)
def test_the_inside_is_refused_whatever_it_is_called(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    means(monkeypatch, address)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("it was connected"))
    with pytest.raises(outward.NotAllowed, match="is on the inside, where webhooks may not go"):
        outward.post("https://hooks.example.com/x", b"{}", {}, ())


def test_one_address_on_the_inside_among_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(outward.NotAllowed):
        outward.post("https://hooks.example.com/x", b"{}", {}, ())


def test_it_is_connected_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, connected = means(monkeypatch, "93.184.216.34"), []

    def create_connection(address: tuple[str, int], *_: Any) -> socket.socket:
        connected.append(address)
        raise OSError("far away")

    monkeypatch.setattr(socket, "create_connection", create_connection)
    with pytest.raises(outward.Unreached, match=r"hooks\.example\.com did not answer: far away"):
        outward.post("https://hooks.example.com/x", b"{}", {}, ())
    assert (asked, connected) == (["hooks.example.com"], [("93.184.216.34", 443)])


@pytest.mark.parametrize("inside", ["127.0.0.0/8", "127.0.0.1"])
def test_the_configuration_can_allow_a_network_or_a_host(inside: str) -> None:
    with hooks.running() as hook:
        if "/" in inside:
            with pytest.raises(outward.NotAllowed, match="begins with https"):
                outward.post(hook.url, b"{}", {}, [inside])
        else:
            assert outward.post(hook.url, b"{}", {"Content-Type": "application/json"}, [inside]).status == 200
            assert hook.came[0][0]["host"] == hook.url.split("/")[2]


def test_a_network_that_is_allowed_may_be_sent_to(monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, "10.1.2.3")
    monkeypatch.setattr(socket, "create_connection", lambda *_: (_ for _ in ()).throw(OSError("off")))
    with pytest.raises(outward.Unreached):
        outward.post("https://hooks.plant.example/x", b"{}", {}, ["10.1.0.0/16"])
    with pytest.raises(outward.NotAllowed):
        outward.post("https://hooks.plant.example/x", b"{}", {}, ["10.2.0.0/16"])


def test_a_name_that_is_allowed_is_no_way_to_what_only_the_machine_may_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, "169.254.169.254")
    monkeypatch.setattr(socket, "create_connection", lambda *_: (_ for _ in ()).throw(OSError("off")))
    with pytest.raises(outward.NotAllowed):
        outward.post("http://hooks.plant.example/x", b"{}", {}, ["hooks.plant.example"])
    with pytest.raises(outward.Unreached):
        outward.post("http://hooks.plant.example/x", b"{}", {}, ["hooks.plant.example", "169.254.169.254/32"])


@pytest.mark.parametrize("url", ["https://[::1", "https://host:99999/", "https:///x", "//x", "https://h\u00f6st/", "https://a b/", "x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(outward.NotAllowed):
        outward.checked(url, ())
