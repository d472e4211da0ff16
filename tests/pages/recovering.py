"""A small plant whose failures may be recovered: a catalogue, a folder that they are dropped in, and the effect of what was dropped."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from app.application import Application
from app.configuration.roles import shipped
from app.instants import instant_text
from app.recovery.engine import Engine
from app.recovery.runs import Actor
from tests.pages.plant import COLUMNS, write_plant
from tests.pages.served import UPDATE, Client, opened

CATALOGUE = """
recovery:
  targets:
    middleware: {kind: file, folder: drop, name: "{transaction_id}_{effect_id}.json"}
  paths:
    - name: confirm-again
      title: Ask the middleware to confirm again
      action: retry
      workflows: [production_to_inventory]
      milestones: [confirmed]
      target: middleware
      roles: [it]
      approval: none
      limits: {ramp: [10]}
      hint: Is the posting period open by now?
    - name: ask-a-colleague
      title: Retry what somebody looked at
      action: retry
      kinds: [failed]
      workflows: [production_to_inventory, procure_to_receipt]
      target: middleware
      roles: [it]
      approval: four_eyes
      approvers: [supply]
      reason_required: true
    - name: set-aside
      title: Set it aside
      action: park
      workflows: [production_to_inventory]
      roles: [it]
      approval: none
      limits: {ramp: [10]}
    - name: give-up
      title: Close it
      action: close
      workflows: [production_to_inventory]
      roles: [it]
      approval: none
      reason_required: true
"""
TOM = Actor("tom", frozenset({"it"}), access=shipped())
GROUP = {"kind": "failed", "workflow": "production_to_inventory", "milestone": "confirmed", "error_class": "business"}


@contextmanager
def plant(folder: Path) -> Iterator[Application]:
    """Seven confirmations have failed in Augsburg."""
    file = write_plant(folder, time.time_ns())
    file.write_text(file.read_text() + CATALOGUE)
    (folder / "drop").mkdir()
    with opened(file) as application:
        yield application


def send(application: Application) -> None:
    """Lets the engine do what is to be done now."""
    desk = application.desk
    with ThreadPoolExecutor(4) as threads:
        engine = Engine(desk.runs, desk.world, threads)
        engine.tick()
    with ThreadPoolExecutor(1) as threads:
        Engine(desk.runs, desk.world, threads).tick()


def confirm(application: Application, transaction_id: str) -> None:
    """What was dropped had its effect: the system tells so."""
    file = application.settings.folder / "bus.csv"
    with file.open(newline="") as old:
        rows = list(csv.DictReader(old))
    failed = [row for row in rows if row["object_id"] == transaction_id and row["outcome"] == "error"][-1]
    done = {**failed, "no": str(len(rows) + 1), "time": instant_text(application.now_ns()), "outcome": "ok", "code": "", "error": ""}
    with file.open("a", newline="") as more:
        csv.DictWriter(more, COLUMNS).writerow({**done, "attempt": int(failed["attempt"]) + 1})
    application.ingest()


def press(client: Client, output: str, ident: dict[str, Any], more: Sequence[Any] = (), beside: Sequence[Any] = (), **state: Any) -> Any:
    """The answer to a click on one button of several; `state`: id (with _) → (property, value); `more` after it; `beside`: other inputs."""
    known = next(name for name in client.http.application.extensions["syncline_callbacks"] if output in name)
    parts = [part.rpartition(".") for part in known.strip(".").split("...")]
    outputs = [{"id": name, "property": what.partition("@")[0]} for name, _, what in parts]
    body = {
        "output": known,
        "outputs": outputs if known.startswith("..") else outputs[0],
        "inputs": [[{"id": ident, "property": "n_clicks", "value": 1}], *beside],
        "changedPropIds": [f"{orjson.dumps(ident, option=orjson.OPT_SORT_KEYS).decode()}.n_clicks"],
        "state": [{"id": name.replace("_", "-"), "property": what, "value": value} for name, (what, value) in state.items()] + list(more),
    }
    return client.post(UPDATE, json=body)
