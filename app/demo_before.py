"""What plant IT recovered in the demo before anybody looks: one recovery that worked, and one that did not."""

from __future__ import annotations

from dataclasses import dataclass

from app.application import Application
from app.recovery.cases import Group, find
from app.recovery.runs import Actor


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for."""

    path: str
    group: Group
    reason: str


BEFORE = (  # the first works, the second the middleware takes without any effect
    Asked("deliver-again", Group("missing", "master_data_sync", "synced_scm"), "Planning was being restarted when the change came."),
    Asked("change-again", Group("failed", "purchase_order_change", site="augsburg"), "The supplier says that the profile is there by now."),
)
PLANT_IT = Actor("it", frozenset({"it"}))


def recover_some(application: Application) -> None:
    """Requests what BEFORE says, as plant IT would on the pages; what of it is not open is not asked for."""
    application.advance()
    for asked in BEFORE:
        with application.read_now() as reader:
            cases = find(reader, asked.group)
        if cases:
            proposal = application.desk.propose(asked.path, cases)
            application.desk.request(proposal, proposal.plan.hash, PLANT_IT, asked.reason, {})
