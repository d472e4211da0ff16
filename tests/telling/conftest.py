"""An application whose clock, mail server and receiver of webhooks belong to the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.application import Application
from app.settings import load_settings
from app.telling.settings import Mail, Telling
from metrics.scope import Scope
from tests.pages.served import PASSWORD
from tests.servers import smtp
from tests.telling import hook as hooks
from tests.telling.plant import (
    CONFIGURATION,
    Clock,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mailbox() -> Iterator[smtp.Mailbox]:
    with smtp.running() as mailbox:
        yield mailbox


@pytest.fixture
def hook() -> Iterator[hooks.Hook]:
    with hooks.running() as hook:
        yield hook


@pytest.fixture
def make(tmp_path: Path, clock: Clock, mailbox: smtp.Mailbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Application]]:
    """Opens an application whose clock and mail server are ours; other settings of telling as given."""
    opened: list[Application] = []
    monkeypatch.setattr(Application, "now_ns", lambda _: clock())

    def make(**telling: Any) -> Application:
        file = tmp_path / "syncline.yaml"
        file.write_text(CONFIGURATION)
        mail = Mail("127.0.0.1", "Syncline <syncline@example.com>", mailbox.port, "none", timeout=5)
        given = Telling(**{"url": "https://sync.example.com/", "mail": mail, "webhooks": ("127.0.0.1",), **telling})
        application = Application(replace(load_settings(file, {}), telling=given))
        opened.append(application)
        if not application.accounts.list_users():
            application.accounts.add_user("maria", PASSWORD, ["supply"])
            application.accounts.add_user("bruno", PASSWORD, ["it"], Scope(frozenset({"brno"})))
        return application

    yield make
    for application in opened:
        application.close()
