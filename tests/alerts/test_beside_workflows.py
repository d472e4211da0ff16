"""Beside workflows: failures that nobody can place, and stock that differs and nothing explains, are alerts; what a person ends says so."""

from __future__ import annotations

from pathlib import Path

from app import audit
from app.alerts.alert import Alert
from app.alerts.kept import Narrowed, alert_rows
from app.alerts.watcher import look_at
from app.application import Application
from app.configuration.roles import shipped
from app.instants import instant_text
from app.recovery.runs import Actor
from metrics.scope import EVERYTHING, Scope
from tests.alerts.bus import HEADS, MAP
from tests.pages.served import opened_on, table

TOM = Actor("tom", frozenset({"it"}), access=shipped())
HOUR, DAY = 3600 * 10**9, 24 * 3600 * 10**9
SITES = "sites: [{name: brno, timezone: Europe/Prague}, {name: hamburg, timezone: Europe/Berlin}]\n"
BUS = f"version: 1\n{SITES}sources:\n  - name: bus\n    kind: csv\n    complete: true\n    path: bus.csv\n{MAP}"
STOCK = f"""
version: 1
{SITES}owners: {{logistics: {{title: Logistics, sites: [hamburg]}}}}
sources:
  - {{name: stock, kind: inventory_csv, path: stock.csv}}
inventory: {{tolerance: {{C: 0.1}}, classes: {{BOLT: C, GEAR: A}}, values: {{GEAR: 250, BOLT: 0.5}}, currency: EUR}}
"""
KEYS = (
    ("hamburg", "GEAR", 100, 96),
    ("hamburg", "BOLT", 104, 100),
    ("hamburg", "PIN", 5, 5),
    ("brno", "GEAR", 20, 20),
    ("brno", "NUT", 0, 7),
)


def opened_alerts(application: Application, kind: str) -> list[Alert]:
    return application.alerts.listed(Narrowed(is_open=True, kind=kind), EVERYTHING, 0, 50)[0]


def lost(at_ns: int, site: str, text: str = "mandatory segment E1EDK01 is absent") -> tuple[str, ...]:
    """It names no order."""
    return ("work_order.received", instant_text(at_ns), "mes", site, "error", "idoc:56", text, "")


def test_failures_that_nobody_can_place_are_one_alert_for_each_way_to_fail(tmp_path: Path) -> None:
    with opened_on(tmp_path, BUS, bus=table(HEADS)) as application:
        now_ns = application.now_ns()
        rows = [lost(now_ns - HOUR - number, ("brno", "hamburg")[number % 2]) for number in range(9)]
        rows += [lost(now_ns - HOUR, "brno", "Unknown plant 4711"), lost(now_ns - 8 * DAY, "brno", "Long ago")]
        with (tmp_path / "bus.csv").open("a") as file:
            file.write(table(*rows))
        application.ingest()
        look_at(application)
        many, one = sorted(opened_alerts(application, "unplaced"), key=lambda alert: -alert.cases)
        assert (many.cases, many.sites, many.severity) == (9, ("brno", "hamburg"), "important")
        assert many.title == "work_order.received in MES failed, and names nothing that is known"
        assert many.address.startswith(
            "failure?kind=unplaced&milestone=work_order.received&error_class=configuration&system=mes&signature="
        )
        assert many.parts[0].words == "mandatory segment E1EDK01 is absent"
        assert (one.cases, one.sites) == (1, ("brno",))
        look_at(application)
        assert len(opened_alerts(application, "unplaced")) == 2
        assert [part.site for part in many.seen_by(Scope(frozenset(["brno"]))).parts] == ["brno"]  # type: ignore[union-attr]


