"""Who sees some suppliers only is told of an alert what is of these: the same as if the cases of others were not there at all."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import pytest

from app.alerts.alert import Alert
from app.alerts.kept import Narrowed, alert_rows
from app.alerts.watcher import look_at
from app.application import Application
from app.instants import instant_text
from app.telling.subscription import Wanted, told_of
from metrics.read import Moment
from metrics.scope import EVERYTHING, Names, Scope
from metrics.trouble import Trouble, troubles
from tests.pages.served import opened_on, table

HOUR = 3600 * 10**9
SITES, SUPPLIERS = ("brno", "hamburg", "linz"), ("20017", "20018", "20019", "")
TROUBLES = ("sap:RU/494", "http:401", "never came")
CONFIGURATION = """
version: 1
sites: [{name: brno, timezone: Europe/Prague}, {name: hamburg, timezone: Europe/Berlin}, {name: linz, timezone: Europe/Vienna}]
sources:
  - name: bus
    kind: csv
    complete: true
    path: bus.csv
    map:
      event_type: {column: T}
      event_time: {column: AT}
      system: {column: SYSTEM}
      site: {column: SITE}
      partner: {column: PARTNER}
      outcome: {column: OUTCOME}
      error_code: {column: CODE}
      error_text: {column: ERROR}
      value: {column: VALUE}
      currency: {value: EUR}
      objects: {type: {value: purchase_order}, id: {column: ID}}
