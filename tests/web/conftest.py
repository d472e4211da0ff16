"""An empty Syncline that can be asked without a screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.application import Application
from app.settings import load_settings
from tests.pages.served import PASSWORD, PEOPLE


def empty(folder: Path, written: str = "", **web: Any) -> Application:
    """The application of a configuration with nothing to read; `web` replaces settings of the web."""
    (folder / "syncline.yaml").write_text(f"version: 1\ntimezone: UTC\n{written}")
    settings = load_settings(folder / "syncline.yaml", {})
    return Application(replace(settings, web=replace(settings.web, **web)))


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with closing(empty(tmp_path_factory.mktemp("empty"))) as application:
        for name, roles in PEOPLE.items():
            application.accounts.add_user(name, PASSWORD, roles)
        yield application
