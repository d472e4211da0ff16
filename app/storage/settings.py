"""What the section `storage` says: where what must be transactional is kept, and where records are."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import URL

FILE, DUCKLAKE = "file", "ducklake"  # kinds
DISK, LAKE = "disk", "lake"  # what has to have a record before its sender is told so


@dataclass(frozen=True, slots=True)
class Bucket:
    """How the bucket of a lake is reached."""

    endpoint: str | None = None
    region: str = ""
    key_id: str = ""
    secret: str = field(default="", repr=False)
    use_ssl: bool = True
    url_style: str = "vhost"


@dataclass(frozen=True, slots=True)
class Storage:
    """`state`: the PostgreSQL database of people, tokens, the audit, recoveries and alerts; None: a SQLite file in the home.
    `catalog`, `data` and `s3` are of a lake (`kind`: ducklake), which several machines share."""

    state: URL | None = None
    kind: str = FILE
    catalog: URL | None = None
    data: str | None = None
    s3: Bucket | None = None
    machine: str = ""  # empty: its host name
    acknowledge: str = DISK

    @property
    def is_shared(self) -> bool:
        return self.kind == DUCKLAKE
