"""The board: what a tile says, in which words the verdict answers, and that no data, zero and silence differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from app.application import Application
from app.components import attention, hourly, kpis, spark, tiles, verdict
from app.components.tiles import Chosen, board, lag, state_of, tile
from app.configuration.model import Owner
from app.figures.rows import rows_of
from app.instants import instant_ns, instant_text
from app.pages.narrowing import asked_of, filters_of
from metrics.cases import Cases, counted
from metrics.moment import Moment
from tests.pages.served import make_server, opened_on, someone, table
from tests.pages.trees import drawn, links, parts, said, text, with_class

HOUR = 3_600 * 10**9
NOW = 1_764_000_000 * 10**9  # Mon 24 Nov 2025, 16:00 UTC
STEPS = [{"milestone": "received", "event_type": "work_order.received", "system": "mes"}]
WORKFLOW = {"workflow": "order_to_production", "title": "Order-to-production release"}
WATCHED = {**WORKFLOW, "steps": STEPS}
DAY = Chosen()


def row(**known: Any) -> dict[str, Any]:
    """One row of Reader.board(): twelve complete, nothing else, half within a minute."""
    counts = dict.fromkeys(
        ("failed", "inconsistent", "unjudged", "overdue", "late", "retrying", "in_progress", "cancelled", "abandoned"), 0
    )
    rest = {
        "oldest_failed_ns": None,
        "oldest_overdue_ns": None,
        "newest_event_ns": NOW,
        "lag_p50_seconds": 60.0,
        "lag_p95_seconds": 111.0,
        "clock_faults": 0,
        "limit_seconds": 300.0,
    }
    words = {"limit_milestone": "received", "criticality": "critical", "owner": "plant-it", "site": "augsburg"}
    whole = {**WORKFLOW, **counts, **rest, **words, "complete": 12, **known}
    total = sum(whole[part] for part in (*counts, "complete"))
    return {"total": total, "started": total, "inconsistent_started": whole["inconsistent"], **whole}


# ── a tile ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_tile_shows_the_gravest_state_and_counts_the_others() -> None:
    shown = tile(WATCHED, "augsburg", row(failed=4, overdue=2, late=1, oldest_failed_ns=NOW - 2 * HOUR), NOW, Chosen("24h"))
    assert text(shown) == "Augsburg Failed 4 2 h oldest 2 overdue, 1 late"
    assert said(shown) == "Order-to-production release, Augsburg: Failed, 4, oldest 2 h, 2 overdue, 1 late, p50 1 min, p95 1 min 51 s"
    assert shown.href == "/transactions?workflow=order_to_production&site=augsburg&status=failed"
    assert shown.className == "tile kind-failed"


FLOOR = """
version: 1
sites: [{name: brno, timezone: Europe/Prague}]
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
      objects: {type: {value: production_order}, id: {column: ID}}
