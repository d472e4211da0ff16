"""A whole Syncline on a folder, with people in it, as tests of pages and browsers need one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient

from app.application import Application
from app.server import create_app
from app.settings import load_settings
from metrics.scope import Scope
from tests.pages import trees

PASSWORD = "correct horse battery"
PEOPLE = {"maria": ["supply"], "tom": ["it"], "eva": ["exec"], "ada": ["admin"]}
UPDATE = "_dash-update-component"


@contextmanager
def opened(configuration: Path, **web: Any) -> Iterator[Application]:
    """The application of a configuration, its sources read; `web` replaces settings of the web."""
    settings = load_settings(configuration, {})
    settings = replace(settings, web=replace(settings.web, **web))
    with closing(Application(settings)) as application:
        application.ingest()
        for name, roles in PEOPLE.items():
            application.accounts.add_user(name, PASSWORD, roles)
        application.accounts.add_user("bruno", PASSWORD, ["it"], Scope(frozenset({"brno"})))
        yield application


@contextmanager
def opened_on(folder: Path, configuration: str, **tables: str) -> Iterator[Application]:
    """The application of a configuration that reads these tables, `NAME.csv` beside it."""
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)
    file = folder / "syncline.yaml"
    file.write_text(configuration)
    with opened(file) as application:
        yield application


def table(*rows: Iterable[object]) -> str:
    """Rows, the first with the names of the columns, as a file has them."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


class Client:
    """A signed-in (or not) browser without a screen."""

    def __init__(self, server: Flask, prefix: str = "/", base_url: str = "http://localhost") -> None:
        self.http: FlaskClient = server.test_client()
        self.prefix, self.base_url = prefix, base_url

    def get(self, path: str = "", **options: Any) -> Any:
        return self.http.get(self.prefix + path, base_url=self.base_url, buffered=True, **options)

    def post(self, path: str, csrf: bool = True, **options: Any) -> Any:
        headers = {"Referer": self.base_url + self.prefix, **options.pop("headers", {})}
        host = urlsplit(self.base_url).hostname or ""
        if csrf and (cookie := self.http.get_cookie("_csrf_token", host, self.prefix)):
            headers.setdefault("X-CSRFToken", cookie.value)
        return self.http.post(self.prefix + path, base_url=self.base_url, headers=headers, **options)

    def sign_in(self, name: str, password: str = PASSWORD, **form: str) -> Any:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("login").text)[1]
        return self.post("login", data={"username": name, "password": password, "csrf_token": token, **form})

    def call(
        self, output: str, inputs: list[dict[str, Any]], outputs: Any, state: list[dict[str, Any]] | None = None, csrf: bool = True
    ) -> Any:
        """Calls a callback by hand, as Dash's renderer would."""
        changed = [f"{each['id']}.{each['property']}" for each in inputs]
        body = {"output": output, "outputs": outputs, "inputs": inputs, "state": state or [], "changedPropIds": changed}
        return self.post(UPDATE, csrf, json=body)

    def show(self, pathname: str, search: str = "", csrf: bool = True) -> Any:
        """What the shell would draw at this address."""
        outputs = [{"id": "shell-page", "property": "children"}, {"id": "shell-title", "property": "data"}]
        inputs = [
            {"id": "shell-url", "property": "pathname", "value": pathname},
            {"id": "shell-url", "property": "search", "value": search},
        ]
        return self.call("..shell-page.children...shell-title.data..", inputs, outputs, csrf=csrf)


def ask_grid(client: Client, request: dict[str, Any], about: dict[str, Any]) -> Any:
    """A block of the list of transactions, asked for as its grid does."""
    asked = "transactions-grid.getRowsResponse"
    known = next(name for name in client.http.application.extensions["syncline_callbacks"] if asked in name)
    return client.call(
        known,
        [{"id": "transactions-grid", "property": "getRowsRequest", "value": request}],
        [{"id": part.rpartition(".")[0], "property": part.rpartition(".")[2]} for part in known.strip(".").split("...")],
        [{"id": "transactions-about", "property": "data", "value": about}],
    )


def signed_in(server: Flask, name: str) -> Client:
    """A fresh session."""
    client = Client(server)
    client.sign_in(name)
    client.get()
    return client


def someone(server: Flask, name: str) -> Client:
    """A session that is kept for tests which only look: signing in is made slow on purpose."""
    sessions = server.extensions.setdefault("sessions of tests", {})
    if name not in sessions:
        sessions[name] = signed_in(server, name)
    return sessions[name]


def make_server(application: Application) -> Flask:
    server = create_app(application)
    server.testing = False  # faults answer as they would in life
    return server


def drawn_text(answer: Any) -> str:
    """What a person would read on the page in an answer."""
    return trees.text(trees.drawn(answer))
