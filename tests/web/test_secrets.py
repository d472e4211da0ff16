"""No secret is told to anybody: not in the log, on a page, in an export, by a command, in an error, in the name of a file or a process."""

from __future__ import annotations

import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.accounts import Accounts
from app.accounts.tables import open_engine
from app.exports import EXPORTS
from app.machines.kept import Machines
from app.machines.settings import Terms
from app.machines.wanted import Wanted
from app.recovery import tables
from app.server import PAGES
from app.storage.state import State
from app.telling.kept import Subscriptions
from app.telling.settings import Telling
from tests.cli.commands import QUIET, Result, serving, syncline
from tests.processes import free_ports
from tests.waiting import until

PASSWORD = "correct horse hidden battery"
# Variable → its value: each is told apart, and can be one character for character in an address.
PLAIN = (
    "DATABASE",
    "KAFKA",
    "AMQP",
    "MQTT",
    "BASIC",
    "BEARER",
    "OAUTH",
    "HEADER",
    "PARAMETER",
    "PROXY",
    "MAIL",
    "CHANNEL",
    "TARGET",
    "TABLE",
)
SECRETS = {
    **{f"{name}_SECRET": f"s3cret-{name.lower()}-{'q7Wz' * 5}" for name in PLAIN},
    "SIGNING_SECRET": "whsec_c2VjcmV0LW9mLWEtd2ViaG9vay1xN1d6cTdXeg==",
    "SEALING_SECRET": "c2VhbGluZy1zZWNyZXQtcTdXenE3V3pxN1d6cTdXejA=",
}
MAP = "map: {event_type: {value: order.created}, event_time: {path: at}, objects: {type: {value: sales_order}, id: {path: id}}}"
ROWS = "map: {event_type: {value: order.created}, event_time: {column: at}, objects: {type: {value: sales_order}, id: {column: id}}}"
API = "url: http://127.0.0.1:PORT/items, key: id"
CONFIGURATION = f"""
version: 1
timezone: UTC
sites: [{{name: brno, timezone: Europe/Prague}}]
web: {{port: 0}}
otlp: {{http_port: 0, grpc_port: 0}}
sources:
  - {{name: a, kind: database, url: "postgresql+psycopg://me:${{DATABASE_SECRET}}@127.0.0.1:PORT/wms", table: t, key: id, {ROWS}}}
  - {{name: b, kind: kafka, brokers: "127.0.0.1:PORT", topics: [t], {MAP}, security: {{security.protocol: SASL_PLAINTEXT,
     sasl.mechanism: PLAIN, sasl.username: me, sasl.password: "${{KAFKA_SECRET}}"}}}}
  - {{name: c, kind: amqp, url: "amqp://me:${{AMQP_SECRET}}@127.0.0.1:PORT/v", queues: [q], {MAP}}}
  - {{name: d, kind: mqtt, url: "mqtt://me:${{MQTT_SECRET}}@127.0.0.1:PORT", topics: [t], {MAP}}}
  - {{name: e, kind: rest, {API}, {MAP}, auth: {{kind: basic, username: me, password: "${{BASIC_SECRET}}"}}}}
  - {{name: f, kind: rest, {API}, {MAP}, auth: {{kind: bearer, token: "${{BEARER_SECRET}}"}}, headers: {{X-Key: "${{HEADER_SECRET}}"}}}}
  - {{name: g, kind: rest, {API}, {MAP}, auth: {{kind: oauth2, token_url: "http://127.0.0.1:PORT/token", client_id: me,
     client_secret: "${{OAUTH_SECRET}}"}}, parameters: {{key: "${{PARAMETER_SECRET}}"}}, proxy: "http://me:${{PROXY_SECRET}}@127.0.0.1:PORT"}}
alerts:
  mail: {{host: 127.0.0.1, port: PORT, sender: a@example.com, user: me, password: "${{MAIL_SECRET}}"}}
  channels: {{line: {{title: Line, url: "json://me:${{CHANNEL_SECRET}}@127.0.0.1:PORT/x"}}}}
recovery:
  payloads: {{keys: ["${{SEALING_SECRET}}"]}}
  targets:
    there: {{kind: http, url: "http://127.0.0.1:PORT/", signing_secret: "${{SIGNING_SECRET}}",
      auth: {{kind: bearer, token: "${{TARGET_SECRET}}"}}}}
    table: {{kind: sql, url: "postgresql+psycopg://me:${{TABLE_SECRET}}@127.0.0.1:PORT/x", table: t, columns: {{id: "{{effect_id}}"}}}}
  paths:
    - {{name: again, title: Again, action: retry, workflows: [order_to_production], target: there, roles: [it], approval: none}}
    - {{name: also, title: Also, action: retry, workflows: [procure_to_receipt], target: table, roles: [it], approval: none}}
"""
NEVER_IN = ("accounts.sqlite", "session.key", "local.token")  # hashes and keys of the installation itself: readable by its owner only


