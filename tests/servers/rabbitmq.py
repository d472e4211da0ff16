"""A RabbitMQ for tests, with a folder, ports and a port mapper of its own; nothing of the system's is touched."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import free_ports, listens, real_server
from tests.servers.brokers import program, without_package
from tests.servers.certificates import Certificate

if TYPE_CHECKING:
    from pika.adapters.blocking_connection import BlockingChannel

NODE, COOKIE = "syncline-test@localhost", "syncline"


@dataclass(frozen=True, slots=True)
class RabbitMQ:
    port: int
    environment: dict[str, str]

    @property
    def url(self) -> str:
        return self.url_of("guest", "guest")

    def url_of(self, user: str, password: str, port: int | None = None) -> str:
        return f"amqp://{user}:{password}@127.0.0.1:{port or self.port}/"

    @contextmanager
    def channel(self) -> Iterator[BlockingChannel]:
        import pika

        connection = pika.BlockingConnection(pika.URLParameters(self.url))
        try:
            yield connection.channel()
        finally:
            if connection.is_open:
                connection.close()

    def restart(self) -> None:
        """The broker inside its node: every connection is cut, what is durable comes back from disk. A new node would take four seconds."""
        self.run("rabbit:stop(), rabbit:start()")

    def listen_with(self, certificate: Certificate) -> int:
        """The port of a second listener, over TLS."""
        (port,) = free_ports(1)
        options = f'[{{certfile, "{certificate.certificate}"}}, {{keyfile, "{certificate.key}"}}]'
        self.run(f'rabbit_networking:start_ssl_listener({{"127.0.0.1", {port}}}, {options}, 1)')
        return port

    def run(self, expressions: str) -> None:
        """Runs Erlang inside the broker; `rabbitmqctl` takes two seconds for what this does in ten milliseconds."""
        command = [_erl_call(), "-sname", NODE, "-c", COOKIE, "-e"]
        done = subprocess.run(command, input=f"{expressions}.\n", env=self.environment, capture_output=True, text=True, check=False)
        assert done.stdout.startswith("{ok, ok}"), done.stdout + done.stderr

    def let_in(self, user: str, password: str, queues: str) -> None:
        """A user who may read the queues of this pattern, and nothing else."""
        rights = f'<<"{user}">>, <<"/">>, <<"^$">>, <<"^$">>, <<"{queues}">>, <<"test">>'
        self.run(
            f'rabbit_auth_backend_internal:add_user(<<"{user}">>, <<"{password}">>, <<"test">>), '
            f"rabbit_auth_backend_internal:set_permissions({rights})"
        )


@contextmanager
def running() -> Iterator[RabbitMQ]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rabbitmq", ignore_cleanup_errors=True)))
        port, mapper, distribution = free_ports(3)
        environment = {**os.environ, **_environment(folder, port, mapper, distribution)}
        epmd = [str(program("epmd")), "-port", str(mapper), "-address", "127.0.0.1"]
        stack.enter_context(real_server(epmd, listens(mapper), log=folder / "epmd.log"))
        log = folder / "broker.log"

        def is_ready() -> bool:
            return log.exists() and "completed with" in log.read_text(errors="replace")

        stack.enter_context(real_server([str(program("rabbitmq-server"))], is_ready, log=log, environment=environment, folder=folder))
        yield RabbitMQ(port, environment)


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ]:
    """One broker for all tests; each uses queues of its own."""
    if not (program("rabbitmq-server") and program("epmd")):
        without_package("rabbitmq-server")
    with running() as broker:
        yield broker


@pytest.fixture
def queue(rabbitmq: RabbitMQ, request: pytest.FixtureRequest) -> str:
    """A name for a queue that no other test uses."""
    return str(request.node.name)


def _environment(folder: Path, port: int, mapper: int, distribution: int) -> dict[str, Any]:
    home = folder / "home"
    home.mkdir()
    cookie = home / ".erlang.cookie"
    cookie.write_text(COOKIE)
    cookie.chmod(0o400)
    (folder / "plugins").write_text("[].")
    return {
        "HOME": str(home),
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": NODE,
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "no.conf"),
        "RABBITMQ_CONFIG_FILE": str(folder / "no"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "no.config"),
    }


def _erl_call() -> str:
    """Beside the interpreter: Debian does not put it on the path."""
    erl = Path(str(program("erl"))).resolve()
    return str(erl.parent / "erl_call")
