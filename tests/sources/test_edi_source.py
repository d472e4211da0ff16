"""A folder of interchanges: each is a record once it is whole, counted once, from when its file was written."""

from __future__ import annotations

import os
from pathlib import Path

from tests.sources.edi_texts import ORDER, ORDERS, edifact, x12
from tests.sources.plant_floor import TOLD_NS, plant

ENTRY = {"name": "edi", "kind": "edi", "path": "in/*", "options": {"own_ids": ["ACME"]}}
HOUR_NS = 3600 * 10**9
EVENTS = "select position, event_ns from events order by position"


def write(path: Path, data: bytes, age_ns: int = HOUR_NS) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    os.utime(path, ns=(TOLD_NS - age_ns,) * 2)


def test_each_interchange_of_a_file_is_a_record_of_the_time_the_file_was_written(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.edi", x12("850", *ORDER) + edifact("ORDERS", *ORDERS))
    with plant(tmp_path, ENTRY) as opened:
        opened.ingest()
        assert opened.rows(EVENTS) == [("in/a.edi:1/1", TOLD_NS - HOUR_NS), ("in/a.edi:2/1", TOLD_NS - HOUR_NS)]


def test_what_is_appended_is_read_on_from_there_also_after_a_restart(tmp_path: Path) -> None:
    first, second = x12("850", *ORDER), x12("850", *ORDER, control=8)
    write(tmp_path / "in" / "a.edi", first)
    with plant(tmp_path, ENTRY) as opened:
        opened.ingest()
    write(tmp_path / "in" / "a.edi", first + second)
    with plant(tmp_path, ENTRY) as opened:
        opened.ingest()
        opened.ingest()
        assert [position for position, _ in opened.rows(EVENTS)] == ["in/a.edi:1/1", "in/a.edi:2/1"]


def test_an_interchange_whose_end_has_not_come_is_waited_for_a_minute_and_then_told(tmp_path: Path) -> None:
    whole = x12("850", *ORDER)
    write(tmp_path / "in" / "a.edi", whole[: whole.index(b"GE*")], age_ns=10 * 10**9)
    with plant(tmp_path, ENTRY) as opened:
        opened.ingest()
        assert opened.rows(EVENTS) == []
        write(tmp_path / "in" / "a.edi", whole[: whole.index(b"GE*")], age_ns=HOUR_NS)
        opened.ingest()
        assert [position for position, _ in opened.rows(EVENTS)] == ["in/a.edi:1/1"]
        (reason,) = opened.column("select reason from rejected")
        assert reason == "interchange 000000007: the interchange has no IEA: it may be cut off. What could be read of it counts"


def test_a_file_that_is_no_edi_is_told_and_keeps_nothing_else_from_being_read(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.edi", b"\x00\xff PK\x03\x04 no interchange")
    write(tmp_path / "in" / "b.edi", x12("850", *ORDER))
    with plant(tmp_path, ENTRY) as opened:
        opened.ingest()
        assert [position for position, _ in opened.rows(EVENTS)] == ["in/b.edi:1/1"]
        (reason,) = opened.column("select reason from rejected")
        assert reason.startswith("no interchange of X12 (ISA) or EDIFACT (UNB) begins here (found")


def test_edi_is_a_format_of_other_carriers_too(tmp_path: Path) -> None:
    from collectors.formats import check_format, open_format
    from collectors.message import Message
    from collectors.said import Said

    assert check_format({"format": "edi", "options": ENTRY["options"], "map": {"site": {"segment": "@topic"}}}) == []
    made = open_format("edi", {"site": {"segment": "@topic"}}, ENTRY["options"])  # type: ignore[arg-type]
    found = list(made.said(Message(x12("850", *ORDER), head={"topic": "hamburg"}, default_ns=TOLD_NS)))  # type: ignore[attr-defined]
    assert [(each.attributes["mfg.site"], each.default_ns) for each in found if isinstance(each, Said)] == [("hamburg", TOLD_NS)]
    (undated,) = made.said(Message(x12("850", *ORDER)))  # type: ignore[attr-defined]
    assert undated.origins["event_time"] == "the time written in the interchange, not that of its coming"
