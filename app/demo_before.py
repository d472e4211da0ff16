"""What plant IT recovered in the demo before anybody looks: one recovery that worked, and one that did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.application import Application
from app.recovery.cases import Group, find
from app.recovery.runs import Actor


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for, of what the story tells."""

    what: str
    path: str
    reason: str


BEFORE = (  # the first works, the second the middleware takes without any effect
    Asked("The item master is out of step with planning", "deliver-again", "Planning was being restarted when the change came."),
    Asked("A second partner profile for order changes is missing", "change-again", "The supplier says that the profile is there by now."),
)


def recover_some(application: Application, truth: dict[str, Any]) -> None:
    """Requests what BEFORE says, as plant IT would on the pages. `truth`: what the simulator knows to be open."""
    plant_it = Actor("it", frozenset({"it"}), access=application.settings.roles)
    application.advance()
    names = {finding["what"]: finding["transaction_id"] for finding in truth["findings"]}
    for asked in BEFORE:
        with application.read_now() as reader:
            cases = find(reader, Group(transaction_id=names[asked.what]))
        proposal = application.desk.propose(asked.path, cases)
        application.desk.request(proposal, proposal.plan.hash, plant_it, asked.reason, {})
