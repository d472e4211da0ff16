"""Section 6 of the vocabulary: when a milestone is missing, and what is due next. One test is one rule."""

from __future__ import annotations

from tests.models.chains import CHAIN
from tests.models.told import concludes, workflow


def test_a_milestone_is_missing_when_it_is_due_before_the_moment_not_at_it():
    told = """
        at     event         names
        08:00  released@erp  order A
    """
    concludes(CHAIN, told, "status  missing  next_due_time\nin_progress  .  08:05", as_of="08:05")
    concludes(CHAIN, told, "status  missing  next_due_time\noverdue  received  08:05", as_of="08:05:00.000000001")


def test_a_required_milestone_is_missing_when_something_that_depends_on_it_is_reached_deadline_or_not():
    concludes(
        CHAIN,
        """
        at     event          names
        08:00  scheduled@mes  order A
        """,
        """
        transaction  state        status   missing             next_due_time
        A            in_progress  overdue  received, released  .
        """,
        as_of="08:00",
    )


def test_an_optional_milestone_is_never_missing_and_never_due():
    fork = workflow("""
    object: order
    milestones:
      - {name: released, event: released, system: erp}
      - {name: printed,  event: printed,  system: mes, after: released, within: 5m, required: false}
      - {name: packed,   event: packed,   system: wms, after: printed,  within: 5m, required: false}
    """)
    concludes(
        fork,
        """
        at     event         names
        08:00  released@erp  order A
        09:00  packed@wms    order A
        08:00  released@erp  order B
        09:00  printed@mes   order B
        """,
        """
        transaction  state     status    missing  late  next_due_time
        A            complete  complete  .        .     .
        B            complete  complete  .        .     .
        """,
    )


def test_a_milestone_behind_an_optional_one_makes_what_comes_before_both_missing():
    chain = workflow("""
    object: order
    milestones:
      - {name: released, event: released, system: erp}
      - {name: printed,  event: printed,  system: mes, after: released, within: 5m, required: false}
      - {name: packed,   event: packed,   system: wms, after: printed,  within: 5m}
    """)
    concludes(
        chain,
        """
        at     event       names
        08:00  packed@wms  order A
        """,
        """
        transaction  missing
        A            released
        """,
    )


def test_the_next_due_time_is_the_earliest_of_open_expectations_past_ones_included():
    fork = workflow("""
    object: order
    milestones:
      - {name: released, event: released, system: erp}
      - {name: printed,  event: printed,  system: mes, after: released, within: 2h}
      - {name: packed,   event: packed,   system: wms, after: released, within: 1h}
    """)
    told = """
        at     event         names
        08:00  released@erp  order A
        09:30  packed@wms    order A
    """
    concludes(fork, told, "next_due_time\n09:00", as_of="09:15")
    concludes(fork, told, "next_due_time\n10:00", as_of="09:30")
