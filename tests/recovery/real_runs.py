"""Many failures sent to a real receiver that fails now and then, by a process that is killed: each is there once, and in order."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from app.recovery.model import Case
from app.recovery.runs import OPEN, Runs
from app.recovery.worker import Worker
from tests.recovery import observed, receiver
from tests.recovery.attempts import opened
from tests.recovery.observed import Observed, cases_of
from tests.recovery.simulated import ANNA
from tests.repository import ROOT
from tests.servers.postgres import Postgres
from tests.waiting import until

LONGEST_PAUSE_SECONDS = 0.6


def at_once(folder: Path, count: int, keys: int) -> str:
    """So many failures of so many orders in one recovery. Of every 25 one got through before, and one after the plan was looked at."""
    cases = cases_of(count, keys)
    before, after = ({case.id: 1 for case in cases[n::25]} for n in range(2))
    with (
        receiver.running(folder) as real,
        closing(observed.open_database(folder)) as accounts,
        closing(opened(folder, kind="http", url=f"{real.url}/failing/10", idempotent=True)) as target,
    ):
        world = Observed(target, real)
        world.reached = dict(before)
        plan = world.plan(cases)
        assert {each.case.id for each in plan.excluded} == set(before)
        world.reached |= after
        Runs(accounts.engine, time.time_ns).request(plan, plan.hash, ANNA, "the receiver is mended", {})
        observed.go_on(accounts.engine, world)
        items, seen = observed.stand(accounts.engine), real.seen()
    _assert_once_and_in_order(cases, seen)
    states = Counter(item.state for item in items)
    assert sum(states.values()) == len(plan.items) == count - len(before)
    assert set(states) <= {"proven", "refused", "unproven"}
    proven = {item.case_id for item in items if item.state == "proven"}
    assert {each.body for each in seen if each.applied} == proven
    assert {item.case_id for item in items if item.state == "refused"} == set(after)  # the others of their orders go on
    busy = sum(each.status == 503 for each in seen)
    told = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    return f"{count} failures of {keys} orders, {len(before)} excluded: {told}; {len(seen)} attempts, {busy} of them not taken"


def killed(folder: Path, count: int, keys: int, kills: int, seed: int) -> str:
    """So many failures in one recovery, by a process that is killed so often, mostly while it sends; then it may end."""
    chance, cases = random.Random(seed), cases_of(count, keys)
    with receiver.running(folder) as real:
        with (
            closing(observed.open_database(folder)) as accounts,
            closing(opened(folder, kind="http", url=f"{real.url}/failing/10", idempotent=True)) as target,
        ):
            plan = Observed(target, real).plan(cases)
            Runs(accounts.engine, time.time_ns).request(plan, plan.hash, ANNA, "the receiver is mended", {})
        done = sum(_is_killed(folder, real, chance) for _ in range(kills))
        subprocess.run(_program(folder, real), cwd=ROOT, check=True)
        with closing(observed.open_database(folder)) as accounts:
            items, seen = observed.stand(accounts.engine), real.seen()
    _assert_once_and_in_order(cases, seen)
    assert {item.state for item in items} == {"proven"}
    assert {each.body for each in seen if each.applied} == {case.id for case in cases}
    unanswered = len(seen) - len({each.key for each in seen})
    return (
        f"{done} kills: {count} failures of {keys} orders are through, once and in order; {len(seen)} attempts, {unanswered} were repeated"
    )


def away(folder: Path, server: Postgres, count: int, keys: int, outages: int) -> str:
    """So many failures in one recovery, by a process that lives on while the database of state is stopped and started again so often."""
    cases = cases_of(count, keys)
    with (
        receiver.running(folder) as real,
        closing(observed.open_database(folder)) as accounts,
        closing(opened(folder, kind="http", url=f"{real.url}/failing/10", idempotent=True)) as target,
    ):
        world = Observed(target, real)
        plan = world.plan(cases)
        Runs(accounts.engine, time.time_ns).request(plan, plan.hash, ANNA, "the receiver is mended", {})
        worker = Worker(Runs(accounts.engine, time.time_ns), world)
        worker.start()
        try:
            for number in range(1, outages + 1):
                until(lambda least=count * number // (outages + 2): len(real.seen()) >= least)
                server.stop()
                server.start()
            until(lambda: not any(item.state in OPEN for item in observed.stand(accounts.engine)), 300)
        finally:
            worker.stop()
        items, seen = observed.stand(accounts.engine), real.seen()
    _assert_once_and_in_order(cases, seen)
    assert {item.state for item in items} == {"proven"}
    assert {each.body for each in seen if each.applied} == {case.id for case in cases}
    return f"{outages} outages of the database: {count} failures of {keys} orders are through, once and in order; {len(seen)} attempts"


def _program(folder: Path, real: receiver.Receiver) -> list[str]:
    return [sys.executable, "-m", "tests.recovery.observed", str(folder), real.url]


def _is_killed(folder: Path, real: receiver.Receiver, chance: random.Random) -> bool:
    """Whether it was, before it had ended: a moment after it has sent something, or while it starts."""
    before = len(real.seen())
    with subprocess.Popen(_program(folder, real), cwd=ROOT) as process:
        has_to_send = chance.random() < 0.9
        while has_to_send and process.poll() is None and len(real.seen()) == before:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, LONGEST_PAUSE_SECONDS))
        process.kill()
    return process.returncode != 0


def _assert_once_and_in_order(cases: Sequence[Case], seen: Sequence[receiver.Seen]) -> None:
    applied = [each.body for each in seen if each.applied]
    assert max(Counter(applied).values()) == 1
    assert max(Counter(each.attempt for each in seen).values()) == 1
    known = {case.id: case for case in cases}
    came = defaultdict(list)
    for body in applied:
        came[known[body].key].append(known[body].order)
    assert all(orders == sorted(orders) for orders in came.values())
