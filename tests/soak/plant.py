"""What is read and sent to while Syncline is killed: broker, database, files and both receivers, with a feed for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from sqlalchemy import create_engine, text

from tests.processes import free_ports
from tests.servers.kafka import running as running_kafka
from tests.servers.postgres import running as running_postgres
from tests.soak.feeds import LONGEST_TRANSACTION_SECONDS, Feed, InDatabase, InFile, OverGrpc, OverHttp, OverKafka, fields

TABLE = (
    'create table log (no bigserial primary key, changed_at timestamptz default clock_timestamp(), "order" text, step text, "time" text)'
)
HEADER = "order,step,time\n"
LOOK_BACK = "20s"


class Plant(NamedTuple):
    folder: Path
    feeds: list[Feed]
    http_port: int


@contextmanager
def running(folder: Path, seed: int) -> Iterator[Plant]:
    """A folder with `syncline.yaml`, and all that it names, running; the feeds wait to be started."""
    http_port, grpc_port = free_ports(2)
    with running_kafka() as kafka, running_postgres() as postgres, postgres.database() as url:
        engine, topic = create_engine(url), kafka.new_topic(partitions=3)
        with engine.begin() as connection:
            connection.execute(text(TABLE))
        (folder / "syncline.yaml").write_text(yaml.safe_dump(_configuration(http_port, grpc_port, kafka.brokers, topic, url)))
        feeds: list[Feed] = [
            *(OverHttp(f"http{number}", seed, http_port) for number in (1, 2)),
            *(OverGrpc(f"grpc{number}", seed, grpc_port) for number in (1, 2)),
            OverKafka("kafka", seed, kafka.brokers, topic),
            InDatabase("table", seed, engine, 0),
            InDatabase("late", seed, engine, LONGEST_TRANSACTION_SECONDS),
            InFile("csv", seed, folder / "log.csv", HEADER),
            InFile("jsonl", seed, folder / "log.jsonl", rotates=True),
        ]
        try:
            yield Plant(folder, feeds, http_port)
        finally:
            engine.dispose()


def sources(brokers: str, topic: str, url: str, folder: Path = Path()) -> list[dict[str, Any]]:
    """What is read, as a configuration says it; files are in `folder`."""
    table = {"url": url, "table": "log", "key": "no", "watermark": "changed_at", "look_back": LOOK_BACK}
    read: list[dict[str, Any]] = [
        {"kind": "kafka", "brokers": brokers, "topics": topic, "map": fields("path")},
        {"kind": "database", **table, "map": fields("column")},
        {"kind": "csv", "path": str(folder / "log.csv"), "map": fields("column")},
        {"kind": "files", "format": "jsonl", "path": str(folder / "log.jsonl*"), "map": fields("path")},
    ]
    return [{"name": source["kind"], "every": "1s", **source} for source in read]


def _configuration(http_port: int, grpc_port: int, brokers: str, topic: str, url: str) -> dict[str, Any]:
    return {
        "version": 1,
        "workflows": ["default"],
        "sources": sources(brokers, topic, url),
        "web": {"port": 0},
        "otlp": {"http_port": http_port, "grpc_port": grpc_port},
    }
