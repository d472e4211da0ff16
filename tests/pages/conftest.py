"""One small plant, served once for all tests of pages."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import Flask

from app.application import Application
from tests.pages.plant import write_plant
from tests.pages.served import make_server, opened


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with opened(write_plant(tmp_path_factory.mktemp("plant"), time.time_ns())) as application:
        yield application


@pytest.fixture(scope="session")
def server(application: Application) -> Flask:
    return make_server(application)


@pytest.fixture(scope="module")
def web(plant: Application) -> Flask:
    """The pages of the plant that a module makes for itself."""
    return make_server(plant)