"""
ORDERS = {  # number → released, received, scheduled, cancelled
    "1": ("23T08:00", "23T08:01", "", ""),
    "2": ("23T09:00", "23T09:03", "", ""),
    "3": ("22T09:00", "23T09:00", "", ""),  # asked for before the window
    "4": ("23T10:00", "23T10:09", "", "23T10:10"),  # cancelled: counts nowhere
    "5": ("23T11:00", "23T10:58", "", ""),  # came before it was asked for
    "6": ("22T13:00", "23T11:30", "23T11:31", ""),  # over, and began before the window's second half
}
KINDS = ("order.released erp", "work_order.received mes", "work_order.scheduled mes", "order.cancelled erp")


def test_the_lag_of_a_tile_is_that_of_the_cases_of_its_metric(tmp_path: Path) -> None:
    rows = [
        (*kind.split(), f"2026-03-{at}:00Z", "brno", number)
        for number, times in ORDERS.items()
        for kind, at in zip(KINDS, times, strict=True)
        if at
    ]
    as_of_ns = instant_ns("2026-03-23T12:00:00Z")
    bus = table(("T", "SYSTEM", "AT", "SITE", "ID"), *rows)
    with opened_on(tmp_path, FLOOR, bus=bus) as plant, plant.reader(Moment(as_of_ns, 2**62)) as reader:
        (brno,) = rows_of(reader.board(24))
        asked = counted(reader, Cases("order_release_latency", as_of_ns - 24 * HOUR, as_of_ns + 1, "brno"))
    assert (brno["lag_p50_seconds"], brno["clock_faults"]) == (180.0, 1)
    assert (asked.quantiles, asked.outcomes["clock_fault"]) == ((180.0, 64836.0, 72918.0), 1)
    assert brno["lag_p95_seconds"] == pytest.approx(72918.0)


def test_an_inconsistent_tile_opens_what_is_open_and_what_began_in_the_period(tmp_path: Path) -> None:
    """Received three minutes before it was released: one is open for days, one was over days ago, one is new and over."""
    orders = {
        "old": ("20T09:03", "20T09:00", "", ""),
        "over": ("20T10:03", "20T10:00", "20T10:05", ""),
        "new": ("23T09:03", "23T09:00", "23T09:05", ""),
    }
    rows = [
        (*kind.split(), f"2026-03-{at}:00Z", "brno", number)
        for number, times in orders.items()
        for kind, at in [("order.created erp", times[1]), *zip(KINDS, times, strict=True)]
        if at
    ]
    as_of = "2026-03-23T12:00:00Z"
    with opened_on(tmp_path, FLOOR, bus=table(("T", "SYSTEM", "AT", "SITE", "ID"), *rows)) as plant:
        web = make_server(plant)
        tiles_shown = with_class(drawn(someone(web, "maria").show("/", f"?as_of={as_of}")), "tile")
        (shown,) = [part for part in tiles_shown if "workflow=order_to_production" in getattr(part, "href", "")]
        query = {name: values[-1] for name, values in parse_qs(urlsplit(shown.href).query).items()}
        with plant.reader(Moment(instant_ns(as_of), 2**62)) as reader:
            listed, total = reader.transactions(filters_of(asked_of(query), instant_ns(as_of)))
    assert "Inconsistent, 2," in said(shown)
    assert (set(listed["transaction_id"]), total) == ({"old", "new"}, 2)


def test_a_tile_tells_its_clock_faults() -> None:
    shown = tile(WATCHED, "augsburg", row(clock_faults=2), NOW, Chosen("24h"))
    assert said(shown).endswith("p95 1 min 51 s, p50 1 min, 2 clock faults")


def test_a_late_tile_says_of_how_many_it_is_judged() -> None:
    shown = tile(WATCHED, "augsburg", row(complete=16, late=1, in_progress=41), NOW, Chosen("24h"))
    assert text(shown) == "Augsburg Late 1 of 17 1 min 51 s p95 p50 1 min"
    assert shown.href == "/transactions?workflow=order_to_production&site=augsburg&status=late&period=24h"


def test_the_age_on_a_tile_is_that_of_the_problem_it_names() -> None:
    both = row(failed=1, overdue=1, oldest_failed_ns=NOW - HOUR, oldest_overdue_ns=NOW - 3 * HOUR)
    assert text(tile(WATCHED, "augsburg", both, NOW, Chosen("24h"))) == "Augsburg Failed 1 1 h oldest 1 overdue, p50 1 min"


def test_counts_that_do_not_fit_on_a_tile_leave_an_ellipsis_and_are_read_aloud() -> None:
    shown = tile(
        WATCHED, "augsburg", row(failed=1, overdue=12, inconsistent=3, unjudged=1, oldest_failed_ns=NOW - HOUR), NOW, Chosen("24h")
    )
    assert text(with_class(shown, "tile-detail")[0]) == "12 overdue, 3 inconsistent, …"
    assert said(shown).endswith("12 overdue, 3 inconsistent, 1 cannot judge, p50 1 min, p95 1 min 51 s")


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ({"failed": 1, "overdue": 9, "inconsistent": 9, "unjudged": 9, "late": 9}, "Failed"),
        ({"overdue": 1, "inconsistent": 9, "unjudged": 9, "late": 9}, "Overdue"),
        ({"inconsistent": 1, "unjudged": 9, "late": 9}, "Inconsistent"),
        ({"unjudged": 1, "late": 9}, "Cannot judge"),
        ({"late": 9}, "Late"),
        ({"retrying": 3, "in_progress": 5}, "On time"),
        ({"complete": 0}, "No data"),
    ],
)
def test_states_are_never_confused(counts: dict[str, int], word: str) -> None:
    assert state_of(row(**counts))[1].word == word


def test_each_state_has_an_icon_a_word_and_colours_of_its_own() -> None:
    shown = [state_of(row(**{name: 1}))[1] for name in ("failed", "overdue", "inconsistent", "unjudged")]
    shown += [state_of(row(late=9))[1], state_of(row())[1], state_of(None)[1]]
    for part in ("icon", "word", "kind"):
        assert len({getattr(status, part) for status in shown}) == 7


def test_one_late_document_in_a_hundred_makes_no_workflow_late() -> None:
    assert state_of(row(complete=99, late=1))[1].word == "On time"
    assert state_of(row(complete=90, late=10))[1].word == "Late"


def test_a_workflow_is_late_when_its_slowest_twentieth_is_over_the_limit() -> None:
    assert state_of(row(lag_p95_seconds=301.0))[1].word == "Late"
    assert state_of(row(lag_p95_seconds=301.0, limit_seconds=None))[1].word == "On time"


def test_a_tile_that_is_well_shows_its_lag_and_links_to_all_it_counts() -> None:
    shown = tile(WATCHED, "augsburg", row(), NOW, Chosen("24h"))
    assert text(shown) == "Augsburg On time 12 1 min 51 s p95 p50 1 min"
    assert shown.href == "/transactions?workflow=order_to_production&site=augsburg&period=24h"
    assert with_class(shown, "tile-bar")[0].children.style == {"width": "37%"}


def test_a_workflow_whose_lag_nobody_can_measure_says_so() -> None:
    shown = tile(WATCHED, None, row(complete=0, in_progress=3, lag_p50_seconds=None, lag_p95_seconds=None), NOW, Chosen("24h"))
    assert text(shown) == "No site named On time 3 3 under way no lag measured yet"


def test_no_data_is_no_link_and_no_zero() -> None:
    shown = tile(WATCHED, "pune", None, NOW, Chosen("24h"))
    assert (text(shown), shown.className, links(shown)) == ("Pune No data", "tile kind-nodata", [])


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "400 ms"), (53, "53 s"), (60, "1 min"), (111, "1 min 51 s"), (600, "10 min"), (7500, "2 h 05 min")]
)
def test_lags_are_as_fine_as_limits_are_short(seconds: float, words: str) -> None:
    assert lag(seconds) == words


def test_a_site_that_has_said_nothing_is_told_at_its_head() -> None:
    zones = {None: "Europe/Berlin", "augsburg": "Europe/Berlin", "pune": "Asia/Kolkata"}
    drawn = board([WATCHED], ["augsburg", "pune"], [row()], NOW, zones, DAY)
    assert [text(site) for site in with_class(drawn, "board-site")] == ["Augsburg 17:00 CET", "Pune nothing has come yet"]
    assert text(with_class(drawn, "board-workflow")[0]) == "Order-to-production release Work order received in MES within 5 min"


# ── the verdict ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_verdict_names_what_is_wrong_where_and_for_how_long() -> None:
    one = row(failed=3, overdue=1, oldest_failed_ns=NOW - HOUR, oldest_overdue_ns=NOW - 2 * HOUR)
    rows = [one, row(site="brno", inconsistent=1), row(site=None)]
    found = verdict.verdict_of(rows, NOW, 24, DAY)
    assert found.title == "3 transactions have failed, 1 is overdue and 1 is inconsistent"
    assert found.text == (
        "2 of 3 workflow and site pairs are affected, first Order-to-production release in Augsburg "
        "(3 failed for up to 1 h and 1 overdue for up to 2 h); Order-to-production release in Brno (1 inconsistent)."
    )
    assert (found.kind, found.action) == ("failed", ("Open failures", "/failures"))


def test_the_most_critical_comes_first_and_the_rest_is_counted() -> None:
    rows = [row(title=title, criticality=grade, failed=1) for title, grade in (("D", "routine"), ("C", "important"), ("B", "important"))]
    found = verdict.verdict_of([*rows, row(title="A", overdue=1)], NOW, 24, DAY)
    assert found.text == (
        "4 of 4 workflow and site pairs are affected, first A in Augsburg (1 overdue); C in Augsburg (1 failed); "
        "B in Augsburg (1 failed) and 1 more."
    )


def test_a_single_workflow_is_named_plainly() -> None:
    found = verdict.verdict_of([row(failed=1, oldest_failed_ns=NOW - HOUR), row(site="brno")], NOW, 24, DAY)
    assert found.title == "1 transaction has failed"
    assert found.text == "1 of 2 workflow and site pairs is affected: Order-to-production release in Augsburg (1 failed for up to 1 h)."


def test_when_only_a_feed_is_behind_nobody_is_accused() -> None:
    found = verdict.verdict_of([row(unjudged=2)], NOW, 24, DAY)
    assert (found.kind, found.title) == ("unjudged", "2 transactions cannot be judged")
    assert found.action == ("Open cannot judge", "/transactions?status=unjudged")


def test_when_all_is_well_it_says_so_with_how_much_was_seen() -> None:
    found = verdict.verdict_of([row()], NOW, 24, DAY)
    assert (found.kind, found.title, found.action) == ("ok", "Everything is in step", None)
    assert found.text == "12 transactions started in the last 24 hours: none failed, none is overdue, none came late."


def test_nothing_happened_is_not_everything_is_well() -> None:
    found = verdict.verdict_of([], NOW, 24, DAY)
    assert (found.kind, found.title) == ("nodata", "Nothing happened in the last 24 hours")


def test_what_the_verdict_opens_is_of_the_site_that_was_chosen() -> None:
    chosen = Chosen("7d", "brno")
    found = [verdict.verdict_of([row(**counts)], NOW, 168, chosen).action for counts in ({"failed": 1}, {"overdue": 1}, {"late": 1})]
    assert found == [
        ("Open failures", "/failures?site=brno"),
        ("Open overdue", "/transactions?status=overdue&site=brno"),
        ("Open late", "/transactions?status=late&site=brno&period=7d"),
    ]


# ── figures, hours, groups ──────────────────────────────────────────────────────────────────────────────────────────────
def bars(*counts: tuple[int, int, int], hours: int = 1) -> list[dict[str, int]]:
    """(transactions, late, failed); the rest of a bar is complete, and the last one has just begun."""
    return [
        {
            "from_ns": NOW - (len(counts) - place - 1) * hours * HOUR,
            "to_ns": NOW - (len(counts) - place - 2) * hours * HOUR,
            "transactions": transactions,
            "complete": transactions - late - failed,
            "late": late,
            "failed": failed,
        }
        for place, (transactions, late, failed) in enumerate(counts)
    ]


def test_the_cards_answer_with_figures_and_open_their_cases() -> None:
    rows = [row(failed=5, overdue=1, oldest_failed_ns=NOW - HOUR, oldest_overdue_ns=NOW - 3 * HOUR)]
    shown = kpis.cards(rows, bars((60, 2, 1), (40, 3, 4)), NOW, "24 h", DAY)
    assert [text(card) for card in with_class(shown, "kpi")] == [
        "Transactions, 24 h 100 40 in the hour running",
        "Failed now 5 none being retried",
        "Overdue now 1 should have come and have not",
        "Oldest open problem 3 h Augsburg, Order-to-production release",
        "Through in time, 24 h 90.0 % 90 of 100 decided",
    ]
    assert [address for _, address in links(shown)] == [
        "/transactions?period=24h",
        "/failures",
        "/transactions?status=overdue",
        "/transactions?workflow=order_to_production&site=augsburg&status=overdue",
        "/transactions?status=failed&status=inconsistent&status=overdue&status=late&period=24h",
    ]


def test_only_what_happened_in_the_period_has_a_course() -> None:
    shown = kpis.cards([row(failed=5)], bars((60, 2, 1), (40, 3, 4)), NOW, "24 h", DAY)
    assert [bool(with_class(card, "spark")) for card in with_class(shown, "kpi")] == [True, False, False, False, True]


def test_without_transactions_a_share_is_no_data_and_no_hundred_percent() -> None:
    shown = kpis.cards([], bars((0, 0, 0)), NOW, "24 h", DAY)
    assert text(with_class(shown, "kpi")[4]) == "Through in time, 24 h no data nothing is decided yet"
    assert text(with_class(shown, "kpi")[3]) == "Oldest open problem none nothing failed, nothing overdue"


def test_a_share_is_a_hundred_only_when_it_is() -> None:
    assert "99.9 %" in text(kpis.cards([], bars((100_000, 1, 0)), NOW, "24 h", DAY))
    assert "100 %" in text(kpis.cards([], bars((99_999, 0, 0)), NOW, "24 h", DAY))


def test_an_hour_is_a_link_to_its_transactions() -> None:
    drawn = hourly.chart(bars((40, 0, 0), (35, 3, 2)), "Europe/Berlin", Chosen(site="brno"))
    hour = with_class(drawn, "hourly-hour")[1]
    assert hour.href == "/transactions?site=brno&from=2025-11-24T16%3A00%3A00.000Z&to=2025-11-24T17%3A00%3A00.000Z"
    assert said(hour) == "Mon 24 Nov 2025 17:00 to 18:00: 35 transactions, 3 late or overdue, 2 failed or inconsistent"
    assert said(drawn) == "Transactions per hour: most in the hour from 16:00, 40; late 3, failed 2"
    assert [bar.style["height"] for bar in with_class(hour, "hourly-all") + with_class(hour, "hourly-late")] == ["70.00%", "60.00%"]


def test_of_a_week_a_bar_is_six_hours_and_says_so() -> None:
    week = bars(*[(place, 0, 0) for place in range(29)], hours=6)
    assert (
        said(hourly.chart(week, "Europe/Berlin", DAY)) == "Transactions per 6 hours: most in the 6 hours from 17:00, 28; late 0, failed 0"
    )
    assert text(with_class(hourly.chart(week, "Europe/Berlin", DAY), "hourly-clock")[0]) == "Mon 17 Nov Wed 19 Nov Fri 21 Nov Sun 23 Nov"
    assert "28 in the 6 hours running" in text(kpis.cards([], week, NOW, "7 days", DAY))


@pytest.mark.parametrize(("top", "end"), [(0, 1), (1, 1), (3, 5), (5, 5), (6, 10), (41, 50), (101, 200), (1_000_000, 1_000_000)])
def test_axes_end_at_round_numbers(top: int, end: int) -> None:
    assert hourly.nice(top) == end


def test_a_gap_in_the_values_is_a_gap_in_the_line() -> None:
    assert spark.picture([1, 2, None, 3, 4]).count("polyline") == 2
    assert spark.spark([None, 3]) is None


OWNERS = (Owner("plant-it", "Plant IT", None), Owner("routing", "Routing", None, codes=("sap:RU/494",)))


def group(**known: Any) -> dict[str, Any]:
    return {
        "kind": "failed",
        **WORKFLOW,
        "milestone": "received",
        "error_class": "business",
        "site": "augsburg",
        "transactions": 4,
        "first_ns": NOW - 8 * HOUR,
        "last_ns": NOW,
        "example_id": "4711",
        "example_text": "Posting period\n11/2026 is not open",
        "codes": ["sap:RU/494"],
        "owner": "plant-it",
        "criticality": "critical",
        **known,
    }


def test_what_needs_somebody_is_told_in_the_words_of_its_step() -> None:
    shown = attention.listed([group(), group(kind="missing", error_class=None, example_text=None, codes=[])], [WATCHED], OWNERS, NOW)
    failed, missing = with_class(shown, "attention-row")
    assert text(failed) == (
        "Work order received in MES failed Order-to-production release, Augsburg. 4 transactions, business error. "
        "“Posting period 11/2026 is not open” 8 h Routing"
    )
    assert text(missing) == (
        "Work order received in MES has not come Order-to-production release, Augsburg. 4 transactions waiting for it. 8 h Plant IT"
    )
    wanted = "workflow=order_to_production&site=augsburg"
    assert failed.href == f"/transactions?{wanted}&status=failed&milestone=received&error_class=business"


def test_the_only_document_of_a_group_is_one_click_away() -> None:
    shown = attention.listed([group(transactions=1, example_id="PO 4711")], [WATCHED], OWNERS, NOW)
    assert with_class(shown, "attention-row")[0].href == "/path/order_to_production/PO%204711"


def test_long_words_of_a_sender_are_cut_and_say_so() -> None:
    assert attention.cut("x" * 500) == "x" * 139 + "…"


# ── what a link opens ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_at_a_past_moment_every_link_stays_in_it(application: Application, server: Flask) -> None:
    then = instant_text(application.now_ns() - 3 * HOUR)
    shown = drawn(someone(server, "ada").show("/", f"?as_of={then}"))
    addresses = [found.href for found in parts(shown) if getattr(found, "href", None)]
    lost = [address for address in addresses if parse_qs(urlsplit(address).query).get("as_of") != [then]]
    assert len(addresses) > 20
    assert lost == ["/"]  # back to now


def listed(application: Application, address: str, as_of_ns: int) -> int:
    """How many transactions the list at that address counts."""
    filters = filters_of(asked_of(parse_qs(urlsplit(address).query)), as_of_ns)
    with application.reader(Moment(as_of_ns, as_of_ns)) as then:
        return then.transactions(filters, stop=0)[1]


@pytest.mark.parametrize("query", ["", "&period=7d", "&site=augsburg"])
def test_the_list_behind_a_number_has_as_many_transactions(application: Application, server: Flask, query: str) -> None:
    as_of_ns = application.now_ns()
    shown = drawn(someone(server, "ada").show("/", f"?as_of={instant_text(as_of_ns)}{query}"))
    numbers = [(card.href, text(with_class(card, "kpi-figure"))) for card in with_class(shown, "kpi") if "Transactions" in text(card)]
    numbers += [(card.href, text(with_class(card, "kpi-figure"))) for card in with_class(shown, "kpi") if "Overdue now" in text(card)]
    numbers += [(tile.href, text(with_class(tile, "tile-count"))) for tile in with_class(shown, "tile") if hasattr(tile, "href")]
    assert len(numbers) > 10
    wrong = [
        (address, number)
        for address, number in numbers
        if int(number.split(" ")[0].replace(",", "")) != listed(application, address, as_of_ns)
    ]
    assert wrong == []


def test_the_card_of_what_was_in_time_opens_all_the_rest(application: Application, server: Flask) -> None:
    as_of_ns = application.now_ns()
    card = with_class(drawn(someone(server, "ada").show("/", f"?as_of={instant_text(as_of_ns)}")), "kpi")[-1]
    good, _, decided, _ = text(with_class(card, "kpi-text")).split(" ")
    assert int(decided) - int(good) == listed(application, card.href, as_of_ns) > 0


@pytest.mark.parametrize(("hours", "bars"), [(24, 25), (168, 29)])
def test_the_bars_together_are_the_period(application: Application, hours: int, bars: int) -> None:
    now = application.now_ns() // HOUR * HOUR + HOUR // 2
    with application.reader(Moment(now, now)) as then:
        activity = then.activity(hours)
        assert (len(activity), activity["transactions"].sum()) == (bars, then.transactions({"from_ns": now - hours * HOUR}, stop=0)[1])


def test_the_legend_explains_every_state() -> None:
    assert text(tiles.legend()) == "On time Late Overdue Failed Inconsistent Cannot judge No data"
