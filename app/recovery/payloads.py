"""The messages of cases: fetched by reference, or taken from the record itself; where there is none, the sentence that says why."""

from __future__ import annotations

import logging
import time
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from app.recovery.model import RECORD, REFERENCE, Case, Payload
from app.recovery.settings import PayloadRules
from collectors.edi.envelope import Junk, interchanges
from collectors.event import Record
from collectors.files.line_files import CUT
from collectors.finding import Wanted, find
from collectors.message import unpacked
from collectors.rest.client import reason_of
from collectors.rest.peer import WrongPeer, look_at_peers
from collectors.rest.request import shown

log = logging.getLogger("syncline.recovery")
CHUNK = 1 << 16
AT_ONCE = 8  # references fetched beside each other
ANY_TYPE = "application/octet-stream"
MESSAGES = ("amqp", "b2mml", "cloudevents", "edi", "files", "idoc", "kafka", "mqtt")  # kinds of sources whose records are messages
NO_MESSAGE = {
    "otlp": "a trace or a log record, which holds no payload",
    "otlp_file": "a trace or a log record, which holds no payload",
    "csv": "a row of a table, which is not the message itself",
    "database": "a row of a table, which is not the message itself",
    "rest": "what an interface tells about the message, not the message itself",
    "schedule": "the arrival of a file, not what is in it",
    "inventory_csv": "a count of stock, not a message",
}
TABLES = ("csv", "parquet")  # formats of files that are rows
TRACES = "otlp"  # the format, and the source, of traces and log records
HEX_DIGITS = 64
USUAL_PORTS = {"https": 443, "http": 80}
BY_REFERENCE = "Map `mfg.payload.ref` and `mfg.payload.digest` to where the message is kept."


class Missing(Exception):
    """There is no payload; the text is the sentence that says why."""


class Sources(NamedTuple):
    """Where records are: the folder of the journal, and what the configuration says of each source, by name."""

    journal: Path
    options: Mapping[str, Mapping[str, Any]]


def fetch(cases: Sequence[Case], rules: PayloadRules, sources: Sources) -> dict[str, Payload | str]:
    """By case id: the payload, or why there is none. The journal is read once for all of them."""
    by_reference = [case for case in cases if case.payload_ref and not is_own_file(case.payload_ref, case.payload_digest, case.position)]
    with ThreadPoolExecutor(AT_ONCE, "payload") as pool:
        told = pool.map(lambda case: (case.id, _told(case, partial(_of_case, case, rules))), by_reference)
        found = dict(told)
    return found | _from_records([case for case in cases if case.id not in found], rules, sources)


def _from_records(from_record: Sequence[Case], rules: PayloadRules, sources: Sources) -> dict[str, Payload | str]:
    found: dict[str, Payload | str] = {}
    wanted = {case.id: Wanted(case.source, case.position, case.recorded_ns) for case in from_record if case.source and case.position}
    held = {case.id: _no_record(case, sources) for case in from_record}
    records = find(sources.journal, [wanted[case_id] for case_id, why in held.items() if not why])
    for case in from_record:
        why, record = held[case.id], records.get(wanted[case.id]) if case.id in wanted else None
        found[case.id] = why or _told(case, partial(_recorded, case, record, sources, rules))
    return found


def _told(case: Case, get: Callable[[], Payload]) -> Payload | str:
    try:
        payload = get()
    except Missing as why:
        return str(why)
    except Exception as error:  # of what others keep anything may be wrong; the other cases have theirs
        log.exception("the payload of %s cannot be had", case.id)
        return f"The payload of {case.transaction_id} cannot be had: {type(error).__name__}: {error}."
    return payload


# ── by reference ────────────────────────────────────────────────────────────────────────────────────────────────────────
def is_own_file(reference: str | None, digest: str | None, position: str | None) -> bool:
    """The reference says no more than where the record was read from."""
    return not digest and bool(position) and str(position).startswith(f"{reference}:")


def _of_case(case: Case, rules: PayloadRules) -> Payload:
    return referred(str(case.payload_ref), case.payload_digest, rules)


