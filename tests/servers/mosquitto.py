"""A real Mosquitto, MQTT 3.1.1 and 5, on a free port: sessions outlive a restart of it, as on a plant floor."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.processes import free_ports, listens, real_server
from tests.servers.brokers import program, without_package
from tests.servers.certificates import Certificate

USERS = ("syncline", "machine")
PASSWORD = "s3cret"


class Mosquitto:
    def __init__(self, folder: Path) -> None:
        (self.port,) = free_ports(1)
        self._folder, self._running = folder, ExitStack()
        users = folder / "users"
        users.write_text("".join(f"{user}:{PASSWORD}\n" for user in USERS))
        users.chmod(0o600)
        subprocess.run([str(program("mosquitto_passwd")), "-U", users], check=True)
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text(
            f"listener {self.port} 127.0.0.1\nuser root\npassword_file {users}\npersistence true\npersistence_location {folder}/\n"
        )

    @property
    def url(self) -> str:
        return f"mqtt://syncline:{PASSWORD}@127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [str(program("mosquitto")), "-c", str(self._configuration)]
        self._running.enter_context(real_server(command, listens(self.port), log=self._folder / "log", stop=signal.SIGTERM))

    def stop(self) -> None:
        self._running.close()

    def listen_with(self, certificate: Certificate) -> int:
        """The port of a second listener, over TLS, that wants to see a certificate of its clients; there after a restart."""
        (port,) = free_ports(1)
        files = f"cafile {certificate.certificate}\ncertfile {certificate.certificate}\nkeyfile {certificate.key}\n"
        with self._configuration.open("a") as file:
            file.write(f"listener {port} 127.0.0.1\n{files}require_certificate true\n")
        return port

    def restart(self) -> None:
        self.stop()
        self.start()

    @contextmanager
    def machine(self) -> Iterator[Any]:
        """Somebody who publishes: `put(topic, body)`, and it is at the broker."""
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        client = Client(CallbackAPIVersion.VERSION2, client_id="machine")
        client.username_pw_set("machine", PASSWORD)
        client.connect("127.0.0.1", self.port)
        client.loop_start()

        def put(topic: str, *bodies: bytes, qos: int = 1, retain: bool = False) -> None:
            for sent in [client.publish(topic, body, qos, retain) for body in bodies]:
                sent.wait_for_publish(20)

        try:
            yield put
        finally:
            client.disconnect()
            client.loop_stop()


@pytest.fixture
def mosquitto() -> Iterator[Mosquitto]:
    if not program("mosquitto"):
        without_package("mosquitto")
    with tempfile.TemporaryDirectory(prefix="mosquitto") as folder:
        broker = Mosquitto(Path(folder))
        broker.start()
        try:
            yield broker
        finally:
            broker.stop()
