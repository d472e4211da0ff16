"""Why somebody is called, in words: by which roster, who was told before, and who is next: the same in what is sent and on pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.duty.roster import Roster
from app.duty.turns import WHY, Staff, Turn, expected, turn_numbered
from app.figures import times
from app.telling.message import Called
from app.telling.outbox import TURN
from metrics.texts import _, language

if TYPE_CHECKING:
    from app.alerts.alert import Alert
    from app.application import Application


def called(application: Application, event: str, alert: Alert, staff: Staff) -> Called:
    """What a message says beside the alert that somebody gets because it is their turn."""
    number, settings = int(event.removeprefix(TURN)), application.settings
    found = turn_numbered(application.accounts.engine, number)
    if found is None:
        return Called(number, "", "", "")
    turn, before = found
    roster = next((each for each in settings.rosters if each.name == turn.roster), None)
    zone = roster.zone if roster else settings.timezone
    then = following(roster, [*before, turn], alert, staff, turn.at_ns) if roster else ""
    return Called(number, because(turn), history(before, zone, turn.at_ns), then)


def because(turn: Turn) -> str:
    """It is your turn: you are on shift, by the roster hamburg-it."""
    if turn.level == 0:
        return _("It is your turn: you are on shift, by the roster {roster}.", roster=turn.roster)
    return _("It is your turn, by the roster {roster}: nobody before you looks after it.", roster=turn.roster)


def history(before: Sequence[Turn], zone: str, now_ns: int) -> str:
    """Told maria 14:05 CET, jonas 14:20 CET; nobody looks after it yet. Empty: nobody was told."""
    told = [f"{language().listed(list(turn.people))} {times.brief(turn.at_ns, zone, now_ns)}" for turn in before if turn.people]
    return _("Told before: {people}.", people=language().listed(told)) if told else ""


def following(roster: Roster, turns: Sequence[Turn], alert: Alert, staff: Staff, now_ns: int) -> str:
    """If nobody looks after it by 14:35 CET, it is told to lena. Empty: nobody is left."""
    last = turns[-1]
    if last.next_ns is None:
        return ""
    level, people = expected(roster, turns, alert, staff)
    when = times.brief(last.next_ns, roster.zone, now_ns)
    if level == 0:
        return _("If nobody looks after it, it begins again with the shift at {time}: {people}.", time=when, people=_listed(people))
    return _("If nobody looks after it by {time}, it is told to {people}.", time=when, people=_listed(people))


def _listed(people: Sequence[str]) -> str:
    return language().listed(list(people)) or _("nobody")


def passed(turn: Turn) -> str:
    """jonas (away), eva (may not see it)"""
    return language().listed([f"{name} ({_(WHY[why]) if why in WHY else why})" for name, why in turn.passed])
