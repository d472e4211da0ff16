"""Only under its own names does Syncline answer, so that no name of a stranger can be pointed at it."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.settings import load_settings
from app.web.hosts import is_allowed
from app.web_server import WebServer
from tests.pages.served import make_server
from tests.web.conftest import empty

OURS = frozenset({"sync.example", "localhost"})


@pytest.mark.parametrize(
    "host", ["sync.example", "SYNC.example:8050", "sync.example.", "localhost:1", "a.localhost", "127.0.0.1", "10.1.2.3:8050", "[::1]:80"]
)
def test_its_own_names_and_every_number_are_answered(host: str) -> None:
    assert is_allowed(host, OURS)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.sync.example",
        "sync.example.evil",
        "sync.example@evil",
        "evil@sync.example",
        "sync.example/x",
        "sync.example#",
        "sync.example:x",
        "sync.example:99999",
        "sync.example, evil",
        "[::1",
        "127.0.0.1.nip.example",
        "0x7f000001",
    ],
)
def test_every_other_name_is_refused_however_it_is_written(host: str) -> None:
    assert not is_allowed(host, OURS)


@pytest.mark.parametrize(
    ("written", "settings", "host", "status"),
    [
        ("", {}, socket.gethostname(), 302),
        ("", {}, "evil.example", 400),
        ("alerts: {url: 'https://sync.example/'}", {}, "sync.example", 302),
        ("", {"host": "plant.example"}, "plant.example", 302),
        ("", {"hosts": ("sync.example",)}, "Sync.Example:443", 302),
        ("", {"hosts": ("sync.example",)}, "evil.example", 400),
        ("", {"hosts": ("sync.example",), "host": "plant.example"}, "plant.example", 302),
        ("", {"trusted_proxies": 1}, "sync.example", 302),
        ("", {"trusted_proxies": 1, "hosts": ("sync.example",)}, "evil.example", 400),
    ],
)
def test_names_are_those_of_the_configuration_of_the_machine_and_of_the_address_in_what_is_sent(
    tmp_path: Path, written: str, settings: dict[str, Any], host: str, status: int
) -> None:
    with closing(empty(tmp_path, written, **settings)) as application:
        client = make_server(application).test_client()
        for path in ("/", "/nothing", "/healthz", "/api/v1/events", "/login", "/assets/theme.js"):
            answer = client.get(path, headers={"Host": host}, buffered=True)
            assert (answer.status_code == 400) == (status == 400), path
        assert client.get("/", headers={"Host": host}, buffered=True).status_code == status


def test_the_environment_can_say_several_names(tmp_path: Path) -> None:
    (tmp_path / "syncline.yaml").write_text("version: 1\n")
    found = load_settings(tmp_path / "syncline.yaml", {"SYNCLINE_WEB_HOSTS": "sync.example, plant.example"})
    assert found.web.hosts == ("sync.example", "plant.example")


def test_a_proxy_that_is_trusted_says_the_name_and_it_has_to_be_ours(tmp_path: Path) -> None:
    with closing(empty(tmp_path, trusted_proxies=1, hosts=("sync.example",))) as application:
        client = make_server(application).test_client()
        for said, status in (("sync.example", 302), ("evil.example", 400)):
            assert client.get("/", headers={"Host": "127.0.0.1:8050", "X-Forwarded-Host": said}, buffered=True).status_code == status


def test_who_asks_under_another_name_is_told_what_to_do(tmp_path: Path) -> None:
    with closing(empty(tmp_path)) as application:
        client = make_server(application).test_client()
        page = client.get("/", headers={"Host": "evil.example"}, buffered=True)
        assert "Syncline is not known under this name" in page.text
        assert "evil.example" not in page.text
        answer = client.get("/api/v1/events", headers={"Host": "evil.example"}, buffered=True)
        assert answer.get_json() == {
            "error": "Syncline is not known under this name. Whoever runs it can add the name to `web.hosts` of the configuration."
        }


def test_no_address_that_is_answered_is_made_of_the_name_it_was_asked_under(tmp_path: Path) -> None:
    with closing(empty(tmp_path, trusted_proxies=1)) as application:
        client = make_server(application).test_client()
        for path in ("/", "/login", "/transactions", "/login/", "/assets", "/nothing"):
            answer = client.get(path, headers={"Host": "evil.example"}, buffered=True)
            assert "evil.example" not in f"{answer.headers}{answer.text}", path


def test_a_probe_of_old_names_nobody_and_is_answered_and_no_other_request_may_leave_the_name_out(tmp_path: Path) -> None:
    with closing(empty(tmp_path)) as application:
        web = WebServer(make_server(application), "127.0.0.1", 0, threads=1)
        web.start()
        try:
            for head, status in (
                ("GET /healthz HTTP/1.0\r\n\r\n", "200"),
                ("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", "400"),
                ("GET /healthz HTTP/1.0\r\nHost: evil.example\r\n\r\n", "400"),
                ("GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "400"),
            ):
                with socket.create_connection(("127.0.0.1", web.port), 10) as connection:
                    connection.sendall(head.encode())
                    assert connection.makefile("rb").readline().split()[1].decode() == status
        finally:
            web.stop()
