"""An alert starts once and ends once, whatever flaps, restarts or looks twice, and says to whom what may be seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from app import audit
from app.accounts.tables import open_engine
from app.alerts.alert import Alert, Condition, Part
from app.alerts.kept import Alerts, Narrowed, alert_rows
from app.alerts.tables import alerts
from app.alerts.watch import Looked, look
from app.configuration.roles import shipped
from app.recovery import tables
from app.recovery.runs import Actor, Refusal
from metrics.scope import EVERYTHING, Scope

MINUTE = 60 * 10**9
AUGSBURG = Part("augsburg", 7, 3, {"EUR": Decimal(12400)}, ("Isartal",), "posting period not open", "4711 was the first", "path/p/4711")
BRNO = Part("brno", 2, 1, {"EUR": Decimal(100)}, ("Moravia",), "posting period not open", "8150 was the first", "path/p/8150")
FAILING = Condition(
    "failed|a1", "failed", "critical", "Confirmation fails", "p", "plant-it", "failure?signature=a1", MINUTE, (AUGSBURG, BRNO)
)
TOM, EVA = Actor("tom", frozenset({"it"}), access=shipped()), Actor("eva", frozenset({"exec"}), access=shipped())


class Clock:
    """Stands still until it is told."""

    ns = 100 * MINUTE

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/accounts.sqlite")
    tables.create(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def kept(engine: Engine) -> Alerts:
    return Alerts(engine, Clock())


def listed(kept: Alerts, sees: Scope = EVERYTHING, **asked: object) -> list[Alert]:
    return kept.listed(Narrowed(**asked), sees, 0, 50)[0]


def test_it_starts_once_and_ends_once_it_is_gone_for_long_enough(engine: Engine, kept: Alerts) -> None:
    changes = [
        look(engine, found, minute * MINUTE)
        for minute, found in ((100, [FAILING]), (101, [FAILING]), (102, []), (116, []), (117, []), (118, []))
    ]
    assert changes == [Looked((1,)), Looked(), Looked(), Looked(), Looked((), (1,)), Looked()]
    (alert,) = listed(kept)
    assert (alert.started_ns, alert.ended_ns, alert.began_ns) == (100 * MINUTE, 117 * MINUTE, MINUTE)
    told = [change.action for change in reversed(kept.changes(1))]
    assert told == ["alert started", "alert ended"]
    with engine.connect() as connection:
        assert audit.verify(connection) is None


def test_what_comes_back_soon_is_the_same_alert_and_later_another(engine: Engine, kept: Alerts) -> None:
    for minute, found in ((100, [FAILING]), (105, []), (110, [FAILING]), (120, []), (130, [FAILING]), (140, []), (156, [])):
        look(engine, found, minute * MINUTE)
    assert [alert.number for alert in listed(kept)] == [1]
    look(engine, [FAILING], 200 * MINUTE)
    assert [(alert.number, alert.is_open) for alert in listed(kept)] == [(2, True), (1, False)]


def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    numbers = []
    for minute, found in ((100, [FAILING]), (101, []), (110, [FAILING]), (111, [])):
        engine = open_engine(f"sqlite:///{tmp_path}/accounts.sqlite")
        tables.create(engine)
        Alerts(engine, Clock())
        numbers.append(look(engine, found, minute * MINUTE))
        engine.dispose()
    assert numbers == [Looked((1,)), Looked(), Looked(), Looked()]


def test_two_that_look_at_once_tell_it_once(engine: Engine, kept: Alerts) -> None:
    found = [replace(FAILING, key=f"failed|{number}") for number in range(20)]
    together, changes = Barrier(2), []

    def run() -> None:
        together.wait()
        changes.append(look(engine, found, 100 * MINUTE))

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(change.started) for change in changes) == [0, 20]
    assert len(listed(kept)) == 20


def test_the_database_holds_one_open_alert_of_a_key(engine: Engine, kept: Alerts) -> None:
    look(engine, [FAILING], 100 * MINUTE)
    values = {name: getattr(FAILING, name) for name in ("key", "kind", "severity", "title", "workflow", "owner", "address", "began_ns")}
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(alerts).values(number=2, started_ns=0, **values))


def test_its_figures_follow_what_is_so(engine: Engine, kept: Alerts) -> None:
    look(engine, [FAILING], 100 * MINUTE)
    look(engine, [replace(FAILING, parts=(replace(AUGSBURG, cases=10_000),), owner="supply-chain")], 101 * MINUTE)
    (alert,) = listed(kept)
    assert (alert.number, alert.cases, alert.sites, alert.owner) == (1, 10_000, ("augsburg",), "supply-chain")


def test_what_it_began_with_stays_what_it_was(engine: Engine, kept: Alerts) -> None:
    look(engine, [FAILING], 100 * MINUTE)
    later = replace(AUGSBURG, cases=6, cause="4712 was the first", cause_address="path/p/4712")
    look(engine, [replace(FAILING, parts=(later,))], 101 * MINUTE)
    (part,) = listed(kept)[0].parts
    assert (part.cases, part.cause, part.cause_address) == (6, "4711 was the first", "path/p/4711")


def test_who_sees_some_sites_sees_their_part_only(engine: Engine, kept: Alerts) -> None:
    siteless = replace(FAILING, key="source|bus", kind="source", parts=(Part("", words="It does not answer."),))
    look(engine, [FAILING, siteless, replace(FAILING, key="failed|a2", parts=(AUGSBURG,))], 100 * MINUTE)
    (seen,) = listed(kept, Scope(frozenset({"brno"})))
    assert (seen.sites, seen.cases, seen.orders, seen.worths) == (("brno",), 2, 1, {"EUR": Decimal(100)})
    assert kept.open_count(Scope(frozenset({"brno"}))) == 1
    assert kept.open_count(EVERYTHING) == 3
    assert kept.one(2, Scope(frozenset({"brno"}))) is None
    assert [row["cases"] for row in alert_rows(engine, 200 * MINUTE, Scope(frozenset({"brno"})))] == [2]


def test_who_sees_some_workflows_or_suppliers_is_told_what_is_of_these_alone(engine: Engine, kept: Alerts) -> None:
    mine, isartals = replace(BRNO, supplier="Moravia"), replace(AUGSBURG, supplier="Isartal")
    broken = replace(FAILING, key="violation|r", kind="violation", workflow=None, by_supplier=(mine,))
    part = replace(AUGSBURG, cases=3, partners=("Moravia",), supplier="Moravia")
    others = (replace(FAILING, key="failed|a2", by_supplier=(isartals, part)), replace(FAILING, key="failed|a3", workflow="q"))
    look(engine, [replace(FAILING, by_supplier=(mine, isartals)), broken, *others], 100 * MINUTE)
    of_p, moravia = Scope(workflows=frozenset({"p"})), frozenset({"Moravia"})
    assert sorted(alert.number for alert in listed(kept, of_p)) == [1, 3]
    assert [alert.key for alert in listed(kept, Scope(workflows=frozenset({"p"}), suppliers=moravia))] == ["failed|a1", "failed|a2"]
    seen = [(alert.key, alert.sites, alert.cases) for alert in listed(kept, Scope(suppliers=moravia))]
    assert seen == [("failed|a1", ("brno",), 2), ("violation|r", ("brno",), 2), ("failed|a2", ("augsburg",), 3)]
    both = [(alert.key, alert.sites, alert.cases) for alert in listed(kept, Scope(frozenset({"augsburg"}), None, moravia | {"Isartal"}))]
    assert both == [("failed|a1", ("augsburg",), 7), ("failed|a2", ("augsburg",), 10)]
    assert [kept.open_count(each) for each in (of_p, Scope(suppliers=moravia), Scope(suppliers=frozenset()), EVERYTHING)] == [2, 3, 0, 4]
    assert [row["number"] for row in alert_rows(engine, 200 * MINUTE, of_p)] == [1, 3]
    assert kept.one(4, Scope(suppliers=moravia)) is None
    assert kept.one(4, of_p) is None
    with pytest.raises(Refusal, match="There is no alert 4, or you may not see it"):
        kept.take(4, replace(TOM, sees=of_p), None)


def test_what_of_it_is_of_a_supplier_goes_on_and_ends_as_the_whole_does(engine: Engine, kept: Alerts) -> None:
    mine = replace(BRNO, supplier="Moravia")
    look(engine, [replace(FAILING, by_supplier=(mine,))], 100 * MINUTE)
    later = replace(mine, cases=1, cause="8151 was the first", cause_address="path/p/8151")
    look(engine, [replace(FAILING, by_supplier=(later,))], 101 * MINUTE)
    (seen,) = listed(kept, Scope(suppliers=frozenset({"Moravia"})))
    assert [(part.cases, part.cause) for part in seen.parts] == [(1, "8150 was the first")], "with what it began with"
    look(engine, [FAILING], 102 * MINUTE)
    assert listed(kept, Scope(suppliers=frozenset({"Moravia"}))) == []
    assert [alert.by_supplier for alert in listed(kept)] == [()]


def test_alerts_of_a_file_of_before_are_kept_and_get_their_suppliers_with_the_next_look(engine: Engine, kept: Alerts) -> None:
    look(engine, [FAILING], 100 * MINUTE)
    with engine.begin() as connection:
        connection.exec_driver_sql("drop table alert_supplier_parts")
        connection.exec_driver_sql("alter table alert_parts add column is_named boolean")
    again = Alerts(engine, Clock())
    assert [alert.cases for alert in listed(again)] == [9]
    look(engine, [replace(FAILING, by_supplier=(replace(BRNO, supplier="Moravia"),))], 101 * MINUTE)
    assert [alert.cases for alert in listed(again, Scope(suppliers=frozenset({"Moravia"})))] == [2]


def test_the_list_is_narrowed(engine: Engine, kept: Alerts) -> None:
    other = replace(
        FAILING, key="missing|b", kind="missing", severity="routine", workflow="q", parts=(replace(BRNO, partners=("Castco",)),)
    )
    look(engine, [FAILING, other], 100 * MINUTE)
    for asked, numbers in (
        ({"kind": "missing"}, [2]),
        ({"severity": "critical"}, [1]),
        ({"workflow": "q"}, [2]),
        ({"site": "augsburg"}, [1]),
        ({"site": "brno"}, [1, 2]),
        ({"partner": "Moravia"}, [1]),
        ({"partner": "Mora"}, []),
        ({"site": "augsburg", "partner": "Moravia"}, []),  # that is at another site
        ({"is_open": False}, []),
        ({"as_of_ns": 99 * MINUTE}, []),
    ):
        assert [alert.number for alert in listed(kept, **asked)] == numbers, asked


def test_as_of_a_past_moment_it_was_still_open(engine: Engine, kept: Alerts) -> None:
    for minute, found in ((100, [FAILING]), (101, []), (120, [])):
        look(engine, found, minute * MINUTE)
    assert listed(kept, is_open=True) == []
    assert [alert.number for alert in listed(kept, is_open=True, as_of_ns=110 * MINUTE)] == [1]


def test_who_may_says_that_they_look_after_it(engine: Engine, kept: Alerts) -> None:
    look(engine, [FAILING], 100 * MINUTE)
    kept.take(1, TOM, "  asked   the ERP team ")
    alert = kept.one(1, EVERYTHING)
    assert alert is not None
    assert (alert.taken_by, alert.taken_note) == ("tom", "asked the ERP team")
    for number, actor, note, said in (
        (1, EVA, None, "Only Supply chain or Plant IT and integration may acknowledge alerts."),
        (9, TOM, None, "There is no alert 9, or you may not see it."),
        (1, TOM, "x" * 501, "The note has 501 letters; 500 are the most."),
    ):
        with pytest.raises(Refusal) as refused:
            kept.take(number, actor, note)
        assert str(refused.value) == said
