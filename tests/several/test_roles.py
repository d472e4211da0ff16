"""Processes of several kinds on one lake: what one takes all know, each in the same numbers; and what is not for one of several to do."""

from __future__ import annotations

import http.client
import json
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import yaml

from app.application import Application, opened
from app.exports import EXPORTS, Asked
from app.recovery.exported import KEPT
from app.serve import running
from app.settings import Settings, load_settings
from app.several import copies
from app.several.place import lake_of, place_of
from app.several.receiver import receiving
from app.storage.settings import Storage
from app.trouble import Mistake
from collectors.event import Record
from sql import lake
from tests.cli.commands import here
from tests.servers.postgres import Postgres, postgres
from tests.several.cluster import storage, until
from tests.soak.feeds import STEPS, Numbered, export_request, fields

__all__ = ["postgres"]
COMPARED = sorted(EXPORTS.keys() - KEPT.keys())  # all but what is of people, which lies in the state
SOME = ("transactions", "events")
AFTER_ALL_NS = 4_000_000_000 * 10**9


@pytest.fixture
def shared(postgres: Postgres, tmp_path: Path) -> Iterator[dict[str, object]]:
    with postgres.database() as url:
        yield storage(url, str(tmp_path / "lake"))


def settings(folder: Path, name: str, shared: dict[str, object], log: Path | None = None) -> Settings:
    place = folder / name
    place.mkdir()
    sources = [{"name": "log", "kind": "csv", "path": str(log), "every": "1s", "map": fields("column")}] if log else []
    said = {
        "version": 1,
        "workflows": ["default"],
        "sources": sources,
        "web": {"port": 0},
        "otlp": {"http_port": 0, "grpc_port": 0},
        "storage": {**shared, "machine": name},
    }
    (place / "syncline.yaml").write_text(yaml.safe_dump(said))
    return load_settings(place / "syncline.yaml", {})


def send(port: int, *orders: str) -> None:
    events = [Numbered(order, step, "2026-03-02T08:00:00+00:00") for order in orders for step in STEPS]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/v1/traces", export_request(events), {"Content-Type": "application/x-protobuf"})
    assert connection.getresponse().status == 200
    connection.close()


def asked(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return dict(json.load(answer))


def has_loaded(application: Application, records: int) -> bool:
    return application.loader is not None and application.loader.seen >= records


def exported(application: Application, *names: str) -> dict[str, bytes]:
    wanted = (Asked(name, "jsonl", AFTER_ALL_NS, AFTER_ALL_NS, None, None, None) for name in names or COMPARED)
    return {each.name: b"".join(application.export(each)) for each in wanted}


@contextmanager
def three(folder: Path, shared: dict[str, object], log: Path) -> Iterator[tuple[int, Application, Application]]:
    receiver, worker, web = (settings(folder, name, shared, log) for name in ("receiver", "worker", "web"))
    with ExitStack() as parts:
        one = parts.enter_context(receiving(receiver))
        two = parts.enter_context(running(worker, "worker"))
        other = parts.enter_context(running(web, "web"))
        assert asked(f"http://127.0.0.1:{one.web_port}/readyz")["ready"]
        assert two.otlp_url == other.otlp_url == ""
        yield one.http.port, two.application, other.application


def test_all_machines_say_what_one_would_that_is_alone(tmp_path: Path, shared: dict[str, object]) -> None:
    log = tmp_path / "log.csv"
    log.write_text("order,step,time\nfile-1,order.created,2026-03-02T08:00:00Z\n")
    assert lake.make(place_of(settings(tmp_path, "maker", shared).storage))
    with three(tmp_path, shared, log) as (port, worker, web):
        send(port, "http-1", "http-2")
        for each in (worker, web):
            until(partial(has_loaded, each, 2), "both records are loaded")
        assert worker.together
        assert web.together
        until(worker.together.acts, "the worker acts")
        assert not web.together.acts()
        until(lambda: web.source_states().get("log") is not None, "the web knows how the worker reads")
        assert exported(worker) == exported(web)
        told = web.poll(["log"]).troubles
        assert told == [("log", "it is read by another machine, as often as its `every` says; nothing was read here.")]
        with pytest.raises(Mistake, match="rebuild"):
            worker.retry()
        before = exported(web)
        web.rebuild()
        assert exported(web, *SOME) == {name: before[name] for name in SOME}
        records = [frame.record for frame in web.journal.read(0)]
    alone = settings(tmp_path, "alone", {}, log)
    with opened(replace(alone, storage=Storage())) as application:
        application.journal.append(records)
        application.advance()
        assert exported(application) == before


def test_a_new_machine_begins_with_the_tables_of_another(tmp_path: Path, shared: dict[str, object]) -> None:
    first, second = (settings(tmp_path, name, shared) for name in ("first", "second"))
    lake.make(place_of(first.storage))
    with opened(first) as application:
        assert application.together
        assert application.together.spool
        event = Numbered("order-1", STEPS[0], "2026-03-02T08:00:00+00:00")
        application.together.spool.append([Record("otlp", "", export_request([event]), "application/x-protobuf", 1, "traces")])
        application.together.spool.forward()
        application.together.catch_up()
        application.advance()
        before = exported(application, *SOME)
        store = lake_of(first.storage)
        copies.put(application, store, "2026-03-02 first")
        store.close()
    copies.begin(second)
    with opened(second) as application:
        assert application.intake.loaded() == 1
        assert application.journal.last == 0
        assert exported(application, *SOME) == before
        assert application.together
        application.together.catch_up()
        assert application.journal.last == 1
        assert application.advance().events == 0, "what the copy knows is not counted again"


def test_a_command_by_itself_reads_what_nobody_reads(tmp_path: Path, shared: dict[str, object], capfd: pytest.CaptureFixture[str]) -> None:
    log, run = tmp_path / "log.csv", here(capfd)
    log.write_text("order,step,time\nfile-1,order.created,2026-03-02T08:00:00Z\n")
    first, second = (settings(tmp_path, name, shared, log) for name in ("first", "second"))
    said = run("ingest", "--config", first.file)
    assert (said.code, said.said) == (4, said.said)
    assert "syncline storage init" in said.said
    assert run("storage", "init", "--config", first.file).out == "The lake is made; every machine may start now.\n"
    assert run("ingest", "--config", first.file).out.startswith("1 record read, 1 new event, 1 transaction computed")
    assert run("ingest", "--config", second.file).out.startswith("0 records read, 1 new event, 1 transaction computed")
    assert "first" not in run("storage", "status", "--config", first.file).out, "it has gone again"
    assert run("storage", "init", "--config", first.file).out == "The lake is there already; nothing was changed.\n"


def test_what_is_of_several_is_refused_where_one_is_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run = here(capfd)
    file = settings(tmp_path, "alone", {}).file
    file.write_text("version: 1\nworkflows: [default]\n")
    for words in (("serve", "--role", "worker"), ("storage", "init"), ("storage", "copy"), ("storage", "status")):
        said = run(*words, "--config", file)
        assert said.code == 2
        assert "kind: ducklake" in said.said
