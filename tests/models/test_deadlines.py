"""Section 6 of the vocabulary: when an expectation opens and by when it is due. One test is one rule."""

from __future__ import annotations

from datetime import time

import pytest

from metrics.calendars import Calendar
from metrics.workflows import Workflow
from tests.models.told import CALENDARS, concludes, workflow


def pair(deadline: str) -> Workflow:
    """An order that is to be confirmed by the deadline."""
    return workflow(f"""
    object: order
    milestones:
      - {{name: sent,      event: sent,      system: erp}}
      - {{name: confirmed, event: confirmed, system: supplier, after: sent, {deadline}}}
    """)


PROMISED = workflow("""
object: order
milestones:
  - {name: sent,      event: sent,      system: erp}
  - {name: confirmed, event: confirmed, system: supplier, after: sent,      within: 1d}
  - {name: shipped,   event: shipped,   system: supplier, after: confirmed, within: 10d, by: promised_time}
""")


def due(deadline: str, sent: str, site: str = ".") -> str:
    return f"""
        at      event     names    site
        {sent}  sent@erp  order A  {site}
    """


def test_an_expectation_opens_when_the_milestone_before_it_is_reached_and_closes_when_it_is_itself():
    told = """
        at         event               names
        08:00      sent@erp            order A
        Tue 07:00  confirmed@supplier  order A
    """
    concludes(PROMISED, told, "milestone  opened_time  due_time  state\nconfirmed  08:00  Tue 08:00  open", export="expectations")
    concludes(
        PROMISED, told, "milestone  opened_time  due_time  state\nshipped  Tue 07:00  2026-04-03 07:00  open",
        export="expectations", as_of="Tue 12:00",
    )  # fmt: skip


def test_what_something_later_has_overtaken_is_missing_even_where_nothing_opened_it():
    concludes(
        PROMISED,
        """
        at     event             names
        08:00  shipped@supplier  order A
        """,
        """
        milestone  opened_time  due_time  state
        confirmed  .            .         missing
        sent       .            .         missing
        """,
        export="expectations",
    )


def test_a_cancelled_transaction_expects_nothing():
    cancellable = workflow("""
    object: order
    cancel: [{event: cancelled, system: erp}]
    milestones:
      - {name: sent,      event: sent,      system: erp}
      - {name: confirmed, event: confirmed, system: supplier, after: sent, within: 1d}
    """)
    concludes(
        cancellable,
        """
        at     event          names
        08:00  sent@erp       order A
        08:10  cancelled@erp  order A
        """,
        "",
        export="expectations",
    )


def test_without_a_deadline_it_is_open_and_never_due():
    told = due("", "08:00")
    concludes(
        pair("open_ended: the supplier takes its time"), told, "milestone  due_time  state\nconfirmed  .  open",
        export="expectations", as_of="2027-01-01 00:00",
    )  # fmt: skip


@pytest.mark.parametrize(("within", "expected"), [("90s", "08:01:30"), ("5m", "08:05"), ("4h", "12:00"), ("2d", "Wed 08:00")])
def test_by_the_clock_a_day_is_24_hours(within: str, expected: str):
    concludes(pair(f"within: {within}"), due("", "08:00"), f"next_due_time\n{expected}")


# -- by a promise


def test_a_promise_is_the_deadline_until_then_it_is_the_time_within():
    told = """
        at         event               names    promised
        08:00      sent@erp            order A  .
        08:10      confirmed@supplier  order A  .
        08:20      sent@erp            order A  Wed 10:00
    """
    concludes(PROMISED, told, "next_due_time\n2026-04-02 08:10", as_of="08:15")
    concludes(PROMISED, told, "next_due_time\nWed 10:00", as_of="08:20")


def test_the_promise_last_stated_anywhere_counts_also_one_stated_by_an_error():
    concludes(
        PROMISED,
        """
        at     event               names    outcome   promised
        08:00  sent@erp            order A  ok        Fri 10:00
        08:10  confirmed@supplier  order A  ok        Wed 10:00
        08:20  shipped@supplier    order A  business  Thu 10:00
        """,
        """
        next_due_time
        Thu 10:00
        """,
    )


def test_at_equal_times_the_later_attempt_states_last():
    concludes(
        PROMISED,
        """
        at     event               names    attempt  promised
        08:10  confirmed@supplier  order A  2        Wed 10:00
        08:10  confirmed@supplier  order A  1        Thu 10:00
        """,
        """
        next_due_time
        Wed 10:00
        """,
    )


def test_a_promise_opens_nothing_by_itself():
    concludes(
        PROMISED,
        """
        at     event     names    promised
        08:00  sent@erp  order A  08:30
        """,
        """
        missing  next_due_time
        .        Tue 08:00
        """,
    )


