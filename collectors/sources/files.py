"""Folders of files of any form: tables as CSV or Parquet, and messages, a line or a file each, in any format there is."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import orjson

from collectors.collector import Clock, Collector, Trouble
from collectors.event import Record
from collectors.files.content import is_wide, undecodable
from collectors.files.documents import DocumentFiles, one_document
from collectors.files.line_files import CUT, LineFiles
from collectors.files.parquet_files import ParquetFiles
from collectors.files.table_file import Form, TableFiles, add_row, position_of
from collectors.files.tail import TOO_LONG
from collectors.formats import FORMATS, check_format, open_format
from collectors.formats.form import Format
from collectors.formats.json import Json
from collectors.mapping import RowMapping
from collectors.mapping_check import check_fields, check_mapping
from collectors.meaning import Meaning
from collectors.message import MESSAGE, Message, packed, unpacked
from collectors.paths import NoPath, lookup_in
from collectors.readings import STOCK_FIELDS, EventReading, StockReading
from collectors.rows import Rows, excerpt_of
from collectors.settings import EVENTS, INVENTORY, Problems, a_character, a_text, an_encoding, judged_together, setting
from collectors.suggest import unknown

CSV, PARQUET, LINES = "csv", "parquet", "jsonl"
LINE, FILE = "line", "file"
ONLY_FOR = {  # key → what it is for, and for which formats; the formats of messages are all others
    "position": ("tables: csv and parquet", lambda form: form in (CSV, PARQUET)),
    "delimiter": ("csv", lambda form: form == CSV),
    "encoding": ("text: not for parquet", lambda form: form != PARQUET),
    "message": ("messages: not for tables", lambda form: form not in (CSV, PARQUET)),
    "options": ("messages: not for tables", lambda form: form not in (CSV, PARQUET)),
}


def a_form(value: Any) -> Problems:
    known = (CSV, LINES, PARQUET, *FORMATS)
    return [] if isinstance(value, str) and value in known else [("", unknown("format", value, known))]


def one_of(*allowed: str) -> Callable[[Any], Problems]:
    return lambda value: [] if value in allowed else [("", f"must be {' or '.join(allowed)} (found {value!r})")]


class Files(Collector):
    kind: ClassVar[str] = "files"

    @dataclass(frozen=True, slots=True)
    class Settings:
        path: str = setting(a_text)
        format: str = setting(a_form)
        holds: str = setting(one_of(EVENTS, INVENTORY), EVENTS)
        map: dict[str, Any] | None = setting(judged_together, None)
        options: dict[str, Any] | None = setting(judged_together, None)
        message: str = setting(one_of(LINE, FILE), LINE)
        position: str | None = setting(a_text, None)
        delimiter: str = setting(a_character, ",")
        encoding: str = setting(an_encoding, "utf-8")

        @staticmethod
        def check_together(data: dict[str, Any]) -> Problems:
            return _check_together(data)

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name, self.holds = name, settings.holds
        self._settings, self._position = settings, settings.position
        word = "column" if settings.format in (CSV, PARQUET) else "path"
        self._format: Format | None = None
        self._reading: Any = None
        if settings.holds == INVENTORY:
            self._reading = StockReading(settings.map, word)
        elif word == "column":
            self._reading = EventReading(settings.map or {}, word)
        else:
            self._format = open_format(_format_name(settings.format), settings.map, settings.options)
        self.mapping = self._format.mapping if self._format else self._reading.mapping
        self._files = self._open(folder)

    def _open(self, folder: Path) -> TableFiles | ParquetFiles | LineFiles | DocumentFiles:
        settings = self._settings
        expected = RowMapping(settings.map or {}) if settings.holds == INVENTORY else self.mapping
        if settings.format == CSV:
            form = Form(settings.delimiter, settings.encoding, settings.position)
            return TableFiles(self.name, folder, settings.path, form, self.mapping, expected)
        if settings.format == PARQUET:
            return ParquetFiles(self.name, folder, settings.path, settings.position, self.mapping, expected)
        kind = f"{MESSAGE}; {FORMATS[_format_name(settings.format)].content_type}"
        if settings.message == FILE:
            return DocumentFiles(self.name, folder, settings.path, kind.removeprefix(f"{MESSAGE}; "), one_document)
        return LineFiles(self.name, folder, settings.path, kind, settings.encoding, settings.encoding, _pack)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        return self._files.read(after, clock)

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        if self._settings.format == CSV:
            add_row(record, self._position, self._reading, meaning, rows)
        elif self._settings.format == PARQUET:
            row = orjson.loads(record.payload)
            self._reading.add(record, _lookup_in(row), position_of(row, self._position, record.position), meaning, rows)
        else:
            self._decode_message(record, meaning, rows)

    def _decode_message(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        head, body, kind = unpacked(record)
        if kind.endswith(CUT):
            _reject(record, f"the line cannot be read: {TOO_LONG}", rows)
            return
        try:
            message = Message(self._as_utf8(body), kind, head or {"file": record.stream})
            if self._format:
                self._format.add(record, message, record.position, meaning, rows)
            else:
                row = orjson.loads(message.body)
                self._reading.add(record, lookup_in(row, message.head), record.position, meaning, rows)
        except UnicodeError as error:
            _reject(record, f"the message cannot be read: {undecodable(error, self._settings.encoding)}", rows)
        except orjson.JSONDecodeError as error:
            _reject(record, f"the message is no JSON: {error}", rows)

    def _as_utf8(self, body: bytes) -> bytes:
        """Lines of wide encodings are UTF-8 already; a whole file may say itself how it is written, as XML does, or be no text at all.
        Raises UnicodeError."""
        encoding = codecs.lookup(self._settings.encoding).name
        if self._settings.message == FILE and encoding == "utf-8":
            return body.removeprefix(codecs.BOM_UTF8)
        is_turned = self._settings.message == LINE and is_wide(encoding)
        return body.decode("utf-8" if is_turned else encoding).removeprefix("\ufeff").encode()


def _pack(name: str, line: bytes) -> bytes:
    return packed({"file": name}, line)


def _lookup_in(row: dict[str, Any]) -> Callable[[str], Any]:
    find = lookup_in(row)

    def lookup(name: str) -> Any:
        try:
            return find(name)
        except NoPath:  # the name of a column that this file has not
            return None

    return lookup


def _reject(record: Record, reason: str, rows: Rows) -> None:
    if rows.is_new(f"{record.source}:{record.position}\n{reason}"):
        rows.reject(record, record.position, "message", reason, excerpt_of(record))


def _format_name(form: str) -> str:
    return Json.name if form == LINES else form


def _check_together(data: dict[str, Any]) -> Problems:
    form = data.get("format")
    if not isinstance(form, str) or a_form(form):
        return []
    problems = [(key, f"is only for {what}") for key, (what, is_for) in ONLY_FOR.items() if key in data and not is_for(form)]
    is_table, own = form in (CSV, PARQUET), data.get("map")
    word = "column" if is_table else "path"
    if data.get("holds") == INVENTORY:
        if not is_table and _format_name(form) != Json.name:
            problems.append(("holds", f"inventory is read from csv, parquet and jsonl, not from {form}"))
        found = check_fields(own, word, STOCK_FIELDS, ()) if own is not None else []
    elif is_table:
        found = check_mapping(own, word) if "map" in data else [("", "is missing; a row says nothing without it")]
    else:
        return problems + check_format({**data, "format": _format_name(form)})
    return problems + [(f"map.{where}" if where else "map", text) for where, text in found]
