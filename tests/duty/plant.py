"""A roster of plant IT in Hamburg, the people on it, and what they were told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

from app.application import Application
from app.duty.roster import Level, Roster, Shift
from app.duty.turns import Turn, turns_of
from tests.pages.served import PASSWORD
from tests.servers.smtp import Mailbox

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
EARLY = Shift(EVERY_DAY, time(6), time(14), ("anna",))  # noon of the tests is in it
LATE = Shift(EVERY_DAY, time(14), time(22), ("jonas",))
ROSTER = Roster("hamburg-it", "plant-it", "hamburg", "UTC", (EARLY, LATE), (Level(("lena",)), Level(role="it")))
ROLES = {"anna": ["supply"], "jonas": ["supply"], "lena": ["supply"], "tom": ["it"]}


def staffed(make: Callable[..., Application], *rosters: Roster, **telling: object) -> Application:
    """With people who have an address each."""
    application = make(**telling)
    application.settings = replace(application.settings, rosters=rosters or (ROSTER,))
    for name, roles in ROLES.items():
        if application.accounts.find_user(name) is None:
            application.accounts.add_user(name, PASSWORD, roles)
        if application.settings.telling.mail:
            application.subscriptions.reach(name, f"{name}@example.com", "", "")
    return application


def told(application: Application, alert: int = 1) -> list[tuple[int, tuple[str, ...]]]:
    """The level and the people of each step."""
    return [(turn.level, turn.people) for turn in steps(application, alert)]


def steps(application: Application, alert: int = 1) -> list[Turn]:
    return turns_of(application.accounts.engine, [alert]).get(alert, [])


def receivers(mailbox: Mailbox) -> list[str]:
    return [address.partition("@")[0] for address, _ in mailbox.came]