def test_a_promise_kept_is_not_late_one_broken_is():
    concludes(
        PROMISED,
        """
        at                  event               names    promised
        08:00               sent@erp            order A  .
        08:10               confirmed@supplier  order A  09:00
        09:00               shipped@supplier    order A  .
        08:00               sent@erp            order B  .
        08:10               confirmed@supplier  order B  09:00
        09:00:00.000000001  shipped@supplier    order B  .
        """,
        """
        transaction  status    late
        A            complete  .
        B            late      shipped
        """,
    )


# -- by working time: Hamburg works Monday to Friday 08:00-17:00, UTC+1, UTC+2 from Sunday 2026-03-29 01:00 UTC on


@pytest.mark.parametrize(
    ("within", "sent", "expected"),
    [
        ("1h", "08:00", "09:00"),  # 09:00 there, at work
        ("1h", "05:00", "08:00"),  # before opening: the hour begins at 08:00 there
        ("1h", "15:00", "16:00"),  # runs out exactly at closing, 17:00 there: due at closing
        ("1h", "15:00:00.000000001", "Tue 07:00:00.000000001"),
        ("1h", "16:00", "Tue 08:00"),  # at closing nothing is left of the day
        ("1d", "09:00", "Tue 09:00"),  # nine hours
        ("1d", "07:00", "16:00"),  # from opening to closing is one day
        ("9h", "07:00", "16:00"),
        ("2d", "Thu 12:00", "2026-03-30 11:00"),  # over the weekend and the change of clocks: Monday 13:00 there
        ("30m", "Fri 15:45", "2026-03-30 06:15"),
        ("30m", "Sat 12:00", "2026-03-30 06:30"),
    ],
)
def test_working_time_runs_only_while_the_site_works(within: str, sent: str, expected: str):
    concludes(pair(f"within: {within}, calendar: working"), due("", sent, "hamburg"), f"next_due_time\n{expected}", as_of="Sat 13:00")


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        ("hamburg", "Tue 07:30"),  # an hour was left until 17:00 there
        ("boston", "16:30"),  # four hours behind UTC, at work
        ("haifa", "Tue 06:00"),  # Sunday to Thursday 07:00-15:30, UTC+2
        (".", "16:30"),  # nobody knows: the enterprise's zone, here UTC, and its calendar
        ("lisbon", "16:30"),  # a site nobody configured
    ],
)
def test_the_site_gives_the_time_zone_and_the_calendar(site: str, expected: str):
    concludes(pair("within: 90m, calendar: working"), due("", "15:00" if site != "haifa" else "13:00", site), f"next_due_time\n{expected}",
              as_of="Tue 12:00")  # fmt: skip


def test_a_working_day_is_as_long_as_the_sites_own():
    concludes(pair("within: 1d, calendar: working"), due("", "05:00", "haifa"), "next_due_time\n13:30", as_of="Tue 12:00")


def test_on_the_day_the_clocks_change_working_time_is_the_time_that_really_passes():
    """Porto works every day 00:00-06:00; on Sunday 2026-03-29 its clock jumps from 01:00 to 02:00, so five hours are six."""
    week = pair("within: 7h, calendar: working")
    concludes(week, due("", "Sat 00:00", "porto"), "next_due_time\nSun 01:00", as_of="Sat 12:00")
    concludes(week, due("", "Sun 00:00", "porto"), "next_due_time\n2026-03-30 01:00", as_of="Sun 12:00")


def test_a_day_of_working_time_is_its_usual_length_whatever_the_clocks_do():
    concludes(pair("within: 1d, calendar: working"), due("", "Sun 00:00", "porto"), "next_due_time\n2026-03-30 00:00", as_of="Sun 12:00")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [("05:00", "07:00"), ("07:00", "07:00"), ("09:00", "09:00"), ("16:00", "Tue 07:00"), ("Sat 12:00", "2026-03-30 06:00")],
)
def test_no_working_time_at_all_is_due_at_the_first_working_moment(sent: str, expected: str):
    for within in ("0h", "0d"):
        concludes(pair(f"within: {within}, calendar: working"), due("", sent, "hamburg"), f"next_due_time\n{expected}", as_of="Sat 13:00")


def test_a_calendar_that_seldom_works_is_followed_as_far_as_it_takes():
    """Forty hours, one of them each Monday 08:00-09:00: forty weeks."""
    seldom = (Calendar("default", (0,), time(8), time(9)), *CALENDARS[1:])
    for within in ("40h", "40d"):
        waits = pair(f"within: {within}, calendar: working")
        concludes(waits, due("", "08:00", "."), "next_due_time\n2026-12-21 09:00", as_of="Sat 13:00", calendars=seldom)


def test_deadlines_that_open_long_after_working_time_was_made_are_right_too():
    concludes(
        pair("within: 100h, calendar: working"),
        """
        at                event     names
        2026-03-23 08:00  sent@erp  order A
        2026-06-21 12:00  sent@erp  order B
        2027-12-22 08:00  sent@erp  order C
        """,
        """
        transaction  next_due_time
        A            2026-04-07 09:00
        B            2026-07-07 09:00
        C            2028-01-06 09:00
        """,
        as_of="2028-02-01 00:00",
    )
