"""The marked plant, its server and everybody who may ask, once for each file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.application import Application
from tests.access.callers import Caller, everybody
from tests.access.plant import marked
from tests.pages.served import make_server


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with marked(tmp_path_factory.mktemp("marked")) as application:
        yield application


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


@pytest.fixture(scope="module")
def callers(server: Flask, application: Application) -> dict[str, Caller]:
    return everybody(server, application)
