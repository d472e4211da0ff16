"""One annotation: what happened, when, where and who says so; and what somebody says of it, checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from app.recovery.runs import Refusal
from metrics.scope import Scope
from metrics.texts import _later

KINDS = {"maintenance": _later("Maintenance"), "release": _later("Release"), "shutdown": _later("Shutdown"), "other": _later("Other")}
LONGEST, MOST_NAMES = 500, 50
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says. `to_ns` None: it was a moment. Empty `sites`, `workflows`, `systems`: all of them."""

    kind: str
    text: str
    from_ns: int
    to_ns: int | None = None
    sites: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Annotation:
    """As it is kept."""

    number: int
    given: Given
    said_by: str
    said_ns: int

    @property
    def end_ns(self) -> int:
        """Of a moment the moment."""
        return self.given.from_ns if self.given.to_ns is None else self.given.to_ns

    def seen_by(self, sees: Scope) -> Annotation | None:
        """As far as it may be seen: not a word of other sites and workflows. None: not at all; no annotation is about a supplier."""
        given = self.given
        if sees.suppliers is not None:
            return None
        shown = tuple(site for site in given.sites if sees.has_site(site))
        workflows = tuple(workflow for workflow in given.workflows if sees.has_workflow(workflow))
        if (len(shown) < len(given.sites) and not shown) or (len(workflows) < len(given.workflows) and not workflows):
            return None
        return replace(self, given=replace(given, sites=shown, workflows=workflows))

    def is_about(self, sites: Collection[str] = (), workflows: Collection[str] = (), systems: Collection[str] = ()) -> bool:
        """Whether it says something of one of these; what is not asked about narrows nothing."""
        pairs = ((self.given.sites, sites), (self.given.workflows, workflows), (self.given.systems, systems))
        return all(not mine or not asked or not set(mine).isdisjoint(asked) for mine, asked in pairs)


def checked(given: Given, known_workflows: Collection[str], known_sites: Collection[str]) -> Given:
    """The same without needless blanks. Where no workflow or site is known, any name will do. Raises
    Refusal with a sentence."""
    text = " ".join(given.text.split())
    if given.kind not in KINDS:
        raise Refusal(f"The kind must be one of {', '.join(KINDS)}.")
    if not text or not text.isprintable():
        raise Refusal("Say in a sentence what happened.")
    if len(text) > LONGEST:
        raise Refusal(f"The sentence has {len(text):,} letters; {LONGEST} are the most.")
    if given.to_ns is not None and given.to_ns <= given.from_ns:
        raise Refusal("It must end after it began; leave out the end of what happened at one moment.")
    for what, names, known in (("workflow", given.workflows, known_workflows), ("site", given.sites, known_sites)):
        if strange := [name for name in names if known and name not in known]:
            raise Refusal(f"There is no {what} '{strange[0]}', or you may not see it. Known: {', '.join(known)}.")
    _check_systems(given.systems)
    sites, workflows, systems = (tuple(dict.fromkeys(names)) for names in (given.sites, given.workflows, given.systems))
    return replace(given, text=text, sites=sites, workflows=workflows, systems=systems)


def _check_systems(names: Sequence[str]) -> None:
    """A role such as wms, or the name of an instance: nobody knows them all."""
    if len(names) > MOST_NAMES:
        raise Refusal(f"It can name {MOST_NAMES} systems at most.")
    if any(not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME for name in names):
        raise Refusal(f"A system is a name of 1 to {LONGEST_NAME} letters.")
