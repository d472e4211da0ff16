"""Three workflow files as users write them: what was done to orders on purpose is what is concluded, as of any moment, in any order."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from tests.cli.commands import Run
from tests.cli.conftest import run
from tests.models.agreement import plain
from tests.workflows import truth
from tests.workflows.agreement import agrees, arrives, counts_of, expected_metrics
from tests.workflows.files import SNAPSHOT, stock, write_configuration, write_events
from tests.workflows.made import FILES, plant
from tests.workflows.plant import END, Plant

__all__ = ["run"]


@pytest.mark.parametrize("file", FILES)
def test_what_was_withheld_late_failed_or_said_twice_is_what_is_concluded(file: str) -> None:
    made = plant(file, seed=1, count=18)
    with arrives(made, parts=2, random=Random(1)) as store:
        for moment in (END, *made.moments(1)):
            agrees(store, made, moment)


def test_known_at_last_tuesday_is_byte_for_byte_what_was_exported_then_and_as_of_then_is_what_has_been_learnt_since(
    run: Run, tmp_path: Path
) -> None:
    made = plant("fan_out", seed=5, count=12)
    since = [event for number, event in enumerate(made.events) if event.system == "erp" and number % 3]
    write_configuration(made, tmp_path)
    write_events([event for event in made.events if event not in since], tmp_path / "traces" / "told-by-tuesday.jsonl")
    assert run("ingest").code == 0
    tuesday = datetime.now(UTC).isoformat()
    then = exports(run, ("metrics", "inventory"))
    write_events(since, tmp_path / "traces" / "told-since.jsonl")
    assert run("ingest").code == 0
    assert exports(run, tuple(then), "--known-at", tuesday) == then
    learnt = exports(run, ("transactions", "metrics", "failures", "inventory"))
    assert [name for name in then if learnt[name] != then[name]] == list(then)
    holds_in_exports(learnt, made)


def exports(run: Run, names: tuple[str, ...], *more: str) -> dict[str, str]:
    done = {name: run("export", name, "--as-of", SNAPSHOT, *more) for name in names}
    assert [result.code for result in done.values()] == [0] * len(done)
    return {name: result.out for name, result in done.items()}


def holds_in_exports(found: dict[str, str], made: Plant) -> None:
    """The plant's truth in what the command line wrote."""
    rows, counted = truth.transaction_rows(made.told, END), stock(made)
    said = {name: [json.loads(line) for line in text.splitlines()] for name, text in found.items()}
    assert [{column: plain(column, row[column]) for column in rows[0]} for row in said["transactions"]] == rows
    assert said["failures"] == truth.failure_rows(rows)
    assert counts_of(said["metrics"]) == expected_metrics(made, END)
    assert [{name: row[name] for name in counted[0]} for row in said["inventory"]] == counted
