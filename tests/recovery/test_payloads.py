"""Where the message of a case comes from: its reference, its record, or a sentence that says why there is none; what is hidden of it."""

from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from app.recovery.model import Case, Payload
from app.recovery.payloads import Sources, fetch
from app.recovery.settings import PayloadRules
from collectors.event import Record
from collectors.finding import Wanted, find
from collectors.journal import Journal
from collectors.message import MESSAGE, packed
from collectors.rest import peer
from collectors.sources import open_source
from tests.processes import free_ports
from tests.repository import ROOT
from tests.servers.web_api import Reply, WebApi, web_api

__all__ = ["web_api"]

BODY = b'{"order": "4711"}'
DIGEST = sha256(BODY).hexdigest()
CASE = Case("failed", "w", "4711", "order.received")
NS = 1_774_262_400 * 10**9
EDI = ROOT / "app" / "docs" / "examples" / "edi" / "edi"
OPTIONS: dict[str, dict[str, Any]] = {
    "orders": {"kind": "kafka", "format": "json"},
    "spans": {"kind": "kafka", "format": "otlp"},
    "lines": {"kind": "files", "format": "json"},
    "tables": {"kind": "files", "format": "parquet"},
    "table": {"kind": "database"},
    "partners": {"kind": "edi"},
}


