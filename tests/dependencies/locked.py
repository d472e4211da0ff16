"""Every package of uv.lock, and which parts of Syncline want it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OURS = "syncline"
ALWAYS = "always"  # wanted by Syncline itself, whatever extras are asked for
DEVELOPMENT = ("build", "dev")  # groups: never in an installation


@dataclass(frozen=True, slots=True)
class Locked:
    """One package in one version. `why`: `always`, the extras and groups that lead to it; `needs`: packages by (name, version).
    `only_source`: there is no wheel, so that installing it runs code of its own. `indexes`: where it comes from."""

    name: str
    version: str
    why: tuple[str, ...]
    needs: tuple[tuple[str, str], ...]
    only_source: bool
    index: str

    @property
    def is_default(self) -> bool:
        return ALWAYS in self.why

    @property
    def is_installed(self) -> bool:
        """By somebody who uses Syncline, with whatever extras."""
        return not set(self.why) <= set(DEVELOPMENT)


class Lock:
    """What uv.lock says."""

    def __init__(self, file: Path) -> None:
        packages = tomllib.loads(file.read_text(encoding="utf-8"))["package"]
        self._packages = {(each["name"], each["version"]): each for each in packages if each["name"] != OURS}
        (self._root,) = (each for each in packages if each["name"] == OURS)
        self._why: dict[tuple[str, str], list[str]] = {}
        self._seen: set[tuple[str, tuple[str, str], str]] = set()

    def packages(self) -> list[Locked]:
        """All of them by name; what nothing wants is there without a `why`."""
        parts = {ALWAYS: self._root["dependencies"], **self._root["optional-dependencies"], **self._root["dev-dependencies"]}
        for part, wanted in parts.items():
            for dependency in wanted:
                self._mark(part, dependency)
        return [self._locked(key) for key in sorted(self._packages)]

    def _mark(self, part: str, dependency: dict[str, Any]) -> None:
        for key in self._keys(dependency):
            self._want(part, key, "")
            for extra in dependency.get("extra", ()):
                self._want(part, key, extra)

    def _want(self, part: str, key: tuple[str, str], extra: str) -> None:
        if (part, key, extra) in self._seen:
            return
        self._seen.add((part, key, extra))
        why = self._why.setdefault(key, [])
        if part not in why:
            why.append(part)
        package = self._packages[key]
        wanted = package.get("optional-dependencies", {}).get(extra, ()) if extra else package.get("dependencies", ())
        for dependency in wanted:
            self._mark(part, dependency)

    def _keys(self, dependency: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """The package in the version that is named, else in all that there are: which one depends on the Python."""
        name, version = dependency["name"], dependency.get("version")
        return (key for key in self._packages if key[0] == name and version in (None, key[1]))

    def _locked(self, key: tuple[str, str]) -> Locked:
        package = self._packages[key]
        wanted = [*package.get("dependencies", ()), *(each for more in package.get("optional-dependencies", {}).values() for each in more)]
        needs = sorted({found for dependency in wanted for found in self._keys(dependency)})
        return Locked(*key, tuple(self._why.get(key, ())), tuple(needs), not package.get("wheels"), package["source"].get("registry", ""))
