"""A plant of the kit: every figure of its weekly reports is that of the exports, which is that of the kit's own judge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.application import Application, opened
from app.instants import instant_ns
from app.reports.asked import Asked
from app.reports.forms import FORMS
from app.reports.view import view_of
from app.reports.week import week_of
from app.settings import load_settings
from metrics.read import Moment
from tests.kit import Trial, plant
from tests.reports.test_forms import plain, read_back

Rows = dict[tuple[str, str | None, str], dict[str, Any]]


def judged(trial: Trial) -> Rows:
    rows = map(json.loads, (trial.folder / "truth" / "metrics.jsonl").read_text().splitlines())
    return {(row["metric"], row["site"], row["week"]): row for row in rows}


def exported(application: Application, moment: Moment) -> Rows:
    with application.reader(moment) as reader:
        return {(row["metric"], row["site"], row["week"]): row for row in reader.export("metrics")}


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory, kit: Path) -> Trial:
    trial = Trial(3, tmp_path_factory.mktemp("kit") / "plant", days=40, per_day=5)
    plant(trial)
    return trial


def test_every_figure_is_that_of_the_exports_and_of_the_judge(trial: Trial) -> None:
    with opened(load_settings(trial.config, {})) as application:
        application.ingest()
        moment = Moment(instant_ns(trial.as_of), application.now_ns())
        truth, rows, compared = judged(trial), exported(application, moment), 0
        weeks = sorted({week for _, _, week in truth})
        assert len(weeks) >= 6
        for week in weeks:
            for site in (None, *(each.name for each in application.settings.definitions.sites)):
                content = application.reports.content(Asked(week_of(week), site, moment))
                for promise in content.promises:
                    row, known = rows.get((promise.metric, site, week)), truth.get((promise.metric, site, week))
                    counted = (
                        promise.good.value,
                        promise.bad.value,
                        promise.open.value,
                        promise.clock_faults.value,
                        promise.attained.value,
                    )
                    names = ("good", "bad", "open", "clock_fault", "attainment")
                    assert counted == (tuple(row[name] for name in names) if row else (0, 0, 0, 0, None)), (week, site, promise.name)
                    if site and promise.metric != "inventory_sync_accuracy":  # the judge's weeks are those of sites, and stock stands apart
                        assert counted[:4] == (tuple(known[name] for name in names[:4]) if known else (0, 0, 0, 0)), (
                            week,
                            site,
                            promise.name,
                        )
                    compared += 1
                    before = rows.get((promise.metric, site, str(week_of(week).back(1))))
                    assert promise.restated.value == (before["attainment"] if before else None)
        assert compared == len(weeks) * 4 * 11
        said = application.reports.content(Asked(week_of(weeks[2]), None, moment))
        text = plain(read_back(FORMS["pdf"].render(said, None)))
        view = view_of(said)
        told = [cell.text for table in view.tables for row in table.rows for cell in row if not cell.trend]
        assert [each for each in told if plain(each) not in text] == []
