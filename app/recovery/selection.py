"""A selection of cases as addresses and the API name it, and what may be done with it: the same on the page and for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from app.figures.words import sentence
from app.recovery.desk import Choice, Desk, Proposal
from app.recovery.model import KINDS, Case
from app.recovery.runs import Actor, Refusal
from metrics.impact import Summary
from metrics.keys import unknown
from metrics.recovering import Group
from metrics.texts import _said

ALSO, SETTLED = "also", "settled"  # in an address: with what a person parked or closed
TRANSACTION = "transaction"  # in an address; a group calls it its transaction_id
KEYS = tuple(TRANSACTION if field.name == "transaction_id" else field.name for field in fields(Group))


@dataclass(frozen=True, slots=True)
class Selected:
    """The cases of a group that may be seen, the oldest first, and how many others there are."""

    group: Group
    cases: Sequence[Case]
    hidden: int = 0
    settled: int = 0  # left out because a person parked or closed them
    also_settled: bool = False
    held: Summary | None = None  # what they hold up, where that was asked and is known

    @property
    def address(self) -> dict[str, str]:
        """As it stands in an address."""
        return {**address_of(self.group), **({ALSO: SETTLED} if self.also_settled else {})}


def group_of(given: Mapping[str, Any]) -> Group:
    """Raises ValueError with a sentence for what names no cases."""
    values = {("transaction_id" if name == TRANSACTION else name): str(given[name]) for name in KEYS if given.get(name)}
    if not values:
        raise ValueError(f"Say which cases: {', '.join(KEYS)}.")
    if (kind := values.get("kind")) and kind not in KINDS:
        raise ValueError(sentence(unknown("kind of case", kind, KINDS)))
    return Group(**values)


def address_of(group: Group) -> dict[str, str]:
    """As it stands in an address."""
    return {(TRANSACTION if name == "transaction_id" else name): value for name, value in asdict(group).items() if value}


def fitting(desk: Desk, path_name: str, cases: Sequence[Case]) -> list[Case]:
    """Those that the path is approved for; of each the version of the catalogue counts that it was opened under."""
    return [case for case in cases if any(offer.path.name == path_name and not offer.gone for offer in desk.catalogue.offers(case))]


def proposed(desk: Desk, path_name: str, selected: Selected, edits: Mapping[str, Mapping[str, Any]] | None = None) -> Proposal:
    """What would be requested for the cases that the path fits, no more than one recovery may hold, the oldest first."""
    cases = fitting(desk, path_name, selected.cases)
    if not cases:
        raise Refusal(_said("The catalogue does not approve '{path}' for any of these cases.", path=path_name))
    most = next(offer.path.limits.most for offer in desk.catalogue.offers(cases[0]) if offer.path.name == path_name)
    return desk.propose(path_name, cases[:most], edits)


def requested(
    desk: Desk,
    path_name: str,
    selected: Selected,
    seen_hash: str,
    actor: Actor,
    reason: str | None,
    edits: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """The id of the new recovery. Raises Refusal with a sentence."""
    proposal = proposed(desk, path_name, selected, edits)
    return desk.request(proposal, seen_hash, actor, (reason or "").strip() or None, address_of(selected.group))


def preferred(choices: Sequence[Choice]) -> Choice | None:
    """The one that is chosen when nobody has: the first that can be taken."""
    return next((choice for choice in choices if not choice.why_not), choices[0] if choices else None)
