"""Machines that are one Syncline together are killed again and again, with what they stand on: what was promised is there once, everywhere.

Two receivers, two workers and two webs on one lake; broker, database, files and both receivers bring events. Most that are killed are
processes of ours; the others are PostgreSQL (with state and catalogue in it), S3 and the broker. A message that a broker was killed
over may be in it twice: it is told twice then.
"""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import yaml
from sqlalchemy import Engine, create_engine, text

from tests.servers.kafka import running as running_kafka
from tests.servers.postgres import running as running_postgres
from tests.servers.s3 import running_s3
from tests.several.cluster import Cluster, Machine, cluster, storage, until
from tests.soak.feeds import LONGEST_TRANSACTION_SECONDS, Feed, InDatabase, InFile, OverGrpc, OverHttp, OverKafka
from tests.soak.kills import AFTER_ALL, sending
from tests.soak.plant import HEADER, TABLE, sources

ROLES = ("receiver", "worker", "web")
SECONDS_BETWEEN = (1.0, 6.0)
SECONDS_AWAY = (0.2, 5.0)
SECONDS_TO_CATCH_UP = 600
COMPARED = ("events", "transactions", "failures", "expectations", "metrics")


class Plant:
    """All that runs. `others`: what the machines stand on, by name, as (stop, start)."""

    def __init__(self, folder: Path, seed: int, opened: ExitStack) -> None:
        self.random = Random(seed)
        kafka = opened.enter_context(running_kafka(opened.enter_context(running_s3())))
        postgres, table = (opened.enter_context(running_postgres()) for _ in range(2))
        bucket = opened.enter_context(running_s3())
        shared, source = (opened.enter_context(server.database()) for server in (postgres, table))
        engine, topic = create_engine(source, pool_pre_ping=True), kafka.new_topic(partitions=3)
        opened.callback(engine.dispose)
        with engine.begin() as connection:
            connection.execute(text(TABLE))
        self.said = {"version": 1, "workflows": ["default"], "sources": sources(kafka.brokers, topic, source, folder)}
        self.together = opened.enter_context(cluster(folder, self.said, storage(shared, "soak", bucket)))
        for role in ROLES:
            for number in (1, 2):
                self.together.add(f"{role}{number}", role)
        self.feeds = _feeds(self.together, seed, folder, kafka.brokers, topic, engine)
        self.others: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
            "postgresql": (postgres.stop, postgres.start),
            "s3": (bucket.stop, bucket.start),
            "broker": (kafka.stop, kafka.start),
        }

    def kill_machine(self) -> str:
        """One of them, and it comes back after a while."""
        machine: Machine = self.random.choice(list(self.together.machines.values()))
        machine.asked("healthz")  # that it did not end by itself
        machine.end(signal.SIGKILL)
        time.sleep(self.random.uniform(*SECONDS_AWAY))
        machine.start()
        return machine.role

    def kill_other(self) -> str:
        name, (stop, start) = self.random.choice(sorted(self.others.items()))
        stop()
        time.sleep(self.random.uniform(*SECONDS_AWAY))
        start()
        return name


def run(folder: Path, minutes: float, seed: int, kills: int) -> Iterator[str]:
    """One line for each thing found out. Raises AssertionError when something was lost, doubled or told otherwise by one of them."""
    with ExitStack() as opened:
        plant = Plant(folder, seed, opened)
        machines = list(plant.together.machines.values())
        machines[0].syncline("storage", "init")
        for each in machines:
            each.start()
        until(lambda: all(each.asked("healthz") for each in machines), "all machines answer")
        killed, began = Counter[str](), time.monotonic()
        with sending(plant.feeds):
            while killed.total() < kills and time.monotonic() - began < 60 * minutes:
                time.sleep(plant.random.uniform(*SECONDS_BETWEEN))
                killed[plant.kill_machine() if plant.random.random() < 0.7 else plant.kill_other()] += 1
        yield f"{(time.monotonic() - began) / 60:.0f} min, {killed.total()} kills: {dict(killed)}"
        promised = set[str]().union(*(feed.promised for feed in plant.feeds))
        found = _caught_up(plant.together, promised)
        doubled = [key for key, times in found.items() if times > 1 and not key.startswith("kafka-")]
        assert not doubled, f"{len(doubled):,} events are there twice, as {doubled[:5]}"
        yield f"{len(promised):,} promised events are all there, once; {len(found):,} in all"
        yield from _compared(folder, plant)


