"""The list of transactions: filters in the address, pages and order from the server, empty states, an export that runs nothing."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.figures import times
from app.figures.transaction_rows import csv_text, problem_words
from app.instants import instant_ns
from app.pages.narrowing import Asked, address_of, asked_of, filters_of
from app.pages.transactions import SORTED_BY, asked_in, sort_in
from metrics.filters import COLUMNS
from tests.pages import trees
from tests.pages.odd_plant import ODD_IDS, write_odd_plant
from tests.pages.served import Client, ask_grid, make_server, opened, someone

GRID, ABOUT = "transactions-grid", {"past": {}, "kept": {}}
NOW = 1_774_557_780 * 10**9


@pytest.fixture(scope="module")
def odd_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with opened(write_odd_plant(tmp_path_factory.mktemp("odd"), time.time_ns())) as application:
        yield make_server(application)


@pytest.fixture
def tom(odd_server: Flask) -> Client:
    return someone(odd_server, "tom")


def asked_for(**filters: Any) -> dict[str, Any]:
    return {"asked": {"filterType": "text", "type": "equals", "filter": json.dumps(filters)}}


def block(client: Client, start: int = 0, stop: int = 200, filters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    request = {"startRow": start, "endRow": stop, "filterModel": asked_for(**(filters or {})), "sortModel": [], **more}
    return answered(client, request)[GRID]["getRowsResponse"]


def answered(client: Client, request: dict[str, Any]) -> dict[str, Any]:
    """What the page is given for a request of its grid."""
    return ask_grid(client, request, ABOUT).get_json()["response"]


def names(found: dict[str, Any]) -> list[str]:
    return [row["transaction"] for row in found["rowData"]]


# -- rows of the grid ------------------------------------------------------------------------------------------------------


def test_a_row_says_in_words_how_a_transaction_stands(tom: Client) -> None:
    found = block(tom, filters={"text": "PO-overdue"})
    row = found["rowData"][0]
    assert found["rowCount"] == 1
    assert {name: row[name] for name in ("transaction", "workflow", "site", "status", "kind", "problem", "attempts", "href")} == {
        "transaction": "PO-overdue",
        "workflow": "Order-to-production release",
        "site": "Penang",
        "status": "Overdue",
        "kind": "overdue",
        "problem": "Work order received in MES has not come",
        "attempts": 0,
        "href": "/path/order_to_production/PO-overdue",
    }
    assert row["started"].endswith(" UTC+08")


def test_blocks_follow_each_other_and_the_count_is_of_all(tom: Client) -> None:
    first, second = block(tom, 0, 9), block(tom, 9, 18)
    assert (len(first["rowData"]), len(second["rowData"]), first["rowCount"]) == (9, 6, 15)
    assert not set(names(first)) & set(names(second))


def test_a_request_for_more_than_a_block_gets_a_block(tom: Client) -> None:
    assert len(block(tom, 0, 10**9)["rowData"]) == 15


def test_filters_narrow_on_the_server(tom: Client) -> None:
    assert sorted(names(block(tom, filters={"site": ["penang"]}))) == ["PO-complete", "PO-overdue", "PO-tried", "PO-waiting", "traced-1"]
    assert names(block(tom, filters={"status": ["complete"]})) == ["PO-complete"]
    assert names(block(tom, filters={"error_class": "transient"})) == ["PO-tried"]
    assert names(block(tom, filters={"missing": "received", "state": "in_progress"})) == ["PO-overdue"]


def test_the_order_of_the_grid_is_the_readers(tom: Client) -> None:
    by_name = block(tom, sortModel=[{"colId": "transaction", "sort": "desc"}], filters={"text": "PO-"})
    assert names(by_name) == ["PO-waiting", "PO-tried", "PO-overdue", "PO-complete"]


def test_columns_that_nobody_offers_are_not_sorted_by() -> None:
    forged = {"sortModel": [{"colId": "1; drop table events", "sort": "asc"}, {"colId": "status", "sort": "sideways"}]}
    assert sort_in(forged) == [("status", "asc")]
    assert set(SORTED_BY.values()) <= set(COLUMNS)


@pytest.mark.parametrize("model", [None, {}, {"asked": {}}, {"asked": {"filter": "[1]"}}, {"status": {"filter": "x"}}])
def test_a_filter_model_that_is_not_ours_narrows_nothing(model: Any) -> None:
    assert asked_in({"filterModel": model}) == Asked()


# -- filters and the address -----------------------------------------------------------------------------------------------


def test_an_address_and_its_filters_are_the_same_thing() -> None:
    query = {"workflow": ["a", "b"], "site": "hamburg", "status": "failed", "text": "4711", "period": "7d", "from": "2026-03-01T00:00:00Z"}
    asked = asked_of(query)
    assert asked_of({name: value for name, value in address_of(asked).items() if value}) == asked
    assert filters_of(asked, NOW) == {
        "workflow": ["a", "b"],
        "site": ["hamburg"],
        "status": ["failed"],
        "text": "4711",
        "about": "",
        "milestone": "",
        "missing": "",
        "error_class": "",
        "state": "",
        "partner": "",
        "variant": "",
        "went": "",
        "deviation": "",
        "from_ns": NOW - 7 * 86_400 * 10**9,
        "open_or_from_ns": None,
        "to_ns": None,
    }


def shown(client: Client, query: str = "") -> Any:
    return trees.drawn(client.show("/transactions", query))


def test_the_page_says_how_many_there_are(tom: Client) -> None:
    assert trees.text(trees.with_class(shown(tom), "found")) == "15 transactions."
    assert trees.text(trees.with_class(shown(tom, "?status=failed"), "found")) == "Showing 11 of 15 transactions. Clear all filters"


def test_filters_that_came_with_a_link_can_be_dropped_one_by_one(tom: Client) -> None:
    found = trees.with_class(shown(tom, "?status=failed&milestone=received&error_class=business"), "found")
    assert trees.text(found) == "Showing 10 of 15 transactions. Step: Work order received in MES Business errors Clear all filters"
    assert trees.links(found)[0] == (
        "Step: Work order received in MES",
        "/transactions?status=failed&text=&period=&about=&missing=&error_class=business&state=&partner=&variant=&went=&deviation=&from=&to=",
    )


def test_who_may_see_one_site_reads_so(odd_server: Flask) -> None:
    assert trees.text(trees.with_class(shown(someone(odd_server, "bruno")), "found")) == "0 transactions. You may see Brno only."


def test_nothing_found_and_nothing_there_are_told_apart(tom: Client, odd_server: Flask) -> None:
    assert trees.text(trees.with_class(shown(tom, "?text=nobody"), "empty")).startswith("Nothing matches ")
    assert trees.text(trees.with_class(shown(someone(odd_server, "bruno")), "empty")).startswith("No transaction yet ")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "?status=bogus&period=1y",
            "There is no status 'bogus'. Known: cancelled, abandoned, failed, inconsistent, unjudged, overdue, late, retrying, in_progress,"
            " complete. There is no period '1y'. Known: 24h, 7d, 28d.",
        ),
        ("?workflow=nosuch", "There is no workflow 'nosuch'. Known: order_to_production, "),
        ("?site=paris", "There is no site 'paris', or you may not see it. You see: hamburg and penang."),
        ("?sort=price:asc", "sort=price:asc: write a column and asc or desc, such as due:asc. Columns: transaction, workflow, site, "),
        ("?sort=due", "sort=due: write a column and asc or desc"),
    ],
)
def test_a_value_that_nothing_has_is_told_with_those_that_are_known(tom: Client, query: str, said: str) -> None:
    answer = trees.text(shown(tom, query))
    assert answer.startswith("This address cannot be shown ")
    assert said in answer


def test_a_site_that_one_may_not_see_is_told_like_one_that_is_not_there(odd_server: Flask) -> None:
    said = [trees.text(shown(someone(odd_server, "bruno"), f"?site={site}")) for site in ("penang", "paris")]
    assert said[0] == said[1].replace("paris", "penang")
    assert "There is no site 'penang', or you may not see it. You see: none." in said[0]


def test_times_in_filters_are_on_the_clocks_of_the_enterprise(tom: Client) -> None:
    found = trees.with_class(shown(tom, "?as_of=2026-11-25T12:00:00Z&from=2026-11-25T05:00:00.000Z&to=2026-12-01T00:00:00Z"), "found")
    assert "Started from 06:00 CET Started before 1 Dec 01:00 CET" in trees.text(found)


def test_before_everything_the_page_says_so(tom: Client) -> None:
    empty = trees.with_class(shown(tom, "?as_of=2020-01-01T00:00:00Z"), "empty")
    assert trees.text(empty) == (
        "Nothing had started by then As of Wed 1 Jan 2020, 01:00:00 CET no transaction that you may see had started. The list as of now"
    )
    assert trees.links(empty) == [("The list as of now", "/transactions")]


def test_a_moment_to_come_is_told_with_what_it_means(tom: Client) -> None:
    note = trees.with_class(shown(tom, "?as_of=2090-01-01T00:00:00Z"), "note")
    assert trees.text(note) == (
        "Everything here is as of Sun 1 Jan 2090, 01:00:00 CET . That is in the future: deadlines are counted as if nothing more came."
        " Back to now"
    )


def test_the_order_is_in_the_address_and_the_grid_begins_with_it(tom: Client) -> None:
    assert answered(tom, {"startRow": 0, "endRow": 9, "sortModel": [{"colId": "due", "sort": "asc"}, {"colId": "site", "sort": "desc"}]})[
        "shell-address"
    ] == {"data": {"sort": ["due:asc", "site:desc"]}}
    grid = next(part for part in trees.parts(shown(tom, "?sort=due:asc&sort=site:desc")) if getattr(part, "id", None) == GRID)
    assert {column["field"]: (column["sort"], column["sortIndex"]) for column in grid.columnDefs if "sort" in column} == {
        "due": ("asc", 0),
        "site": ("desc", 1),
    }


def test_a_time_without_its_zone_is_refused_in_words(tom: Client) -> None:
    answer = shown(tom, "?from=2026-03-01T00:00:00")
    assert "'2026-03-01T00:00:00' has no offset from UTC" in trees.text(answer)


def test_the_bar_narrows_the_grid_the_count_and_the_address(tom: Client) -> None:
    names_of = ("text", "workflow", "site", "status", "period")
    values = {"text": "PO-", "workflow": [], "site": ["penang"], "status": ["overdue"], "period": None}
    outputs = [(GRID, "filterModel"), ("transactions-found", "children"), ("transactions-card", "className"), ("shell-address", "data")]
    known = next(name for name in tom.http.application.extensions["syncline_callbacks"] if "transactions-found.children" in name)
    parts = known.strip(".").split("...")
    answer = tom.call(
        known,
        [{"id": f"transactions-{name}", "property": "value", "value": values[name]} for name in names_of],
        [{"id": part.rpartition(".")[0], "property": part.rpartition(".")[2]} for part in parts],
        [{"id": "transactions-about", "property": "data", "value": ABOUT}],
    ).get_json()["response"]
    assert len(parts) == len(outputs)
    assert trees.text(trees.revived(answer["transactions-found"]["children"])) == "Showing 1 of 15 transactions. Clear all filters"
    assert json.loads(answer[GRID]["filterModel"]["asked"]["filter"])["status"] == ["overdue"]
    assert "is-empty" not in answer["transactions-card"]["className"]


# -- the export ------------------------------------------------------------------------------------------------------------


def exported(client: Client, **filters: Any) -> tuple[str, list[dict[str, str]]]:
    answer = client.call(
        "transactions-download.data",
        [{"id": "transactions-export", "property": "n_clicks", "value": 1}],
        {"id": "transactions-download", "property": "data"},
        [
            {"id": GRID, "property": "getRowsRequest", "value": {"sortModel": [{"colId": "transaction", "sort": "asc"}]}},
            {"id": GRID, "property": "filterModel", "value": asked_for(**filters)},
            {"id": "transactions-about", "property": "data", "value": ABOUT},
        ],
    )
    file = answer.get_json()["response"]["transactions-download"]["data"]
    return file["filename"], list(csv.DictReader(io.StringIO(file["content"])))


def test_the_export_holds_what_the_list_shows_in_its_order(tom: Client) -> None:
    filename, rows = exported(tom, site=["penang"])
    assert filename.startswith("transactions-")
    assert [(row["transaction_id"], row["status"], row["missing"]) for row in rows] == [
        ("PO-complete", "complete", ""),
        ("PO-overdue", "overdue", "received"),
        ("PO-tried", "failed", "received"),
        ("PO-waiting", "in_progress", ""),
        ("traced-1", "in_progress", ""),
    ]


def test_no_cell_of_the_export_is_a_formula(tom: Client) -> None:
    _, rows = exported(tom)
    assert sorted(row["transaction_id"] for row in rows if row["transaction_id"].endswith("1+1")) == ["'=1+1"]
    assert {row["transaction_id"] for row in rows} >= set(ODD_IDS) - {"=1+1"}


def test_quotes_commas_and_lines_stay_inside_their_cell() -> None:
    row = {
        "workflow": "w",
        "title": 'a "b", c\nd',
        "transaction_id": "1",
        "site": None,
        "status": "late",
        "state": "complete",
        "start_ns": NOW,
        "last_event_ns": NOW,
        "next_due_ns": None,
        "failed_milestone": None,
        "error_class": None,
        "missing": [],
        "late": ["x", "y"],
        "failed_attempts": 0,
    }
    read = list(csv.DictReader(io.StringIO(csv_text([row]))))
    assert (read[0]["title"], read[0]["late"], read[0]["start_time"], read[0]["site"]) == (
        'a "b", c\nd',
        "x y",
        "2026-03-26T20:43:00.000Z",
        "",
    )


# -- times -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2027-01-03T08:05:00Z", "09:05 CET"),
        ("2026-12-28T15:48:00Z", "28 Dec 16:48 CET"),
        ("2026-05-02T15:48:00Z", "2 May 2026 17:48 CEST"),
        ("2027-09-01T15:48:00Z", "1 Sep 2027 17:48 CEST"),
    ],
)
def test_a_time_in_a_list_has_its_day_and_its_year_where_they_are_needed(when: str, said: str) -> None:
    assert times.brief(instant_ns(when), "Europe/Berlin", instant_ns("2027-01-03T12:00:00Z")) == said


# -- what is wrong, in a few words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"failed_milestone": "received", "error_class": "contract"}, "Work order received in MES failed: contract error"),
        ({"missing": ["received", "scheduled"]}, "Work order received in MES has not come, and 1 more"),
        ({"late": ["scheduled"]}, "scheduled came late"),
        ({"failed_attempts": 3}, "3 failed attempts"),
        ({}, ""),
    ],
)
def test_what_is_wrong_is_said_in_a_few_words(row: dict[str, Any], words: str) -> None:
    fine = {"workflow": "w", "failed_milestone": None, "error_class": None, "missing": [], "late": [], "failed_attempts": 0}
    assert problem_words({**fine, **row}, {("w", "received"): "Work order received in MES"}) == words
