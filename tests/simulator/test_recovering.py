"""What the demo's story breaks can be recovered: its middleware sends again, and the gap closes, or does not, for all to see."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.configuration.reading import load_settings
from app.configuration.roles import shipped
from app.demo import MESSAGES, Middleware, settings_in
from app.recovery.automatic import Rules
from app.recovery.cases import Group, find
from app.recovery.model import Case
from app.recovery.run_tables import items, recoveries
from app.recovery.runs import Actor
from app.serve import Service, running
from app.settings import Settings
from app.simulator import run
from app.simulator.hub import Hub
from tests.waiting import until

TOKEN = "of-the-tests"
IT, COLLEAGUE, SUPPLY = (
    Actor(name, frozenset({role}), access=shipped()) for name, role in (("it", "it"), ("it-2", "it"), ("supply", "supply"))
)
SECONDS = 60
WANTED: dict[str, tuple[dict[str, str], Actor | None]] = {  # path → for which cases, and who agrees
    "confirm-again": ({"kind": "failed", "workflow": "production_to_inventory", "milestone": "confirmed"}, COLLEAGUE),
    "order-again": ({"kind": "failed", "workflow": "order_to_production"}, None),
    "change-again": ({"kind": "failed", "workflow": "purchase_order_change", "site": "monterrey"}, None),
    "deliver-again": ({"kind": "missing", "workflow": "order_change"}, None),
    "ask-the-supplier": ({"kind": "missing", "workflow": "procure_to_receipt"}, None),
    "book-what-nobody-saw": ({"kind": "missing", "workflow": "stock_movement_sync"}, SUPPLY),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Hub]]:
    """The story, its systems living on, and a proof that is due soon."""
    home = tmp_path_factory.mktemp("home")
    with closing(Hub(0, TOKEN)) as hub, running(_settings(home, hub.port)) as service:
        stop, is_told, end = threading.Event(), threading.Event(), datetime.now(UTC)
        living = threading.Thread(
            target=lambda: run(
                service.otlp_url, 1, end, end, True, 0.01, stop=stop, hub=hub, say=lambda _: is_told.set(), messages=home / MESSAGES
            )
        )
        living.start()
        try:
            assert is_told.wait(SECONDS)
            service.application.advance()
            yield service, hub
        finally:
            stop.set()
            living.join()


def _settings(home: Path, port: int) -> Settings:
    file = settings_in(home, Middleware(port, TOKEN)).folder / "syncline.yaml"
    file.write_text(file.read_text().replace("within: 30s", "within: 1s").replace("ramp: [1, 3, 9]", "ramp: [13]"))
    return load_settings(file, {})


def cases(service: Service, **group: Any) -> list[Case]:
    with service.application.read_now() as reader:
        return find(reader, Group(**group))


@dataclass(frozen=True)
class Asked:
    """A recovery that was requested, and for what."""

    recovery: str
    cases: list[Case]


@pytest.fixture(scope="module")
def asked(told: tuple[Service, Hub]) -> dict[str, Asked]:
    """All of them at once, and what a rule asks for, so that nobody waits for one after the other."""
    Rules(told[0].application.desk, told[0].application.read_now).ask()
    return {path: _request(told[0], path, cases(told[0], **group), approver) for path, (group, approver) in WANTED.items()}


def _request(service: Service, path: str, found: list[Case], approver: Actor | None) -> Asked:
    desk = service.application.desk
    proposal = desk.propose(path, found)
    recovery = desk.request(proposal, proposal.plan.hash, IT, "it was looked at", {})
    if approver:
        desk.runs.approve(recovery, approver, proposal.plan.hash)
    return Asked(recovery, found)


def ended(service: Service, group: Asked) -> tuple[str, list[str]]:
    """The state of the recovery, and of its cases by place, once it has ended."""

    def stand() -> tuple[str, list[str], Any]:
        with service.application.desk.runs.engine.connect() as connection:
            row = connection.execute(select(recoveries).where(recoveries.c.id == group.recovery)).one()
            mine = connection.execute(select(items).where(items.c.recovery_id == group.recovery).order_by(items.c.place)).all()
        return row.state, [item.state for item in mine], [(row.words, *(item.words for item in mine))]

    until(lambda: stand()[0] in ("finished", "stopped"), SECONDS, lambda: f"it has not ended: {stand()}")
    return stand()[:2]


def test_a_group_that_was_put_right_is_recovered_to_its_end(told: tuple[Service, Hub], asked: dict[str, Asked]) -> None:
    service, group = told[0], asked["confirm-again"]
    assert len(group.cases) == 13
    assert ended(service, group) == ("finished", ["proven"] * 13)
    names = {case.transaction_id for case in group.cases}

    def through() -> set[str]:
        with service.application.read_now() as reader:
            found = {t["transaction_id"]: t for t in reader.export("transactions") if t["transaction_id"] in names}
        return {name for name, row in found.items() if (row["status"], row["is_recovered"]) == ("late", True)}

    until(lambda: through() == names, SECONDS, lambda: f"only {len(through())} went on to their end")
    with service.application.read_now() as reader:
        failures = [(row["workflow"], row["milestone"]) for row in reader.export("failures")]
    assert ("production_to_inventory", "confirmed") not in failures


def test_what_is_refused_again_stops_the_group_and_gets_through_when_it_is_filled(
    told: tuple[Service, Hub], asked: dict[str, Asked]
) -> None:
    service, group = told[0], asked["order-again"]
    assert ended(service, group) == ("stopped", ["unproven", "refused", "refused", "refused"])
    found = cases(service, kind="failed", workflow="order_to_production")
    assert sorted(case.attempt for case in found) == [1, 1, 1, 2]
    filled = _request(service, "order-filled", [case for case in found if case.attempt == 2], SUPPLY)
    assert ended(service, filled) == ("finished", ["proven"])
    assert len(cases(service, kind="failed", workflow="order_to_production")) == 3


def test_what_is_accepted_without_effect_is_never_proven(told: tuple[Service, Hub], asked: dict[str, Asked]) -> None:
    service, group = told[0], asked["change-again"]
    assert ended(service, group) == ("finished", ["unproven"])
    found = cases(service, kind="failed", workflow="purchase_order_change", site="monterrey")
    assert [case.id for case in found] == [case.id for case in group.cases]


@pytest.mark.parametrize("path", ["deliver-again", "ask-the-supplier", "book-what-nobody-saw"])
def test_what_never_arrived_arrives(path: str, told: tuple[Service, Hub], asked: dict[str, Asked]) -> None:
    service, group = told[0], asked[path]
    (case,) = group.cases
    assert ended(service, group) == ("finished", ["proven"])
    assert cases(service, kind="missing", transaction_id=case.transaction_id) == []


@pytest.mark.usefixtures("asked")
def test_after_an_outage_a_rule_tries_until_the_middleware_has_time(told: tuple[Service, Hub]) -> None:
    service, _ = told

    def stand() -> list[tuple[str, int]]:
        with service.application.desk.runs.engine.connect() as connection:
            asked = select(items.c.state, items.c.tries).join(recoveries, recoveries.c.id == items.c.recovery_id)
            return [(row.state, row.tries) for row in connection.execute(asked.where(recoveries.c.path == "after-an-outage"))]

    until(lambda: stand() == [("proven", 3)], SECONDS, lambda: f"the rule has {stand()}")


def test_the_same_key_is_one_order_and_strangers_get_nothing(told: tuple[Service, Hub]) -> None:
    service, hub = told
    (case,) = cases(service, kind="missing", workflow="quality_to_shipment", milestone="blocked_wms")
    said = {"recovery_id": "R-1", "workflow": case.workflow, "transaction_id": case.transaction_id, "milestone": case.milestone}
    assert post(hub, said, {"Authorization": "Bearer guessed", "Idempotency-Key": "one"})[0] == 401
    assert post(hub, said, {"Authorization": f"Bearer {TOKEN}"})[0] == 400
    assert post(hub, {**said, "milestone": "none"}, mine("one"))[0] == 404
    assert post(hub, {**said, "transaction_id": "none"}, mine("one"))[0] == 404
    first, again = post(hub, said, mine("one")), post(hub, said, mine("one"))
    assert first == again
    assert first[0] == 202
    assert post(hub, said, mine("two"))[0] == 410


def mine(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": key}


def post(hub: Hub, said: dict[str, str], headers: dict[str, str]) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", hub.port, timeout=SECONDS)) as connection:
        connection.request("POST", "/replay", json.dumps(said), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_who_asks_as_it_ends_gets_an_answer_and_the_port_is_free(free_ports: Callable[[int], list[int]]) -> None:
    (port,) = free_ports(1)
    hub = Hub(port, TOKEN)
    asked = threading.Thread(
        target=lambda: answers.append(
            post(hub, dict.fromkeys(("recovery_id", "workflow", "transaction_id", "milestone"), "x"), mine("one"))
        )
    )
    answers: list[tuple[int, str]] = []
    asked.start()
    until(lambda: hub.is_waited_for, SECONDS, lambda: "nobody asks")
    hub.close()
    asked.join()
    assert answers == [(503, "The integration hub is going down.")]
    Hub(port, TOKEN).close()
