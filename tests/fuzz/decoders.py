"""Everything that reads what others wrote, each with inputs to begin with: DECODERS."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import orjson

from app.settings import ConfigurationError, load_settings
from collectors import instants, otlp
from collectors.brokers.x_death import dead_letter
from collectors.collector import Clock
from collectors.event import Record, Refused
from collectors.formats import FORMATS
from collectors.formats.xml_document import steps_of as xml_steps_of
from collectors.journal import Journal, examine
from collectors.mapping import RowMapping
from collectors.mapping_check import check_mapping
from collectors.message import MESSAGE, packed, unpacked
from collectors.otlp.rows import add_otlp
from collectors.paths import NoPath, lookup_in, steps_of
from collectors.receivers.reception import TooLarge, Unreadable, gunzipped
from collectors.rows import Rows
from collectors.sample_file import messages_in
from collectors.trace_context import trace_context
from tests.fuzz import fetched_inputs, inputs
from tests.fuzz.fetched import Database, Pages, read_cells
from tests.fuzz.invariant import Decoder, storable
from tests.fuzz.sources import EXAMPLES, MEANING, TOLD_NS, Sources, entries_of, folder, read_schedule

UNPACKED_LIMIT = 1 << 15
CLOCK: Clock = lambda: TOLD_NS  # noqa: E731
TIMES = ("%d.%m.%Y %H:%M:%S", "%Y%m%d", *instants.NAMED)
ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # of an object in its own words
Read = Callable[[bytes], Any]


# -- OpenTelemetry: what a receiver counts before it acknowledges is what the loader finds
def read_otlp(content_type: str) -> Read:
    def read(data: bytes) -> list[Any]:
        return [_request(signal, content_type, data) for signal in otlp.SIGNALS]

    return read


def _request(signal: str, content_type: str, data: bytes) -> Any:
    try:
        items, refused = otlp.refused(signal, content_type, data)
    except otlp.Undecodable as error:
        _assert_undecodable(signal, content_type, data)
        return str(error)
    groups = otlp.decode(signal, content_type, data)
    found = [item for group in groups for item in group.items]
    assert items == len(found), f"{items} counted, {len(found)} decoded"
    invalid = [item for item in found if isinstance(item, otlp.Invalid)]
    assert [item.number for item in refused] == [item.number for item in invalid]
    rows = Rows()
    add_otlp(signal, groups, Record("otlp", "1", data, content_type, TOLD_NS, signal), MEANING, rows, None)
    return storable(rows)


def _assert_undecodable(signal: str, content_type: str, data: bytes) -> None:
    try:
        otlp.decode(signal, content_type, data)
    except otlp.Undecodable:
        return
    raise AssertionError("refused before it is kept, and readable all the same")


# -- the journal: whatever stands in its newest segment, what is whole is read and the next record is kept
def read_segment(data: bytes) -> list[Any]:
    with folder() as where:
        (where / f"{1:020d}.journal").write_bytes(data)
        examined = examine(where)
        journal = Journal(where)
        frames, problems = list(journal.read(0)), list(journal.problems)
        numbers = [frame.number for frame in frames]
        assert numbers == sorted(set(numbers)), "frames come twice or out of order"
        (added,) = journal.append([Record("csv", "a:1", b"{}", "application/json", TOLD_NS)])
        journal.close()
        journal = Journal(where)
        assert [frame.number for frame in journal.read(0)] == [*numbers, added]
        assert set(journal.problems) <= set(problems), "opened again, more of it is damaged"
        journal.close()
        return [examined.records, frames, [each.replace(str(where), "") for each in problems]]


# -- mappings, paths, times
def read_mapping(data: bytes) -> Any:
    """`{"map": …, "document": …}`: the problems of the section, or what it finds."""
    given = _json(data)
    if given.__class__ is not dict:
        return None
    for word in ("column", "attribute"):
        str(check_mapping(given.get("map"), word))
    if problems := check_mapping(given.get("map"), "path"):
        return problems
    return RowMapping(given["map"], "path").apply(lookup_in(given.get("document"), {"topic": "orders"}))


def read_path(data: bytes) -> list[Any]:
    """A path on the first line, behind it the document."""
    line, _, rest = data.partition(b"\n")
    path, found = line.decode(errors="replace"), list[Any]()
    for steps in (steps_of, xml_steps_of):
        try:
            found.append(steps(path.removeprefix("@")))
        except NoPath as error:
            found.append(str(error))
    if not isinstance(found[0], str):
        found.append(lookup_in(_json(rest), {"a": 1})(path))
    return found


def read_time(data: bytes) -> list[Any]:
    text = data.decode(errors="replace")
    given: list[Callable[[], int]] = [lambda: instants.of_text(text), lambda: instants.of_value(_json(data), "at")]
    given += [lambda form=form: instants.of_format(text, form, None) for form in TIMES]  # type: ignore[misc]
    return [_or_refused(each) for each in given]


def _or_refused(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except Refused as error:
        return str(error)


# -- headers, packing
def read_headers(data: bytes) -> list[Any]:
    headers = _json(data)
    if headers.__class__ is not dict:
        return []
    return [trace_context(headers), *(dead_letter(headers, "orders", is_one) for is_one in (None, True, False))]


def read_message(data: bytes) -> Any:
    """What was packed is unpacked as it was."""
    line, _, body = data.partition(b"\n")
    head = _json(line)
    try:
        payload = packed(head, body)
    except TypeError:
        return None
    if head.__class__ is dict:
        assert unpacked(Record("mq", "1", payload, f"{MESSAGE}; text/plain", 0)) == (head, body, "text/plain")
    return len(payload)


def read_gzip(data: bytes) -> bytes:
    try:
        found = gunzipped(data, UNPACKED_LIMIT)
    except TooLarge:
        return b"too large"
    assert len(found) <= UNPACKED_LIMIT
    return found


def _json(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


# -- configurations
def read_configuration(data: bytes) -> str:
    return _configured({"syncline.yaml": data})


def read_workflows(data: bytes) -> str:
    return _configured({"syncline.yaml": b"version: 1\nworkflows: [workflow.yaml]\n", "workflow.yaml": data})


def _configured(files: dict[str, bytes]) -> str:
    with folder() as where:
        for name, content in files.items():
            (where / name).write_bytes(content)
        try:
            found = load_settings(where / "syncline.yaml", {})
            told = str((found.definitions, found.sources, found.web, found.otlp, found.owners, found.notes))
        except ConfigurationError as error:
            told = str(error)
            assert told
        return ADDRESS.sub("", told.replace(str(where), ""))


# -- all of them
def _files(*patterns: str) -> Callable[[], list[bytes]]:
    return lambda: [path.read_bytes() for pattern in patterns for path in sorted(EXAMPLES.glob(pattern))]


def _samples(*patterns: str) -> Callable[[], list[bytes]]:
    """Samples of messages, each as a carrier packs it."""
    return lambda: [
        record.payload for pattern in patterns for file in sorted(EXAMPLES.glob(pattern)) for record in messages_in("mq", file, "")
    ]


def _formats() -> Iterator[Decoder]:
    for name in FORMATS:
        entries = [
            {"kind": "kafka", "brokers": "kafka:9092", "topics": "orders", "format": name, **each}
            for each in inputs.FORMATS.get(name, [{}])
        ]
        yield Decoder(f"format-{name}", Sources(*entries).of_messages, lambda name=name: inputs.BODIES.get(name, [b""]))  # type: ignore[misc]


def _carriers() -> Iterator[Decoder]:
    for kind in ("amqp", "kafka", "mqtt"):
        yield Decoder(kind, Sources(*entries_of(kind, kind)).of_messages, _samples(f"{kind}/[a-df-z]*.jsonl", f"{kind}/erp*.jsonl"))


def _documents() -> Iterator[Decoder]:
    for kind in ("b2mml", "edi", "idoc"):
        yield Decoder(f"files-{kind}", Sources(*entries_of(kind, kind)).of_files, _files(f"{kind}/*/*"))


def _fetched() -> Iterator[Decoder]:
    """What differs from all others in how it is reached: each input takes milliseconds."""
    given = fetched_inputs
    parquet = [each for each in entries_of("files", "files") if each["format"] == "parquet"]
    yield Decoder("parquet", Sources(*parquet, given.PARQUET).of_files, given.parquet)
    yield Decoder("rest-json", Pages(*given.JSON_PAGES), lambda: given.JSON_ANSWERS, free_calls=400_000)
    yield Decoder("rest-odata", Pages(*given.ODATA_PAGES), lambda: given.ODATA_ANSWERS, free_calls=400_000)
    yield Decoder("database", Database(*given.TABLES), lambda: given.ROWS, free_calls=400_000)
    yield Decoder("cells", read_cells(given.CELLS_OF), lambda: given.CELLS)
    yield Decoder("schedule", read_schedule, lambda: given.BATCHES, free_calls=200_000)
    yield Decoder("encodings", Sources(*given.ENCODED).of_files, given.encoded)
    yield Decoder("packed", Sources(*given.PACKED).of_files, given.packed, size=_unpacked_size)


def _unpacked_size(data: bytes) -> int:
    """How long the input is once it is unpacked, as far as it can be: each byte of a file in gzip may stand for a thousand."""
    size, rest = len(data), data
    with suppress(zlib.error):
        while rest:
            stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
            for start in range(0, len(rest), 64):
                size += len(stream.decompress(rest[start : start + 64]))
            rest = stream.unused_data
    return size


def decoders() -> Sequence[Decoder]:
    tables = [*entries_of("purchasing", "csv"), *(each for each in entries_of("files", "files") if each["format"] == "csv")]
    lines = [each for each in entries_of("files", "files") if each["format"] == "jsonl"]
    return (
        *_fetched(),
        Decoder("otlp-protobuf", read_otlp(otlp.PROTOBUF), inputs.protobuf),
        Decoder("otlp-json", read_otlp(otlp.JSON), inputs.otlp_json),
        Decoder("otlp-file", Sources({"kind": "otlp_file", "path": "a.jsonl"}).of_files, inputs.otlp_json),
        Decoder("segment", read_segment, inputs.segments),
        Decoder("delimited", Sources(*tables).of_files, _files("purchasing/data/*.csv", "files/wms/*.csv")),
        Decoder("lines", Sources(*lines).of_files, _files("files/mes/*.jsonl")),
        *_documents(),
        *_carriers(),
        *_formats(),
        Decoder("mapping", read_mapping, lambda: inputs.MAPPINGS, (Refused,)),
        Decoder("paths", read_path, lambda: inputs.PATHS),
        Decoder("times", read_time, lambda: inputs.TIMES),
        Decoder("headers", read_headers, lambda: inputs.HEADERS),
        Decoder("message", read_message, lambda: inputs.MESSAGES),
        Decoder("gunzip", read_gzip, lambda: [gzip.compress(b"order 4500012345 " * 9, mtime=0) * 2], (Unreadable,)),
        Decoder("configuration", read_configuration, _files("*/syncline.yaml"), free_calls=2_000_000),
        Decoder("workflows", read_workflows, _files("*/workflow.yaml")),
    )
