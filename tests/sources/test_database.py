"""Tables of a real SQLite file: what a row becomes, what is told, what comes again; and the SQL of databases that are not here."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from collectors.relational import page
from collectors.relational.link import Link
from tests.sources.plant_floor import NOON_NS, NOTHING, Plant, plant, rows_of
from tests.sources.tables import MAP, NOON, entry, journal, positions, run

LOG = "create table log (id integer primary key, action text, at text, ref text)"
DIALECTS = {"mssql": mssql, "mysql": mysql, "oracle": oracle, "postgresql": postgresql, "sqlite": sqlite}


@pytest.fixture
def url(tmp_path: Path) -> str:
    run(f"sqlite:///{tmp_path}/erp.db", LOG)
    return f"sqlite:///{tmp_path}/erp.db"


@pytest.fixture
def floor(tmp_path: Path, url: str) -> Iterator[Plant]:
    with plant(tmp_path, entry(url)) as plant_:
        yield plant_


def moved(number: int, at: str = NOON, action: str = "stock.moved") -> str:
    return f"insert into log values ({number}, '{action}', '{at}', 'D{number}')"


def test_a_row_is_an_event_and_its_key_its_position(url: str, floor: Plant) -> None:
    run(url, moved(7))
    assert floor.ingest().events == 1
    assert floor.rows("select event_id, position, event_ns, event_type, system from events") == [
        ("wms-log:7", "7", NOON_NS, "stock.moved", "wms")
    ]
    assert floor.rows("select object_type, object_id from event_objects") == [("delivery", "D7")]


def test_a_row_changed_in_place_is_written_down_and_the_first_event_of_its_key_counts(url: str, floor: Plant) -> None:
    run(url, moved(1), moved(2, action=""), moved(3, at="soon"))
    done = floor.ingest()
    assert (done.events, done.rejected) == (1, 1)
    run(url, "update log set action = 'stock.blocked', at = '2026-03-23 12:30:00'")
    assert floor.ingest().events == 2
    assert floor.rows("select position, event_type from events order by position") == [
        ("1", "stock.moved"),
        ("2", "stock.blocked"),
        ("3", "stock.blocked"),
    ]
    assert journal(floor) == 6


def test_with_a_version_every_change_of_a_row_is_an_event(tmp_path: Path, url: str) -> None:
    with plant(tmp_path, entry(url, watermark="AT", version="AT", time_zone="UTC")) as plant_:
        run(url, moved(1))
        assert plant_.ingest().events == 1
        run(url, "update log set action = 'stock.blocked', at = '2026-03-23 12:30:00'")
        assert plant_.ingest().events == 1
        assert plant_.ingest().events == 0
        assert positions(plant_) == ["1@2026-03-23 12:00:00", "1@2026-03-23 12:30:00"]


def test_rows_with_one_watermark_are_all_read_whatever_the_page_and_a_key_may_have_several_columns(tmp_path: Path, url: str) -> None:
    run(url, *(moved(n) for n in range(1, 8)))
    with plant(tmp_path, entry(url, watermark="at", key=["ref", "id"], page_size=2, time_zone="UTC", look_back="1s")) as plant_:
        assert plant_.ingest().events == 7
        assert positions(plant_) == [f"D{n}/{n}" for n in range(1, 8)]


def test_a_query_may_stand_in_for_a_table_with_colons_and_percent_signs_in_it(tmp_path: Path, url: str) -> None:
    run(url, moved(1), moved(2), "update log set ref = '100%:x' where id = 2")
    asked = {**entry(url), "query": "select l.*, 'a :b' as note from log l where ref like '%:x' and at <> '00:00:00';"}
    del asked["table"]
    with plant(tmp_path, asked) as plant_:
        assert (plant_.ingest().events, plant_.troubles) == (1, [])
        assert plant_.column("select object_id from event_objects") == ["100%:x"]


def test_fields_may_stand_inside_a_column_of_json(tmp_path: Path, url: str) -> None:
    run(url, "create table outbox (seq integer primary key, type text, payload text)")
    run(url, """insert into outbox values (1, 'stock.moved', '{"at": "2026-03-23T12:00:00Z", "lines": [{"delivery": "D9"}]}')""")
    places = {
        "event_type": {"column": "TYPE"},
        "event_time": {"column": "payload.at"},
        "objects": {"type": {"value": "delivery"}, "id": {"column": "PAYLOAD.lines[].delivery"}},
    }
    with plant(tmp_path, entry(url, table="outbox", key="seq", map=places)) as plant_:
        assert (plant_.ingest().events, plant_.troubles) == (1, [])
        assert plant_.column("select object_id from event_objects") == ["D9"]


def test_times_without_a_zone_are_those_of_the_zone_that_is_configured(tmp_path: Path, url: str) -> None:
    run(url, moved(1, at="2026-03-23 13:00:00"))
    places = {**MAP, "event_time": {"column": "at"}}
    with plant(tmp_path, entry(url, map=places, watermark="at", time_zone="Europe/Berlin")) as plant_:
        assert plant_.ingest().events == 1
        assert plant_.column("select event_ns from events") == [NOON_NS]


def test_a_watermark_without_a_zone_is_told(tmp_path: Path, url: str) -> None:
    run(url, moved(1))
    with plant(tmp_path, entry(url, watermark="at")) as plant_:
        assert plant_.intake.poll().down == {"wms-log"}
        plant_.ingest()
        assert plant_.troubles[0] == (
            f"log of {tmp_path}/erp.db cannot be read by its column at, which `watermark` names: '2026-03-23 12:00:00' has no offset: "
            "say with `time_zone` which zone's time it is, such as UTC or Europe/Berlin."
        )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"look_back": "5m"}, "it is a number: write `look_back` as one, such as 1000."),
        ({"watermark": "at", "look_back": 5}, "it is a time: write `look_back` as a duration, such as 5m."),
        ({"key": "uid"}, "it has no column uid, which `watermark`, `key` or `version` names; its columns: id, action, at, ref."),
        ({"table": "nowhere"}, "no such table: nowhere. Correct what is asked for in the configuration, "),
        ({"table": "gone.log"}, "no such table: gone.log. Correct what is asked for in the configuration, "),
    ],
)
def test_what_cannot_be_read_at_all_is_told(tmp_path: Path, url: str, settings: dict[str, Any], sentence: str) -> None:
    run(url, moved(1))
    with plant(tmp_path, entry(url, **settings)) as plant_:
        assert plant_.intake.poll().down == {"wms-log"}
        plant_.ingest()
        assert sentence in plant_.troubles[0]


def test_a_file_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    with plant(tmp_path, entry("sqlite:///erp.db")) as plant_:
        plant_.ingest()
        assert plant_.troubles[0].startswith(f"log of {tmp_path}/erp.db cannot be read: unable to open database file")
        assert not (tmp_path / "erp.db").exists()
        run(f"sqlite:///{tmp_path}/erp.db", LOG, moved(1))
        assert (plant_.ingest().events, plant_.troubles) == (1, [])


def test_rows_without_a_watermark_or_key_are_counted_and_the_others_read(tmp_path: Path, url: str) -> None:
    run(url, moved(1), moved(2), "update log set at = null where id = 2")
    with plant(tmp_path, entry(url, watermark="at", time_zone="UTC")) as plant_:
        assert plant_.ingest().events == 1
        assert plant_.troubles == [
            f"log of {tmp_path}/erp.db has 1 rows with nothing in at or id. They cannot be put in order, so they are not read; "
            "fill it there."
        ]


def test_columns_that_come_and_go_are_told_and_reading_goes_on(url: str, floor: Plant) -> None:
    run(url, moved(1))
    assert floor.ingest().events == 1
    run(url, "alter table log rename column ref to delivery", "insert into log values (2, 'stock.moved', '2026-03-23 12:00:00', 'D2')")
    done = floor.ingest()
    assert (done.events, done.rejected) == (0, 2), "the row that was there has changed as well"
    assert [sentence.partition(".db ")[2] for sentence in floor.troubles] == [
        "has no column REF (for objects); its columns: id, action, at, delivery. Without REF (for objects) a row is no event: "
        "such rows are rejected and kept; correct `map`, then `syncline retry` reads them.",
        "has changed its columns (gone: ref; new: delivery). Reading goes on; every row since then has the columns of now.",
    ]
    floor.ingest()
    assert len(floor.troubles) == 1, "what changed is told once, what is missing as long as it is"


def test_an_earlier_state_of_the_database_is_told_and_read_on_from(tmp_path: Path, url: str) -> None:
    with plant(tmp_path, entry(url, look_back=1)) as plant_:
        run(url, *(moved(n) for n in range(1, 7)))
        assert plant_.ingest().events == 6
        run(url, "delete from log where id > 2")
        plant_.ingest()
        assert (
            "ends at id 2, but was read up to 6: rows were deleted, or the database was restored to an earlier state." in plant_.troubles[0]
        )
        plant_.ingest()
        assert plant_.troubles == []
        run(url, moved(7))
        assert (plant_.ingest().events, positions(plant_)) == (1, ["1", "2", "3", "4", "5", "6", "7"])


def test_an_outbox_that_is_emptied_is_no_trouble(url: str, floor: Plant) -> None:
    run(url, moved(1))
    assert floor.ingest().events == 1
    run(url, "delete from log")
    assert (floor.ingest().events, floor.troubles) == (0, [])
    run(url, moved(2))
    assert (floor.ingest().events, floor.troubles) == (1, [])


def test_a_time_in_the_future_holds_nothing_up(tmp_path: Path, url: str) -> None:
    run(url, moved(1, at="2099-01-01 00:00:00"))
    with plant(tmp_path, entry(url, watermark="at", time_zone="UTC")) as plant_:
        assert plant_.ingest().events == 1
        assert "has rows whose at lies in the future, up to 2099-01-01 00:00:00." in plant_.troubles[0]
        run(url, moved(2, at="2026-03-23 13:00:00"))
        assert plant_.ingest().events == 1
        assert journal(plant_) == 2


def test_a_key_that_does_not_tell_rows_apart_is_told(tmp_path: Path, url: str) -> None:
    run(url, moved(1), moved(2))
    with plant(tmp_path, entry(url, key="action", watermark="at", time_zone="UTC")) as plant_:
        assert plant_.ingest().events == 1
        assert "has several rows with the same key, such as 2026-03-23 12:00:00, stock.moved." in plant_.troubles[0]


def test_another_kind_of_watermark_and_a_mixed_one_are_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/erp.db"
    run(url, "create table log (id, action text, at text, ref text)", moved(1), moved(2))
    with plant(tmp_path, entry(url, time_zone="UTC", key="ref", watermark="id")) as plant_:
        assert plant_.ingest().events == 2
        run(url, "insert into log values ('2026-03-23 12:00:00', 'stock.moved', '2026-03-23 12:00:00', 'D3')")
        assert plant_.ingest().events == 0
        assert "has another kind of values in id than when it was last read (2, now 2026-03-23 12:00:00)." in plant_.troubles[0]
        assert "has rows whose id is not a number like others, such as 2026-03-23 12:00:00, D3. They are not read" in plant_.troubles[1]


def test_any_bytes_in_a_text_are_read(url: str, floor: Plant) -> None:
    run(url, moved(1), "update log set ref = cast(x'443aff00' as text)")
    assert (floor.ingest().events, floor.troubles) == (1, [])
    assert floor.column("select object_id from event_objects") == ["D:\\xff\x00"]


def test_the_file_can_only_be_read_and_a_question_that_takes_too_long_is_taken_back(tmp_path: Path, url: str) -> None:
    link = Link(url, tmp_path, 0.1)
    with link.reading() as connection, pytest.raises(DBAPIError, match="attempt to write a readonly database"):
        connection.exec_driver_sql(moved(1))
    endless = "with recursive n(id) as (select 1 union all select id + 1 from n) select max(id) from n"
    with link.reading() as connection, pytest.raises(DBAPIError) as told:
        connection.exec_driver_sql(endless)
    link.close()
    assert link.sentence(told.value).startswith("no answer came within 0.1 s, so the question was taken back (interrupted).")


def test_more_rows_within_the_look_back_than_can_be_known_count_once_and_are_told(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.relational.known_rows.MOST", 3)
    monkeypatch.setattr("collectors.relational.known_rows.SLACK", 1)
    run(url, *(moved(n) for n in range(1, 9)))
    with plant(tmp_path, entry(url, page_size=4)) as plant_:
        assert plant_.ingest().events == 8
        assert plant_.ingest().events == 0
        assert ["within `look_back`. What lies beyond is written to the journal with every poll" in each for each in plant_.troubles] == [
            True
        ]


def test_stock_may_stand_in_a_table(tmp_path: Path, url: str) -> None:
    run(
        url,
        "create table stock (snapshot_time text, site text, item text, werks text, quantity numeric)",
        "insert into stock values ('2026-03-23 12:00:00', 'hamburg', 'M-1', 'A', 5), ('2026-03-23 12:00:00', 'hamburg', 'M-2', 'A', 'x')",
    )
    held = {
        "holds": "inventory",
        "map": {"system": {"value": "wms"}, "location": {"column": "WERKS"}, "snapshot_time": {"column": "snapshot_time"}},
    }
    asked = entry(url, table="stock", key=["item", "snapshot_time"], watermark="snapshot_time", time_zone="UTC", **held)
    with plant(tmp_path, asked) as plant_:
        done = plant_.ingest()
        assert (done.snapshots, done.rejected) == (1, 1)
        assert plant_.rows("select snapshot_ns, system, site, location, item, quantity::varchar, position from stock_snapshots") == [
            (NOON_NS, "wms", "hamburg", "A", "M-1", "5.000000", "M-1/2026-03-23 12:00:00")
        ]


def test_a_record_that_holds_no_row_is_rejected() -> None:
    from tests.sources.plant_floor import record

    rows = rows_of(entry("sqlite:///x.db"), record(b"{"), record(b"[1]", position="x:2"), meaning=NOTHING)
    assert [row[3] for row in rows.rejected] == [
        "the row is no JSON: unexpected end of data: line 1 column 2 (char 1)",
        "the row must be a JSON object of its columns",
    ]


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (
            "mssql",
            "SELECT TOP 3 * FROM erp.dbo.[LOG] WHERE changed_at IS NOT NULL AND id IS NOT NULL AND changed_at >= ? "
            "AND (changed_at > ? OR changed_at = ? AND id > ?) ORDER BY changed_at, id",
        ),
        (
            "mysql",
            "SELECT * FROM `erp.dbo`.`LOG` WHERE changed_at IS NOT NULL AND id IS NOT NULL AND changed_at >= ? "
            "AND (changed_at > ? OR changed_at = ? AND id > ?) ORDER BY changed_at, id LIMIT ?",
        ),
        (
            "oracle",
            'SELECT * FROM "erp.dbo"."LOG" WHERE changed_at IS NOT NULL AND id IS NOT NULL AND changed_at >= ? '
            "AND (changed_at > ? OR changed_at = ? AND id > ?) ORDER BY changed_at, id FETCH FIRST 3 ROWS ONLY",
        ),
    ],
)
def test_the_page_is_asked_for_in_the_words_of_each_database(dialect: str, expected: str) -> None:
    asked = page.page(page.place_of("erp.dbo.LOG", None), ["changed_at", "id"], None, [5, 7], 3)
    assert worded(asked, dialect) == expected


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_question_can_be_said_in_every_dialect(dialect: str) -> None:
    for place in (page.place_of("wms.log", None), page.place_of(None, "select a from b where c = ':d'")):
        for asked in (
            page.no_rows(place),
            page.newest(place, "ID"),
            page.without(place, ["ID", "at"]),
            page.page(place, ["ID"], 1, None, 5),
        ):
            assert worded(asked, dialect).startswith("SELECT ")


def worded(asked: Any, dialect: str) -> str:
    compiled = asked.compile(dialect=DIALECTS[dialect].dialect(), compile_kwargs={"render_postcompile": True})
    return re.sub(r"%\(\w+\)s|%s|(?<!\w):\w+", "?", " ".join(str(compiled).split()))


def test_what_a_sqlite_file_holds_is_not_locked_while_it_is_read(tmp_path: Path, url: str, floor: Plant) -> None:
    run(url, moved(1))
    floor.ingest()
    writer = sqlite3.connect(tmp_path / "erp.db", timeout=0)
    writer.execute("begin exclusive")
    writer.rollback()
    writer.close()