class Plant:
    """A journal with what is put into it, and what is fetched for its cases."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.rules = folder, PayloadRules(folders=(folder / "kept",), hosts=("127.0.0.1",), timeout_seconds=20)
        self._recorded = 0

    def put(self, source: str, payload: bytes, kind: str = f"{MESSAGE}; application/json", position: str = "orders/0/17") -> Case:
        """The case whose event is the one record."""
        self._recorded += 1
        record = Record(source, position, payload, kind, NS + self._recorded)
        with closing(Journal(self.folder / "journal")) as journal:
            journal.append([record])
        return replace(CASE, source=source, position=record.position, recorded_ns=record.recorded_ns)

    def fetch(self, case: Case) -> Payload | str:
        return fetch([case], self.rules, Sources(self.folder / "journal", OPTIONS))[case.id]


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    (tmp_path / "kept").mkdir()
    return Plant(tmp_path)


def allow(plant: Plant, api: WebApi) -> None:
    """From now on the server may be asked, at its port."""
    plant.rules = replace(plant.rules, hosts=(*plant.rules.hosts, api.url.removeprefix("http://")))


def body_of(found: Payload | str) -> bytes:
    assert isinstance(found, Payload), found
    assert found.digest == sha256(found.body).hexdigest()
    return found.body


# ── from the record ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_message_of_a_broker_is_there_as_it_came_with_its_key_and_headers(plant: Plant) -> None:
    head = {"topic": "orders", "key": "K1", "header": {"Content-Type": "application/xml", "schema": "7"}}
    found = plant.fetch(plant.put("orders", packed(head, b"\xff\n<a/>\n")))
    assert body_of(found) == b"\xff\n<a/>\n"
    assert isinstance(found, Payload)
    assert (found.origin, found.content_type) == ("record", "application/xml")
    assert found.headers == {"Content-Type": "application/xml", "schema": "7", "@key": "K1", "@topic": "orders"}


def test_all_payloads_of_a_selection_come_at_once_and_each_is_its_own(plant: Plant) -> None:
    cases = [replace(plant.put("orders", packed({}, b"%d" % n), position=f"orders/0/{n}"), transaction_id=str(n)) for n in range(30)]
    found = fetch(cases, plant.rules, Sources(plant.folder / "journal", OPTIONS))
    assert [body_of(found[case.id]) for case in cases] == [b"%d" % n for n in range(30)]


@pytest.mark.parametrize(
    ("source", "payload", "kind", "words"),
    [
        ("otlp", b"a span", "application/x-protobuf", "is a trace or a log record, which holds no payload."),
        ("spans", packed({}, b"a span"), MESSAGE, "is a trace or a log record, which holds no payload."),
        ("table", b"{}", "application/json", "is a row of a table, which is not the message itself."),
        ("tables", b"{}", "application/json", "is a row of a table, which is not the message itself."),
        ("gone", b"{}", "application/json", "is of the kind gone, which holds no message."),
        ("orders", packed({"tombstone": True}, b""), MESSAGE, "The record orders/0/17 of orders is a deletion: it has no body."),
        ("orders", packed({}, b""), MESSAGE, "The record orders/0/17 of orders is empty."),
        ("lines", packed({}, b"{"), f"{MESSAGE}; application/json; cut", "is only the beginning of a line that was too long."),
    ],
)
def test_a_record_that_is_no_message_says_so(plant: Plant, source: str, payload: bytes, kind: str, words: str) -> None:
    found = plant.fetch(plant.put(source, payload, kind))
    assert isinstance(found, str)
    assert words in found


def test_a_record_of_several_messages_is_never_sent_as_one(plant: Plant) -> None:
    case = plant.put("orders", packed({}, b"[1, 2]"))
    assert plant.fetch(replace(case, position="orders/0/17/2")) == (
        "The record orders/0/17 of orders holds several messages; sending it would send the others again."
    )


def test_an_interchange_is_a_payload_where_it_holds_one_document(plant: Plant) -> None:
    last = b"IEA*1*000000301~"
    one = (EDI / "1-orders-castco.edi").read_bytes().partition(last)[0] + last
    begin, end = one.index(b"ST*"), one.index(b"GE*")
    (plant.folder / "one.edi").write_bytes(one)
    (plant.folder / "two.edi").write_bytes(one[:end] + one[begin:end] + one[end:])
    source = open_source({"name": "partners", "kind": "edi", "path": "*.edi"}, plant.folder)
    with closing(Journal(plant.folder / "journal")) as journal:
        journal.append([record for record in source.read({}, lambda: NS) if isinstance(record, Record)])
    of = {name: plant.fetch(replace(CASE, source="partners", position=f"{name}:1/1", recorded_ns=NS)) for name in ("one.edi", "two.edi")}
    assert body_of(of["one.edi"]) == one
    assert of["two.edi"] == "The record two.edi:1 of partners holds several messages; sending it would send the others again."


def test_a_record_that_is_gone_is_told(plant: Plant) -> None:
    case = plant.put("orders", packed({}, BODY))
    assert plant.fetch(replace(case, position="orders/0/18")) == "The record orders/0/18 of orders is no longer in the journal."
    assert plant.fetch(CASE) == "Nothing was ever recorded of this step of 4711, so there is no payload."


def test_a_record_is_found_in_whichever_segment_and_whatever_the_clock_did(tmp_path: Path) -> None:
    """Two of the records come into the journal long after others that were recorded later."""
    times = [NS + n * 10**9 for n in range(200)]
    times[120], times[199] = NS - 10**12, NS + 10**15
    records = [Record("orders", f"orders/0/{n}", packed({}, b"x" * 300 + b"%d" % n), MESSAGE, ns) for n, ns in enumerate(times)]
    with closing(Journal(tmp_path, segment_bytes=2000)) as journal:
        for start in range(0, 200, 5):
            journal.append(records[start : start + 5])
        wanted = [Wanted("orders", f"orders/0/{n}", ns) for n, ns in enumerate(times)]
        assert len(list(tmp_path.glob("*.journal"))) > 3
        assert {each: record.payload for each, record in find(tmp_path, wanted).items()} == {
            each: record.payload for each, record in zip(wanted, records, strict=True)
        }
        for number in (0, 7, 120, 199):
            assert find(tmp_path, [wanted[number]]).keys() == {wanted[number]}


def test_a_damaged_place_in_the_journal_hides_only_itself(tmp_path: Path) -> None:
    with closing(Journal(tmp_path)) as journal:
        for number in range(6):
            journal.append([Record("orders", f"{number}", packed({}, b"%d" % number), MESSAGE, NS + number)])
    (segment,) = tmp_path.glob("*.journal")
    content = segment.read_bytes()
    at = len(content) // 2
    segment.write_bytes(content[:at] + b"\0" * 8 + content[at + 8 :])
    found = find(tmp_path, [Wanted("orders", f"{number}", NS + number) for number in range(6)])
    assert len(found) in (4, 5)
    assert {"0", "5"} <= {each.position for each in found}


# ── by reference ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("digest", [None, DIGEST, DIGEST.upper(), f"sha256:{DIGEST}", b64encode(bytes.fromhex(DIGEST)).decode()])
def test_a_reference_is_fetched_and_its_digest_checked(plant: Plant, web_api: WebApi, digest: str | None) -> None:
    web_api.replies.append(Reply(200, BODY, (("Content-Type", "application/vnd.order+json"),)))
    allow(plant, web_api)
    found = plant.fetch(replace(CASE, payload_ref=f"{web_api.url}/kept/4711?sig=s3cret", payload_digest=digest))
    assert body_of(found) == BODY
    assert isinstance(found, Payload)
    assert (found.origin, found.content_type) == ("reference", "application/vnd.order+json")


@pytest.mark.parametrize(
    ("reply", "digest", "words"),
    [
        (Reply(200, b"changed"), DIGEST, "/kept/4711 holds now is not what was sent: its SHA-256 is "),
        (Reply(200, BODY), "md5:1", "'md5:1' is no SHA-256"),
        (Reply(404), DIGEST, "/kept/4711 answers with HTTP 404"),
        (Reply(302, b"", (("Location", "http://192.0.2.1/"),)), DIGEST, "/kept/4711 answers with HTTP 302"),
        (Reply(200, b"x" * 2000), None, "holds more than 1,024 bytes"),
        (Reply(200, BODY, (), 5), None, "broke off in the middle of its answer"),
        (Reply(200, b"x" * 1000, (), 0, True), None, "had not answered"),
    ],
)
def test_what_is_not_there_as_it_was_is_no_payload(plant: Plant, web_api: WebApi, reply: Reply, digest: str | None, words: str) -> None:
    allow(plant, web_api)
    plant.rules = replace(plant.rules, most_bytes=1024, timeout_seconds=1 if reply.drips else 20)
    web_api.replies.append(reply)
    found = plant.fetch(replace(CASE, payload_ref=f"{web_api.url}/kept/4711?sig=s3cret", payload_digest=digest))
    assert isinstance(found, str)
    assert words in found
    assert "s3cret" not in found


def test_nothing_is_fetched_from_a_host_that_is_not_allowed(plant: Plant) -> None:
    (port,) = free_ports(1)
    found = plant.fetch(replace(CASE, payload_ref="http://169.254.169.254/secrets"))
    assert found == "http://169.254.169.254/secrets is not among `recovery.payloads.hosts`, so nothing is fetched from there."
    found = plant.fetch(replace(CASE, payload_ref=f"http://127.0.0.1:{port}/a"))
    assert found == f"http://127.0.0.1:{port}/a is not among `recovery.payloads.hosts`, so nothing is fetched from there."
    plant.rules = replace(plant.rules, hosts=(f"127.0.0.1:{port}",))
    found = plant.fetch(replace(CASE, payload_ref=f"http://127.0.0.1:{port}/a"))
    assert found == f"http://127.0.0.1:{port}/a cannot be reached: Connection refused."


@pytest.mark.parametrize(
    "written",
    [
        "http://{there}\\@store.example/a",  # urllib.parse reads store.example, who connects reads the other
        "http://{there}#@store.example/a",
        "http://{there}/@store.example",
        "http://store.example@{there}/a",
        "http://store.example:80@{there}/a",
        "http://store.example\t@{there}/a",
        "HTTP://{there}?store.example",
        "http:\\\\{there}\\a",
        "http:///{there}/a",
    ],
)
def test_no_way_of_writing_it_leads_to_a_host_that_is_not_allowed(plant: Plant, web_api: WebApi, written: str) -> None:
    plant.rules = replace(plant.rules, hosts=("store.example",))
    found = plant.fetch(replace(CASE, payload_ref=written.format(there=web_api.url.removeprefix("http://"))))
    assert isinstance(found, str)
    assert web_api.asked == []


def test_a_host_that_is_allowed_and_means_the_machine_itself_is_asked_nothing(
    plant: Plant, web_api: WebApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(web_api.url.rpartition(":")[2])
    plant.rules = replace(plant.rules, hosts=(f"store.example:{port}",))
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **named: real("127.0.0.1", *more, **named))
    monkeypatch.setattr(peer, "OF_THE_MACHINE", (ip_network("127.0.0.0/8"),))  # nobody listens on a link-local address here
    found = plant.fetch(replace(CASE, payload_ref=f"http://store.example:{port}/a"))
    where = f"http://store.example:{port}/a"
    assert found == f"{where} is not asked: store.example is 127.0.0.1, which only the machine itself may ask."
    assert web_api.asked == []


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1%eth0", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200"])
def test_addresses_that_only_the_machine_may_ask_are_known(address: str) -> None:
    assert peer.is_of_the_machine(address)
    assert not peer.is_of_the_machine("10.1.2.3")


def test_a_file_is_read_from_the_folders_that_are_allowed_and_from_nowhere_else(plant: Plant) -> None:
    (plant.folder / "kept" / "4711.json").write_bytes(BODY)
    (plant.folder / "outside.json").write_bytes(BODY)
    (plant.folder / "kept" / "link.json").symlink_to(plant.folder / "outside.json")
    named = ["4711.json", str(plant.folder / "kept" / "4711.json"), f"file://{plant.folder}/kept/4711.json"]
    for reference in named:
        assert body_of(plant.fetch(replace(CASE, payload_ref=reference, payload_digest=DIGEST))) == BODY
    for reference in ("../outside.json", str(plant.folder / "outside.json"), "link.json", "nothing.json", "a\0b"):
        found = plant.fetch(replace(CASE, payload_ref=reference, payload_digest=DIGEST))
        assert isinstance(found, str), reference
    assert plant.fetch(replace(CASE, payload_ref="4711.json")) == (
        "4711.json may hold more than this message: only with `mfg.payload.digest` can it be told. Nothing was read."
    )


def test_a_reference_that_only_says_where_a_line_was_read_leads_to_the_line(plant: Plant) -> None:
    case = plant.put("lines", packed({}, BODY), position="orders.jsonl:2")
    assert body_of(plant.fetch(replace(case, payload_ref="orders.jsonl"))) == BODY
