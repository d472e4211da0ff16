"""The board: what a tile says, in which words the verdict answers, and that no data, zero and silence differ."""

from __future__ import annotations

from typing import Any

import pytest

from app.components import attention, hourly, kpis, spark, tiles, verdict
from app.components.tiles import board, lag, state_of, tile
from tests.pages.trees import links, said, text, with_class

HOUR = 3_600 * 10**9
NOW = 1_764_000_000 * 10**9  # Mon 24 Nov 2025, 16:00 UTC
WORKFLOW = {"workflow": "order_to_production", "title": "Order-to-production release"}


def row(**known: Any) -> dict[str, Any]:
    """One row of Reader.board(): twelve complete, nothing else, half within a minute."""
    counts = dict.fromkeys(
        ("failed", "inconsistent", "unjudged", "overdue", "late", "retrying", "in_progress", "cancelled", "abandoned"), 0
    )
    rest = {"oldest_problem_ns": None, "newest_event_ns": NOW, "lag_p50_seconds": 60.0, "lag_p95_seconds": 111.0, "limit_seconds": 300.0}
    words = {"limit_milestone": "received", "criticality": "critical", "owner": "plant-it", "site": "augsburg"}
    whole = {**WORKFLOW, **counts, **rest, **words, "complete": 12, **known}
    parts = (*counts, "complete")
    return {"total": sum(whole[part] for part in parts), **whole}


# ── a tile ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_tile_shows_the_gravest_state_and_counts_the_others() -> None:
    shown = tile(WORKFLOW, "augsburg", row(failed=4, overdue=2, late=1, oldest_problem_ns=NOW - 2 * HOUR), NOW)
    assert text(shown) == "Augsburg Failed 4 of 19 2 h oldest 2 overdue, 1 late, p50 1 min, p95 1 min 51 s"
    assert said(shown) == "Order-to-production release, Augsburg: Failed, 4 of 19, oldest 2 h, 2 overdue, 1 late, p50 1 min, p95 1 min 51 s"
    assert shown.href == "/transactions?workflow=order_to_production&site=augsburg&status=failed"
    assert shown.className == "tile kind-failed"


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


def test_a_tile_that_is_well_shows_its_lag_and_links_to_everything() -> None:
    shown = tile(WORKFLOW, "augsburg", row(), NOW)
    assert text(shown) == "Augsburg On time 12 1 min 51 s p95 p50 1 min"
    assert shown.href == "/transactions?workflow=order_to_production&site=augsburg"
    assert with_class(shown, "tile-bar")[0].children.style == {"width": "37%"}


def test_a_workflow_whose_lag_nobody_can_measure_says_so() -> None:
    shown = tile(WORKFLOW, None, row(complete=0, in_progress=3, lag_p50_seconds=None, lag_p95_seconds=None), NOW)
    assert text(shown) == "No site named On time 3 3 under way no lag measured yet"


def test_no_data_is_no_link_and_no_zero() -> None:
    shown = tile(WORKFLOW, "pune", None, NOW)
    assert (text(shown), shown.className, links(shown)) == ("Pune No data", "tile kind-nodata", [])


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "400 ms"), (53, "53 s"), (60, "1 min"), (111, "1 min 51 s"), (600, "10 min"), (7500, "2 h 05 min")]
)
def test_lags_are_as_fine_as_limits_are_short(seconds: float, words: str) -> None:
    assert lag(seconds) == words


def test_a_site_that_has_said_nothing_is_told_at_its_head() -> None:
    zones = {None: "Europe/Berlin", "augsburg": "Europe/Berlin", "pune": "Asia/Kolkata"}
    drawn = board([WORKFLOW], ["augsburg", "pune"], [row()], NOW, zones)
    assert [text(site) for site in with_class(drawn, "board-site")] == ["Augsburg 17:00 CET", "Pune nothing has come yet"]
    assert text(with_class(drawn, "board-workflow")[0]) == "Order-to-production release Received within 5 min"


# ── the verdict ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_verdict_names_what_is_wrong_where_and_for_how_long() -> None:
    rows = [row(failed=3, oldest_problem_ns=NOW - HOUR), row(site="brno", overdue=1, oldest_problem_ns=NOW - 2 * HOUR), row(site=None)]
    found = verdict.verdict_of(rows, NOW, 24)
    assert found.title == "3 transactions have failed and 1 is overdue"
    assert found.text == (
        "2 workflows at sites are affected, first Order-to-production release in Augsburg (3 failed for up to 1 h); "
        "Order-to-production release in Brno (1 overdue for up to 2 h)."
    )
    assert (found.kind, found.action) == ("failed", ("Open failures", "/failures"))


def test_the_most_critical_comes_first_and_the_rest_is_counted() -> None:
    rows = [row(title=title, criticality=grade, failed=1) for title, grade in (("D", "routine"), ("C", "important"), ("B", "important"))]
    found = verdict.verdict_of([*rows, row(title="A", overdue=1)], NOW, 24)
    assert found.text == (
        "4 workflows at sites are affected, first A in Augsburg (1 overdue); C in Augsburg (1 failed); B in Augsburg (1 failed) and 1 more."
    )


def test_a_single_workflow_is_named_plainly() -> None:
    found = verdict.verdict_of([row(failed=1, oldest_problem_ns=NOW - HOUR), row(site="brno")], NOW, 24)
    assert found.title == "1 transaction has failed"
    assert found.text == "1 workflow at a site is affected: Order-to-production release in Augsburg (1 failed for up to 1 h)."


