"""The catalogue: which approved paths fit a case, by the version that held when the case was opened. Nothing else is ever offered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import IntegrityError

from app import audit
from app.recovery.model import Action, Approval, Case, Limits, Path, Proof
from app.recovery.tables import catalogue_versions

ANY = "*"
MOST_KEPT = 10_000  # kinds of cases whose offers are kept


@dataclass(frozen=True, slots=True)
class Version:
    """The paths that were approved from `since_ns` on, until the next version."""

    number: int
    since_ns: int
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A path for a case. `gone`: a sentence when it was approved as the case was opened, and cannot be used any more."""

    path: Path
    version: int
    gone: str | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All versions, the oldest first."""

    versions: tuple[Version, ...] = ()
    _offered: dict[tuple[Any, ...], list[Offer]] = field(default_factory=dict, compare=False, repr=False)  # by what paths look at

    @property
    def now(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    def version_at(self, ns: int) -> Version | None:
        """The one that held at a moment; before all of them the first."""
        earlier = [version for version in self.versions if version.since_ns <= ns]
        return earlier[-1] if earlier else next(iter(self.versions), None)

    def offers(self, case: Case) -> list[Offer]:
        """What may be done with a case, in order of how narrowly it fits: the paths of the version it was opened under."""
        version = self.version_at(case.opened_ns)
        if version is None or self.now is None:
            return []
        alike = (version.number, case.kind, case.workflow, case.milestone, case.error_class, case.error_code, case.site)
        if (known := self._offered.get(alike)) is not None:
            return known
        if len(self._offered) >= MOST_KEPT:
            self._offered.clear()
        present = {path.name for path in self.now.paths}
        found = [Offer(path, version.number, None if path.name in present else _gone(path)) for path in fitting(case, version.paths)]
        self._offered[alike] = found
        return found

    def later(self, case: Case) -> list[Path]:
        """What fits a case, but was approved only after it was opened; it is not offered."""
        offered = {offer.path.name for offer in self.offers(case)}
        return [path for path in fitting(case, self.now.paths if self.now else ()) if path.name not in offered]

    def path(self, name: str) -> Path | None:
        """The path of that name as it is approved now."""
        return next((path for path in self.now.paths if path.name == name), None) if self.now else None


def fitting(case: Case, paths: Iterable[Path]) -> list[Path]:
    """Those that fit: by code before by class, by class before any, and of equals in the order they are written."""
    return sorted((path for path in paths if fits(path, case)), key=_width)


def fits(path: Path, case: Case) -> bool:
    """Whether a path is approved for a case. What it names, the case must have."""
    of_rule, of_cause = case.kind == "violation", case.kind == "inventory"
    return (
        case.kind in path.kinds
        and (not path.workflows or case.workflow in path.workflows)
        and (not path.milestones or (case.milestone in path.milestones and not of_rule and not of_cause))
        and (not path.rules or (of_rule and case.milestone in path.rules))
        and (not path.causes or (of_cause and case.milestone in path.causes))
        and (not path.classes or case.error_class in path.classes)
        and (not path.codes or any(matches(code, case.error_code) for code in path.codes))
        and (not path.sites or case.site in path.sites)
    )


def remember(engine: Engine, paths: Sequence[Path], now_ns: int) -> Catalogue:
    """The catalogue with these paths as its newest version: a new one when they differ from the newest that is known."""
    text = text_of(paths)
    digest = sha256(text.encode()).hexdigest()
    try:
        with engine.begin() as connection:
            newest = connection.execute(
                select(catalogue_versions.c.version, catalogue_versions.c.digest).order_by(catalogue_versions.c.version.desc()).limit(1)
            ).one_or_none()
            if (newest.digest != digest) if newest else bool(paths):
                _add(connection, newest.version + 1 if newest else 1, now_ns, digest, text)
    except IntegrityError:  # another process on this database was faster; what it wrote is compared again
        return remember(engine, paths, now_ns)
    with engine.connect() as connection:
        return load(connection)


def load(connection: Connection) -> Catalogue:
    """The catalogue as it was remembered."""
    found = connection.execute(select(catalogue_versions).order_by(catalogue_versions.c.version))
    return Catalogue(tuple(Version(row.version, row.since_ns, tuple(map(path_of, orjson.loads(row.text)))) for row in found))


def text_of(paths: Sequence[Path]) -> str:
    """The paths as they are kept: equal text, equal paths."""
    return orjson.dumps([asdict(path) for path in paths], option=orjson.OPT_SORT_KEYS).decode()


def path_of(values: Mapping[str, Any]) -> Path:
    """A path out of what was kept of it. What a newer version kept beside is left out, what an older one did not keep is as usual."""
    known = {each.name for each in fields(Path)}
    made: dict[str, Any] = {name: _tuple(value) for name, value in values.items() if name in known}
    made |= {"action": Action(values["action"]), "approval": Approval(values["approval"])}
    made |= {"proof": Proof(**values["proof"]), "limits": Limits(**{name: _tuple(value) for name, value in values["limits"].items()})}
    made["transform"] = tuple(map(tuple, values.get("transform", ())))
    return Path(**made)


def _add(connection: Connection, version: int, now_ns: int, digest: str, text: str) -> None:
    connection.execute(insert(catalogue_versions).values(version=version, since_ns=now_ns, digest=digest, text=text))
    audit.append(connection, now_ns, "syncline", "catalogue changed", f"version {version}", {"digest": digest}, None)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def matches(pattern: str, code: str | None) -> bool:
    """`http:4*`: `*` is the rest of a code."""
    if code is None:
        return False
    return re.fullmatch(".*".join(map(re.escape, pattern.split(ANY))), code, re.DOTALL) is not None


def _width(path: Path) -> tuple[bool, ...]:
    """The smaller, the narrower."""
    is_exact = bool(path.codes) and not any(ANY in code for code in path.codes)
    named = (is_exact, path.codes, path.classes, path.rules, path.causes, path.milestones, path.workflows, path.sites)
    return tuple(not narrows for narrows in named)


def _gone(path: Path) -> str:
    return f"'{path.title}' was approved when this was opened; the catalogue does not have it any more."
