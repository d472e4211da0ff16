"""Section 6 of the vocabulary: when an expectation opens and by when it is due. One test is one rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from metrics.calendars import Calendar, Closed, Extra, Holidays, Shift
from metrics.workflows import Definitions, Partner, Site, Workflow
from tests import written
from tests.models.agreement import agree, empty_store, product
from tests.models.told import CALENDARS, FEEDS, LATER, concludes, events, ns, workflow
from tests.oracle import World


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


# Without any working time it is due at the first working moment.
NO_TIME = [("05:00", "07:00"), ("07:00", "07:00"), ("09:00", "09:00"), ("16:00", "Tue 07:00"), ("Sat 12:00", "2026-03-30 06:00")]


def each_due(cases: list[tuple[str, str, str]]) -> tuple[str, str]:
    """Orders 1, 2 … sent at a time from a site, and by when each of them has to be confirmed."""
    told = "\n".join(f"{sent}  sent@erp  order {number}  {site}" for number, (sent, site, _) in enumerate(cases, 1))
    expected = "\n".join(f"{number}  {due_time}" for number, (_, _, due_time) in enumerate(cases, 1))
    return f"at  event  names  site\n{told}", f"transaction  next_due_time\n{expected}"


def due(sent: str, site: str = ".") -> str:
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
    told = due("08:00")
    concludes(
        pair("open_ended: the supplier takes its time"), told, "milestone  due_time  state\nconfirmed  .  open",
        export="expectations", as_of="2027-01-01 00:00",
    )  # fmt: skip


@pytest.mark.parametrize(("within", "expected"), [("90s", "08:01:30"), ("5m", "08:05"), ("4h", "12:00"), ("2d", "Wed 08:00")])
def test_by_the_clock_a_day_is_24_hours(within: str, expected: str):
    concludes(pair(f"within: {within}"), due("08:00"), f"next_due_time\n{expected}")


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
    ("within", "cases"),
    [
        (
            "1h",
            [
                ("08:00", "09:00"),  # 09:00 there, at work
                ("05:00", "08:00"),  # before opening: the hour begins at 08:00 there
                ("15:00", "16:00"),  # runs out exactly at closing, 17:00 there: due at closing
                ("15:00:00.000000001", "Tue 07:00:00.000000001"),
                ("16:00", "Tue 08:00"),  # at closing nothing is left of the day
            ],
        ),
        ("1d", [("09:00", "Tue 09:00"), ("07:00", "16:00")]),  # nine hours; from opening to closing is one day
        ("9h", [("07:00", "16:00")]),
        ("2d", [("Thu 12:00", "2026-03-30 11:00")]),  # over the weekend and the change of clocks: Monday 13:00 there
        ("30m", [("Fri 15:45", "2026-03-30 06:15"), ("Sat 12:00", "2026-03-30 06:30")]),
        ("0h", NO_TIME),
        ("0d", NO_TIME),
    ],
)
def test_working_time_runs_only_while_the_site_works(within: str, cases: list[tuple[str, str]]):
    told, expected = each_due([(sent, "hamburg", due) for sent, due in cases])
    concludes(pair(f"within: {within}, calendar: working"), told, expected, as_of="Sat 13:00")


def test_the_site_gives_the_time_zone_and_the_calendar():
    told, expected = each_due(
        [
            ("15:00", "hamburg", "Tue 07:30"),  # an hour was left until 17:00 there
            ("15:00", "boston", "16:30"),  # four hours behind UTC, at work
            ("13:00", "haifa", "Tue 06:00"),  # Sunday to Thursday 07:00-15:30, UTC+2
            ("15:00", ".", "16:30"),  # nobody knows: the enterprise's zone, here UTC, and its calendar
            ("15:00", "lisbon", "16:30"),  # a site nobody configured
        ]
    )
    concludes(pair("within: 90m, calendar: working"), told, expected, as_of="Tue 12:00")


def test_a_working_day_is_as_long_as_the_sites_own():
    concludes(pair("within: 1d, calendar: working"), due("05:00", "haifa"), "next_due_time\n13:30", as_of="Tue 12:00")


def test_on_the_day_the_clocks_change_working_time_is_the_time_that_really_passes():
    """Porto works every day 00:00-06:00; on Sunday 2026-03-29 its clock jumps from 01:00 to 02:00, so five hours are six."""
    week = pair("within: 7h, calendar: working")
    concludes(week, due("Sat 00:00", "porto"), "next_due_time\nSun 01:00", as_of="Sat 12:00")
    concludes(week, due("Sun 00:00", "porto"), "next_due_time\n2026-03-30 01:00", as_of="Sun 12:00")


def test_a_day_of_working_time_is_its_usual_length_whatever_the_clocks_do():
    concludes(pair("within: 1d, calendar: working"), due("Sun 00:00", "porto"), "next_due_time\n2026-03-30 00:00", as_of="Sun 12:00")


def test_a_calendar_that_seldom_works_is_followed_as_far_as_it_takes():
    """Forty hours, one of them each Monday 08:00-09:00: forty weeks."""
    seldom = (Calendar("default", (0,), time(8), time(9)), *CALENDARS[1:])
    for within in ("40h", "40d"):
        waits = pair(f"within: {within}, calendar: working")
        concludes(waits, due("08:00", "."), "next_due_time\n2026-12-21 09:00", as_of="Sat 13:00", calendars=seldom)


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


# -- by other calendars than the same hours every day, all of them by the clocks of Hamburg

WEEKDAYS = (0, 1, 2, 3, 4)
SHUT = (Closed(date(2026, 3, 24), date(2026, 3, 26)),)
OTHERS = (
    Calendar("two-shifts", shifts=(Shift(WEEKDAYS, time(6), time(14)), Shift(WEEKDAYS, time(14), time(22)))),
    Calendar("break", shifts=(Shift(WEEKDAYS, time(8), time(12)), Shift(WEEKDAYS, time(13), time(17)))),
    Calendar("handover", shifts=(Shift(WEEKDAYS, time(6), time(14)), Shift(WEEKDAYS, time(13, 30), time(22)))),
    Calendar("short-friday", shifts=(Shift((0, 1, 2, 3), time(7), time(16)), Shift((4,), time(7), time(13)))),
    Calendar("nights", (6, 0, 1, 2, 3), time(22), time(6)),
    Calendar("saturday-night", (5,), time(22), time(6)),
    Calendar("greek", holidays=Holidays("GR")),  # Wednesday 25 March
    Calendar("greek-nights", WEEKDAYS, time(22), time(6), holidays=Holidays("GR")),
    Calendar("turkish", holidays=Holidays("TR")),  # Thursday 29 October; the day before in half
    Calendar("turkish-half", holidays=Holidays("TR", half_days_end=time(13))),
    Calendar("shut", closed=SHUT),
    Calendar("shut-but", closed=SHUT, extra=(Extra(date(2026, 3, 25), time(8), time(12)),)),
    Calendar("saturday-too", extra=(Extra(date(2026, 3, 28), time(22), time(2)),)),
    Calendar("eight", agreed_day_seconds=8 * 3600),
)
DUE = """
calendar        within  sent              expected
two-shifts      1h      12:30             13:30             the late shift goes on where the early one stops
two-shifts      1d      05:00             21:00             sixteen hours
two-shifts      17h     05:00             Tue 06:00         .
break           1h      10:30             12:30             an hour of rest at 12:00 there
break           1h      11:30             13:00             .
break           1d      07:00             16:00             eight hours
handover        16h     05:00             21:00             both shifts are there for half an hour, which is half an hour
handover        1d      05:00             21:00             .
short-friday    1d      Fri 06:00         2026-03-30 08:00  most days have nine hours
nights          1h      12:00             22:00             .
nights          9h      Thu 21:00         Sun 21:00         the shift of Thursday ends on Friday at 06:00, and Friday has none
saturday-night  7h      Sat 21:00         Sun 04:00         22:00 to 06:00, and 02:00 was 03:00
saturday-night  1d      Sat 21:00         2026-04-04 21:00  eight hours, of which that night had seven
saturday-night  9h      2026-10-24 20:00  2026-10-25 05:00  02:00 came twice
greek           1d      Tue 10:00         Thu 10:00         .
greek-nights    9h      Tue 21:00         Thu 22:00         the shift that began on the eve goes on
turkish         1d      2026-10-28 07:00  2026-10-28 16:00  a half holiday is a working day unless it is said when it ends
turkish-half    1d      2026-10-28 07:00  2026-10-30 11:00  .
shut            1d      15:00             Fri 15:00         .
shut-but        1d      15:00             Fri 11:00         .
saturday-too    2h      Fri 15:00         Sat 22:00         .
saturday-too    6h      Fri 15:00         2026-03-30 07:00  until 02:00 it is four hours, and the clocks change on that day
eight           1d      07:00             15:00             as agreed
"""


def test_shifts_holidays_and_days_that_differ_are_kept():
    rows = [line.split("  ") for line in DUE.strip().splitlines()[1:]]
    cases = [[cell.strip() for cell in row if cell.strip()][:4] for row in rows]
    workflows = {within: replace(pair(f"within: {within}, calendar: working"), name=within, object=within) for _, within, _, _ in cases}
    sites = tuple(Site(calendar.name, "Europe/Berlin", calendar.name) for calendar in OTHERS)
    definitions = Definitions(tuple(workflows.values()), sites, (*CALENDARS, *OTHERS), "UTC", FEEDS)
    told = [f"{sent}  sent@erp  {within} {number}  {calendar}" for number, (calendar, within, sent, _) in enumerate(cases)]
    world = World(definitions, tuple(events("\n".join(["at  event  names  site", *told]))))
    moment = ns("2026-11-30 00:00"), LATER
    with empty_store() as store:
        written.write(store, written.Batch(world.events, ()))
        written.refresh(store, definitions)
        agree(store, world, moment)
        found = {int(row["transaction_id"]): row["next_due_time"] for row in product(store, moment).transactions}
    assert [(*case, found[number]) for number, case in enumerate(cases)] == [(*case, ns(case[3])) for case in cases]


# -- by the calendar of the supplier: works Sunday to Thursday 07:00-15:30 in Tokyo, 22:00-06:30 UTC

SUPPLIERS = (Partner("20017", "Asia/Tokyo", "sunday"), Partner("20018", "America/New_York"))


def test_what_a_supplier_is_to_do_counts_in_its_own_working_time():
    """20018 begins at 08:00 in New York, four hours behind UTC; 20019 has no calendar of its own, so the site's holds."""
    concludes(
        pair("within: 1h, calendar: working"),
        """
        at     event     names    site     partner
        08:00  sent@erp  order A  hamburg  20017
        08:00  sent@erp  order B  hamburg  20018
        08:00  sent@erp  order C  hamburg  20019
        08:00  sent@erp  order D  hamburg  .
        """,
        """
        transaction  next_due_time
        A            23:00
        B            13:00
        C            09:00
        D            09:00
        """,
        as_of="Tue 12:00",
        partners=SUPPLIERS,
    )


def test_the_supplier_last_named_is_the_one():
    concludes(
        pair("within: 1h, calendar: working"),
        """
        at     event     names    site     partner  attempt
        08:00  sent@erp  order A  hamburg  20017    .
        08:10  sent@erp  order A  hamburg  20018    2
        08:10  sent@erp  order A  hamburg  20017    1
        """,
        """
        next_due_time
        13:00
        """,
        as_of="Tue 12:00",
        partners=SUPPLIERS,
    )


def test_what_the_site_is_to_do_counts_in_its_own_working_time():
    received = workflow("""
    object: order
    milestones:
      - {name: sent,     event: sent,     system: erp}
      - {name: received, event: received, system: wms, after: sent, within: 1h, calendar: working}
    """)
    told = """
        at     event     names    site     partner
        08:00  sent@erp  order A  hamburg  20017
    """
    concludes(received, told, "next_due_time\n09:00", as_of="Tue 12:00", partners=SUPPLIERS)
