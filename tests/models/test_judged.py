"""Section 6 of the vocabulary: what may be called missing, by what is known of the feed it would come from. One test is one rule."""

from __future__ import annotations

from typing import Any

from metrics.workflows import Feed
from tests.models.chains import CHAIN
from tests.models.told import FEEDS, concludes

SOME_LAG = (Feed("traces", allowed_lateness_seconds=3600), Feed("rows", is_complete=True))


def verdict(other: str, expected: str, source: str, feeds: tuple[Feed, ...] = SOME_LAG, **moments: Any) -> None:
    """What is said of an order that the MES should have received at 08:05, after another event has come from `source`."""
    told = f"""
        at     event         names    site     span
        08:00  released@erp  order A  hamburg  .
        {other}  {"x7" if source == "traces" else "."}
    """
    concludes(CHAIN, told, f"transaction  missing   unjudged\nA            {expected}", as_of="12:00", feeds=feeds, **moments)


def test_a_system_that_was_never_heard_is_judged_by_complete_sources_only():
    verdict("09:00  paid@fin      order Z  hamburg", ".         received", "rows")
    verdict("09:00  paid@fin      order Z  hamburg", "received  .", "rows", FEEDS)


def test_a_feed_that_lags_judges_what_was_due_before_its_watermark():
    verdict("09:30  checked@mes   order Z  hamburg", "received  .", "traces")
    verdict("09:04  checked@mes   order Z  hamburg", ".         received", "traces")


def test_a_complete_source_speaks_for_every_site_of_its_system():
    verdict("09:00  checked@mes   order Z  boston", "received  .", "rows")


def test_a_feed_that_names_no_site_speaks_for_every_site():
    verdict("09:30  checked@mes   order Z  .", "received  .", "traces")
    verdict("09:04  checked@mes   order Z  .", ".         received", "traces")


def test_a_feed_that_lags_says_nothing_about_another_site():
    verdict("11:59  checked@mes   order Z  boston", ".         received", "traces")


def test_reading_a_source_to_its_end_tells_as_much_as_an_event_of_that_moment():
    verdict("09:04  checked@mes   order Z  hamburg", ".         received", "traces", reads=(("traces", "09:04"), ("rows", "11:00")))
    verdict("09:04  checked@mes   order Z  hamburg", "received  .", "traces", reads=(("traces", "09:06"), ("traces", "09:04")))


def test_a_read_that_was_told_later_did_not_count_then():
    verdict("09:04  checked@mes   order Z  hamburg", ".         received", "traces", reads=(("traces", "11:30"),), known_at="11:00")
    verdict("09:04  checked@mes   order Z  hamburg", "received  .", "traces", reads=(("traces", "13:00"),), known_at="14:00")
