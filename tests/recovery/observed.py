"""Recoveries of a real HTTP receiver by a process that may be killed: what the receiver did is what can be observed of it.

`python -m tests.recovery.observed FOLDER URL` goes on with what is in the folder until every case has ended.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path as Folder
from typing import NamedTuple

from sqlalchemy import Engine as Database
from sqlalchemy import make_url, select

from app.accounts import Accounts
from app.recovery.frozen import fingerprint_of
from app.recovery.model import Action, Approval, Case, Evidence, Limits, Path, Payload, Proof
from app.recovery.plan import Plan, freeze
from app.recovery.run_tables import items
from app.recovery.runs import OPEN, Runs
from app.recovery.tables import create
from app.recovery.targets.target import Target
from app.recovery.verdict import Question, verdict
from app.recovery.worker import Worker
from app.storage.state import State
from tests.recovery.attempts import opened
from tests.recovery.receiver import Receiver
from tests.recovery.simulated import case

REPLAY = Path(
    name="again",
    title="Send it again",
    action=Action.REPLAY,
    target="mes",
    approval=Approval.NONE,
    proof=Proof(within_seconds=120),
    limits=Limits(most=1000, parallel=8, per_second=1000, failed_share=0.9, ramp=(1, 2, 5, 20, 100), tries=10),
)

STATE = "state.url"  # a file with where the state lies, when it is elsewhere


class Item(NamedTuple):
    """How a case of a recovery stands."""

    place: int
    case_id: str
    case_key: str
    state: str
    words: str


class Observed:
    """The world of one receiver: a case is through when its body had an effect, and what a case sends is its id."""

    def __init__(self, target: Target, receiver: Receiver, path: Path = REPLAY) -> None:
        self._target, self._receiver, self.approved = target, receiver, path
        self.reached: dict[str, int] = {}  # by itself, whatever the receiver says

    def evidence(self, cases: Sequence[Case]) -> Mapping[str, Evidence]:
        applied = {seen.body for seen in self._receiver.seen() if seen.applied}
        now_ns = time.time_ns()
        return {each.id: Evidence(1 if each.id in applied else self.reached.get(each.id), heard_ns=now_ns) for each in cases}

    def payloads(self, cases: Sequence[Case]) -> Mapping[str, Payload | str]:
        bodies = {each.id: each.id.encode() for each in cases}
        return {id_: Payload("record", body, "text/plain", sha256(body).hexdigest()) for id_, body in bodies.items()}

    def path(self, name: str) -> Path | None:
        return self.approved if name == self.approved.name else None

    def target(self, name: str) -> Target | None:
        return self._target if name == self.approved.target else None

    def closed_until_ns(self, case: Case) -> int | None:
        return None

    def plan(self, cases: Sequence[Case]) -> Plan:
        evidence, payloads = self.evidence(cases), self.payloads(cases)
        asked = [Question(each, self.approved, evidence[each.id], payloads[each.id], self._target.idempotent) for each in cases]
        judged = [(each.case, verdict(each), payloads[each.case.id]) for each in asked]
        return freeze(self.approved, 1, (self._target.describe(), fingerprint_of([self._target])), judged)


def cases_of(count: int, keys: int) -> list[Case]:
    """So many failures of so many orders, of every class, one after the other."""
    classes = ("business", "transient", "contract", "unknown")
    return [case(n % keys, n // keys, error_class=classes[n % 4], event_ns=n + 1, event_id=f"e{n}") for n in range(count)]


def open_database(folder: Folder) -> Accounts:
    """Where recoveries are kept: in a file of this folder, or where one says that they are."""
    elsewhere = folder / STATE
    accounts = Accounts(State(folder, make_url(elsewhere.read_text()) if elsewhere.exists() else None).url())
    create(accounts.engine)
    return accounts


def stand(database: Database) -> list[Item]:
    """Every case of every recovery."""
    asked = select(items.c.place, items.c.case_id, items.c.case_key, items.c.state, items.c.words).order_by(
        items.c.recovery_id, items.c.place
    )
    with database.connect() as connection:
        return [Item(*row) for row in connection.execute(asked)]


def go_on(database: Database, world: Observed) -> None:
    """Until every case has ended."""
    worker = Worker(Runs(database, time.time_ns), world)
    worker.start()
    try:
        while any(item.state in OPEN for item in stand(database)):
            time.sleep(0.1)
    finally:
        worker.stop()


def main(folder: str, url: str) -> None:
    receiver = Receiver(url, Folder(folder) / "receiver.jsonl")
    target = opened(Folder(folder), kind="http", url=f"{url}/failing/10", idempotent=True)
    with closing(open_database(Folder(folder))) as accounts, closing(target):
        go_on(accounts.engine, Observed(target, receiver))


if __name__ == "__main__":
    main(*sys.argv[1:])
