"""A real SMTP server in a thread of its own: it keeps what it gets, and refuses whom it is told to refuse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.processes import free_ports


@dataclass
class Mailbox:
    """What came. `refused`: answers by recipient; `data_answer`: to the message itself, None hangs up before answering."""

    port: int
    came: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    data_answer: str | None = "250 OK"

    async def handle_RCPT(  # noqa: N802  the name it is asked by
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  the name it is asked by
        self, server: Any, _session: Any, envelope: Any
    ) -> str:
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.came += [(recipient, message) for recipient in envelope.rcpt_tos]
        if self.data_answer is None:
            server.transport.close()
            return "250 nobody hears it"
        return self.data_answer

    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for _, message in self.came]


@contextmanager
def running(port: int | None = None) -> Iterator[Mailbox]:
    """A server on a free port, or on that one, while the block lasts."""
    mailbox = Mailbox(port or free_ports(1)[0])
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
