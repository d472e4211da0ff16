"""What the section `storage` says: where what must be transactional is kept."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import URL


@dataclass(frozen=True, slots=True)
class Storage:
    """`state`: the PostgreSQL database of people, tokens, the audit, recoveries and alerts; None: a SQLite file in the home."""

    state: URL | None = None