def test_when_only_a_feed_is_behind_nobody_is_accused() -> None:
    found = verdict.verdict_of([row(unjudged=2)], NOW, 24)
    assert (found.kind, found.title) == ("unjudged", "2 transactions cannot be judged")
    assert found.action == ("Open cannot judge", "/transactions?status=unjudged")


def test_when_all_is_well_it_says_so_with_how_much_was_seen() -> None:
    found = verdict.verdict_of([row()], NOW, 24)
    assert (found.kind, found.title, found.action) == ("ok", "Everything is in step", None)
    assert found.text == "12 transactions in the last 24 hours: none failed, none is overdue, none came late."


def test_nothing_happened_is_not_everything_is_well() -> None:
    found = verdict.verdict_of([], NOW, 24)
    assert (found.kind, found.title) == ("nodata", "Nothing happened in the last 24 hours")


# ── figures, hours, groups ──────────────────────────────────────────────────────────────────────────────────────────────
def hours(*counts: tuple[int, int, int]) -> list[dict[str, int]]:
    return [
        {"hour_ns": NOW - (len(counts) - place) * HOUR, "transactions": transactions, "late": late, "failed": failed}
        for place, (transactions, late, failed) in enumerate(counts)
    ]


def test_the_cards_answer_with_figures_and_open_their_cases() -> None:
    rows = [row(complete=90, late=4, failed=5, overdue=1, oldest_problem_ns=NOW - 3 * HOUR)]
    shown = kpis.cards(rows, hours((60, 2, 1), (40, 3, 4)), NOW, "24 h", None)
    assert [text(card) for card in with_class(shown, "kpi")] == [
        "Transactions, 24 h 100 40 in the hour running",
        "Failed now 5 none being retried",
        "Overdue now 1 should have come and have not",
        "Oldest open problem 3 h Order-to-production release, Augsburg",
        "Through in time 90.0 % 90 of 100 decided",
    ]
    assert [address for _, address in links(shown)] == [
        "/transactions",
        "/failures",
        "/transactions?status=overdue",
        "/transactions?workflow=order_to_production&site=augsburg&status=failed",
    ]


def test_without_transactions_a_share_is_no_data_and_no_hundred_percent() -> None:
    shown = kpis.cards([], hours((0, 0, 0)), NOW, "24 h", None)
    assert text(with_class(shown, "kpi")[4]) == "Through in time no data nothing is decided yet"
    assert text(with_class(shown, "kpi")[3]) == "Oldest open problem none nothing failed, nothing overdue"


def test_a_share_is_a_hundred_only_when_it_is() -> None:
    assert "99.9 %" in text(kpis.cards([row(complete=99_999, late=1)], [], NOW, "24 h", None))
    assert "100 %" in text(kpis.cards([row(complete=99_999)], [], NOW, "24 h", None))


def test_an_hour_is_a_link_to_its_transactions() -> None:
    drawn = hourly.chart(hours((40, 0, 0), (35, 3, 2)), "Europe/Berlin", "brno")
    hour = with_class(drawn, "hourly-hour")[1]
    assert hour.href == "/transactions?site=brno&from=2025-11-24T15%3A00%3A00.000Z&to=2025-11-24T16%3A00%3A00.000Z"
    assert said(hour).endswith("16:00 35 transactions, 3 late or overdue, 2 failed or inconsistent")
    assert said(drawn) == "Transactions per hour: most in the hour from 15:00, 40; late 3, failed 2"
    assert [bar.style["height"] for bar in with_class(hour, "hourly-all") + with_class(hour, "hourly-late")] == ["70.00%", "60.00%"]


@pytest.mark.parametrize(("top", "end"), [(0, 1), (1, 1), (3, 5), (5, 5), (6, 10), (41, 50), (101, 200), (1_000_000, 1_000_000)])
def test_axes_end_at_round_numbers(top: int, end: int) -> None:
    assert hourly.nice(top) == end


def test_a_gap_in_the_values_is_a_gap_in_the_line() -> None:
    assert spark.picture([1, 2, None, 3, 4]).count("polyline") == 2
    assert spark.spark([None, 3]) is None


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
        "owner": "plant-it",
        "criticality": "critical",
        **known,
    }


STEPS = [{**WORKFLOW, "steps": [{"milestone": "received", "event_type": "work_order.received", "system": "mes"}]}]


def test_what_needs_somebody_is_told_in_the_words_of_its_step() -> None:
    shown = attention.listed([group(), group(kind="missing", error_class=None, example_text=None)], STEPS, {"plant-it": "Plant IT"}, NOW)
    failed, missing = with_class(shown, "attention-row")
    assert text(failed) == (
        "Work order received: failed in MES Order-to-production release, Augsburg. 4 transactions, business error. "
        "“Posting period 11/2026 is not open” 8 h Plant IT"
    )
    assert text(missing) == (
        "Work order received: has not come from MES Order-to-production release, Augsburg. 4 transactions waiting for it. 8 h Plant IT"
    )
    wanted = "workflow=order_to_production&site=augsburg"
    assert failed.href == f"/transactions?{wanted}&status=failed&milestone=received&error_class=business"


def test_the_only_document_of_a_group_is_one_click_away() -> None:
    shown = attention.listed([group(transactions=1, example_id="PO 4711")], STEPS, {}, NOW)
    assert with_class(shown, "attention-row")[0].href == "/path/order_to_production/PO%204711"


def test_long_words_of_a_sender_are_cut_and_say_so() -> None:
    assert attention.cut("x" * 500) == "x" * 139 + "…"


def test_the_legend_explains_every_state() -> None:
    assert text(tiles.legend()) == "On time Late Overdue Failed Inconsistent Cannot judge No data"
