"""The section `storage`: where what must be transactional is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.configuration.lake import lake_keys
from app.storage.settings import Storage
from collectors.relational.link import check_url
from metrics.keys import Key, Place, Problem, Read, record_of, text

FORM = "postgresql://USER:${PASSWORD}@HOST:5432/DATABASE"
WRITTEN, DRIVER = ("postgresql", "postgres", "postgresql+psycopg"), "postgresql+psycopg"
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile")  # what of the URL names a file


def storage_keys(folder: Path) -> tuple[Key, ...]:
    """Those of the section, whose relative paths are relative to `folder`."""
    return (
        Key(
            "state",
            _state_in(folder),
            "URL",
            "The PostgreSQL database of people, tokens, the audit, recoveries and alerts. Absent: `accounts.sqlite` in the home.",
        ),
        *lake_keys(folder, _state_in(folder)),
    )


def storage_in(folder: Path) -> Read:
    return record_of(storage_keys(folder), Storage)


def _state_in(folder: Path) -> Read:
    def read(value: Any, place: Place, problems: list[Problem]) -> URL | None:
        """The value is in no sentence: it holds a password."""
        written = text(value, place, problems)
        if written is None:
            return None
        try:
            url = make_url(written)
            port = url.port
        except (ArgumentError, ValueError):
            problems.append(Problem(place, f"is no URL of a database; write it as in {FORM} (special characters of a password as %40)."))
            return None
        if url.drivername not in WRITTEN:
            problems.append(Problem(place, f"must be a database of PostgreSQL, as in {FORM} (found '{url.drivername[:40]}')."))
            return None
        url = _with_files(url.set(drivername=DRIVER), folder)
        if port == 0 or not url.database:
            problems.append(Problem(place, f"names no {'port' if port == 0 else 'database'}; it is written as in {FORM}."))
        elif wrong := check_url(url.render_as_string(hide_password=False)):
            problems.append(Problem(place, f"{wrong}."))
        else:
            return url
        return None

    return read


def _with_files(url: URL, folder: Path) -> URL:
    """Certificates and keys of the URL are relative to the configuration, as all that it names."""
    named = {name: file for name in FILES if isinstance(file := url.query.get(name), str) and file != "system"}
    return url.update_query_dict({name: str(folder / file) for name, file in named.items()})
