"""One alert and its parts by site and by supplier, the words for its kinds and severities, and what of it somebody sees."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from metrics.scope import Scope
from metrics.texts import _later

KINDS = {  # kind → word, meaning
    "objective": (_later("Promise at risk"), _later("The budget of an objective burns faster than it may.")),
    "failed": (_later("Failing"), _later("A group of failures is new, or came back.")),
    "missing": (_later("Missing"), _later("Something should have come by now and has not.")),
    "violation": (_later("Rule broken"), _later("Something is there that cannot be right.")),
    "unplaced": (_later("Not placed"), _later("A failure names nothing that we know.")),
    "inventory": (_later("Stock differs"), _later("Two systems say different stock, and no movement explains it.")),
    "feed": (_later("Feed silent"), _later("A feed has been quiet for longer than it usually is.")),
    "source": (_later("Source down"), _later("A source cannot be read.")),
}
SEVERITIES = {"critical": _later("Critical"), "important": _later("Important"), "routine": _later("Routine")}
SITELESS = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What an alert is about at one site, or of it what is of one supplier. `worths`: what is at stake, by currency."""

    site: str  # "": names none
    cases: int = 0
    orders: int = 0
    worths: Mapping[str, Decimal] = field(default_factory=dict)
    partners: tuple[str, ...] = ()
    words: str = ""
    cause: str | None = None
    cause_address: str | None = None
    supplier: str | None = None  # None: whosever it is


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that needs somebody as of now. Addresses stand below the prefix."""

    key: str
    kind: str
    severity: str
    title: str
    workflow: str | None
    owner: str | None
    address: str
    began_ns: int
    parts: tuple[Part, ...]
    by_supplier: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """As it is kept. `absent_ns`: since when it is not found any more. `by_supplier`: of the same cases those that are of a supplier, by
    site and supplier; who sees some suppliers only has parts of these."""

    number: int
    key: str
    kind: str
    severity: str
    title: str
    workflow: str | None
    owner: str | None
    address: str
    began_ns: int
    started_ns: int
    absent_ns: int | None
    ended_ns: int | None
    taken_by: str | None
    taken_ns: int | None
    taken_note: str | None
    parts: tuple[Part, ...] = ()
    by_supplier: tuple[Part, ...] = ()
    ended_why: str | None = None  # where a person ended it

    @property
    def is_open(self) -> bool:
        return self.ended_ns is None

    @property
    def cases(self) -> int:
        return sum(part.cases for part in self.parts)

    @property
    def orders(self) -> int:
        """Held up, each once for a site, and by who sees some suppliers only once for each of these."""
        return sum(part.orders for part in self.parts)

    @property
    def worths(self) -> dict[str, Decimal]:
        """By currency."""
        found: dict[str, Decimal] = {}
        for part in self.parts:
            for currency, value in part.worths.items():
                found[currency] = found.get(currency, Decimal(0)) + value
        return found

    @property
    def sites(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.site for part in self.parts if part.site != SITELESS))

    @property
    def partners(self) -> list[str]:
        """Whom it is about."""
        return sorted({partner for part in self.parts for partner in part.partners})

    def seen_by(self, sees: Scope) -> Alert | None:
        """As far as it may be seen; None: not at all. What names no site, workflow or supplier is for who may see all of these."""
        if sees.is_all:
            return self
        if not sees.has_workflow(self.workflow):
            return None
        here = replace(self, parts=_at(self.parts, sees), by_supplier=_at(self.by_supplier, sees))
        if sees.suppliers is not None:
            return here.of_suppliers(sees.suppliers)
        return here if here.parts else None

    def of_suppliers(self, suppliers: Collection[str]) -> Alert | None:
        """What of it is of these; None: nothing."""
        mine = tuple(part for part in self.by_supplier if part.supplier in suppliers)
        return replace(self, parts=mine, by_supplier=mine) if mine else None

    def at(self, sites: Sequence[str]) -> Alert | None:
        """What it is about at these sites; none given: at all."""
        return self.seen_by(Scope(frozenset(sites))) if sites else self

    def first_cause(self) -> Part | None:
        """The part that says what it began with."""
        return next((part for part in self.parts if part.cause), None)


def _at(parts: Iterable[Part], sees: Scope) -> tuple[Part, ...]:
    return tuple(part for part in parts if sees.has_site(part.site))


def weight(alert: Alert) -> tuple[int, int]:
    """The gravest first, then the newest."""
    return list(SEVERITIES).index(alert.severity) if alert.severity in SEVERITIES else len(SEVERITIES), -alert.started_ns


def words_of(parts: Iterable[Part]) -> str:
    """What there is to say beside the title, each once."""
    return " ".join(dict.fromkeys(part.words for part in parts if part.words))
