"""For every operation of the API a request for what is there, and who may ask it: without it, all that is drawn would hear 404."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from app.annotations.annotation import Given
from app.application import Application
from app.configuration.roles import shipped
from app.exports import EXPORTS, Asked, formats_of
from app.loader import Loader
from app.recovery.desk import Proposal
from app.recovery.run_tables import recoveries
from app.recovery.runs import LIVE, Actor, Refusal
from app.recovery.selection import group_of, proposed
from app.reports.week import week_at
from tests.access.callers import Caller, everybody
from tests.access.driven import LIMITED, Driven
from tests.access.plant import LIMITED as SEEN
from tests.access.plant import MARK, OTHER, SITE, marked
from tests.pages import recovering
from tests.pages.served import Client, make_server
from tests.waiting import until

CATALOGUE = """
recovery:
  targets:
    middleware: {kind: file, folder: drop, name: "{transaction_id}_{effect_id}.json"}
  paths:
    - {name: ask, title: Send it again, action: retry, workflows: [procure_to_receipt], target: middleware, roles: [it],
       approval: four_eyes, approvers: [approver]}
    - {name: aside, title: Set it aside, action: park, workflows: [procure_to_receipt], roles: [it], approval: none}
    - {name: by-hand, title: By hand, action: runbook, workflows: [procure_to_receipt, production_to_inventory], roles: [it],
       approval: none, steps: [Look at it]}