"""
HEADS = ("T", "AT", "SYSTEM", "SITE", "PARTNER", "OUTCOME", "CODE", "ERROR", "VALUE", "ID")


class Case(NamedTuple):
    """One purchase order in trouble."""

    site: str
    supplier: str
    trouble: str


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    dice = random.Random(4)
    return [Case(dice.choice(SITES), dice.choice(SUPPLIERS), dice.choice(TROUBLES)) for _ in range(120)]


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory, cases: list[Case]) -> Iterator[Application]:
    with opened_on(tmp_path_factory.mktemp("suppliers"), CONFIGURATION, bus=table(HEADS)) as application:
        now_ns = application.now_ns()
        with (application.settings.folder / "bus.csv").open("a") as file:
            file.write(table(*(row for number, case in enumerate(cases) for row in rows(case, number, now_ns - 90 * HOUR))))
        application.ingest()
        look_at(application)
        yield application


def rows(case: Case, number: int, at_ns: int) -> Iterator[tuple[str, ...]]:
    """An order that was made, and could not be sent or never was confirmed."""
    order, value = f"45{number:05d}", str(100 + number)
    about = (case.site, case.supplier)
    yield ("purchase_order.created", instant_text(at_ns + number), "erp", *about, "ok", "", "", value, order)
    if case.trouble == "never came":
        yield ("purchase_order.sent", instant_text(at_ns + 60 * 10**9 + number), "erp", *about, "ok", "", "", value, order)
    else:
        said = f"Supplier {case.supplier or 'unknown'} is locked"
        yield ("purchase_order.sent", instant_text(at_ns + 60 * 10**9 + number), "erp", *about, "error", case.trouble, said, value, order)


def some(dice: random.Random, names: tuple[str, ...]) -> Names:
    return None if dice.random() < 0.3 else frozenset(dice.sample(names, dice.randint(0, len(names) - 1)))


def scopes() -> list[Scope]:
    dice = random.Random(11)
    limits = (SITES, ("procure_to_receipt", "order_to_production", "stock_movement_sync"), (*SUPPLIERS[:3], "nobody"))
    made = [Scope(*(some(dice, names) for names in limits)) for _ in range(60)]
    return [*made, *(Scope(None, None, frozenset({each})) for each in SUPPLIERS[:3]), EVERYTHING]


def words(sees: Scope) -> str:
    """The same in every process."""
    return " of ".join(
        "all" if names is None else " ".join(sorted(names)) or "none" for names in (sees.sites, sees.workflows, sees.suppliers)
    )


def is_seen(sees: Scope, case: Case) -> bool:
    return sees.sees(case.site, "procure_to_receipt", case.supplier or None)


def opened(application: Application, sees: Scope) -> list[Alert]:
    return application.alerts.listed(Narrowed(is_open=True), sees, 0, 200)[0]


def test_the_plant_has_trouble_of_every_supplier_at_every_site(application: Application, cases: list[Case]) -> None:
    assert set(product(SITES, SUPPLIERS)) == {case[:2] for case in cases}
    assert sum(alert.cases for alert in opened(application, EVERYTHING)) == len(cases)
    assert {alert.kind for alert in opened(application, EVERYTHING)} == {"failed", "missing"}
    of_one = opened(application, Scope(suppliers=frozenset({"20017"})))
    assert sum(sum(alert.worths.values()) for alert in of_one) > 0
    assert sum(alert.orders for alert in of_one) > 0


@pytest.mark.parametrize("sees", scopes(), ids=words)
def test_exactly_the_cases_that_are_seen_are_told(application: Application, cases: list[Case], sees: Scope) -> None:
    """Counted from the table that was written."""
    mine = Counter((case.site, case.supplier) for case in cases if is_seen(sees, case))
    seen = opened(application, sees)
    assert sum(alert.cases for alert in seen) == mine.total()
    by_site = Counter[str]()
    for alert in seen:
        for part in alert.parts:
            by_site[part.site] += part.cases
    assert by_site == Counter(case.site for case in cases if is_seen(sees, case))
    if sees.suppliers is not None:
        assert {partner for alert in seen for partner in alert.partners} == {supplier for _, supplier in mine}
    assert application.alerts.open_count(sees) == len(seen)
    exported = list(alert_rows(application.accounts.engine, application.now_ns(), sees))
    assert [row["cases"] for row in exported] == [alert.cases for alert in sorted(seen, key=lambda alert: alert.number)]
    for alert in opened(application, EVERYTHING):
        told = told_of(Wanted(), alert, sees)
        assert told == next((each for each in seen if each.number == alert.number), None), "a mail says what the page says"


@pytest.mark.parametrize("sees", [scope for scope in scopes() if scope.suppliers is None or len(scope.suppliers) == 1], ids=words)
def test_it_is_what_is_told_where_there_is_nothing_else(application: Application, sees: Scope) -> None:
    """Asked of a reader that lets through nothing else: how many, since when, the first of them, its words, what it holds up."""
    now_ns = application.now_ns()
    with application.reader(Moment(now_ns, now_ns), sees) as reader:
        alone = [trouble for trouble in troubles(reader, {}) if trouble.supplier is None]
    with application.reader(Moment(now_ns, now_ns)) as reader:
        every = troubles(reader, {})
    kept = [each for each in every if sees.has_site(each.site) and (each.supplier in (sees.suppliers or {None}))]
    kept = [each for each in kept if sees.has_workflow(each.workflow)]
    assert sorted(map(told, kept)) == sorted(map(told, alone))


def told(trouble: Trouble) -> tuple[object, ...]:
    held = trouble.holds_up
    stake = (held.transactions, held.orders, sorted(held.worths.items())) if held else ()
    about = (trouble.kind, trouble.signature or "", trouble.milestone, trouble.site or "", trouble.cases, trouble.first_ns, trouble.last_ns)
    return (*about, trouble.first_id, trouble.words or "", trouble.partners, stake)


def test_who_asks_for_a_supplier_is_told_of_what_is_of_it_alone(application: Application, cases: list[Case]) -> None:
    several = [alert for alert in opened(application, EVERYTHING) if len(alert.partners) > 1]
    assert several
    for alert in several:
        shown = told_of(Wanted(partners=("20018", "20019")), alert, Scope(frozenset({"linz"})))
        assert shown is not None
        assert shown.partners == ["20018", "20019"]
        assert shown.sites == ("linz",)
    of = [told_of(Wanted(partners=("20018",)), alert, EVERYTHING) for alert in opened(application, EVERYTHING)]
    assert sum(alert.cases for alert in of if alert) == sum(case.supplier == "20018" for case in cases)
    assert told_of(Wanted(partners=("20018",)), opened(application, EVERYTHING)[0], Scope(suppliers=frozenset({"20017"}))) is None
