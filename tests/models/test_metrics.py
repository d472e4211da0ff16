"""What each metric counts as good, bad, open or not at all, and how it is summed up."""

from __future__ import annotations

import pytest

from metrics.calendars import Exclusion
from metrics.cases import Cases, cases, counted
from metrics.catalog import CATALOG, Metric, applicable
from metrics.read import Moment, open_reader
from metrics.workflows import Definitions, Feed
from tests import written
from tests.models.agreement import agree, empty_store
from tests.models.told import CALENDARS, FEEDS, LATER, SITES, event_spans, events, ns, table, workflow
from tests.oracle import World

ORDERS = workflow("""
    object: order
    cancel: [{event: cancelled, system: erp}]
    milestones:
      - {name: sent,   event: sent,   system: erp}
      - {name: taken,  event: taken,  system: mes, after: sent,  within: 5m}
      - {name: posted, event: posted, system: fin, after: taken, within: 1h}
""")
LAG = Metric("lag", "Lag", "", "s", 0.99, "", target="5m", workflow="orders", start="sent", end="taken")
WORKING = Metric("work", "Work", "", "s", 0.95, "", target="2d", workflow="orders", start="sent", end="posted", working=True)
RECOVERY = next(metric for metric in CATALOG if metric.name == "time_to_recover")


def counts(
    told: str,
    expected: str,
    *metrics: Metric,
    as_of: str = "Mon 12:00",
    by: str = "week",
    feeds: tuple[Feed, ...] = FEEDS,
    exclusions: tuple[Exclusion, ...] = (),
) -> None:
    """Fails unless the product says `expected` of those of its metrics and columns, and the second implementation the same of all."""
    definitions = Definitions((ORDERS,), SITES, CALENDARS, "UTC", feeds, metrics=metrics, exclusions=exclusions)
    world = World(definitions, tuple(events(told)), tuple(event_spans(told)))
    moment = ns(as_of), LATER
    columns, rows = table(expected)
    with empty_store() as store:
        written.write(store, written.Batch(world.events, world.spans))
        written.refresh(store, definitions)
        with open_reader(store, Moment(*moment)) as reader:
            found = [{column: shown(row[column]) for column in columns} for row in reader.export("metrics", by)]
        agree(store, world, moment)
    asked = {row["metric"] for row in rows}
    assert [row for row in found if row["metric"] in asked] == rows


def shown(value: object) -> str:
    return "." if value is None else f"{value:g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize(
    ("taken", "as_of", "outcome"),
    [
        ("08:05", "12:00", "good"),  # not after is in time
        ("08:05:00.000000001", "12:00", "bad"),
        (None, "08:05", "open"),
        (None, "08:05:00.000000001", "bad"),
        ("08:00", "12:00", "good"),
        ("07:59:59.999999999", "12:00", "clock_fault"),
    ],
)
def test_one_nanosecond_decides(taken: str | None, as_of: str, outcome: str):
    told = "at  event  names  site\n08:00  sent@erp  order A  hamburg"
    told += f"\n{taken}  taken@mes  order A  hamburg" if taken else ""
    line = "  ".join("1" if word == outcome else "0" for word in ("good", "bad", "open", "clock_fault"))
    counts(
        told,
        f"metric  site  good  bad  open  clock_fault\nlag  hamburg  {line}\nlag  .  {line}",
        LAG,
        as_of=f"Mon {as_of}",
    )


def test_a_clock_fault_is_in_no_quantile():
    counts(
        """
        at     event      names    site
        08:00  sent@erp   order A  hamburg
        07:58  taken@mes  order A  hamburg
        08:00  sent@erp   order B  hamburg
        08:02  taken@mes  order B  hamburg
        08:00  sent@erp   order C  hamburg
        08:04  taken@mes  order C  hamburg
        """,
        """
        metric  site     good  bad  clock_fault  attainment  p50  p90  p95
        lag     hamburg  2     0    1            1           180  228  234
        lag     .        2     0    1            1           180  228  234
        """,
        LAG,
    )


