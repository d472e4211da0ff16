"""Web APIs are read page by page, each item once, and go on where they were left: after a restart, a fault, or a change of an item."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collectors.collector import Trouble
from collectors.event import Record
from collectors.sources import check_source, open_source
from tests.servers.web_api import Asked, Reply, WebApi
from tests.sources.plant_floor import NOON_NS, plant, rows_of

MAP = {
    "event_type": {"value": "purchase_order.changed"},
    "event_time": {"path": "changed"},
    "objects": {"type": {"value": "purchase_order"}, "id": {"path": "po"}},
}
ODATA = {"items": "value", "pages": {"kind": "odata"}, "watermark": "changed", "parameters": {"since": "{since}"}}


def entry(api: WebApi, path: str, **more: Any) -> dict[str, Any]:
    return {"name": "erp", "kind": "rest", "url": f"{api.url}/{path}", "key": "id", "map": MAP, **more}


class Intake:
    """A source and the journal behind it: what was read is kept, and where reading goes on."""

    def __init__(self, source: dict[str, Any]) -> None:
        assert check_source(source) == []
        self.entry, self.records, self.after, self.now_ns = source, list[Record](), dict[str, str](), NOON_NS
        self.source = open_source(source, Path())

    def poll(self) -> list[str]:
        """The troubles of one round; its records are kept afterwards, in one go."""
        found = list(self.source.read(dict(self.after), lambda: self.now_ns))
        records = [each for each in found if isinstance(each, Record)]
        self.records += records
        self.after.update((record.stream, record.after) for record in records if record.after)
        self.source.kept(records)
        return [each.sentence for each in found if isinstance(each, Trouble)]

    def restart(self) -> None:
        self.source.close()
        self.source = open_source(self.entry, Path())

    def positions(self) -> list[str]:
        """Each once, as the tables have them."""
        return sorted({record.position for record in self.records})

    def __enter__(self) -> Intake:
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()


PAGED: list[tuple[str, dict[str, Any]]] = [
    ("odata", ODATA),
    ("delta", {"items": "value", "pages": {"kind": "odata", "delta": True}}),
    ("numbered", {"pages": {"kind": "page", "parameter": "page", "size": 2, "size_parameter": "limit"}}),
    ("offset", {"items": "data", "pages": {"kind": "offset", "parameter": "offset", "size": 2, "size_parameter": "limit"}}),
    (
        "offset",
        {
            "items": "data",
            "pages": {"kind": "offset", "parameter": "offset", "size": 2, "size_parameter": "limit"},
            "order": "newest_first",
            "watermark": "changed",
        },
    ),
    ("sorted", {"items": "items", "pages": {"kind": "since", "size": 2}, "watermark": "changed", "parameters": {"since": "{since}"}}),
    (
        "query",
        {
            "items": "result",
            "method": "POST",
            "body": {"QueryFilter": "{since}"},
            "watermark": "changed",
            "pages": {"kind": "cursor", "path": "queryToken", "url": "HERE/more", "body": "{cursor}"},
        },
    ),
]


@pytest.mark.parametrize(("path", "settings"), PAGED, ids=["odata", "delta", "page", "offset", "newest first", "since", "cursor"])
def test_every_kind_of_pages_gives_each_item_once(web_api: WebApi, path: str, settings: dict[str, Any]) -> None:
    source = entry(web_api, path, **settings)
    if path == "query":
        source["pages"] = {**source["pages"], "url": f"{web_api.url}/more"}
    with Intake(source) as erp:
        assert erp.poll() == []
        assert erp.positions() == []
        web_api.orders(5)
        assert erp.poll() == []
        assert erp.positions() == ["o1", "o2", "o3", "o4", "o5"]
        web_api.orders(2, first=6)
        assert erp.poll() == []
        assert erp.poll() == []
        assert len(erp.records) == 7
        erp.restart()
        web_api.orders(1, first=8)
        assert erp.poll() == []
        assert erp.positions() == ["o1", "o2", "o3", "o4", "o5", "o6", "o7", "o8"]


def test_one_connection_serves_all_pages(web_api: WebApi) -> None:
    web_api.orders(9)
    with Intake(entry(web_api, "odata", **ODATA)) as erp:
        erp.poll()
        erp.poll()
        assert len(web_api.asked) > 5
        assert len(web_api.connections) == 1


def test_the_newest_first_are_read_back_to_where_the_last_round_ended(web_api: WebApi) -> None:
    pages = {"kind": "offset", "parameter": "offset", "size": 2, "size_parameter": "limit"}
    web_api.orders(9)
    with Intake(entry(web_api, "offset", items="data", pages=pages, order="newest_first", watermark="changed", look_back="1s")) as erp:
        erp.poll()
        web_api.asked.clear()
        web_api.orders(1, first=10)
        assert erp.poll() == []
        assert len(erp.positions()) == 10
        assert [asked.parameters["offset"] for asked in web_api.asked] == ["0", "2"]


def test_a_round_begins_a_little_back_so_nothing_late_is_missed(web_api: WebApi) -> None:
    web_api.orders(3)
    with Intake(entry(web_api, "odata", **ODATA, look_back="1m")) as erp:
        erp.poll()
        web_api.asked.clear()
        web_api.items.append({"id": "late", "changed": "2026-03-23T09:59:30Z", "po": "1"})
        erp.poll()
        assert web_api.asked[0].parameters["since"] == "2026-03-23T09:59:03Z"
        assert [record.position for record in erp.records] == ["o1", "o2", "o3", "late"]


def test_a_changed_item_is_another_record_by_its_version(web_api: WebApi) -> None:
    web_api.orders(2)
    with Intake(entry(web_api, "odata", **ODATA, version="changed")) as erp:
        erp.poll()
        web_api.items[0] = {**web_api.items[0], "changed": "2026-03-23T10:05:00Z"}
        erp.poll()
        assert erp.positions() == ["o1@2026-03-23T10:00:01Z", "o1@2026-03-23T10:05:00Z", "o2@2026-03-23T10:00:02Z"]


def test_items_without_a_key_are_told_apart_by_what_they_say(web_api: WebApi) -> None:
    web_api.items = [{"id": None, "changed": f"2026-03-23T10:00:0{n}Z", "po": "1"} for n in (1, 1, 2)]
    with Intake(entry(web_api, "odata", **ODATA)) as erp:
        erp.poll()
        assert [position.partition(":")[0] for position in erp.positions()] == ["content", "content"]


def test_reading_that_broke_off_goes_on_at_its_page_also_after_a_restart(web_api: WebApi) -> None:
    web_api.orders(6)
    with Intake(entry(web_api, "odata", **ODATA)) as erp:
        web_api.replies = [_page(web_api, 0), _page(web_api, 2), Reply(500, b"oops")]
        assert erp.poll() == [f"{web_api.url}/odata answers with HTTP 500. It says: oops"]
        assert len(erp.positions()) == 4
        erp.restart()
        web_api.asked.clear()
        assert erp.poll() == []
        assert len(erp.positions()) == 6
    assert [asked.parameters.get("skip") for asked in web_api.asked] == ["2", "4"]  # the page that its last item stood on, and on


def test_what_was_given_out_and_not_kept_is_given_out_again(web_api: WebApi) -> None:
    web_api.orders(3)
    with Intake(entry(web_api, "odata", **ODATA)) as erp:
        lost = [each for each in erp.source.read({}, lambda: NOON_NS) if isinstance(each, Record)]
        assert len(lost) == 3
        erp.poll()
        assert erp.positions() == ["o1", "o2", "o3"]


def test_the_watermark_goes_no_further_than_to_where_a_round_began(web_api: WebApi) -> None:
    """What changed since then may stand on a page that was read by then."""
    web_api.orders(3)
    with Intake(entry(web_api, "odata", **ODATA, look_back="0s")) as erp:
        web_api.replies = [_page(web_api, 0), Reply(503)]
        erp.poll()
        erp.now_ns += 3600 * 10**9
        web_api.items[2]["changed"] = "2026-03-23T12:59:00Z"
        erp.poll()
        web_api.asked.clear()
        erp.poll()
    assert web_api.asked[0].parameters["since"] == "2026-03-23T12:00:00Z"


def test_a_delta_link_that_is_known_no_more_is_told_and_all_is_read_again(web_api: WebApi) -> None:
    web_api.orders(3)
    with Intake(entry(web_api, "delta", items="value", pages={"kind": "odata", "delta": True})) as erp:
        erp.poll()
        web_api.replies = [Reply(410, b'{"error": {"message": "The delta token is expired"}}')]
        web_api.orders(1, first=4)
        assert erp.poll() == [
            f"{web_api.url}/delta does not know any more where reading was left (HTTP 410). It is read from the start again; items that "
            "were read before count once all the same."
        ]
        assert [record.position for record in erp.records] == ["o1", "o2", "o3", "o4"]
        assert web_api.asked[0].headers["prefer"] == "odata.track-changes"


def test_the_fault_of_a_page_that_repeats_itself_is_told(web_api: WebApi) -> None:
    web_api.orders(2)
    with Intake(entry(web_api, "odata", items="value", pages={"kind": "offset", "parameter": "offset", "size": 2})) as erp:
        (trouble,) = erp.poll()
        assert trouble.startswith(f"{web_api.url}/odata gives the same page again and again.")
        assert erp.positions() == ["o1", "o2"]


def test_a_page_full_of_one_watermark_is_told(web_api: WebApi) -> None:
    web_api.items = [{"id": f"o{n}", "changed": "2026-03-23T10:00:00Z", "po": "1"} for n in range(5)]
    settings = {"items": "items", "pages": {"kind": "since", "size": 2}, "watermark": "changed", "parameters": {"since": "{since}"}}
    with Intake(entry(web_api, "sorted", **settings)) as erp:
        (trouble,) = erp.poll()
        assert "has more items with the watermark 2026-03-23T10:00:00Z than a page holds" in trouble


def test_a_number_can_be_the_watermark(web_api: WebApi) -> None:
    web_api.items = [{"id": f"o{n}", "changed": n, "po": "1"} for n in (5001, 5002)]
    with Intake(entry(web_api, "odata", **ODATA, start=0, look_back=10)) as erp:
        erp.poll()
        erp.poll()
        assert [asked.parameters["since"] for asked in web_api.asked] == ["0", "4992"]


def test_what_odata_tells_as_removed_is_kept_and_is_no_event(web_api: WebApi) -> None:
    web_api.items = [{"@removed": {"reason": "deleted"}, "id": "o1"}, {"__metadata": {"deleted": True}, "id": "o2"}]
    with Intake(entry(web_api, "delta", items="value", pages={"kind": "odata", "delta": True})) as erp:
        erp.poll()
        rows = rows_of(erp.entry, *erp.records)
        assert (len(erp.records), rows.events, rows.rejected) == (2, [], [])


def test_a_document_with_lines_is_an_event_a_line(web_api: WebApi) -> None:
    web_api.items = [{"id": "4900000001", "changed": "2026-03-23T10:00:00Z", "lines": {"results": [{"po": "1"}, {"po": "2"}]}}]
    mapping = {**MAP, "event_time": {"path": ".changed"}}
    with Intake(entry(web_api, "odata", **ODATA, options={"each": "lines.results"}) | {"map": mapping}) as erp:
        erp.poll()
        events = rows_of(erp.entry, *erp.records).events
        assert [(event.position, event.objects) for event in events] == [
            ("4900000001/1", (("purchase_order", "1"),)),
            ("4900000001/2", (("purchase_order", "2"),)),
        ]


def test_what_was_read_is_in_the_tables_once_and_what_says_nothing_is_rejected(web_api: WebApi, tmp_path: Path) -> None:
    web_api.items = [{"id": "o1", "changed": "yesterday", "po": "1"}, {"id": "o2", "changed": "2026-03-23T10:00:00Z", "po": "2"}]
    source = entry(web_api, "odata", **ODATA)
    with plant(tmp_path, source) as erp:
        erp.ingest()
        (trouble,) = erp.troubles
        assert "has 1 items on a page whose watermark cannot be read" in trouble
        web_api.items[1] = {**web_api.items[1], "po": "other"}  # without `version`, the first content of a key counts
        erp.ingest()
    with plant(tmp_path, source) as erp:
        erp.ingest()
        assert erp.rows("select object_type, object_id from event_objects") == [("purchase_order", "2")]
        ((position, reason),) = erp.rows("select position, reason from rejected")
        assert (position, reason.partition(";")[0]) == ("o1", "path changed: 'yesterday' is no time")


def test_stock_without_a_time_of_its_own_is_of_the_moment_it_was_asked_for(web_api: WebApi, tmp_path: Path) -> None:
    web_api.items = [{"id": "a", "changed": 1, "Plant": "hamburg", "Material": "BRKT-22", "Qty": "12.5"}]
    stock = {"system": {"value": "erp"}, "site": {"path": "Plant"}, "item": {"path": "Material"}, "quantity": {"path": "Qty"}}
    with plant(tmp_path, entry(web_api, "odata", items="value", holds="inventory") | {"map": stock}) as erp:
        erp.ingest()
        assert erp.rows("select snapshot_ns, item, quantity::double, position from stock_snapshots") == [
            (1_774_270_800_000_000_000, "BRKT-22", 12.5, "a@1774270800000000000")
        ]


def _page(api: WebApi, skip: int) -> Reply:
    """What the API would answer now."""
    return api.answer(Asked("GET", "/odata", {"since": "", "skip": str(skip)}, {}, b""))