def referred(reference: str, wanted: str | None, rules: PayloadRules) -> Payload:
    """What a reference points to, with the digest that the sender gave of it, if any. Raises Missing."""
    if reference.lower().startswith(("http://", "https://")):
        body, content_type = _downloaded(reference, rules)
    else:
        body, content_type = _read(reference, wanted, rules), ANY_TYPE
    digest = sha256(body).hexdigest()
    if wanted and digest != _expected(wanted):
        raise Missing(f"What {shown(reference)} holds now is not what was sent: its SHA-256 is {digest[:12]}…, not {wanted}.")
    return Payload(REFERENCE, body, content_type, digest)


def _downloaded(url: str, rules: PayloadRules) -> tuple[bytes, str]:
    request = _allowed(url, rules)
    where = shown(str(request.url))
    end, parts_of_body, size = time.monotonic() + rules.timeout_seconds, [], 0
    try:
        with requests.Session() as session:
            session.trust_env = False
            look_at_peers(session)
            answer = session.send(request, timeout=rules.timeout_seconds, stream=True, allow_redirects=False)
            with answer:
                if answer.status_code != 200:
                    raise Missing(f"{where} answers with HTTP {answer.status_code}: the payload is not there, or not for us.")
                while part := answer.raw.read1(CHUNK, decode_content=True):
                    parts_of_body.append(part)
                    size += len(part)
                    _check_size(where, size, rules)
                    if time.monotonic() > end:
                        raise Missing(f"{where} had not answered to the end after {rules.timeout_seconds} s.")
                return b"".join(parts_of_body), answer.headers.get("Content-Type", ANY_TYPE)
    except (requests.Timeout, ReadTimeoutError):
        raise Missing(f"{where} had not answered after {rules.timeout_seconds} s.") from None
    except requests.RequestException as error:
        raise Missing(f"{where} cannot be reached: {reason_of(error)}.") from error
    except WrongPeer as error:
        raise Missing(f"{where} is not asked: {error}.") from error
    except HTTPError as error:
        raise Missing(f"{where} broke off in the middle of its answer.") from error


def _allowed(url: str, rules: PayloadRules) -> requests.PreparedRequest:
    """What may be asked. Judged is the address as the library understood it: of `http://one\\@two/` some read the one host, some the other.
    A host without a port is allowed at the usual ones only: a reference must not try out all doors of a machine. Raises Missing."""
    try:
        request = requests.Request("GET", url).prepare()
    except (requests.RequestException, ValueError):
        raise Missing("This reference is no address, so nothing is fetched from there.") from None
    parts = urlsplit(str(request.url))
    host, port = parts.hostname or "", parts.port or USUAL_PORTS[parts.scheme]
    named = f"[{host}]" if ":" in host else host
    known = {f"{named}:{port}", *([host, named] if port == USUAL_PORTS[parts.scheme] else [])}
    if not known & {each.lower() for each in rules.hosts}:
        raise Missing(f"{shown(str(request.url))} is not among `recovery.payloads.hosts`, so nothing is fetched from there.")
    return request


def _read(reference: str, wanted: str | None, rules: PayloadRules) -> bytes:
    """A file says nothing of how many messages are in it, so it must be the one that the digest is of."""
    if not wanted:
        raise Missing(f"{reference} may hold more than this message: only with `mfg.payload.digest` can it be told. Nothing was read.")
    name = unquote(urlsplit(reference).path) if reference.lower().startswith("file:") else reference
    for folder in rules.folders:
        inside = folder.resolve()
        path = (inside / name).resolve()
        if path.is_relative_to(inside) and path.is_file():
            _check_size(reference, path.stat().st_size, rules)
            return path.read_bytes()
    raise Missing(f"There is no file {reference} in the folders of `recovery.payloads.folders`.")


def _check_size(where: str, size: int, rules: PayloadRules) -> None:
    if size > rules.most_bytes:
        raise Missing(f"{where} holds more than {rules.most_bytes:,} bytes, and `recovery.payloads.most_bytes` allows no more.")


