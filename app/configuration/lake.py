"""The keys of the section `storage` that are about the lake which several machines share."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from app.storage.settings import DISK, DUCKLAKE, FILE, LAKE, Bucket, Storage
from metrics.keys import Key, Place, Problem, Read, choice, flag, name, record_of, shown, text

AT = ("storage",)
BUCKET = (
    Key("endpoint", text, "host:port", "Where the bucket is reached; absent: Amazon's."),
    Key("region", text, "text", "Its region.", default=""),
    Key("key_id", text, "text", "The access key.", default=""),
    Key("secret", text, "text", "Its secret, as `${S3_SECRET}`.", default=""),
    Key("use_ssl", flag, "true or false", "Whether it is reached over TLS.", default=True),
    Key("url_style", choice(("vhost", "path")), "vhost or path", "How the bucket is named in addresses.", default="vhost"),
)


def lake_keys(folder: Path, read_url: Read) -> tuple[Key, ...]:
    """`read_url` reads the address of a database of PostgreSQL."""
    return (
        Key(
            "kind",
            choice((FILE, DUCKLAKE)),
            "file or ducklake",
            "Where records are kept: in the home of one process, or in a lake that several machines share.",
            default=FILE,
        ),
        Key("catalog", read_url, "URL", "Of a lake: the PostgreSQL database of its catalogue. May be that of `state`."),
        Key("data", _data_in(folder), "folder or s3://", "Of a lake: where its files are, the same for every machine."),
        Key("s3", record_of(BUCKET, Bucket), "mapping", "Of a lake in a bucket: how it is reached, see below."),
        Key("machine", name, "name", "What this machine is called on pages and in logs. Absent: its host name.", default=""),
        Key(
            "acknowledge",
            choice((DISK, LAKE)),
            "disk or lake",
            "When a sender is told that something is kept: once it is on this machine's disk, or once the lake has it.",
            default=DISK,
        ),
    )


def storage_problems(found: Storage) -> list[Problem]:
    """What a lake needs and is not there."""
    if found.kind == FILE:
        return [
            Problem((*AT, key), "is of a lake only; say `kind: ducklake` for one, or leave it out.")
            for key in ("catalog", "data", "s3")
            if getattr(found, key) is not None
        ]
    needed = {
        "state": ("Machines share people, leases and the audit there", "postgresql://USER:${PASSWORD}@HOST:5432/DATABASE"),
        "catalog": ("The lake's catalogue is in PostgreSQL", "postgresql://USER:${PASSWORD}@HOST:5432/DATABASE"),
        "data": ("The lake's files are in a bucket or a shared folder", "s3://BUCKET/syncline"),
    }
    problems = [Problem(AT, f"needs `{key}`: {what}, as in {form}.") for key, (what, form) in needed.items() if getattr(found, key) is None]
    if found.s3 is not None and found.data is not None and not found.data.startswith("s3://"):
        problems.append(Problem((*AT, "s3"), "is of a bucket only; `data` is a folder."))
    if any(find_spec(f"duckdb_extension_{each}") is None for each in ("ducklake", "httpfs", "postgres_scanner")):
        problems.append(Problem((*AT, "kind"), "needs packages that are not installed: pip install 'syncline[lake,postgresql]'."))
    return problems


def machine_of(found: Storage) -> str:
    """What this machine is called."""
    return found.machine or socket.gethostname()


def _data_in(folder: Path) -> Read:
    def read(value: Any, place: Place, problems: list[Problem]) -> str | None:
        written = text(value, place, problems)
        if written is None:
            return None
        scheme, separator, rest = written.partition("://")
        if not separator:
            return str((folder / written).absolute())
        if scheme != "s3" or not rest.strip("/"):
            problems.append(Problem(place, f"must be a folder, or a bucket such as s3://BUCKET/syncline (found {shown(value)})."))
            return None
        return written.rstrip("/")

    return read
