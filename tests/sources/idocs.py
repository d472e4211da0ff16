"""IDocs as tests write them: a control record, status records, segments; and what is read of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from collectors.meaning import Meaning
from collectors.rows import Rows
from tests.sources.plant_floor import NOTHING, TOLD_NS, record, rows_of

BERLIN = {"time_zone": "Europe/Berlin"}
ORDER = "<E1EDK01><BELNR>4500001001</BELNR></E1EDK01>"
ANSWER = "<E1EDK02><QUALF>001</QUALF><BELNR>4500001001</BELNR></E1EDK02>"


def segment(name: str, inner: str = "", **fields: str) -> str:
    return f"<{name}>{''.join(f'<{field}>{text}</{field}>' for field, text in fields.items())}{inner}</{name}>"


def control(**fields: str) -> str:
    known = {
        "DOCNUM": "0000000000000042",
        "STATUS": "30",
        "DIRECT": "1",
        "IDOCTYP": "ORDERS05",
        "MESTYP": "ORDERS",
        "SNDPRN": "ERPCLNT100",
        "RCVPRN": "SUPPLIER",
        "CREDAT": "20260302",
        "CRETIM": "090000",
    }
    return segment("EDI_DC40", **{**known, **fields})


def status(code: str, time: str, counter: str = "", day: str = "20260302", **fields: str) -> str:
    return segment("EDI_DS40", LOGDAT=day, LOGTIM=time, COUNTR=counter, STATUS=code, **fields)


def idoc(*parts: str) -> str:
    return f"<IDOC>{''.join(parts)}</IDOC>"


def inbound(*statuses: str, **fields: str) -> str:
    """The supplier's answer to an order, with its history."""
    return idoc(control(MESTYP="ORDRSP", DIRECT="2", SNDPRN="SUPPLIER", RCVPRN="ERPCLNT100", **fields), ANSWER, *statuses)


def document(*idocs: str) -> bytes:
    return f"<?xml version='1.0'?><ORDERS05>{''.join(idocs)}</ORDERS05>".encode()


def read(body: bytes, options: dict[str, Any] | None = None, meaning: Meaning = NOTHING, **settings: Any) -> Rows:
    entry = {"kind": "idoc", "path": "*", "options": {**BERLIN, **(options or {})}, **settings}
    return rows_of(entry, record(body, "application/xml", position="a.xml:1"), meaning=meaning)


def told(rows: Rows) -> list[tuple[str, str, str, int]]:
    """(event type, ok or the error code, minutes of its hour, attempt) of each event."""
    minute = 60 * 10**9
    return [(e.event_type, e.error_code or "ok", f"{e.event_ns // minute % 60:02}", e.attempt) for e in rows.events]


def reasons(rows: Rows) -> list[str]:
    return [str(row[3]) for row in rows.rejected]


def write(folder: Path, name: str, body: bytes, age: int = 3600) -> Path:
    """A file that nobody has written to for so many seconds, by the clock of `plant_floor`."""
    path = folder / name
    path.write_bytes(body)
    written = TOLD_NS // 10**9 - age
    os.utime(path, (written, written))
    return path
