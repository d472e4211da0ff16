"""What is fetched, as decoders: pages of a web API over real HTTP, rows of a real SQLite table, and the cells of any other database."""

from __future__ import annotations

import re
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from collectors.collector import Collector
from collectors.event import Record
from collectors.relational.cells import position_of, row_as_json
from collectors.sources import check_source, open_source
from tests.fuzz.sources import TOLD_NS, folder, gathered, understood

Entry = dict[str, Any]
HEADERS = (b"link", b"retry-after", b"content-type", b"content-encoding", b"date", b"transfer-encoding")  # none that leads to another host
BODILESS = (204, 304)
NOWHERE = Path("/nowhere")
PAGE_END = b"\n--\n"
HEAD = re.compile(rb"HTTP (\d{3})((?: *[A-Za-z-]+:[^;\r\n]*;?)*)\r?(?:\n|\Z)")
KINDS: dict[str, Callable[[Any], Any]] = {
    "decimal": Decimal,
    "time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "clock": time.fromisoformat,
    "span": lambda value: timedelta(microseconds=value),
    "bytes": lambda value: value.encode("latin-1", "replace"),
    "view": lambda value: memoryview(value.encode("latin-1", "replace")),
    "float": float,
    "whole": lambda value: int(value) ** 3,
    "uuid": UUID,
    "address": ip_address,
    "tuple": tuple,
    "set": lambda value: {orjson.dumps(each).decode() for each in value},
    "pairs": lambda value: {key if key.__class__ in (str, int, float) else str(key): each for key, each in value},
    "half": lambda value: value + "\ud800",
}


# -- a web API
class Pages:
    """Sources of the kind `rest`, each asking one server that answers the pieces of the input, then the last of them for ever."""

    def __init__(self, *entries: Entry) -> None:
        self._entries = entries

    def __call__(self, data: bytes) -> list[Any]:
        found = []
        for entry in self._entries:
            with _answering(data.split(PAGE_END)) as url:
                whole = {"name": "api", "kind": "rest", "url": f"{url}/items", **entry}
                assert not check_source(whole), check_source(whole)
                found.append(_read_twice(whole, NOWHERE, url))
        return found


@contextmanager
def _answering(pieces: list[bytes]) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_answer_all, args=(listening, [_answer(piece) for piece in pieces]))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        listening.close()


def _answer_all(listening: socket.socket, answers: list[bytes]) -> None:
    """One connection after the other: who asks here closes a connection before it opens the next."""
    with suppress(OSError):  # no longer listening
        while True:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                answers = _answer_one(connection, answers)


def _answer_one(connection: socket.socket, answers: list[bytes]) -> list[bytes]:
    asked = b""
    while got := connection.recv(1 << 16):
        asked += got
        while b"\r\n\r\n" in asked:
            asked = asked.partition(b"\r\n\r\n")[2]
            connection.sendall(answers[0])
            answers = answers[1:] or answers
    return answers


def _answer(piece: bytes) -> bytes:
    """An answer as it goes over the wire; `HTTP 429 Retry-After: 5; Link: …` before a body says another head."""
    status, lines, head = 200, [], HEAD.match(piece)
    if head:
        piece, status = piece[head.end() :], max(200, int(head[1]))
        lines = [line.strip() for line in head[2].split(b";") if line.split(b":")[0].strip().lower() in HEADERS]
    if status in BODILESS:
        piece = b""
    return b"\r\n".join([b"HTTP/1.1 %d Said" % status, b"Content-Length: %d" % len(piece), *lines, b"", piece])


def _read_twice(entry: Entry, where: Path, url: str = "") -> list[Any]:
    """What a source makes of all there is; a second time it goes on from where the first was left."""
    found, after = [], dict[str, str]()
    for _ in range(2):
        with closing(open_source(entry, where)) as source:
            records, troubles = gathered(source.read(after, lambda: TOLD_NS), where)
            source.kept(records)
            after = {record.stream: record.after for record in records if record.after} or after
            found += [[each.replace(url, "") for each in troubles] if url else troubles, understood(source, records)]
    return found


# -- a database
class Database:
    """Sources of the kind `database`, each reading a SQLite file of four columns that are said by the input: a row a line, tabs between.

    The first letter of a cell is how it is stored: t(ext, whatever its bytes), b(ytes), i(nteger), r(eal); any other is null.
    """

    def __init__(self, *entries: Entry) -> None:
        self._entries = [{"name": "table", "kind": "database", "url": "sqlite:///rows.db", **entry} for entry in entries]
        problems = [problem for entry in self._entries for problem in check_source(entry)]
        assert not problems, problems

    def __call__(self, data: bytes) -> list[Any]:
        with folder() as where:
            _write(where / "rows.db", [_cells(line) for line in data.split(b"\n")])
            return [_read_twice(entry, where) for entry in self._entries]


def _write(file: Path, rows: list[list[Any]]) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=off")
        connection.execute("CREATE TABLE rows (ID, AT DATETIME, QTY DECIMAL(9, 2), PAYLOAD JSON)")
        connection.execute("BEGIN")
        for row in rows:
            places = ", ".join("CAST(? AS TEXT)" if is_text else "?" for is_text, _ in row)
            connection.execute(f"INSERT INTO rows VALUES ({places})", [value for _, value in row])
        connection.execute("COMMIT")


def _cells(line: bytes) -> list[Any]:
    cells = [_cell(cell) for cell in line.split(b"\t")[:4]]
    return cells + [(False, None)] * (4 - len(cells))


def _cell(cell: bytes) -> tuple[bool, Any]:
    kind, content = cell[:1], cell[1:]
    if kind in (b"t", b"b"):
        return kind == b"t", content
    try:
        return False, {b"i": lambda: max(-(1 << 63), min(int(content), (1 << 63) - 1)), b"r": lambda: float(content)}[kind]()
    except (KeyError, ValueError):
        return False, None


# -- its cells
def read_cells(source: Collector) -> Callable[[bytes], Any]:
    """`{"column": value or {"decimal": "1e5"}, …}`: what drivers of any database give, as a record, and what it says."""

    def read(data: bytes) -> Any:
        with suppress(orjson.JSONDecodeError):
            given = orjson.loads(data)
            if given.__class__ is dict:
                return _row_read(source, [(name, _driven(value)) for name, value in given.items()])
        return None

    return read


def _row_read(source: Collector, row: list[tuple[str, Any]]) -> list[Any]:
    payload = row_as_json([name for name, _ in row], [value for _, value in row])
    assert list(orjson.loads(payload)) == [name for name, _ in row], "a column is lost"
    position = position_of([value for _, value in row] or [None])
    return [payload, position, understood(source, [Record("table", position, payload, "application/json", TOLD_NS, "rows")])]


def _driven(value: Any) -> Any:
    """A value as a driver may give it."""
    if value.__class__ is list:
        return [_driven(each) for each in value]
    if value.__class__ is not dict:
        return value
    kind = next(iter(value), "")
    if len(value) == 1 and kind in KINDS:
        with suppress(ValueError, TypeError, OverflowError, AttributeError, DecimalException):
            return KINDS[kind](_driven(value[kind]))
    return {key: _driven(each) for key, each in value.items()}
