"""What a file is called that somebody takes away: a name of ours, in which nobody can end the header or say another name."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.application import Application
from app.configuration.problems import ConfigurationError
from app.exports import EXPORTS
from tests.pages.served import Client, make_server, someone
from tests.web.conftest import empty

HOSTILE = ('x"; filename=evil.exe', "x\\", "x\r\nSet-Cookie: a=b", "../../x", "Köln", "x/y")


@pytest.fixture(scope="module")
def client(application: Application) -> Client:
    server: Flask = make_server(application)
    return someone(server, "ada")


def called(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.headers["Content-Disposition"])


def test_a_report_is_called_by_its_week(client: Client) -> None:
    assert called(client.get("api/v1/report?format=json&week=2026-W10")) == 'inline; filename="syncline-report-2026-W10.json"'


def test_an_export_is_called_as_in_the_list_of_exports(client: Client) -> None:
    for name in EXPORTS:
        assert called(client.get(f"api/v1/{name}?format=csv")) == f'inline; filename="{name}.csv"'


@pytest.mark.parametrize("name", HOSTILE)
def test_what_stands_in_an_address_gets_into_no_name(client: Client, name: str) -> None:
    asks = (("report", "site"), ("report", "week"), ("events/message", "event_id"), ("events", "format"))
    for path, parameter in asks:
        answer = client.get(f"api/v1/{path}", query_string={parameter: name})
        assert (answer.status_code in (400, 404), answer.headers.get("Content-Disposition")) == (True, None)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_site_can_be_called_so_that_it_would(tmp_path: Path, name: str) -> None:
    written = name.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n")
    with pytest.raises(ConfigurationError, match="must be a name of letters"), closing(empty(tmp_path, f'sites: [{{name: "{written}"}}]')):
        pass
