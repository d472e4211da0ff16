"""One provider for all tests of single sign-on, right again before each of them; and a plant that asks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.identity_provider import IdentityProvider, identity_provider
from tests.single_sign_on.plant import Browser, Later, served


@pytest.fixture(scope="session")
def _provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    with identity_provider(tmp_path_factory.mktemp("provider")) as found:
        yield found


@pytest.fixture
def provider(_provider: IdentityProvider) -> IdentityProvider:
    _provider.does()
    _provider.person("maria", groups=["planners"])
    _provider.person("tom", groups=["plant-it-hamburg", "football"])
    return _provider


@pytest.fixture
def plant(tmp_path: Path, provider: IdentityProvider) -> Iterator[tuple[Later, Browser]]:
    """The application, and a browser of nobody yet."""
    with served(tmp_path, provider) as (application, server):
        yield application, Browser(server, provider)