"""
SELECTION = {"workflow": "procure_to_receipt", "kind": "failed", "site": SITE}
ELSEWHERE = {"workflow": "production_to_inventory", "kind": "failed", "site": OTHER}
HERE = "command line"  # writes where it is told
ONE_OF_THEM = cycle(LIMITED)
REASON = {"reason": "it is wanted"}
# The action → by which path a recovery comes to where it can be done, what is done with it before, and who does it.
WAYS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "approve": ("ask", (), "admin"),
    "refuse": ("ask", (), "admin"),
    "withdraw": ("ask", (), "near"),
    "pause": ("ask", ("approve",), "near"),
    "resume": ("ask", ("approve", "pause"), "near"),
    "stop": ("ask", ("approve",), "near"),
    "reopen": ("aside", ("send",), "near"),
    "not_done": ("by-hand", ("send",), "near"),
    "done": ("by-hand", ("send",), "far"),  # elsewhere: it holds its cases until their proof
}


@dataclass(frozen=True, slots=True)
class Known:
    """The values of a request, and who asks it with success. `changes`: somebody who does not see what is marked has no success with it."""

    who: str
    values: dict[str, Any] = field(default_factory=dict)
    changes: bool = False


@contextmanager
def driven_plant(folder: Path) -> Iterator[tuple[Driven, Existing]]:
    """A plant of its own, which everybody may ask: what is asked changes it."""
    (folder / "drop").mkdir()
    with marked(folder, CATALOGUE) as application:
        application.local_token = "of the command line"
        server = make_server(application)
        here = Caller(Client(server), {"Authorization": f"Bearer {application.local_token}"})
        yield Driven(server, everybody(server, application), {HERE: here}), Existing(application)


def ask_for_what_is_there(driven: Driven, existing: Existing, label: str) -> dict[str, Any]:
    """Who sees nothing of it is told nothing and changes nothing; who may has success. Gives what says which thing it is."""
    there: dict[str, Any] = {}
    for known in existing.of(label):
        case = driven.case(label, **known.values)
        others = (
            LIMITED if known.changes else (next(ONE_OF_THEM),)
        )  # figures cost more to ask for, and tests/access/test_leaks.py asks as all
        statuses = dict(zip(others, driven.ask(case, others), strict=True))
        assert not known.changes or min(statuses.values()) >= 400, statuses
        assert driven.ask(case, [known.who])[0] < 300, f"{known.who} cannot do it"
        there = {name: known.values[name] for name in ("path_parameters",) if name in known.values}
    return there


class Existing:
    """What there is in a marked plant with CATALOGUE; what a request uses up is made anew for each."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.near, self.far = (Actor(name, frozenset({"it"}), SEEN[name], access=shipped()) for name in ("near", "far"))
        self.approver = Actor("approver", frozenset({"approver"}), access=shipped())
        self.week = week_at(application.now_ns(), "Europe/Prague").back(1)
        application.reports.publish(self.week, SITE)

    def of(self, label: str) -> Iterator[Known]:
        """Requests for an operation, such as `GET /api/v1/events`."""
        method, path = label.split(" ")
        name = path.removeprefix("/api/v1/")
        if method == "GET" and name in EXPORTS:
            forms = formats_of(name)
            yield Known("admin", {"query": {"format": forms[list(EXPORTS).index(name) % len(forms)]}})  # each writes all of them
        elif "annotations" in name:
            yield self._annotation(method)
        elif name.startswith("recoveries"):
            yield self._recovery(name.rpartition("/")[2])
        elif name.startswith("report"):
            yield from self._reports(name)
        elif name == "events/message":
            yield Known("near", {"query": {"event_id": self._event(), "of": "record"}}, changes=True)
        elif name == "backup":
            yield Known(HERE, {"body": {"folder": f"{self.application.settings.folder}/copies/{self.application.now_ns()}"}}, changes=True)
        elif path == "/readyz":
            with self._loading():
                yield Known("stranger")
        else:
            yield Known("admin", {"body": {"sources": ["bus"]}} if name in ("ingest", "retry") else {})

    @contextmanager
    def _loading(self) -> Iterator[None]:
        """What runs while Syncline serves, else it is not ready."""
        loader = self.application.loader = Loader(self.application)
        loader.start()
        until(lambda: loader.has_run)
        yield
        loader.stop()
        self.application.loader = None

    def _event(self) -> str:
        rows = b"".join(self.application.export(Asked("events"), SEEN["near"])).splitlines()
        return next(row["event_id"] for row in map(orjson.loads, rows) if MARK in str(row["objects"]))

    def _annotation(self, method: str) -> Known:
        if method == "POST":
            return Known("near", {"body": {"kind": "other", "text": f"{MARK} stopped", "sites": [SITE]}}, changes=True)
        given = Given("other", f"{MARK} works", self.application.now_ns(), sites=(SITE,))
        number = {"number": self.application.annotations.say(given, self.near).number}
        said = {"text": f"{MARK} works again"} if method == "PATCH" else REASON
        return Known("near", {"path_parameters": number, "body": said}, changes=True)

    def _reports(self, name: str) -> Iterator[Known]:
        if name == "report":
            yield Known("near", {"query": {"week": str(self.week.back(-1)), "site": SITE, "format": "xlsx"}})
        elif name == "reports":
            yield Known("near")
        else:
            path = {"week": str(self.week), "revision": "1"}
            yield Known("near", {"path_parameters": path, "query": {"site": SITE, "format": "html"}}, changes=True)

    # ── recoveries, each of the one case that there is ──────────────────────────────────────────────────────────────────
    def _recovery(self, action: str) -> Known:
        self._free()
        if action == "plan":
            return Known("near", {"query": SELECTION})
        if action == "recoveries":
            wanted = {"path": "ask", "selection": SELECTION, "plan": self._proposed("ask", SELECTION, self.near).plan.hash, **REASON}
            return Known("near", {"body": wanted}, changes=True)
        path, before, who = WAYS[action]
        made, plan = self._requested(path, *((ELSEWHERE, self.far) if who == "far" else (SELECTION, self.near)))
        for step in before:
            self._step(step, made, plan)
        body = {"plan": plan} if action == "approve" else REASON
        return Known(who, {"path_parameters": {"id": made}, "body": body}, changes=who != "far")

    def _step(self, step: str, made: str, plan: str) -> None:
        if step == "send":
            recovering.send(self.application)
        elif step == "approve":
            self.application.desk.runs.approve(made, self.approver, plan)
        else:
            self.application.desk.runs.pause(made, self.near)

    def _proposed(self, path: str, selection: dict[str, str], actor: Actor) -> Proposal:
        return proposed(self.application.desk, path, self.application.selected(group_of(selection), actor.sees))

    def _requested(self, path: str, selection: dict[str, str], actor: Actor) -> tuple[str, str]:
        proposal = self._proposed(path, selection, actor)
        plan = proposal.plan.hash
        return self.application.desk.request(proposal, plan, actor, "it is wanted", selection), plan

    def _free(self) -> None:
        """Ends what holds the case."""
        runs = self.application.desk.runs
        with runs.engine.connect() as connection:
            found = connection.execute(select(recoveries.c.id).where(recoveries.c.state.in_(LIVE))).scalars().all()
        for made in found:
            for end in (runs.withdraw, runs.stop):
                try:
                    end(made, self.near)
                except Refusal:
                    continue
                break
