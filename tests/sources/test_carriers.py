"""The same business through five carriers concludes the same; a feed that is cut makes nothing missing and leaves no trace."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from sqlalchemy import create_engine, text

from app.application import Application
from app.settings import load_settings
from collectors.receivers.otlp_http import OtlpHttpReceiver
from collectors.receivers.reception import Limits, Reception
from metrics.read import Moment
from tests.pages.plant import COLUMNS, SITES, write_plant
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.servers.rabbitmq import RabbitMQ
from tests.sources.plant_floor import span, traces
from tests.sources.queues import made, put
from tests.waiting import until

NOON_NS = 1_774_267_200_000_000_000  # 2026-03-23T12:00:00Z
EXPORTS = ("transactions", "failures", "expectations", "links")
FIELDS = {
    "event_type": "type",
    "event_time": "time",
    "system": "system",
    "site": "site",
    "outcome": "outcome",
    "error_code": "code",
    "error_text": "error",
    "attempt": "attempt",
}
Row = dict[str, str]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """Two days of a small plant, with what goes wrong in one, until noon."""
    folder = tmp_path_factory.mktemp("told")
    write_plant(folder, NOON_NS, per_day=4)
    told = [row for name in ("bus.csv", "scm.csv") for row in csv.DictReader((folder / name).read_text().splitlines())]
    return [{**row, "no": str(number)} for number, row in enumerate(sorted(told, key=lambda row: row["time"]), 1)]


def mapping(word: str) -> dict[str, Any]:
    places: dict[str, Any] = {field: {word: name} for field, name in FIELDS.items()}
    return {**places, "objects": {"type": {word: "object_type"}, "id": {word: "object_id"}}}


def configured(folder: Path, source: dict[str, Any], *more: dict[str, Any]) -> Application:
    sites = [{"name": name, "timezone": zone} for name, zone in SITES.items()]
    whole = {"version": 1, "timezone": "Europe/Berlin", "sites": sites, "sources": [source, *more]}
    (folder / "syncline.yaml").write_text(yaml.safe_dump(whole))
    return Application(load_settings(folder / "syncline.yaml", {}))


def concluded(application: Application, as_of_ns: int = NOON_NS) -> dict[str, list[Any]]:
    """What the exports say, without the ids that belong to the carrier."""
    with application.reader(Moment(as_of_ns, application.now_ns())) as reader:
        return {name: [without_ids(row) for row in reader.export(name)] for name in EXPORTS}


def without_ids(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("event_id", "source", "evidence")}


@pytest.fixture(scope="module")
def by_file(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    folder = tmp_path_factory.mktemp("file")
    with (folder / "bus.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    source = {"name": "bus", "kind": "csv", "complete": True, "path": "bus.csv", "position": "no", "map": mapping("column")}
    with closing(configured(folder, source)) as application:
        assert application.ingest().events == len(rows)
        found = concluded(application)
    assert {row["status"] for row in found["transactions"]} >= {"complete", "in_progress", "failed", "overdue", "late"}
    return found


def test_a_database_says_the_same(rows: list[Row], by_file: dict[str, list[Any]], postgres: Postgres, tmp_path: Path) -> None:
    with postgres.database() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text(f"create table bus ({', '.join(f'{name} text' for name in COLUMNS[1:])}, no bigint primary key)"))
            names = ", ".join(f":{name}" for name in COLUMNS)
            connection.execute(
                text(f"insert into bus ({', '.join(COLUMNS)}) values ({names})"), [{**row, "no": int(row["no"])} for row in rows]
            )
        engine.dispose()
        table = {"url": url, "table": "bus", "key": "no", "watermark": "no"}
        with closing(
            configured(tmp_path, {"name": "bus", "kind": "database", "complete": True, **table, "map": mapping("column")})
        ) as opened:
            done = opened.ingest()
            assert (done.events, done.troubles) == (len(rows), [])
            assert concluded(opened) == by_file


def test_kafka_says_the_same(rows: list[Row], by_file: dict[str, list[Any]], kafka: Kafka, tmp_path: Path) -> None:
    topic = kafka.new_topic()
    kafka.send_many(topic, [json.dumps(row).encode() for row in rows])
    source = {"name": "bus", "kind": "kafka", "complete": True, "brokers": kafka.brokers, "topics": topic, "map": mapping("path")}
    with closing(configured(tmp_path, source)) as opened:
        until(lambda: not opened.ingest().troubles and count(opened) == len(rows))
        assert concluded(opened) == by_file


def test_a_queue_says_the_same(rows: list[Row], by_file: dict[str, list[Any]], rabbitmq: RabbitMQ, queue: str, tmp_path: Path) -> None:
    source = {"name": "bus", "kind": "amqp", "complete": True, "url": rabbitmq.url, "queues": [queue], "map": mapping("path")}
    with made(rabbitmq, queue) as channel:
        put(channel, queue, *(json.dumps(row).encode() for row in rows))
        with closing(configured(tmp_path, source)) as opened:
            until(lambda: not opened.ingest().troubles and count(opened) == len(rows))
            assert concluded(opened) == by_file


def test_opentelemetry_says_the_same(rows: list[Row], by_file: dict[str, list[Any]], tmp_path: Path) -> None:
    with closing(configured(tmp_path, {"name": "otlp", "kind": "otlp", "complete": True})) as opened:
        receiver = OtlpHttpReceiver(Reception(opened.journal, opened.now_ns, Limits()), "127.0.0.1", 0, None)
        receiver.start()
        try:
            for at in range(0, len(rows), 500):
                body = traces(*(as_span(row) for row in rows[at : at + 500]))
                answer = requests.post(
                    f"http://127.0.0.1:{receiver.port}/v1/traces", body, headers={"Content-Type": "application/json"}, timeout=30
                )
                assert (answer.status_code, answer.content) == (200, b"{}")
        finally:
            receiver.stop()
        opened.advance()
        assert count(opened) == len(rows)
        assert concluded(opened) == by_file


def as_span(row: Row) -> dict[str, Any]:
    said = {
        "mfg.event.type": row["type"],
        "mfg.event.time": row["time"],
        "mfg.system": row["system"],
        "mfg.site": row["site"],
        f"mfg.object.{row['object_type']}": row["object_id"],
        "mfg.attempt": int(row["attempt"]),
    }
    failed = row["outcome"] == "error"
    if failed:
        said |= {"mfg.error.code": row["code"], "exception.message": row["error"]}
    number = int(row["no"])
    ids = {"traceId": f"{number:032x}", "spanId": f"{number:016x}"}
    return span(attributes=said, status={"code": 2} if failed else {}, **ids) | ids


def count(application: Application) -> int:
    with application.store.read() as cursor:
        return int(cursor.execute("select count(*) from events").fetchall()[0][0])


# -- a feed that is cut
HOUR_NS, STEP_NS = 3600 * 10**9, 60 * 60 * 10**9
CUT = (NOON_NS - 4 * HOUR_NS, NOON_NS - 2 * HOUR_NS)


class Clocked(Application):
    """An application at a time of its own."""

    at_ns = NOON_NS - 6 * HOUR_NS

    def now_ns(self) -> int:
        return self.at_ns


class Floor:
    """Two systems' logs in tables that fill as time passes, read every forty minutes; that of the MES can be taken away."""

    def __init__(self, folder: Path, rows: list[Row]) -> None:
        self.rows, self.folder, self.told_ns = rows, folder, 0
        folder.mkdir()
        self.files = {name: folder / f"{name}.sqlite" for name in ("mes", "rest")}
        for file in self.files.values():
            with closing(sqlite3.connect(file)) as connection:
                connection.execute(f"create table log ({', '.join(COLUMNS)})")
        table = {"kind": "database", "table": "log", "key": "no", "watermark": "no", "allowed_lateness": "1m", "map": mapping("column")}
        sources = [{"name": name, "url": f"sqlite:///{file}", **table} for name, file in self.files.items()]
        configured(folder, *sources).close()
        self.application = Clocked(load_settings(folder / "syncline.yaml", {}))

    def pass_until(self, now_ns: int, is_cut: bool) -> None:
        """Both logs go on; while it is cut nobody finds that of the MES under its name."""
        self.application.at_ns = now_ns
        for name, file in self.files.items():
            with closing(sqlite3.connect(file)) as connection, connection:
                (table,) = connection.execute("select name from sqlite_master where type = 'table'").fetchone()
                wanted = "hidden" if is_cut and name == "mes" else "log"
                if table != wanted:
                    connection.execute(f"alter table {table} rename to {wanted}")
                connection.executemany(f"insert into {wanted} values ({', '.join('?' * len(COLUMNS))})", self._new(name, now_ns))
        self.told_ns = now_ns
        assert bool(self.application.ingest().troubles) == is_cut

    def _new(self, name: str, now_ns: int) -> list[tuple[Any, ...]]:
        return [
            tuple(int(row["no"]) if column == "no" else row[column] for column in COLUMNS)
            for row in self.rows
            if (row["system"] == "mes") == (name == "mes") and self.told_ns < instant(row) <= now_ns
        ]