def test_an_alert_that_somebody_mutes_ends_at_once_and_says_who_and_why(tmp_path: Path) -> None:
    with opened_on(tmp_path, BUS, bus=table(HEADS)) as application:
        with (tmp_path / "bus.csv").open("a") as file:
            file.write(table(lost(application.now_ns() - HOUR, "brno")))
        application.ingest()
        look_at(application)
        (alert,) = opened_alerts(application, "unplaced")
        signature = alert.key.split("|")[1]
        application.memory.mute(signature, TOM, application.now_ns() + 400 * DAY, "The sender is being replaced")
        look_at(application)
        ended = application.alerts.one(alert.number, EVERYTHING)
        assert ended is not None
        assert ended.ended_ns is not None
        assert (ended.ended_why or "").startswith("tom muted it until ")
        assert (ended.ended_why or "").endswith(": The sender is being replaced")
        (row,) = alert_rows(application.accounts.engine, application.now_ns(), EVERYTHING)
        assert row["ended_reason"] == ended.ended_why
        with application.accounts.engine.connect() as connection:
            (entry,) = audit.entries(connection, audit.Filter(action="alert ended"))
        assert entry.reason == ended.ended_why
        application.memory.mute(signature, TOM, None, "again")
        look_at(application)
        (again,) = opened_alerts(application, "unplaced")
        assert again.number == alert.number + 1
        application.memory.fix(signature, TOM, None)
        look_at(application)
        assert application.alerts.one(again.number, EVERYTHING).ended_why == "tom holds it to be resolved"  # type: ignore[union-attr]


def test_what_gets_through_by_itself_says_nothing_of_people(tmp_path: Path) -> None:
    with opened_on(tmp_path, BUS, bus=table(HEADS)) as application:
        rows = [("order.released", instant_text(application.now_ns() - HOUR), "erp", "brno", "error", "sap:RU/494", "Locked", "4711")]
        with (tmp_path / "bus.csv").open("a") as file:
            file.write(table(*rows))
        application.ingest()
        look_at(application)
        (alert,) = opened_alerts(application, "failed")
        with (tmp_path / "bus.csv").open("a") as file:
            file.write(table(("order.released", instant_text(application.now_ns() - 60 * 10**9), "erp", "brno", "ok", "", "", "4711")))
        application.ingest()
        for _ in range(2):  # gone, and still gone
            look_at(application, quiet_seconds=0)
        ended = application.alerts.one(alert.number, EVERYTHING)
        assert ended is not None
        assert (ended.is_open, ended.ended_why) == (False, None)


def test_stock_that_differs_and_nothing_explains_is_an_alert_of_its_site(tmp_path: Path) -> None:
    with opened_on(tmp_path, STOCK, stock="snapshot_time,system,site,location,item,batch,stock_status,quantity,uom\n") as application:
        at_ns = application.now_ns() - HOUR
        told(tmp_path, application, at_ns, KEYS)
        look_at(application)
        brno, hamburg = sorted(opened_alerts(application, "inventory"), key=lambda alert: alert.sites)
        assert (hamburg.title, hamburg.sites, hamburg.cases) == (
            "Stock differs, and nothing explains it",
            ("hamburg",),
            1,
        )  # BOLT is tolerated
        assert {currency: float(worth) for currency, worth in hamburg.worths.items()} == {"EUR": 1000.0}
        assert (hamburg.owner, hamburg.began_ns) == ("logistics", at_ns)
        assert hamburg.address == "inventory?site=hamburg&cause=unexplained&show=misses"
        assert (brno.cases, dict(brno.worths), brno.owner) == (1, {}, None)  # nobody says what a nut is worth
        told(tmp_path, application, at_ns + HOUR // 2, [(site, item, wms, wms) for site, item, _erp, wms in KEYS])
        look_at(application, quiet_seconds=0)
        look_at(application, quiet_seconds=0)
        assert opened_alerts(application, "inventory") == []


def told(folder: Path, application: Application, at_ns: int, keys: object) -> None:
    """What both systems have at a moment."""
    with (folder / "stock.csv").open("a") as file:
        for site, item, erp, wms in keys:  # type: ignore[attr-defined]
            for system, quantity in (("erp", erp), ("wms", wms)):
                file.write(f"{instant_text(at_ns)},{system},{site},FG,{item},,unrestricted,{quantity},PC\n")
    application.ingest()
