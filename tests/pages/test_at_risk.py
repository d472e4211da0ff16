"""At risk and Business case: which orders wait for what, what it costs a week, and whether orders keep their days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from flask import Flask

from app.application import Application
from metrics import business_case
from metrics.impact_settings import Baseline
from metrics.read import Moment, open_reader
from tests.pages import trees
from tests.pages.made_paths import ns
from tests.pages.served import drawn_text, opened_on, someone

CONFIGURATION = """
version: 1
timezone: Europe/Berlin
sites:
  - {name: brno, timezone: Europe/Prague}
  - {name: puebla, timezone: America/Mexico_City}
costs:
  currency: EUR
  rates: {USD: 0.5}
  hourly_rate: 60
  minutes_per_manual_fix: 30
  expedite: {delivery: 100}
  baseline: {failed_per_week: 4, cost_per_week: 260}
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
      outcome: {column: STATUS}
      error_code: {column: CODE}
      error_text: {column: TEXT}
      customer: {column: CUSTOMER}
      value: {column: VALUE}
      currency: {column: CURRENCY}
      ordered_quantity: {column: ORDERED}
      quantity: {column: QTY}
      due_time: {column: WANTED}
      objects:
        - {type: {value: delivery}, id: {column: DELIVERY}}
        - {type: {value: sales_order}, id: {column: SALES}}
