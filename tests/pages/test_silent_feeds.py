"""A feed that went silent: Sources says since when, Expected and the board say once what that holds up, and nothing is called missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.pages.served import drawn_text, make_server, opened_on, someone, table

COLUMNS = ("T", "AT", "SYSTEM", "SITE", "ID")
CONFIGURATION = """
version: 1
timezone: Europe/Berlin
sites: [{name: hamburg, timezone: Europe/Berlin}]
sources:
  - name: bus
    kind: csv
    silent_after: 2h
    path: bus.csv
    map:
      event_type: {column: T}
      event_time: {column: AT}
      system: {column: SYSTEM}
      site: {column: SITE}
      objects: {type: {value: production_order}, id: {column: ID}}
"""
# Monday 23 March 2026: the MES last said something at 09:00 in Hamburg, and the ERP goes on.
EVENTS = (
    ("work_order.received", "2026-03-23T08:00:00Z", "mes", "hamburg", "A"),
    *(("order.released", f"2026-03-23T{hour:02}:30:00Z", "erp", "hamburg", name) for hour, name in enumerate("BCDE", 8)),
)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with opened_on(tmp_path_factory.mktemp("silence"), CONFIGURATION, bus=table(COLUMNS, *EVENTS)) as application:
        yield make_server(application)


@pytest.mark.parametrize("page", ["/", "/expected"])
def test_what_a_silent_feed_holds_up_is_said_once(web: Flask, page: str):
    said = drawn_text(someone(web, "maria").show(page, "?as_of=2026-03-23T12:00:00Z"))
    assert said.count("MES at Hamburg has been silent since 09:00 CET. 5 expectations cannot be judged.") == 1


def test_before_it_is_silent_the_feed_is_only_behind(web: Flask):
    said = drawn_text(someone(web, "maria").show("/expected", "?as_of=2026-03-23T09:30:00Z"))
    assert "MES at Hamburg is known up to 08:55 CET only." in said
    assert "silent" not in said


def test_sources_shows_the_silent_feed_with_what_is_usual(web: Flask):
    answer = someone(web, "maria").show("/sources", "?as_of=2026-03-23T12:00:00Z")
    said = drawn_text(answer)
    assert "MES 4 h ago silent 1 event" in said
    assert said.count("silent") == 1
    assert "Silent after 2 h of working time, as configured." in answer.get_data(as_text=True)
