"""Known vulnerabilities of locked packages, from a local copy of an advisory database in the OSV format; without one nothing is said.

Such a copy is the folder that https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip unpacks to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from tests.dependencies.locked import Locked


@dataclass(frozen=True, slots=True)
class Advisory:
    """A package in a version that has a known vulnerability, and the version that has it no more."""

    name: str
    version: str
    id: str
    summary: str
    fixed: str | None


def advisories(folder: Path, packages: Iterable[Locked]) -> list[Advisory]:
    """Of these packages, by name. Raises ValueError where the folder holds no advisory at all: silence would look like safety."""
    locked: dict[str, list[str]] = {}
    for package in packages:
        locked.setdefault(package.name, []).append(package.version)
    files = sorted(folder.rglob("*.json"))
    if not files:
        raise ValueError(f"{folder} holds no advisories (*.json in the OSV format).")
    return sorted((found for file in files for found in _of(json.loads(file.read_bytes()), locked)), key=lambda each: (each.name, each.id))


def _of(said: dict[str, Any], locked: dict[str, list[str]]) -> Iterator[Advisory]:
    if said.get("withdrawn"):
        return
    for affected in said.get("affected", ()):
        package = affected.get("package", {})
        name = re.sub(r"[-_.]+", "-", package.get("name", "")).lower()
        if package.get("ecosystem") == "PyPI":
            for version in locked.get(name, ()):
                hit, fixed = _hits(affected, version)
                if hit:
                    yield Advisory(name, version, said["id"], said.get("summary") or said.get("details", "")[:100], fixed)


def _hits(affected: dict[str, Any], version: str) -> tuple[bool, str | None]:
    """Whether the version is one of those, and what mends it."""
    is_listed, fixed, found = version in affected.get("versions", ()), None, False
    for known in affected.get("ranges", ()):
        if known.get("type") == "ECOSYSTEM":
            hit, mended = _in_range(known.get("events", ()), Version(version))
            found, fixed = found or hit, fixed or mended
    return found or is_listed, fixed


def _in_range(events: Iterable[dict[str, str]], version: Version) -> tuple[bool, str | None]:
    """The events are in the order of versions: introduced, fixed, introduced …"""
    is_in, fixed = False, None
    for event in events:
        (kind, text), *_ = event.items()
        try:
            at = Version("0" if text == "0" else text)
        except InvalidVersion:
            continue
        if kind == "introduced" and version >= at:
            is_in = True
        elif kind == "fixed":
            if version >= at:
                is_in = False
            elif is_in and fixed is None:
                fixed = text
        elif kind == "last_affected" and version > at:
            is_in = False
    return is_in, fixed if is_in else None