"""
# D1 was mended two hours after it failed and left too late; D2 and D3 are failed now.
EVENTS = """\
T,AT,SYSTEM,SITE,STATUS,CODE,TEXT,CUSTOMER,VALUE,CURRENCY,ORDERED,QTY,WANTED,DELIVERY,SALES
delivery.created,2026-03-16T08:00:00Z,erp,brno,ok,,,Ada,300,EUR,10,,2026-03-17T08:00:00Z,D1,S1
delivery.picked,2026-03-16T09:00:00Z,wms,brno,ok,,,,,,,,,D1,
shipment.dispatched,2026-03-16T10:00:00Z,tms,brno,ok,,,,,,,,,D1,
goods_issue.posted,2026-03-18T10:10:00Z,erp,brno,error,idoc:51,Period 03 is closed,,,,,,,D1,
goods_issue.posted,2026-03-18T12:10:00Z,erp,brno,ok,,,,,,,10,,D1,
delivery.created,2026-03-24T08:00:00Z,erp,brno,ok,,,Ada,500,EUR,20,,2026-03-27T08:00:00Z,D2,S2
delivery.picked,2026-03-24T09:00:00Z,wms,brno,error,idoc:51,Item 4711 is blocked,,,,,,,D2,
delivery.created,2026-03-24T08:00:00Z,erp,puebla,ok,,,Bo,90,USD,5,,2026-03-24T20:00:00Z,D3,S3
delivery.picked,2026-03-24T09:30:00Z,wms,puebla,error,idoc:51,Item 12 is blocked,,,,,,,D3,
"""
AS_OF = "2026-03-25T12:00:00Z"
NOW = ns("2026-03-25 12:00:00")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with opened_on(tmp_path_factory.mktemp("at-risk"), CONFIGURATION, bus=EVENTS) as application:
        yield application


def test_orders_stand_by_the_day_they_are_needed_with_what_holds_them_up(web: Flask):
    said = drawn_text(someone(web, "maria").show("/at-risk", f"?as_of={AS_OF}&kind=failed"))
    assert "Open orders 4 held up by 2 transactions Past their day 1 needed before now Needed first 24 Mar 14:00 CST 16 h late" in said
    assert "Worth 545 EUR known of 2 of 2 transactions Customers 2 Ada, Bo" in said
    assert said.index("D3") < said.index("D2")
    assert "5" in said
    assert "Delivery picked in WMS D2" in said
    assert "late" in said


def test_an_order_that_no_workflow_is_about_opens_the_transactions_that_are_named_with_it(web: Flask):
    links = dict(trees.links(trees.drawn(someone(web, "maria").show("/at-risk", f"?as_of={AS_OF}&kind=failed&order=sales_order"))))
    said = {
        (name, who): drawn_text(someone(web, who).show("/transactions", "?" + links[name].partition("?")[2]))
        for name in ("S2", "S3")
        for who in ("maria", "bruno")
    }
    assert "Showing 1 of 3 transactions. With sales order S2" in said["S2", "maria"]
    assert "Showing 1 of 3 transactions. With sales order S3" in said["S3", "maria"]
    assert "Showing 1 of 2 transactions." in said["S2", "bruno"]
    assert "Showing 0 of 2 transactions." in said["S3", "bruno"], "it stands in another plant"


def test_what_is_needed_soon_is_listed_alone(web: Flask):
    said = drawn_text(someone(web, "maria").show("/at-risk", f"?as_of={AS_OF}&kind=failed&needed=7d&order=delivery"))
    assert "D2" in said
    assert "D3" not in said


def test_who_may_see_one_plant_sees_its_orders_alone(web: Flask):
    said = drawn_text(someone(web, "bruno").show("/at-risk", f"?as_of={AS_OF}&kind=failed"))
    assert "D2" in said
    assert "D3" not in said
    assert "Bo" not in said


def test_without_trouble_the_page_says_what_would_be_there(web: Flask):
    said = drawn_text(someone(web, "maria").show("/at-risk", "?as_of=2026-03-16T08:30:00Z"))
    assert "No open order is held up" in said


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("kind=broken", "No trouble is called 'broken'"),
        ("needed=soon", "No period is called 'soon'"),
        ("order=boat", "No kind of order is called 'boat'"),
        ("site=atlantis", "There is no site 'atlantis'"),
        ("page=0", "There is no page '0'"),
    ],
)
def test_an_address_that_nothing_can_have_is_told(web: Flask, query: str, sentence: str):
    assert sentence in drawn_text(someone(web, "maria").show("/at-risk", f"?{query}"))


def test_failures_say_what_they_hold_up_and_open_it(web: Flask):
    answer = someone(web, "tom").show("/failures", f"?as_of={AS_OF}")
    assert "Holds up 4 orders of Ada, Bo, 545 EUR" in drawn_text(answer)
    addresses = [address for _, address in trees.links(trees.drawn(answer))]
    assert any("at-risk?" in address and "milestone=picked" in address for address in addresses)


def test_a_path_says_what_waits_for_it(web: Flask):
    said = drawn_text(someone(web, "tom").show("/path/shipment_to_invoice/D2", f"?as_of={AS_OF}"))
    assert "2 orders of Ada, 500 EUR" in said
    assert "20 open of 20" in said


def test_a_week_counts_failures_work_and_orders_that_missed_their_day(plant: Application):
    costs = plant.settings.costs
    with open_reader(plant.store, Moment(NOW, 2**62)) as reader:
        (week,) = business_case.weeks(reader, business_case.weeks_until(NOW, 1, "Europe/Berlin"), costs)
        before = business_case.before(reader, costs)
    assert (week.week, week.failed, week.manual, week.open) == ("2026-W12", 1, 1, 0)
    assert week.recovery_seconds == (7200.0,)
    assert (week.kept, week.missed) == ({"delivery": 0}, {"delivery": 1})
    assert (week.spent.manual, week.spent.expedite, week.spent.line_stops) == (Decimal(30), Decimal(100), None)
    assert before is not None
    assert (before.failed, before.money) == (Decimal(4), Decimal(260))


def test_the_business_case_is_compared_with_how_it_was(web: Flask):
    said = drawn_text(someone(web, "eva").show("/business-case", f"?as_of={AS_OF}&period=4w"))
    assert "they cost 130 EUR a week" in said
    assert "50 % less money than before" in said
    assert "2026-W12" in said
    assert "2026-W13 so far" in said
    assert "loaded later" in said
    assert "costs.line_stop_per_hour and line_stops" in said


def test_every_week_opens_its_cases_and_every_plant_what_was_seen_of_it(web: Flask):
    answer = someone(web, "eva").show("/business-case", f"?as_of={AS_OF}&period=4w")
    addresses = [address for _, address in trees.links(trees.drawn(answer))]
    assert any("cases?metric=time_to_recover" in address and "from=2026-03-15T23" in address for address in addresses)
    assert "not observed" in drawn_text(answer)


def test_a_baseline_may_be_a_period_of_the_data(plant: Application):

    costs = replace(plant.settings.costs, baseline=Baseline(date(2026, 3, 16), date(2026, 3, 23)))
    with open_reader(plant.store, Moment(NOW, 2**62)) as reader:
        before = business_case.before(reader, costs)
    assert before is not None
    assert (before.failed, before.money, before.hours_to_recover) == (Decimal(1), Decimal(130), Decimal(2))


def test_every_figure_of_the_business_case_opens_as_many_as_it_says(web: Flask):
    answer = someone(web, "eva").show("/business-case", f"?as_of={AS_OF}&period=4w")
    figures = {address: int(text) for text, address in trees.links(trees.drawn(answer)) if text.isdigit()}
    assert {urlsplit(address).path for address in figures} == {"/cases", "/promised"}
    for address, number in figures.items():
        url = urlsplit(address)
        opened = trees.drawn(someone(web, "eva").show(url.path, f"?{url.query}"))
        assert sum(getattr(part, "kind", None) == "Tr" for part in trees.parts(opened)) - 1 == number, address


def test_orders_by_their_day_say_which_missed_it_and_by_how_much(web: Flask):
    query = f"?order=delivery&from=2026-03-15T23:00:00Z&to=2026-03-22T23:00:00Z&as_of={AS_OF}"
    said = drawn_text(someone(web, "eva").show("/promised", query))
    assert "0 % of 1 kept their day. Missed its day 1" in said
    assert "D1 Brno Missed its day 17 Mar 09:00 CET 18 Mar 13:10 CET 28 h 10 min late" in said
    assert "D1" not in drawn_text(someone(web, "eva").show("/promised", f"{query}&outcome=kept"))
    assert "D1" in drawn_text(someone(web, "bruno").show("/promised", query))
    assert "D1" not in drawn_text(someone(web, "eva").show("/promised", f"{query}&site=puebla"))
    then = drawn_text(someone(web, "eva").show("/promised", query.replace(AS_OF, "2026-03-17T12:00:00Z")))
    assert "D1" in then
    assert "28 h 10 min late" not in then, "nobody knew yet when it would be done"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("order=boat", "No kind of order is called 'boat'"),
        ("order=delivery", "The address needs a period"),
        ("", "Neither a kind of order nor a step"),
        ("workflow=shipment_to_invoice&milestone=flown&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z", "There is no step 'flown'"),
    ],
)
def test_a_list_of_days_that_nothing_can_have_is_told(web: Flask, query: str, sentence: str):
    assert sentence in drawn_text(someone(web, "eva").show("/promised", f"?{query}"))