def _caught_up(together: Cluster, promised: set[str]) -> Counter[str]:
    """How often each event is there, once all that show anything have loaded alike."""
    webs, end = together.with_role("worker", "web"), time.monotonic() + SECONDS_TO_CATCH_UP
    while True:
        time.sleep(5)
        states = [each.asked("readyz") for each in webs]
        waiting = [each.asked("readyz") for each in together.with_role("receiver")]
        found = _events(webs[-1])
        behind = [state and (state["behind_records"], state["machine"]["behind_others_records"]) for state in states]
        if promised <= found.keys() and all(each == (0, 0) for each in behind) and all(waiting):
            return found
        lost = sorted(promised - found.keys())
        assert time.monotonic() < end, f"{len(lost):,} promised events are lost, as {lost[:5]}; behind: {behind}"


def _compared(folder: Path, plant: Plant) -> Iterator[str]:
    """All machines say the same, and what one says that is alone and was told these records."""
    shown = plant.together.with_role("worker", "web")
    plant.together.end()  # what their sources still say would be told to one before the other
    shown[0].syncline("refresh")
    before = _exports(shown[0])
    for each in shown[1:]:
        each.syncline("refresh")
        assert _exports(each) == before, f"{each.folder.name} says something else than {shown[0].folder.name}"
    alone = folder / "alone"
    shutil.copytree(shown[0].folder / "home" / "journal", alone / "home" / "journal", ignore=shutil.ignore_patterns("lake", "lock"))
    (alone / "syncline.yaml").write_text(yaml.safe_dump(plant.said))
    machine = Machine.__new__(Machine)
    machine.folder, machine.role, machine.process = alone, "all", None
    machine.syncline("rebuild")
    assert _exports(machine) == before, "one that is alone says something else"
    rows = before["transactions"].count("\n")
    yield f"{len(shown)} machines and one that is alone say the same in {', '.join(COMPARED)}: {rows:,} transactions"
    for each in plant.together.machines.values():
        before_it, _, traceback = each.log.partition("\nTraceback")  # those that are told in an entry of the log are indented
        assert not traceback, f"{each.folder.name} met what it had not thought of: {before_it[-500:]}{traceback[:3000]}"


def _exports(machine: Machine) -> dict[str, str]:
    return {name: machine.syncline("export", name, "--as-of", AFTER_ALL, "--known-at", AFTER_ALL) for name in COMPARED}


def _events(machine: Machine) -> Counter[str]:
    rows = map(json.loads, machine.syncline("export", "events", "--as-of", AFTER_ALL).splitlines())
    return Counter(f"{order} {row['event_type']}" for row in rows for order in row["objects"]["production_order"])


def _feeds(together: Cluster, seed: int, folder: Path, brokers: str, topic: str, engine: Engine) -> list[Feed]:
    receivers: list[Any] = together.with_role("receiver")
    return [
        *(OverHttp(f"http{number}", seed, each.http_port) for number, each in enumerate(receivers)),
        *(OverGrpc(f"grpc{number}", seed, each.grpc_port) for number, each in enumerate(receivers)),
        OverKafka("kafka", seed, brokers, topic),
        InDatabase("table", seed, engine, 0),
        InDatabase("late", seed, engine, LONGEST_TRANSACTION_SECONDS),
        InFile("csv", seed, folder / "log.csv", HEADER),
        InFile("jsonl", seed, folder / "log.jsonl", rotates=True),
    ]
