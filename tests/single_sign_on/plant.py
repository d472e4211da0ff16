"""A Syncline whose people sign in at a real provider, with a clock that can be put ahead, and browsers without a screen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask

from app.application import Application
from app.settings import load_settings
from tests.pages.served import Client, make_server
from tests.servers.identity_provider import CLIENT, SECRET, IdentityProvider

GROUPS = {
    "plant-it-hamburg": {"roles": ["it"], "sites": ["hamburg"]},
    "plant-it-brno": {"roles": ["it"], "sites": ["brno"]},
    "planners": {"roles": ["supply"]},
}
SITES = "sites: [{name: hamburg, timezone: Europe/Berlin}, {name: brno, timezone: Europe/Prague}]\n"
ONWARD = "login/single-sign-on"


class Later(Application):
    """Its clock may be put ahead."""

    ahead_seconds = 0

    def now_ns(self) -> int:
        return super().now_ns() + self.ahead_seconds * 10**9


def configuration(provider: IdentityProvider, **oidc: Any) -> str:
    """With single sign-on; `oidc` says otherwise of it than usual."""
    usual = {"name": "Example AG", "issuer": provider.url, "client_id": CLIENT, "client_secret": SECRET, "groups": GROUPS, "timeout": "2s"}
    said = {key: value for key, value in {**usual, **oidc}.items() if value is not None}
    return f"version: 1\n{SITES}access: {{oidc: {json.dumps(said)}}}\n"


@contextmanager
def opened(folder: Path, text: str) -> Iterator[Later]:
    (folder / "syncline.yaml").write_text(text)
    with closing(Later(load_settings(folder / "syncline.yaml", {}))) as application:
        yield application


@contextmanager
def served(folder: Path, provider: IdentityProvider, **oidc: Any) -> Iterator[tuple[Later, Flask]]:
    with opened(folder, configuration(provider, **oidc)) as application:
        yield application, make_server(application)


class Browser(Client):
    """Somebody's, at Syncline and at the provider."""

    def __init__(self, server: Flask, provider: IdentityProvider, **options: Any) -> None:
        super().__init__(server, **options)
        self.provider = provider

    def begins(self, query: str = "") -> str:
        """The address at the provider that the browser is led to."""
        answer = self.get(f"{ONWARD}{query}")
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])

    def comes_back(self, address: str) -> Any:
        """With what the provider says; the answer of Syncline."""
        parts = urlsplit(address)
        return self.get(f"{parts.path.removeprefix(self.prefix)}?{parts.query}")

    def signs_in_there(self, sub: str, query: str = "", **form: str) -> Any:
        """All of it; the answer of Syncline at the end."""
        return self.comes_back(self.provider.signs_in(self.begins(query), sub, **form))

    @property
    def is_signed_in(self) -> bool:
        return bool(self.get("permissions").status_code == 200)


def said(answer: Any) -> str:
    """What the form of the sign-in says went wrong."""
    found = re.search(r'id="login-error">.*?</span>(.*?)</p>', answer.text, re.DOTALL)
    assert found, answer.text
    return found[1].strip().replace("&#34;", '"').replace("&#39;", "'")


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