@dataclass
class Told:
    """Everything that anybody was told, by who said it."""

    by: dict[str, str]

    def of(self, secret: str) -> list[str]:
        spelled = (secret, urllib.parse.quote(secret, safe=""))
        return [who for who, text in self.by.items() if any(each in text for each in spelled)]


class Person:
    """Somebody who signed in with a browser that keeps cookies."""

    def __init__(self, url: str) -> None:
        self.url, self.cookies = url, http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> str:
        """Head and body of the answer, whatever its status."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(self.url + path, data, {"Referer": self.url, **headers})
        try:
            with self._open.open(request) as answer:
                head = [f"{name}: {value}" for name, value in answer.headers.items() if name.lower() != "set-cookie"]
                return "\n".join([*head, answer.read().decode(errors="replace")])
        except urllib.error.HTTPError as error:
            return f"{error.headers}\n{error.read().decode(errors='replace')}"

    def sign_in(self, password: str) -> str:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.ask("login"))
        return self.ask("login", {"username": "ada", "password": password, "csrf_token": token[1] if token else ""})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nobody listens where the configuration leads to: everything fails, and says why."""
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "syncline.yaml").write_text(CONFIGURATION.replace("PORT", str(free_ports(1)[0])))
    return folder


@pytest.fixture(scope="module")
def secrets_are_set() -> Iterator[None]:
    """In the environment of every process that a test starts."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setitem(QUIET, name, value)
        yield


@pytest.fixture(scope="module")
def kept(folder: Path) -> dict[str, str]:
    """The secrets of people and machines, made before anything runs."""
    engine = open_engine(State(folder / "home").url())
    tables.create(engine)
    subscriptions = Subscriptions(engine, lambda: 1, Telling())
    accounts = Accounts(State(folder / "home").url())
    accounts.add_user("ada", PASSWORD, ["admin"])
    machines = Machines(engine, lambda: 1_764_000_000 * 10**9, Terms())
    found = {scope: machines.add(Wanted(f"of-{scope}", scope)) for scope in ("read", "ingest", "annotate", "admin")}
    subscriptions.reach("ada", "", "https://hooks.example.com/in", "")
    found["webhook"] = str(subscriptions.contact("ada").secret)
    accounts.close()
    engine.dispose()
    return {**found, "password": PASSWORD, "wrong password": "a wrong one but hidden too"}


@pytest.fixture(scope="module")
def commands(folder: Path, kept: dict[str, str], secrets_are_set: None) -> dict[str, str]:
    """What commands say, and nobody serves."""
    said = {" ".join(words): _said(syncline(*words, folder=folder)) for words in (("check",), ("doctor",), ("ingest",), ("token", "list"))}
    return {**said, "check of a file that is wrong": _said(_checked_wrong(folder))}


@pytest.fixture(scope="module")
def told(folder: Path, kept: dict[str, str], commands: dict[str, str], real_server: Callable[..., Any]) -> Told:
    """What is said when everything is done that can be."""
    by = dict(commands)
    with serving(folder, real_server) as server:
        by |= _asked(server, kept)
        by["process"] = Path(f"/proc/{server['process'].pid}/cmdline").read_bytes().decode() if Path("/proc").exists() else ""
        by["doctor, served"] = _said(syncline("doctor", folder=folder))
    by["log"] = (folder / "serve.log").read_text()
    for path in sorted((folder / "home").rglob("*")):
        by[f"file {path.name}"] = path.read_bytes().decode("latin-1") if path.is_file() and path.name not in NEVER_IN else ""
    by["names of files"] = "\n".join(str(path) for path in folder.rglob("*"))
    return Told(by)


def _said(result: Result) -> str:
    return f"{result.code}\n{result.out}\n{result.said}"


def _checked_wrong(folder: Path) -> Result:
    """The same secrets where they do not belong: names of keys that nobody knows, values of a wrong kind."""
    wrong = CONFIGURATION.replace("password:", "passwort:").replace("token:", "toke:").replace("PORT", "port").replace("keys:", "kees:")
    (folder / "wrong.yaml").write_text(wrong)
    return syncline("check", "--config", "wrong.yaml", folder=folder)


def _asked(server: dict[str, Any], kept: dict[str, str]) -> dict[str, str]:
    """Every page, export and address that says something, by an administrator, by machines, and by somebody who does not get in."""
    person, stranger = Person(server["url"]), Person(server["url"])
    answers = {"wrong password": stranger.sign_in(kept["wrong password"]), "sign in": person.sign_in(PASSWORD)}
    until(lambda: all(f'"{source}"' in person.ask("readyz") for source in "abcdefg"))
    for path in ("metrics", "readyz", "healthz", "nothing", "api/v1/nothing", "api/v1/openapi.json", "_dash-layout", "_dash-dependencies"):
        answers[path] = person.ask(path)
    for page in PAGES:
        answers[page.path] = person.ask(page.path.lstrip("/")) + _drawn(person, page.path)
    for name in EXPORTS:
        answers[f"export {name}"] = person.ask(f"api/v1/{name}")
    for scope in ("read", "ingest", "annotate", "admin"):
        secret = kept[scope]
        answers[f"as {scope}"] = stranger.ask("api/v1/sources", Authorization=f"Bearer {secret}")
        answers[f"almost {scope}"] = stranger.ask("api/v1/sources", Authorization=f"Bearer {secret}x")
    answers["a token in the address"] = stranger.ask(f"api/v1/sources?token={kept['read']}")
    return answers


def _drawn(person: Person, path: str) -> str:
    """The page as its callback draws it."""
    token = next((each.value for each in person.cookies if each.name == "_csrf_token"), "") or ""
    inputs = [{"id": "shell-url", "property": name, "value": value} for name, value in (("pathname", path), ("search", ""))]
    outputs = [{"id": "shell-page", "property": "children"}, {"id": "shell-title", "property": "data"}]
    body = {"output": "..shell-page.children...shell-title.data..", "outputs": outputs, "inputs": inputs, "state": [],
            "changedPropIds": ["shell-url.pathname"]}  # fmt: skip
    request = urllib.request.Request(
        f"{person.url}_dash-update-component",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "X-CSRFToken": token, "Referer": person.url},
    )
    with suppress(urllib.error.HTTPError), person._open.open(request) as answer:
        return str(answer.read().decode())
    raise AssertionError(f"{path} was not drawn")


def test_no_command_tells_a_secret(commands: dict[str, str], kept: dict[str, str]) -> None:
    secrets = {**SECRETS, **kept}
    assert {name: found for name, secret in secrets.items() if (found := Told(commands).of(secret))} == {}


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_of_the_configuration_is_told(told: Told, name: str) -> None:
    assert told.of(SECRETS[name]) == []


@pytest.mark.parametrize("name", ["read", "ingest", "annotate", "admin", "webhook", "password", "wrong password"])
def test_no_secret_of_a_person_or_a_machine_is_told(told: Told, kept: dict[str, str], name: str) -> None:
    mine = {"webhook": ["/subscriptions"]}.get(name, [])  # who receives has to know what it is signed with
    assert [who for who in told.of(kept[name]) if who not in mine] == []


def test_keys_of_the_installation_are_told_nobody_and_are_readable_by_their_owner_only(told: Told, folder: Path) -> None:
    key = (folder / "home" / "session.key").read_text().strip()
    assert told.of(key) == []
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in (folder / "home").iterdir() if path.name in NEVER_IN} == {
        "accounts.sqlite": "0o0",
        "session.key": "0o0",
    }


def test_everything_was_tried_and_failed_aloud(told: Told) -> None:
    assert all(f'"{name}"' in told.by["readyz"] for name in "abcdefg")
    assert "Sources" in told.by["/sources"]
    assert told.by["wrong password"].count("Wrong user or password.") == 1
    assert "Sign in" not in told.by["/permissions"]