def test_without_anything_decided_there_is_no_attainment():
    counts(
        """
        at     event     names    site
        11:59  sent@erp  order A  hamburg
        """,
        """
        metric  site     good  bad  open  attainment  observed  p50
        lag     hamburg  0     0    1     .           .         .
        lag     .        0     0    1     .           .         .
        """,
        LAG,
    )


def test_what_a_feed_has_not_told_yet_is_neither_good_nor_bad():
    counts(
        """
        at     event      names    site
        08:00  sent@erp   order A  hamburg
        08:02  taken@mes  order A  hamburg
        11:00  sent@erp   order B  hamburg
        """,
        """
        metric  site     good  bad  open  unjudged  attainment  observed
        lag     hamburg  1     0    0     1         1           0.5
        lag     .        1     0    0     1         1           0.5
        """,
        LAG,
        feeds=(Feed("rows", allowed_lateness_seconds=60),),
    )


def test_cancelled_is_in_no_metric_and_abandoned_is_bad_in_every_one():
    counts(
        """
        at     event          names    site     outcome   code
        08:00  sent@erp       order A  hamburg  ok        .
        08:01  cancelled@erp  order A  hamburg  ok        .
        08:00  sent@erp       order B  hamburg  ok        .
        08:01  taken@mes      order B  hamburg  ok        .
        08:02  posted@fin     order B  hamburg  business  idoc:68
        """,
        """
        metric               site     good  bad
        first_pass_yield     hamburg  0     1
        first_pass_yield     .        0     1
        lag                  hamburg  0     1
        lag                  .        0     1
        transaction_success  hamburg  0     1
        transaction_success  .        0     1
        """,
        LAG,
    )


def test_a_supplier_metric_counts_working_time():
    """Sent on Friday at 16:00, UTC: one hour before closing in Lisbon is an hour earlier than in Hamburg."""
    counts(
        """
        at         event       names    site
        Fri 15:00  sent@erp    order A  hamburg
        Fri 15:30  taken@mes   order A  hamburg
        2026-03-30 07:00  posted@fin  order A  hamburg
        """,
        """
        metric  site     good  p50
        work    hamburg  1     7200
        work    .        1     7200
        """,
        WORKING,
        as_of="2026-04-10 12:00",
    )


def test_time_to_recover_begins_with_the_first_attempt_and_leaves_out_what_healed_by_itself():
    counts(
        """
        at     event      names    site     outcome
        08:00  sent@erp   order A  hamburg  ok
        08:01  taken@mes  order A  hamburg  business
        08:11  taken@mes  order A  hamburg  ok
        08:00  sent@erp   order B  hamburg  ok
        08:01  taken@mes  order B  hamburg  transient
        08:02  taken@mes  order B  hamburg  ok
        08:00  sent@erp   order C  hamburg  ok
        07:00  taken@mes  order C  hamburg  business
        11:00  sent@erp   order D  hamburg  ok
        11:01  taken@mes  order D  hamburg  transient
        11:55  sent@erp   order E  hamburg  ok
        11:56  taken@mes  order E  hamburg  transient
        """,
        """
        metric           site     good  bad  open  p50
        time_to_recover  hamburg  1     1    1     600
        time_to_recover  .        1     1    1     600
        """,
        RECOVERY,
    )


def test_weeks_are_those_of_the_site_and_of_the_enterprise_for_all_sites_together():
    """Sunday 23:30 UTC is Monday in Hamburg."""
    counts(
        """
        at                event      names    site
        2026-03-22 23:30  sent@erp   order A  hamburg
        2026-03-22 23:31  taken@mes  order A  hamburg
        2026-03-22 23:30  sent@erp   order B  boston
        2026-03-22 23:31  taken@mes  order B  boston
        2026-03-22 23:30  sent@erp   order C  .
        2026-03-22 23:31  taken@mes  order C  .
        """,
        """
        metric  site     week      good
        lag     boston   2026-W12  1
        lag     hamburg  2026-W13  1
        lag     .        2026-W12  3
        """,
        LAG,
    )


