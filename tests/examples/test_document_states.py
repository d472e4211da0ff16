"""From IDocs and B2MML to the state of the order: failed, posted after a correction, and closed by a person without success."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.application import Application, opened
from app.settings import load_settings
from metrics.read import Moment

EXAMPLES = Path(__file__).parents[2] / "app" / "docs" / "examples"


@contextmanager
def ingested(example: str, folder: Path) -> Iterator[Application]:
    copy = Path(shutil.copytree(EXAMPLES / example, folder / example, ignore=shutil.ignore_patterns("home")))
    for file in copy.rglob("*.xml"):  # else they are taken for files that are still being written
        os.utime(file, (1_772_438_400, 1_772_438_400))
    with opened(load_settings(copy / "syncline.yaml", {})) as application:
        assert application.ingest().rejected == 0
        yield application


def moment(application: Application, as_of: str) -> Moment:
    return Moment(int(datetime.fromisoformat(as_of).astimezone(UTC).timestamp()) * 10**9, application.now_ns())


def orders(application: Application, as_of: str) -> dict[str, dict[str, Any]]:
    with application.reader(moment(application, as_of)) as reader:
        return {row["transaction_id"]: row for row in reader.export("transactions")}


def test_an_order_whose_answer_was_posted_late_is_recovered_and_one_that_was_closed_is_abandoned(tmp_path: Path) -> None:
    with ingested("idoc", tmp_path) as application:
        before = orders(application, "2026-03-03T12:00:00+01:00")
        after = orders(application, "2026-03-05T12:00:00+01:00")
    assert {name: (row["state"], row["error_class"]) for name, row in before.items()} == {
        "4500001001": ("failed", "business"),
        "4500001002": ("failed", "business"),
    }
    assert {name: (row["state"], row["status"]) for name, row in after.items()} == {
        "4500001001": ("complete", "complete"),
        "4500001002": ("abandoned", "abandoned"),
    }
    assert {name: (row["is_recovered"], row["is_self_healed"], row["failed_attempts"]) for name, row in after.items()} == {
        "4500001001": (True, False, 1),
        "4500001002": (False, True, 3),
    }


def test_an_audit_message_belongs_to_the_order_of_the_document_it_answers(tmp_path: Path) -> None:
    with ingested("idoc", tmp_path) as application, application.reader(moment(application, "2026-03-05T12:00:00+01:00")) as reader:
        path = reader.path("purchase_orders", "4500001001")
    assert path is not None
    positions = path.events["position"].to_list()
    assert [each for each in positions if each.startswith("idocs/audit")] == ["idocs/audit.xml:1/1/1"]


def test_what_the_plant_rejects_and_what_the_erp_cannot_post_has_failed(tmp_path: Path) -> None:
    with ingested("b2mml", tmp_path) as application:
        found = orders(application, "2026-03-02T17:00:00+01:00")
    assert {name: (row["state"], row["failed_milestone"], list(row["reached"])) for name, row in found.items()} == {
        "1000231": ("failed", "confirmed", ["released", "received", "completed"]),
        "1000232": ("failed", "received", ["released"]),
    }
