"""What people and the API ask of recovery: what may be done with cases and how safe it is, the plan, and the request itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from app.recovery.catalogue import Catalogue, Offer
from app.recovery.edits import Difference, EditRefused, changed
from app.recovery.engine import World
from app.recovery.frozen import fingerprint_of, targets_of
from app.recovery.model import Action, Case, ItemState, Path, Payload, Safety, Verdict
from app.recovery.plan import Plan, freeze
from app.recovery.run_tables import items
from app.recovery.runs import OPEN, Actor, Refusal, Runs
from app.recovery.verdict import Question, verdict
from metrics.texts import _, _said


@dataclass(frozen=True, slots=True)
class Choice:
    """A path for cases. `cases`: how many of them it fits; `version`: of the catalogue, the newest under which one of them was opened;
    `why_not`: a sentence when this actor, or nobody, can take it now."""

    path: Path
    version: int
    cases: int
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan as it would be requested now, what would be changed in each payload, and of each case its verdict."""

    plan: Plan
    verdicts: Mapping[str, Verdict]
    differences: Mapping[str, tuple[Difference, ...]] = field(default_factory=dict)
    bodies: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def safeties(self) -> Counter[Safety]:
        """How many of the cases that would be sent are how safe."""
        return Counter(item.verdict.safety for item in self.plan.items)


class Desk:
    """Recovery of one Syncline. Everything it refuses is a Refusal with a sentence."""

    def __init__(self, runs: Runs, world: World, catalogue: Catalogue) -> None:
        self.runs, self.world, self.catalogue = runs, world, catalogue

    def choices(self, cases: Sequence[Case], actor: Actor) -> list[Choice]:
        """The approved paths that fit any of the cases; those that fit most of them first, then the narrower."""
        found: dict[str, list[Offer]] = {}
        for case in cases:
            for offer in self.catalogue.offers(case):
                found.setdefault(offer.path.name, []).append(offer)
        made = [self._choice(offers, actor) for offers in found.values()]
        return sorted(made, key=lambda choice: -choice.cases)

    def propose(self, path_name: str, cases: Sequence[Case], edits: Mapping[str, Mapping[str, Any]] | None = None) -> Proposal:
        """What would be done with the cases by that path. `edits`: by case id, JSON path → value."""
        path, version = self._path(path_name, cases)
        names = targets_of(path)
        targets = [target for name in names if (target := self.world.target(name))]
        if len(targets) < len(names):
            raise Refusal(_said("'{path}' sends to a target that is not configured any more.", path=path.title))
        fetched = self.world.payloads(cases) if path.action.needs_payload else {}
        sent, differences, bodies = _changed(path, cases, fetched, edits or {})
        judged = self._judged(path, cases, fetched, all(target.idempotent for target in targets))
        described = (", then ".join(target.describe() for target in targets), fingerprint_of(targets)) if targets else None
        plan = freeze(path, version, described, [(case, judged[case.id], sent.get(case.id)) for case in cases])
        return Proposal(plan, judged, differences, bodies)

    def request(self, proposal: Proposal, seen_hash: str, actor: Actor, reason: str | None, selection: Mapping[str, Any]) -> str:
        """The id of the new recovery."""
        return self.runs.request(proposal.plan, seen_hash, actor, reason, selection, proposal.bodies)

    def _choice(self, offers: Sequence[Offer], actor: Actor) -> Choice:
        path, gone = offers[-1].path, offers[-1].gone
        why_not = gone
        if why_not is None and any(self.world.target(name) is None for name in targets_of(path)):
            why_not = _("Its target is not configured any more.")
        if why_not is None and not actor.holds(path.roles):
            why_not = _("Only {roles} may do this.", roles=actor.access.words(path.roles))
        return Choice(path, max(offer.version for offer in offers), len(offers), why_not)

    def _path(self, name: str, cases: Sequence[Case]) -> tuple[Path, int]:
        """The path, where it is approved for every case. Nothing outside the catalogue is ever planned."""
        offers = [next((offer for offer in self.catalogue.offers(case) if offer.path.name == name), None) for case in cases]
        if not offers or any(offer is None for offer in offers):
            raise Refusal(_said("The catalogue does not approve '{path}' for every case that was chosen.", path=name))
        known = [offer for offer in offers if offer is not None]
        if gone := next((offer.gone for offer in known if offer.gone), None):
            raise Refusal(gone)
        newest = max(known, key=lambda offer: offer.version)
        return newest.path, newest.version

    def _judged(self, path: Path, cases: Sequence[Case], fetched: Mapping[str, Payload | str], is_idempotent: bool) -> dict[str, Verdict]:
        evidence = self.world.evidence(cases)
        with self.runs.engine.connect() as connection:
            under_way, in_doubt = _ours(connection, {case.id for case in cases})
        return {
            case.id: verdict(
                Question(
                    case=case,
                    path=path,
                    evidence=evidence[case.id],
                    payload=fetched.get(case.id),
                    is_idempotent=is_idempotent,
                    closed_until_ns=self.world.closed_until_ns(case),
                    under_way=under_way.get(case.id),
                    in_doubt=tuple(in_doubt.get(case.id, ())),
                )
            )
            for case in cases
        }


def _changed(
    path: Path, cases: Sequence[Case], fetched: Mapping[str, Payload | str], edits: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Payload | str], dict[str, tuple[Difference, ...]], dict[str, bytes]]:
    """What would be sent of each case: its payload, changed by hand or by the path's one rule. What cannot be changed says why."""
    sent: dict[str, Payload | str] = dict(fetched)
    differences: dict[str, tuple[Difference, ...]] = {}
    if edits and path.action is not Action.EDIT_AND_REPLAY:
        raise Refusal(_said("'{path}' sends payloads as they are.", path=path.title))
    for case in cases:
        payload = fetched.get(case.id)
        changes = dict(path.transform) if path.action is Action.BULK_TRANSFORM else edits.get(case.id)
        if not changes or not isinstance(payload, Payload):
            continue
        try:
            allowed = path.editable if path.action is Action.EDIT_AND_REPLAY else tuple(changes)
            sent[case.id], differences[case.id] = changed(payload, changes, allowed, path.schema)
        except EditRefused as error:
            if path.action is Action.EDIT_AND_REPLAY:
                raise Refusal(str(error)) from error
            sent[case.id] = str(error)
    bodies = {id_: made.body for id_, made in sent.items() if isinstance(made, Payload) and differences.get(id_)}
    return sent, differences, bodies


def _ours(connection: Connection, case_ids: set[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Of our own recoveries: which has each case now, and which sent it without an effect that anybody saw."""
    under_way: dict[str, str] = {}
    in_doubt: dict[str, list[str]] = {}
    asked = select(items.c.case_id, items.c.recovery_id, items.c.state, items.c.proof_due_ns)
    for row in connection.execute(asked.where(items.c.state.in_([*OPEN, ItemState.UNPROVEN]))):
        if row.case_id not in case_ids:
            continue
        if row.state == ItemState.UNPROVEN:
            in_doubt.setdefault(row.case_id, []).append(row.recovery_id)
        else:
            under_way[row.case_id] = row.recovery_id
    return under_way, in_doubt
