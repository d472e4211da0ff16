"""What there is to say about an interface: its sites put together, and where one of them differs from the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from app.components.tiles import name_of
from app.figures import words
from metrics.texts import _, _later

Row = Mapping[str, Any]
COUNTED = ("events", "error_events", "contract_errors", "retries", "dead_letters", "keyed_events", "redelivered")
FEW = 20  # a share of fewer events says nothing about a plant
FAR_APART = 0.2  # shares that differ by more are told
SHARES = {  # count → its kind of events, and words
    "keyed_events": ("keyed", _later("with an idempotency key")),
    "error_events": ("failed", "failed"),
    "retries": ("retries", _later("were retries")),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A sentence about one site of an interface, and what its events are narrowed to: a kind or a version ("": those that state none)."""

    text: str
    site: str | None
    kind: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """One event type at one system, all its versions and sites together; `rows` are its single ones."""

    event_type: str
    system: str | None
    counts: Mapping[str, int]
    versions: Sequence[str]
    rows: Sequence[Row]

    @property
    def from_systems(self) -> Sequence[str]:
        return list(self.rows[0]["from_systems"] or ()) if is_listed(self.rows[0]["from_systems"]) else []

    @property
    def events_by_version(self) -> Mapping[str, int]:
        """How many events came in each version; what states none stands under "", last."""
        found: dict[str, int] = {}
        for row in sorted(self.rows, key=lambda row: (not row["schema_version"], row["schema_version"] or "")):
            name = row["schema_version"] or ""
            found[name] = found.get(name, 0) + int(row["events"])
        return found

    @property
    def owners(self) -> Sequence[str]:
        return list(self.rows[0]["owners"]) if is_listed(self.rows[0]["owners"]) else []

    @property
    def is_awaited(self) -> bool:
        """Whether any workflow waits for it."""
        return is_listed(self.rows[0]["workflows"])


def is_listed(value: Any) -> bool:
    """Whether a cell of a frame holds a list that is not empty."""
    return hasattr(value, "__len__") and len(value) > 0


def interfaces_of(rows: Iterable[Row]) -> list[Interface]:
    """From the rows of the reader, which are in order of event type and system."""
    found = []
    for (event_type, system), group in groupby(rows, key=lambda row: (row["event_type"], row["system"])):
        mine = list(group)
        counts = {name: sum(int(row[name]) for row in mine) for name in COUNTED}
        versions = list(dict.fromkeys(row["schema_version"] for row in mine if row["schema_version"]))
        found.append(Interface(event_type, system, counts, versions, mine))
    return found


def differences(interface: Interface) -> list[Difference]:
    """How each site differs from the others: another version, no keys where they have some, many more errors or retries."""
    sites = _by_site(interface.rows)
    if len(sites) < 2:
        return []
    told = _of_versions(interface)
    for site, mine in list(sites.items())[: 1 if len(sites) == 2 else None]:  # of two, what one of them does tells all
        others = {name: sum(each[name] for other, each in sites.items() if other != site) for name in COUNTED}
        if mine["events"] < FEW or others["events"] < FEW:
            continue
        for name, (kind, what) in SHARES.items():
            share, elsewhere = mine[name] / mine["events"], others[name] / others["events"]
            if abs(share - elsewhere) > FAR_APART:
                said = _(
                    "{site}: {share} {what}, elsewhere {elsewhere}.",
                    site=name_of(site),
                    share=words.percent(share),
                    what=_(what),
                    elsewhere=words.percent(elsewhere),
                )
                told.append(Difference(said, site, kind=kind if mine[name] else None))
    return told


def _by_site(rows: Iterable[Row]) -> dict[str | None, dict[str, int]]:
    sites: dict[str | None, dict[str, int]] = {}
    for row in rows:
        counts = sites.setdefault(row["site"], dict.fromkeys(COUNTED, 0))
        for name in COUNTED:
            counts[name] += int(row[name])
    return sites


def _of_versions(interface: Interface) -> list[Difference]:
    """Sites whose newest events are of another version than most events are."""
    events: dict[str | None, int] = {}
    for row in interface.rows:
        events[row["schema_version"]] = events.get(row["schema_version"], 0) + int(row["events"])
    if len(events) < 2:
        return []
    usual = max(events, key=lambda version: events[version])
    newest: dict[str | None, Row] = {}
    for row in interface.rows:
        if row["site"] not in newest or row["newest_event_ns"] > newest[row["site"]]["newest_event_ns"]:
            newest[row["site"]] = row
    return [
        Difference(
            _(
                "{site} speaks {version}, most events are {usual}.",
                site=name_of(site),
                version=_version(row["schema_version"]),
                usual=_version(usual),
            ),
            site,
            version=row["schema_version"] or "",
        )
        for site, row in newest.items()
        if row["schema_version"] != usual
    ]


def _version(version: str | None) -> str:
    return _("version {version}", version=version) if version else _("without a version")
