"""A RabbitMQ for tests, with a folder, ports and a port mapper of its own; `python -m tests.servers.rabbitmq` prints where it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import free_ports, listens, real_server

if TYPE_CHECKING:
    from pika.adapters.blocking_connection import BlockingChannel

DEBIAN = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the one in /usr/sbin changes to a user of the system's service first
NODE, COOKIE = "syncline-test@localhost", "syncline"
MISSING = "No RabbitMQ: `make test` as root installs Debian's; otherwise install the package rabbitmq-server."


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

    def run(self, expressions: str) -> None:
        """Runs Erlang inside the broker; `rabbitmqctl` takes two seconds for what this does in ten milliseconds."""
        command = [_erl_call(), "-sname", NODE, "-c", COOKIE, "-e"]
        done = subprocess.run(command, input=f"{expressions}.\n", env=self.environment, capture_output=True, text=True, check=True)
        assert done.stdout.startswith("{ok, ok}"), done.stdout + done.stderr

    def let_in(self, user: str, password: str, queues: str) -> None:
        """A user who may read the queues of this pattern, and nothing else."""
        rights = f'<<"{user}">>, <<"/">>, <<"^$">>, <<"^$">>, <<"{queues}">>, <<"test">>'
        self.run(
            f'rabbit_auth_backend_internal:add_user(<<"{user}">>, <<"{password}">>, <<"test">>), '
            f"rabbit_auth_backend_internal:set_permissions({rights})"
        )


def find() -> Path | None:
    """The script that runs a broker in the foreground, if it is here."""
    found = str(DEBIAN) if DEBIAN.is_file() else shutil.which("rabbitmq-server")
    return Path(found) if found and shutil.which("epmd") and shutil.which("erl") else None


@contextmanager
def running() -> Iterator[RabbitMQ]:
    script = find()
    assert script, MISSING
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rabbitmq", ignore_cleanup_errors=True)))
        port, mapper, distribution = free_ports(3)
        environment = {**os.environ, **_environment(folder, port, mapper, distribution)}
        epmd = [str(shutil.which("epmd")), "-port", str(mapper), "-address", "127.0.0.1"]
        stack.enter_context(real_server(epmd, listens(mapper), log=folder / "epmd.log"))
        stack.enter_context(real_server([script], listens(port), log=folder / "broker.log", environment=environment, folder=folder))
        yield RabbitMQ(port, environment)


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ]:
    """One broker for all tests; each uses queues of its own."""
    if find() is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
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
    erl = Path(str(shutil.which("erl"))).resolve()
    return str(erl.parent / "erl_call")


def main() -> int:
    """Whether it is here; it is not started for that, the tests do so anyway."""
    found = find()
    print(found or MISSING)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