def _expected(written: str) -> str:
    """A SHA-256 as hexadecimal digits, whichever way it was written. Raises Missing."""
    text = written.strip()
    for prefix in ("sha256:", "sha-256:", "sha256=", "sha-256="):
        text = text[len(prefix) :] if text.lower().startswith(prefix) else text
    text = text.strip(":=") if len(text) == HEX_DIGITS + 2 else text
    if len(text) == HEX_DIGITS and all(sign in "0123456789abcdefABCDEF" for sign in text):
        return text.lower()
    try:
        raw = b64decode(text, validate=True)
    except (NoBase64, ValueError):
        raw = b""
    if len(raw) != HEX_DIGITS // 2:
        raise Missing(f"'{written}' is no SHA-256, so nobody can tell whether the payload is the one that was sent.")
    return raw.hex()


# ── from the record ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _no_record(case: Case, sources: Sources) -> str:
    """Why the record cannot be the message, before it is looked for; empty when it may be."""
    if not case.source or not case.position:
        return f"Nothing was ever recorded of this step of {case.transaction_id}, so there is no payload."
    options = sources.options.get(case.source, {"kind": case.source})
    kind, form = str(options.get("kind")), options.get("format")
    if form == TRACES:
        kind = TRACES
    if kind == "files" and form in TABLES:
        kind = "csv"
    if kind in MESSAGES:
        return ""
    held = NO_MESSAGE.get(kind, f"of the kind {kind}, which holds no message")
    return f"The record of {case.transaction_id} in {case.source} is {held}. {BY_REFERENCE}"


def _recorded(case: Case, record: Record | None, sources: Sources, rules: PayloadRules) -> Payload:
    """Raises Missing."""
    if record is None:
        raise Missing(f"The record {case.position} of {case.source} is no longer in the journal.")
    head, body, content_type = unpacked(record)
    if head.get("tombstone"):
        raise Missing(f"The record {case.position} of {case.source} is a deletion: it has no body.")
    if record.content_type.endswith(CUT):
        raise Missing(f"The record {case.position} of {case.source} is only the beginning of a line that was too long.")
    if not body:
        raise Missing(f"The record {case.position} of {case.source} is empty.")
    _check_size(f"The record {case.position}", len(body), rules)
    form = sources.options.get(record.source, {}).get("format") or sources.options.get(record.source, {}).get("kind")
    if (case.position != record.position or form == "edi") and not (form == "edi" and _is_one_document(body)):
        raise Missing(f"The record {record.position} of {case.source} holds several messages; sending it would send the others again.")
    digest = sha256(body).hexdigest()
    if case.payload_digest and digest != _expected(case.payload_digest):
        raise Missing(f"The record {case.position} of {case.source} is not what was sent: its SHA-256 is {digest[:12]}….")
    return Payload(RECORD, body, type_of(head, content_type), digest, headers_of(head))


def _is_one_document(body: bytes) -> bool:
    found = list(interchanges(body))
    return len(found) == 1 and not isinstance(found[0], Junk) and len(found[0].documents) == 1


def type_of(head: Mapping[str, Any], content_type: str) -> str:
    """What the message is, by its own headers first."""
    headers = head.get("header") if isinstance(head.get("header"), dict) else {}
    said = {name.lower(): value for name, value in (headers or {}).items()}.get("content-type") or head.get("content_type")
    return said if isinstance(said, str) and said.strip() else content_type or ANY_TYPE


def headers_of(head: Mapping[str, Any]) -> dict[str, str]:
    """Those of the message; behind an @ what its carrier said, as in a mapping."""
    found: dict[str, str] = {}
    for group in ("header", "property"):
        said = head.get(group)
        found |= {name: value for name, value in said.items() if isinstance(value, str)} if isinstance(said, dict) else {}
    if isinstance(head.get("content_encoding"), str):
        found["content-encoding"] = head["content_encoding"]
    return found | {f"@{name}": str(head[name]) for name in ("key", "topic", "routing_key") if head.get(name) is not None}
