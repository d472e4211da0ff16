"""A real MQTT 3.1.1 broker in this process: amqtt, on a free port, restarted when a test asks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from amqtt.broker import Broker
from amqtt.plugins.base import BaseAuthPlugin

from tests.processes import free_ports

SECONDS = 20


class WhoeverIsNamed(BaseAuthPlugin):
    """Lets in every user but `nobody`. The anonymous plugin marks every session anonymous, and nothing is queued for such."""

    async def authenticate(self, *, session: Any) -> bool:
        return bool(session.username) and session.username != "nobody"


class Mqtt:
    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="amqtt")
        self._thread.start()
        self._broker: Broker | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"mqtt://syncline:s3cret@127.0.0.1:{self.port}"

    def start(self) -> None:
        self._run(self._start())

    def stop(self) -> None:
        if self._broker:
            self._run(self._broker.shutdown())
        self._broker = None

    def restart(self) -> None:
        """Sessions are gone then: amqtt keeps them in memory."""
        self.stop()
        self.start()

    def publish(self, topic: str, body: bytes) -> None:
        assert self._broker
        self._run(self._broker.internal_message_broadcast(topic, body, 1))

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()

    async def _start(self) -> None:
        self._broker = Broker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{self.port}"}},
                "session_expiry_interval": 3600,
                "plugins": {f"{WhoeverIsNamed.__module__}.{WhoeverIsNamed.__name__}": {}},
            }
        )
        await self._broker.start()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)


@pytest.fixture
def mqtt() -> Iterator[Mqtt]:
    broker = Mqtt()
    try:
        yield broker
    finally:
        broker.close()