def instant(row: Row) -> int:
    from app.instants import instant_ns

    return instant_ns(row["time"])


@pytest.fixture
def floors(rows: list[Row], tmp_path: Path) -> Iterator[tuple[Floor, Floor]]:
    always, cut = Floor(tmp_path / "always", rows), Floor(tmp_path / "cut", rows)
    with closing(always.application), closing(cut.application):
        yield always, cut


def missing(application: Application, as_of_ns: int) -> set[tuple[str, str, str]]:
    found = concluded(application, as_of_ns)["transactions"]
    return {(row["workflow"], row["transaction_id"], name) for row in found for name in row["missing"]}


def test_a_feed_cut_for_two_hours_makes_nothing_missing_and_leaves_no_trace(floors: tuple[Floor, Floor]) -> None:
    always, cut = floors
    moments = range(NOON_NS - 6 * HOUR_NS, NOON_NS + 1, STEP_NS)
    accused, unjudged = {}, 0
    for now_ns in moments:
        always.pass_until(now_ns, False)
        is_cut = CUT[0] < now_ns <= CUT[1]
        cut.pass_until(now_ns, is_cut)
        accused[now_ns] = missing(cut.application, now_ns)
        if is_cut:
            unjudged += sum(row["is_unjudged"] for row in concluded(cut.application, now_ns)["transactions"])
    assert unjudged > 0, "somebody was due in those two hours"
    for now_ns, found in accused.items():
        assert found <= missing(always.application, now_ns)
        assert concluded(cut.application, now_ns) == concluded(always.application, now_ns)