def test_the_hour_that_comes_twice_is_told_apart():
    counts(
        """
        at                event      names    site
        2026-10-25 00:30  sent@erp   order A  hamburg
        2026-10-25 00:31  taken@mes  order A  hamburg
        2026-10-25 01:30  sent@erp   order B  hamburg
        2026-10-25 01:31  taken@mes  order B  hamburg
        """,
        """
        metric  site     hour                    good
        lag     hamburg  2026-10-25T02:00+01:00  1
        lag     hamburg  2026-10-25T02:00+02:00  1
        lag     .        2026-10-25T00:00+00:00  1
        lag     .        2026-10-25T01:00+00:00  1
        """,
        LAG,
        as_of="2026-10-26 12:00",
        by="hour",
    )


def test_only_metrics_whose_workflow_and_milestones_are_defined_can_be_computed():
    names = {metric.name for metric in applicable((*CATALOG, LAG), (ORDERS,))}
    assert names == {"lag", "inventory_sync_accuracy", "first_pass_yield", "transaction_success", "time_to_recover"}


def test_what_is_agreed_not_to_count_leaves_the_adjusted_figures_only():
    upgrade = Exclusion(ns("08:00"), ns("09:00"), "ERP upgrade", "M. Ortiz", sites=("hamburg",))
    counts(
        """
        at     event      names    site
        08:00  sent@erp   order A  hamburg
        08:59  sent@erp   order B  hamburg
        09:00  sent@erp   order C  hamburg
        09:01  taken@mes  order C  hamburg
        08:00  sent@erp   order D  boston
        """,
        """
        metric  site     good  bad  attainment  excluded  adjusted_good  adjusted_bad  adjusted_attainment
        lag     boston   0     1    0           0         0              1             0
        lag     hamburg  1     2    0.333333    2         1              0             1
        lag     .        1     3    0.25        2         1              1             0.5
        """,
        LAG,
        exclusions=(upgrade,),
    )


def test_what_is_agreed_not_to_count_says_so_case_by_case():
    agreed = (
        Exclusion(ns("08:30"), ns("10:00"), "strike", "A. Krüger"),
        Exclusion(ns("08:00"), ns("09:00"), "ERP upgrade", "M. Ortiz", sites=("hamburg",)),
    )
    definitions = Definitions((ORDERS,), SITES, CALENDARS, "UTC", FEEDS, metrics=(LAG,), exclusions=agreed)
    told = """
        at     event      names    site
        08:00  sent@erp   order A  hamburg
        08:00  sent@erp   order B  boston
        08:45  sent@erp   order C  hamburg
        08:46  taken@mes  order C  hamburg
        09:59  sent@erp   order D  .
    """
    with empty_store() as store:
        written.write(store, written.Batch(tuple(events(told)), ()))
        written.refresh(store, definitions)
        with open_reader(store, Moment(ns("Mon 12:00"), LATER)) as reader:
            asked = Cases("lag", ns("08:00"), ns("Mon 12:00"))
            summed, listed = counted(reader, asked), cases(reader, asked)
    assert (summed.outcomes["good"], summed.outcomes["bad"], summed.excluded["good"], summed.excluded["bad"]) == (1, 3, 1, 2)
    assert (summed.attainment, summed.adjusted_attainment) == (0.25, 0.0)
    reasons = {row["transaction_id"]: row["not_counted"] for row in listed.astype(object).where(listed.notna(), None).to_dict("records")}
    assert reasons == {"A": "ERP upgrade (M. Ortiz)", "B": None, "C": "ERP upgrade (M. Ortiz)", "D": "strike (A. Krüger)"}
