"""Rules that ask for recoveries by themselves: the same path as for people, only for what is safe, so often and no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import func, select

from app.recovery.cases import Group, find
from app.recovery.catalogue import fits
from app.recovery.desk import Desk
from app.recovery.model import Case, Path, Safety
from app.recovery.run_tables import items, recoveries
from app.recovery.runs import AUTOMATIC, OPEN, Actor, Refusal
from metrics.read import Reader


class Rules:
    """The paths of the catalogue that go by themselves. `read` opens a reader of all sites as of now."""

    def __init__(self, desk: Desk, read: Callable[[], AbstractContextManager[Reader]]) -> None:
        self._desk, self._read = desk, read

    def ask(self) -> list[str]:
        """Requests what there is to request now; the ids. Nothing while somebody has stopped everything automatic."""
        now = self._desk.catalogue.now
        paths = [path for path in now.paths if path.automatic_tries] if now else []
        if not paths or self._desk.runs.is_stopped(AUTOMATIC):
            return []
        return [found for path in paths if (found := self._request(path))]

    def _request(self, path: Path) -> str | None:
        cases = self._left(path, self._cases(path))
        proposal = self._desk.propose(path.name, cases) if cases else None
        safe = [item.case for item in proposal.plan.items if item.verdict.safety is Safety.SAFE] if proposal else []
        if proposal is None or not safe:
            return None
        if len(safe) < len(proposal.plan.items):
            proposal = self._desk.propose(path.name, safe)
        rule = Actor(f"rule {path.name}"[:64], frozenset(), is_rule=True)
        try:
            return self._desk.request(proposal, proposal.plan.hash, rule, "The catalogue asks for it.", {"rule": path.name})
        except Refusal:  # somebody took one of the cases meanwhile; that is in the audit, and the next time is soon
            return None

    def _cases(self, path: Path) -> list[Case]:
        with self._read() as reader:
            found = [case for kind in path.kinds for case in find(reader, Group(kind=kind))]
        return [
            case for case in found if fits(path, case) and any(offer.path.name == path.name for offer in self._desk.catalogue.offers(case))
        ]

    def _left(self, path: Path, cases: Sequence[Case]) -> list[Case]:
        """Without those that are under way, and those that rules have tried often enough."""
        counted = (
            select(items.c.case_id, func.count())
            .join(recoveries, recoveries.c.id == items.c.recovery_id)
            .where(recoveries.c.is_automatic, items.c.tries > 0)
            .group_by(items.c.case_id)
        )
        busy = select(items.c.case_id).where(items.c.state.in_(OPEN))
        with self._desk.runs.engine.connect() as connection:
            tried = {row[0]: row[1] for row in connection.execute(counted)}
            under_way = set(connection.execute(busy).scalars())
        return [case for case in cases if case.id not in under_way and tried.get(case.id, 0) < path.automatic_tries]
