"""Sources of what is fetched, and inputs to begin with: web APIs, tables, Parquet, batch files, encodings, packed files."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import duckdb
import orjson

from collectors.sources import open_source
from tests.fuzz.inputs import DOCUMENT, EACH_WAY
from tests.fuzz.sources import folder

# -- web APIs
ITEM = {**DOCUMENT, "id": 7, "rev": "2", "changed": "2026-03-23T12:00:00Z"}
NEWER = {**ITEM, "id": "8", "changed": "2026-03-23T12:05:00Z"}
STOCK = {"material": "X", "qty": "5", "plant": "ulm", "changed": "/Date(1774267200000)/"}
OF_ITEM: dict[str, Any] = {"items": "items", "key": "id", "map": EACH_WAY}
SINCE = {"watermark": "changed", "parameters": {"since": "{since}"}}
JSON_PAGES: tuple[dict[str, Any], ...] = (
    {**OF_ITEM, **SINCE, "order": "oldest_first", "time_zone": "Europe/Berlin"},
    {**OF_ITEM, **SINCE, "pages": {"kind": "since", "size": 2}, "order": "oldest_first", "since_format": "unix_ms"},
    {**OF_ITEM, "version": "rev", "pages": {"kind": "cursor", "path": "next", "parameter": "cursor"}, "options": {"each": "lines"}},
    {**OF_ITEM, **SINCE, "pages": {"kind": "offset", "parameter": "at", "size": 2}, "order": "newest_first"},
    {
        "items": "items",
        "holds": "inventory",
        "pages": {"kind": "link", "same_host": True},
        "map": {"item": {"path": "material"}, "site": {"path": "plant"}, "quantity": {"path": "qty"}, "system": {"value": "wms"}},
    },
)
ODATA_PAGES: tuple[dict[str, Any], ...] = (
    {**OF_ITEM, "items": "value", "pages": {"kind": "odata", "delta": True}},
    {**OF_ITEM, **SINCE, "items": "d.results", "pages": {"kind": "odata", "same_host": True}, "order": "oldest_first"},
)


def _answered(*documents: Any) -> bytes:
    return b"\n--\n".join(each if isinstance(each, bytes) else orjson.dumps(each) for each in documents)


JSON_ANSWERS = [
    _answered({"items": [ITEM, NEWER], "next": "c2"}, {"items": [{**NEWER, "id": "9"}], "next": None}),
    _answered(b"HTTP 200 Link: </items?page=2>; Content-Type: text/plain\n" + orjson.dumps({"items": [STOCK]}), {"items": [], "count": 0}),
    _answered(b"HTTP 429 Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\n<p>later</p>"),
    _answered(b"HTTP 200 Content-Encoding: gzip\n" + gzip.compress(orjson.dumps({"items": [ITEM]}), mtime=0), b"HTTP 204\n"),
]
ODATA_ANSWERS = [
    _answered({"value": [ITEM], "@odata.nextLink": "items?$skiptoken=2"}, {"value": [NEWER, {"@removed": {}}], "@odata.deltaLink": "?d=1"}),
    _answered(
        {"d": {"results": [{**ITEM, "changed": "/Date(1774267200000+0060)/"}], "__next": "http://sap.example.com:8000/items?x"}},
        {"d": {"results": [{"__metadata": {"deleted": True}, "id": 7}]}},
    ),
    _answered({"value": [ITEM], "@odata.nextLink": "http://[/"}, b"HTTP 410\n", {"value": []}),
]

# -- tables
COLUMNS: dict[str, Any] = {
    "event_type": {"column": "PAYLOAD.type", "values": {"A": "order.released"}},
    "event_time": {"column": "AT", "time_zone": "Europe/Berlin"},
    "quantity": {"column": "QTY", "decimal": ","},
    "item": {"column": "payload.lines[0].item"},
    "objects": {"type": {"value": "order"}, "id": {"column": "ID"}},
}
TABLES: tuple[dict[str, Any], ...] = (
    {"table": "rows", "key": "ID", "watermark": "AT", "time_zone": "Europe/Berlin", "map": COLUMNS, "page_size": 2},
    {"query": "select * from rows", "key": ["ID", "AT"], "watermark": "ID", "version": "QTY", "look_back": 3, "map": COLUMNS},
)
ROWS = [
    b't1\ttX2026\ti5\tt{"type":"A","lines":[{"item":"X"}]}\nt2\tt2026-03-23T12:00:00\tr1.5\tt{}'.replace(b"tX", b"t2026-03-22 10:00:00"),
    b"i1\tt2026-03-23\ti5\tt[]\ni2\tt0001-01-01 00:00:00\tr1e300\tt\xff\ni3\tb\xff\0\t\tb{}\nr2.5\tt9999-12-31T23:59:59.5+02:00\tt1,5\ttA",
    b"i1\ti1\ti1\ti1\ni1\ti1\ti1\ti1\ni9223372036854775807\tr1e999\ti1\ti1",
]
CELLS_OF = open_source({"name": "table", "kind": "database", "url": "sqlite:///rows.db", **TABLES[0]}, Path())
CELLS: list[bytes] = [
    orjson.dumps(row)
    for row in (
        {
            "ID": 5,
            "AT": {"time": "2026-03-23T12:00:00+01:00"},
            "qty": {"decimal": "1E+5"},
            "PAYLOAD": '{"type":"A","lines":[{"item":"X"}]}',
        },
        {"id": {"uuid": "12345678123456781234567812345678"}, "at": {"date": "2026-03-23"}, "Qty": {"float": "nan"}},
        {"ID": {"half": "x"}, "AT": {"time": "0001-01-01T00:00:00+14:00"}, "QTY": {"whole": "99999999"}, "P": {"pairs": [[1, 2]]}},
        {"ID": {"tuple": [{"bytes": "\xff"}, {"view": "a"}]}, "AT": {"span": -5}, "P": {"set": [1]}, "Q": {"clock": "10:00:00+02:00"}},
    )
]

# -- files
PARQUET = {
    "kind": "files",
    "format": "parquet",
    "path": "*.parquet",
    "map": {
        "event_type": {"column": "kind", "values": {"a": "order.released"}},
        "event_time": {"column": "at", "time_zone": "UTC"},
        "quantity": {"column": "qty"},
        "objects": {"type": {"value": "order"}, "id": {"column": "nested.ids[]"}},
    },
}
PARQUET_ROWS = (
    "select 'a' as kind, timestamp '2026-03-23 12:00:00' + interval (i) second as at, (i / 3)::decimal(18, 6) as qty, "
    "{'ids': [i::varchar, null], 'deep': map {'k': i}} as nested, 0.1::float as f, 'x'::blob as b from range(3) r(i)",
    "select 'a' as kind, timestamptz '2026-03-23 12:00:00Z' as at, 'nan'::double as qty, {'ids': 5} as nested, 1::hugeint as h",
)


def parquet() -> list[bytes]:
    """Files as DuckDB writes them, of a few rows each."""
    with folder() as where:
        for number, rows in enumerate(PARQUET_ROWS):
            packing = ("uncompressed", "zstd")[number]
            duckdb.sql(f"copy ({rows}) to '{where / str(number)}' (format parquet, compression {packing})")
        return [(where / str(number)).read_bytes() for number in range(len(PARQUET_ROWS))]


BATCHES = [
    b"\nA;B\n1;2\n3;4\n",
    orjson.dumps({"file": "prices.csv.gz"}) + b"\n" + gzip.compress(b"A\n1\n", mtime=0),
    orjson.dumps({"file": "x.parquet", "days": ["mon"], "expects": [{"name": "x", "file": "*.parquet", "by": "00:00"}]}) + b"\nPAR1PAR1",
    orjson.dumps({"file": "99991231", "holidays": [], "days": "daily", "expects": [{"name": "", "file": "%Y%m%d", "by": "23:59"}]}) + b"\n",
    orjson.dumps({"file": "00010101", "time_zone": "Asia/Tokyo", "expects": [{"name": "a", "file": "%Y%m%d", "by": "00:00"}]}) + b"\n\n",
]
TABLE = 'NR;AT;ART;PO\n1;23.03.2026 12:00;GR;45\n2;23.03.2026 12:01;GR;"4\n6"\n'
OF_TABLE: dict[str, Any] = {
    "kind": "files",
    "format": "csv",
    "path": "*.csv",
    "delimiter": ";",
    "map": {
        "event_type": {"column": "ART", "values": {"GR": "goods.received"}},
        "event_time": {"column": "AT", "format": "%d.%m.%Y %H:%M", "time_zone": "Europe/Berlin"},
        "objects": {"type": {"value": "purchase_order"}, "id": {"column": "PO"}},
    },
}
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-be", "utf-32", "shift_jis", "gb18030", "cp1252")
OF_LINES: dict[str, Any] = {"kind": "files", "format": "jsonl", "path": "*.jsonl", "map": EACH_WAY}
ENCODED: tuple[dict[str, Any], ...] = (
    *({**OF_TABLE, "encoding": encoding} for encoding in ENCODINGS),
    {**OF_LINES, "encoding": "utf-16"},
    {**OF_LINES, "encoding": "shift_jis", "message": "file"},
    {**OF_LINES, "encoding": "utf-32", "message": "file"},
)
PACKED: tuple[dict[str, Any], ...] = (
    {**OF_TABLE, "path": "*.csv.gz"},
    {**OF_TABLE, "path": "*.csv.gz", "encoding": "utf-16"},
    {**OF_LINES, "path": "*.jsonl.gz"},
    {**OF_LINES, "path": "*.json.gz", "message": "file"},
)


def encoded() -> list[bytes]:
    return [TABLE.encode(encoding) for encoding in ENCODINGS] + [orjson.dumps(DOCUMENT).decode().encode("utf-16") * 2]


def packed() -> list[bytes]:
    small = gzip.compress(TABLE.encode(), mtime=0)
    return [small, small * 2, small[:-5], small + b"\0\0", gzip.compress(orjson.dumps(DOCUMENT), mtime=0), gzip.compress(b"")]
