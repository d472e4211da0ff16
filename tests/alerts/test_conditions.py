"""What becomes an alert: each group once, however many cases; not what is muted or resolved; what came back anew; and where it leads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.alerts.alert import Alert
from app.alerts.conditions import of_feeds
from app.alerts.kept import Narrowed
from app.alerts.watcher import conditions, look_at
from app.application import Application
from app.configuration.roles import shipped
from app.instants import instant_text
from app.recovery.runs import Actor
from app.source_state import SourceState
from metrics.read import Moment
from metrics.scope import EVERYTHING
from metrics.trouble import Silent, troubles
from tests.alerts.bus import HEADS, MAP
from tests.pages import recovering
from tests.pages.served import opened_on, table

TOM = Actor("tom", frozenset({"it"}), access=shipped())
FLOOD = 10_000
MINUTE, HOUR = 60 * 10**9, 3600 * 10**9
CONFIGURATION = """
version: 1
sites: [{name: brno, timezone: Europe/Prague}, {name: hamburg, timezone: Europe/Berlin}]
owners: {erp-team: {title: ERP team, codes: ["sap:*"]}}
sources:
  - name: bus
    kind: csv
    complete: true
    path: bus.csv
"""
CONFIGURATION += MAP


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Seven confirmations have failed in Augsburg, and more is wrong elsewhere."""
    with recovering.plant(tmp_path_factory.mktemp("alerts")) as application:
        yield application


def failing(application: Application) -> Alert:
    """The group of failed confirmations."""
    found, _ = application.alerts.listed(Narrowed(kind="failed", workflow="production_to_inventory"), EVERYTHING, 0, 50)
    return next(alert for alert in found if alert.title == "Production confirmed in ERP fails")


def test_a_flood_of_failures_is_one_alert(tmp_path: Path) -> None:
    now = 1_774_000_000_000_000_000
    rows = [HEADS]
    for number in range(FLOOD):
        site, order = ("brno", "hamburg")[number % 2], f"{number:07d}"
        rows.append(("order.released", instant_text(now - HOUR), "erp", site, "ok", "", "", order))
        rows.append(
            ("work_order.received", instant_text(now - 50 * MINUTE), "mes", site, "error", "sap:RU/494", f"Order {order} is locked", order)
        )
    with opened_on(tmp_path, CONFIGURATION, bus=table(*rows)) as application:
        look_at(application)
        found, total = application.alerts.listed(Narrowed(kind="failed"), EVERYTHING, 0, 50)
        assert total == 1
        (alert,) = found
        assert (alert.cases, alert.sites, alert.owner) == (FLOOD, ("brno", "hamburg"), "erp-team")
        assert alert.title == "Work order received in MES fails"
        look_at(application)
        assert application.alerts.listed(Narrowed(kind="failed"), EVERYTHING, 0, 50)[1] == 1


def test_a_group_says_what_it_holds_up_how_it_began_and_where_it_is_dealt_with(plant: Application) -> None:
    look_at(plant)
    alert = failing(plant)
    assert alert.sites == ("augsburg",)
    assert alert.address.startswith(
        "failure?kind=failed&workflow=production_to_inventory&milestone=confirmed&error_class=business&signature="
    )
    (part,) = alert.parts
    assert part.words == "Posting period 11/2026 is not open for account type M"
    assert part.cause_address is not None
    assert part.cause_address.startswith("path/production_to_inventory/")
    with plant.read_now() as reader:
        groups = [each for each in troubles(reader, {}) if each.kind == "failed" and each.milestone == "confirmed"]
    assert [(each.site, each.cases) for each in groups] == [("augsburg", alert.cases)]


def test_every_kind_of_trouble_of_the_plant_is_told(plant: Application) -> None:
    assert {condition.kind for condition in conditions(plant, plant.now_ns())} == {"objective", "failed", "missing", "violation"}


def test_a_promise_at_risk_leads_to_the_cases_that_broke_it(plant: Application) -> None:
    found = (each for each in conditions(plant, plant.now_ns()) if each.key.startswith("objective|quality-hold-propagation|"))
    promise = next(found)
    assert promise.title == "Quality hold propagation: the budget burns too fast"
    assert promise.address == "objectives?objective=quality-hold-propagation"
    (part,) = promise.parts
    assert part.cause_address is not None
    assert part.cause_address.startswith("cases?metric=quality_hold_propagation&outcome=bad&by=due&from=")


def test_a_silent_feed_is_one_alert_for_all_its_sites() -> None:
    silent = [Silent("bus", "wms", "brno", 5), Silent("bus", "wms", "hamburg", 3), Silent("bus", "mes", None, None)]
    first, second = of_feeds(silent, now_ns=9)
    assert (first.key, first.title, first.began_ns) == ("feed|bus|wms", "Nothing comes from WMS by bus", 3)
    assert [part.site for part in first.parts] == ["brno", "hamburg"]
    assert (second.began_ns, [part.site for part in second.parts]) == (9, [""])


def test_what_is_muted_or_resolved_is_none_and_what_came_back_is_another(plant: Application) -> None:
    def keys() -> list[str]:
        return [condition.key for condition in conditions(plant, plant.now_ns()) if condition.address == address]

    look_at(plant)
    alert = failing(plant)
    address, signature = alert.address, alert.key.split("|")[1]
    memory = plant.memory
    assert keys() == [f"failed|{signature}"]
    memory.mute(signature, TOM, plant.now_ns() + HOUR, "known")
    assert keys() == []
    memory.mute(signature, TOM, None, "again")
    memory.fix(signature, TOM, "the period is open")
    assert keys() == []
    with plant.reader(Moment(plant.now_ns(), plant.now_ns())) as reader:
        last_ns = max(each.last_ns for each in troubles(reader, {}) if each.signature == signature)
    memory._set(signature, TOM, "fixed", fixed_ns=last_ns - 1)  # held to be resolved just before the last attempt failed
    assert keys() == [f"failed|{signature}|{last_ns - 1}"]
    (again,) = (condition for condition in conditions(plant, plant.now_ns()) if condition.address == address)
    assert again.title == "Production confirmed in ERP fails, again"
    memory.reopen(signature, TOM)


def test_what_a_person_parked_is_none(plant: Application) -> None:
    with plant.read_now() as reader:
        (group,) = (each for each in troubles(reader, {}) if each.milestone == "confirmed")
        settled = {f"failed|production_to_inventory|{group.first_id}|confirmed": plant.now_ns()}
        (left,) = (each for each in troubles(reader, settled) if each.milestone == "confirmed")
    assert left.cases == group.cases - 1
    assert left.first_id != group.first_id


def test_a_source_that_is_down_for_a_minute_is_one(plant: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    now_ns = plant.now_ns()

    def sources(down_seconds: int) -> list[str]:
        state = SourceState(troubles=("bus.csv is not there.",), is_down=True, since_ns=now_ns - down_seconds * 10**9, tries=3)
        monkeypatch.setattr(plant, "source_states", lambda: {"bus": state})
        return [condition.title for condition in conditions(plant, now_ns) if condition.kind == "source"]

    assert sources(59) == []
    assert sources(60) == ["The source bus cannot be read"]
