"""Which snapshots of two systems are compared with each other."""

from __future__ import annotations

from metrics.read import Moment, open_reader
from metrics.workflows import Definitions
from tests import written
from tests.models import told
from tests.models.agreement import empty_store
from tests.models.stock_told import differs, snapshots
from tests.models.test_random_inventory import MOVES, agree, write_lines
from tests.models.told import LATER, ns
from tests.oracle import World


def test_snapshots_too_far_apart_are_not_compared_and_an_older_pair_counts():
    differs(
        "",
        """
        at        system  quantity
        08:00     wms     5
        08:30     erp     6
        09:00:01  wms     7
        10:00     erp     8
        """,
        "erp  wms  snapshot_time             wms_time\n6  5  2026-03-23T08:30:00.000Z  2026-03-23T08:00:00.000Z",
    )


def test_the_nearest_snapshots_are_a_pair_and_each_is_in_one():
    """The one at 10:10 belongs to 10:09, so 10:00 has none left."""
    differs(
        "",
        """
        at     system  quantity
        10:00  erp     1
        10:09  wms     2
        10:10  erp     3
        """,
        "erp  wms\n3  2",
    )


def test_snapshots_that_come_in_turn_all_find_their_pair():
    stock = "at  system  quantity\n" + "".join(f"{8 + n // 4:02d}:{n % 4 * 15:02d}  {('wms', 'erp')[n % 2]}  {n}\n" for n in range(12))
    lines = snapshots(stock)
    definitions = Definitions((MOVES,), told.SITES, told.CALENDARS, "UTC", told.FEEDS)
    with empty_store() as store:
        write_lines(store, lines)
        written.refresh(store, definitions)
        agree(store, World(definitions), lines, (ns("Mon 12:00"), LATER))
        with open_reader(store, Moment(ns("Mon 12:00"), LATER)) as reader:
            assert len(reader.frame("queries/stock_accuracy")) == 6


def test_the_newest_pair_is_that_of_the_moment_and_of_what_was_known():
    stock = """
        at     system  quantity  recorded
        08:00  wms     1         08:01
        08:00  erp     1         08:01
        09:00  wms     2         09:01
        09:00  erp     2         09:30
        09:00  erp     3         09:40
        """
    head = "erp  wms"
    differs("", stock, f"{head}\n3  2", as_of="Mon 10:00", known_at="Mon 10:00")
    differs("", stock, f"{head}\n2  2", as_of="Mon 10:00", known_at="Mon 09:30")
    differs("", stock, f"{head}\n1  1", as_of="Mon 10:00", known_at="Mon 09:29")
    differs("", stock, f"{head}\n1  1", as_of="Mon 08:59")
    differs("", stock, head, as_of="Mon 07:59")


def test_every_site_has_its_own_newest_pair():
    differs(
        "",
        """
        at     system  site     quantity
        08:00  wms     boston   1
        08:00  erp     boston   2
        09:00  wms     hamburg  3
        09:00  erp     hamburg  4
        09:00  erp     boston   5
        """,
        "site  erp  wms\nboston  2  1\nhamburg  4  3",
    )
