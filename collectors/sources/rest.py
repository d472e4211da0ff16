"""Documents and logs of systems that tell them over HTTP: paged JSON and OData, read from where the last round ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import orjson

from collectors.collector import Clock, Collector, Trouble
from collectors.event import Record
from collectors.files.tail import as_text
from collectors.formats.json import Json
from collectors.mapping import as_list
from collectors.meaning import Meaning
from collectors.message import MESSAGE, Message, packed, unpacked
from collectors.paths import lookup_in
from collectors.readings import StockReading
from collectors.rest import settings as allowed
from collectors.rest.authentication import Authentication
from collectors.rest.client import Client, Encryption, Limits
from collectors.rest.items import STREAM, Items, Plan, payload_of, position_in
from collectors.rest.pages import Pages
from collectors.rest.request import Request
from collectors.rest.watermark import LOOK_BACK_NUMBERS, LOOK_BACK_SECONDS, Watermark
from collectors.rows import Rows, excerpt_of
from collectors.settings import (
    EVENTS,
    INVENTORY,
    a_look_back,
    a_text,
    a_whole_number,
    a_zone,
    judged_together,
    seconds_of,
    setting,
    what_it_holds,
)

ITEM = "application/json"
ASKED = "asked_time"  # in the head of an item that says no time itself


class Rest(Collector):
    kind: ClassVar[str] = "rest"
    shows_all: ClassVar[bool] = True

    @dataclass(frozen=True, slots=True)
    class Settings:
        url: str = setting(allowed.a_url)
        items: str | None = setting(allowed.a_place, None)
        key: str | list[str] = setting(allowed.places, ())
        version: str | None = setting(allowed.a_place, None)
        map: dict[str, Any] | None = setting(judged_together, None)
        options: dict[str, Any] | None = setting(judged_together, None)
        holds: str = setting(what_it_holds, EVENTS)
        auth: dict[str, Any] | None = setting(allowed.check_authentication, None)
        method: str = setting(allowed.a_method, "GET")
        parameters: dict[str, Any] | None = setting(allowed.plain_values, None)
        headers: dict[str, Any] | None = setting(allowed.plain_headers, None)
        body: Any = setting(allowed.a_body, None)
        pages: dict[str, Any] | None = setting(allowed.check_pages, None)
        order: str | None = setting(allowed.an_order, None)
        watermark: str | None = setting(allowed.a_place, None)
        watermark_format: str | None = setting(allowed.a_format, None)
        since_format: str | None = setting(allowed.a_since_format, None)
        time_zone: str | None = setting(a_zone, None)
        look_back: str | int | None = setting(a_look_back, None)
        start: str | int | None = setting(allowed.a_start, None)
        timeout: str = setting(allowed.a_duration, "30s")
        max_megabytes: int = setting(a_whole_number(allowed.LARGEST_MEGABYTES), 64)
        ca_file: str | None = setting(a_text, None)
        certificate_file: str | None = setting(a_text, None)
        key_file: str | None = setting(a_text, None)
        proxy: str | None = setting(allowed.a_proxy, None)

        @staticmethod
        def check_together(data: dict[str, Any]) -> list[tuple[str, str]]:
            return list(allowed.problems_between(data))

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name, self._folder, self._settings = name, folder, settings
        self._key = as_list(settings.key) if settings.key else []
        self._stamps = settings.holds == INVENTORY and "snapshot_time" not in (settings.map or {})
        self._stock: StockReading | None = None
        self._format: Json | None = None
        if settings.holds == INVENTORY:
            own = {"snapshot_time": {"path": f"@{ASKED}"}} if self._stamps else {}
            self._stock = StockReading({**(settings.map or {}), **own}, "path")
            self.mapping = self._stock.mapping
        else:
            self._format = Json(settings.map, settings.options or {})
            self.mapping = self._format.mapping
        self._items: Items | None = None
        self._client: Client | None = None

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble]:
        try:
            self._items = self._items or self._opened()
        except OSError as error:
            yield Trouble(
                "",
                f"{error.strerror or error}. `ca_file` names the certificates that are trusted, "
                "`certificate_file` and `key_file` who we are; nothing was asked.",
            )
            return
        for found in self._items.read(after.get(STREAM), clock):
            if isinstance(found, Trouble):
                yield found
            else:
                yield self._record(found.position, found.payload, clock(), found.asked_ns, STREAM, found.after)

    def sample(self, file: Path) -> Iterator[Record | Trouble]:
        """A file `.jsonl` holds an item a line; any other is an answer as the API gives it."""
        name, data = as_text(file.name), file.read_bytes()
        things: Any
        try:
            if file.suffix == ".jsonl":
                things = [orjson.loads(line) for line in data.splitlines() if line.strip()]
            else:
                document = orjson.loads(data)
                things = lookup_in(document)(self._settings.items) if self._settings.items else document
        except orjson.JSONDecodeError as error:
            yield Trouble("", f"{name} is no JSON: {error}.")
            return
        if not isinstance(things, list):
            yield Trouble("", f"{name} has no list{f' at {self._settings.items!r}' if self._settings.items else ''}; see `items`.")
            return
        for thing in things:
            payload = payload_of(thing)
            yield self._record(position_in(thing, self._key, self._settings.version, payload), payload, 0, 0, name, None)

    def kept(self, records: Sequence[Record]) -> None:
        if self._items:
            self._items.kept(len(records))

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        head, body, content_type = unpacked(record)
        try:
            item = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            _reject(record, f"the item is no JSON: {error}", rows)
            return
        if _is_removed(item):
            return
        if self._stock:
            self._stock.add(record, lookup_in(item, head), record.position, meaning, rows)
        elif self._format:
            self._format.add(record, Message(body, content_type, head), record.position, meaning, rows)

    def close(self) -> None:
        if self._client:
            self._client.close()
        self._items = self._client = None

    def _record(self, position: str, payload: bytes, now_ns: int, asked_ns: int, stream: str, after: str | None) -> Record:
        if self._stamps:
            head = {ASKED: asked_ns}
            return Record(self.name, position, packed(head, payload), f"{MESSAGE}; {ITEM}", now_ns, stream, after)
        return Record(self.name, position, payload, ITEM, now_ns, stream, after)

    def _opened(self) -> Items:
        settings = self._settings
        encryption, seconds = self._encryption(), seconds_of(settings.timeout)
        encryption.check()
        self._client = Client(Authentication(settings.auth, seconds), Limits(seconds, settings.max_megabytes), encryption, settings.proxy)
        return Items(self._client, self._plan())

    def _encryption(self) -> Encryption:
        names = self._settings.ca_file, self._settings.certificate_file, self._settings.key_file or self._settings.certificate_file
        ca_file, certificate, key = (self._folder / name if name else None for name in names)
        return Encryption(ca_file, (certificate, key) if certificate and key else None)

    def _plan(self) -> Plan:
        settings, back = self._settings, self._settings.look_back
        template = Request(
            settings.url, settings.method, allowed.as_texts(settings.parameters), allowed.as_texts(settings.headers), settings.body
        )
        watermark = Watermark(
            settings.watermark_format,
            settings.since_format,
            settings.time_zone,
            seconds_of(back) if isinstance(back, str) else LOOK_BACK_SECONDS,
            back if isinstance(back, int) else LOOK_BACK_NUMBERS,
            settings.start,
        )
        return Plan(
            template,
            Pages(settings.pages),
            settings.items,
            self._key,
            settings.version,
            settings.watermark,
            watermark,
            settings.order,
            self._stamps,
        )


def _is_removed(item: Any) -> bool:
    """What OData answers of an item that is there no more: it says nothing else, and is no event."""
    if item.__class__ is not dict:
        return False
    metadata = item.get("__metadata")
    return "@removed" in item or "@odata.removed" in item or (metadata.__class__ is dict and metadata.get("deleted") is True)


def _reject(record: Record, reason: str, rows: Rows) -> None:
    if rows.is_new(f"{record.source}:{record.position}\n{reason}"):
        rows.reject(record, record.position, "item", reason, excerpt_of(record))
