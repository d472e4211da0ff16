"""What is compared between two systems' stock, what is a hit, and which movement explains what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metrics.read import Moment, open_reader
from metrics.scope import Scope
from metrics.workflows import Definitions
from tests import written
from tests.models import told
from tests.models.agreement import empty_store
from tests.models.stock_told import WORTH, differs, postings, snapshots
from tests.models.test_random_inventory import MOVES, write_lines
from tests.models.told import LATER, ns


def test_every_cause_is_named_with_its_sign():
    """V1 is lost, V2 on its way, V3 failed, V4 posted twice by the ERP, V5 by the warehouse, V6 not the same, V7 in the ERP alone."""
    differs(
        """
        at        system  moves  quantity  outcome   key  site
        09:00     wms     V1     -10       ok        .    hamburg
        09:58     wms     V2     5         ok        .    hamburg
        09:00     wms     V3     7         ok        .    hamburg
        09:01     erp     V3     7         business  .    hamburg
        09:00     wms     V4     3         ok        .    hamburg
        09:01     erp     V4     3         ok        a    hamburg
        09:02     erp     V4     3         ok        b    hamburg
        09:00     wms     V5     2         ok        .    hamburg
        09:00:30  wms     V5     2         ok        .    hamburg
        09:01     erp     V5     2         ok        .    hamburg
        09:00     wms     V6     4         ok        .    hamburg
        09:01     erp     V6     9         ok        .    hamburg
        09:00     erp     V7     1         ok        .    hamburg
        """,
        """
        at     system  quantity
        10:00  wms     1000
        10:00  erp     1009
        """,
        "erp  wms  difference  hit  explained  unexplained  causes\n"
        "1009  1000  9  no  5  4  lost V1 10, in_flight V2 -5, failed V3 -7, duplicated V4 3, duplicated V5 -2, quantity V6 5, lost V7 1",
    )


@pytest.mark.parametrize(("snapshot", "cause"), [("09:05", "in_flight"), ("09:05:00.000000001", "lost")])
def test_a_nanosecond_after_its_time_a_movement_is_lost(snapshot: str, cause: str):
    differs(
        "at  system  moves  quantity  site\n09:00  wms  V1  10  hamburg",
        f"at  system  quantity\n{snapshot}  wms  10\n{snapshot}  erp  0",
        f"difference  explained  unexplained  causes\n-10  -10  0  {cause} V1 -10",
    )


def test_what_happens_after_the_snapshot_explains_nothing_before_it():
    """The ERP posts at 10:30, and a moment at 12:00 still speaks of the snapshot at 10:00."""
    differs(
        """
        at     system  moves  quantity  site     outcome
        09:00  wms     V1     10        hamburg  ok
        10:10  erp     V1     10        hamburg  business
        10:30  erp     V1     10        hamburg  ok
        10:30  wms     V2     10        hamburg  ok
        """,
        """
        at     system  quantity
        10:00  wms     110
        10:00  erp     100
        """,
        """
        erp  wms  explained  causes
        100  110  -10        lost V1 -10
        """,
    )


def test_replaying_what_was_lost_closes_the_difference():
    """The lost movement is posted again at 10:20: the next snapshots agree, and nothing is left to explain."""
    moves = """
        at     system  moves  quantity  site
        09:00  wms     V1     -40       hamburg
        10:20  erp     V1     -40       hamburg
        """
    stock = """
        at     system  quantity
        10:00  wms     60
        10:00  erp     100
        11:00  wms     60
        11:00  erp     60
        """
    head = "erp  wms  hit  explained  unexplained  causes"
    differs(moves, stock, f"{head}\n100  60  no  40  0  lost V1 40", as_of="Mon 10:59")
    differs(moves, stock, f"{head}\n60  60  yes  0  0  .", as_of="Mon 11:00")


def test_a_redelivery_explains_nothing():
    differs(
        """
        at     system  moves  quantity  site     key
        09:00  wms     V1     10        hamburg  K
        09:01  wms     V1     10        hamburg  K
        09:02  erp     V1     10        hamburg  E
        09:03  erp     V1     10        hamburg  E
        """,
        "at  system  quantity\n10:00  wms  10\n10:00  erp  10",
        "difference  hit  explained  causes\n0  yes  0  .",
    )


def test_causes_that_cancel_out_are_listed():
    differs(
        """
        at     system  moves  quantity  site
        09:00  wms     V1     10        hamburg
        09:00  erp     V2     10        hamburg
        """,
        "at  system  quantity\n10:00  wms  50\n10:00  erp  50",
        "difference  hit  explained  unexplained  causes\n0  yes  0  0  lost V1 -10, lost V2 10",
    )


def test_what_nobody_posted_stays_unexplained():
    differs("", "at  system  quantity\n10:00  wms  48\n10:00  erp  50", "difference  explained  unexplained  causes\n2  0  2  .")


def test_each_posting_moves_its_own_key():
    """A transfer takes from L1 and gives to L2; the ERP put it into L3."""
    differs(
        """
        at     system  moves  quantity  site     location
        09:00  wms     V1     -5        hamburg  L1
        09:00  wms     V1     5         hamburg  L2
        09:01  erp     V1     -5        hamburg  L1
        09:01  erp     V1     5         hamburg  L3
        """,
        """
        at     system  location  quantity
        10:00  wms     L1        5
        10:00  erp     L1        5
        10:00  wms     L2        5
        10:00  erp     L3        5
        """,
        """
        location  erp  wms  hit  causes
        L1        5    5    yes  .
        L2        .    5    no   lost V1 -5
        L3        5    .    no   lost V1 5
        """,
    )


def test_a_key_of_one_side_is_a_miss_and_nothing_on_both_does_not_count():
    differs(
        "",
        """
        at     system  item  quantity
        10:00  wms     M1    5
        10:00  erp     M2    0.000001
        10:00  wms     M3    0
        10:00  erp     M3    0
        10:00  wms     M4    0
        """,
        """
        item  erp       wms  difference  hit
        M1    .         5    -5          no
        M2    0.000001  .    0.000001    no
        """,
    )


@pytest.mark.parametrize(("erp", "hit"), [("101", "yes"), ("101.000001", "no"), ("99", "yes"), ("98.999999", "no")])
def test_the_tolerance_of_a_class_is_a_share_of_the_reference(erp: str, hit: str):
    differs(
        "",
        f"at  system  item  quantity\n10:00  wms  M2  100\n10:00  erp  M2  {erp}\n10:00  wms  M1  100\n10:00  erp  M1  100.000001",
        f"item  hit  abc_class\nM1  no  A\nM2  {hit}  C",
        rules=WORTH,
    )


def test_units_are_converted_before_anything_is_compared():
    differs(
        """
        at     system  moves  quantity  uom  item  site
        09:00  wms     V1     2         BOX  BOLT  hamburg
        09:00  erp     V2     500       G    GEL   hamburg
        """,
        """
        at     system  item  quantity  uom
        10:00  wms     BOLT  4         BOX
        10:00  erp     BOLT  24        PC
        10:00  wms     GEL   1         KG
        10:00  erp     GEL   1500      G
        """,
        """
        item  erp  wms  uom  difference  explained  causes
        BOLT  24   48   PC   -24         -24        lost V1 -24
        GEL   1.5  1    KG   0.5         0.5        lost V2 0.5
        """,
        rules=WORTH,
    )


def test_a_unit_that_nobody_can_convert_is_not_one_and_says_so():
    differs(
        """
        at     system  moves  quantity  uom  item  site
        09:00  wms     V1     2         PAL  M2    hamburg
        """,
        """
        at     system  item  quantity  uom
        10:00  wms     BOLT  4         PAL
        10:00  erp     BOLT  4         PC
        10:00  wms     M1    5         PC
        10:00  erp     M1    5         KG
        10:00  wms     M2    5         PC
        10:00  erp     M2    5         PC
        """,
        """
        item  hit  difference  explained  unexplained  trouble
        BOLT  .    .           .          .            nobody says what one PAL (wms) is in PC
        M1    .    .           .          .            it is counted in PC (wms) and KG (erp)
        M2    yes  0           .          .            it and its movements are in different units: PAL, PC
        """,
        rules=WORTH,
    )


def test_who_may_see_one_site_sees_no_other_and_the_same_numbers():
    """V1 began in Boston, which the reader may not see: that something explains the difference is told, which movement is not."""
    moves = """
        at     system  moves  quantity  site
        09:00  wms     V1     -5        boston
        09:01  wms     V1     5         hamburg
        """
    lines = snapshots(
        "at  system  site  quantity\n10:00  wms  hamburg  5\n10:00  erp  hamburg  0\n10:00  wms  boston  5\n10:00  erp  boston  10"
    )
    definitions = Definitions((MOVES,), told.SITES, told.CALENDARS, "UTC", told.FEEDS)
    with empty_store() as store:
        written.write(store, written.Batch(postings(moves)))
        write_lines(store, lines)
        written.refresh(store, definitions)
        for as_of in ("Mon 12:00", "Mon 10:00"):
            with open_reader(store, Moment(ns(as_of), LATER), Scope(frozenset({"hamburg"}))) as reader:
                (row,) = reader.export("inventory")
                assert (row["site"], row["explained"], row["unexplained"]) == ("hamburg", -5, 0)
                assert [(cause["cause"], cause["transaction_id"]) for cause in row["causes"]] == [("lost", None)]
                assert list(reader.frame("queries/stock_accuracy")["site"]) == ["hamburg"]


def test_the_metric_counts_the_keys_of_every_pair_by_the_time_of_its_snapshot():
    """Sunday 23:30 UTC is Monday in Hamburg; all sites together go by the enterprise's clocks."""
    lines = snapshots(
        """
        at                item  system  quantity
        2026-03-22 23:30  M1    wms     5
        2026-03-22 23:30  M1    erp     5
        2026-03-22 23:30  M2    wms     5
        2026-03-22 23:30  M2    erp     6
        2026-03-24 10:00  M1    wms     5
        2026-03-24 10:00  M1    erp     5
        """
    )
    definitions = Definitions((MOVES,), told.SITES, told.CALENDARS, "UTC", told.FEEDS)
    with empty_store() as store:
        write_lines(store, lines)
        written.refresh(store, definitions)
        with open_reader(store, Moment(ns("2026-03-24 12:00"), LATER)) as reader:
            rows = [[row[name] for name in ("site", "week", "good", "bad", "attainment")] for row in reader.export("metrics")]
    assert rows == [["hamburg", "2026-W13", 2, 1, 2 / 3], [None, "2026-W12", 1, 1, 0.5], [None, "2026-W13", 1, 0, 1.0]]


def test_working_time_does_not_excuse_stock():
    """A second step that has two working days is over after two days by the clock, over a weekend too."""
    slow = replace(MOVES, milestones=(MOVES.milestones[0], replace(MOVES.milestones[1], within="2d", working=True)))
    moves, stock = (
        "at  system  moves  quantity  site\nFri 15:00  wms  V1  1  hamburg",
        "at  system  quantity\nSun 15:00  wms  1\nSun 15:00  erp  0",
    )
    expected = "causes\nin_flight V1 -1"
    differs(moves, stock, expected, as_of="Sun 20:00", moved=slow)
    later = stock.replace("15:00  ", "15:01  ")
    differs(moves, later, expected.replace("in_flight", "lost"), as_of="Sun 20:00", moved=slow)
