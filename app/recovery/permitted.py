"""What somebody may do with a recovery now, and why not, in a sentence: what stands beside its buttons before they are used."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from app.recovery.listing import approvers
from app.recovery.model import NOT_BY_HAND, NOTHING_SETTLED, ONLY, Action, State
from app.recovery.runs import Actor, path_of
from metrics.texts import _, _later

STATES = {  # the action → the states in which it can be done
    "approve": (State.REQUESTED,),
    "refuse": (State.REQUESTED,),
    "withdraw": (State.REQUESTED, State.APPROVED),
    "pause": (State.APPROVED, State.RUNNING),
    "resume": (State.PAUSED,),
    "stop": (State.APPROVED, State.RUNNING, State.PAUSED),
    "done": (State.RUNNING, State.PAUSED),
    "not_done": (State.RUNNING, State.PAUSED),
    "reopen": (State.FINISHED, State.STOPPED),
}
INSIDE = {  # a state inside of a sentence
    State.REQUESTED: _later("requested"),
    State.APPROVED: _later("approved"),
    State.RUNNING: _later("running"),
    State.PAUSED: _later("paused"),
    State.FINISHED: _later("finished"),
    State.STOPPED: _later("stopped"),
    State.REFUSED: _later("refused"),
    State.WITHDRAWN: _later("withdrawn"),
    State.LAPSED: _later("lapsed"),
    State.VOID: _later("void"),
}
BY_HAND = frozenset({"done", "not_done"})  # what a person says of a runbook
TOO_EARLY = _later("It waits for its approval.")
NEEDS_REASON = frozenset({"refuse", "not_done"})


def why_not(action: str, row: Row[Any], actor: Actor) -> str | None:
    """None when it can be done. The server looks again when it is asked."""
    if action == "reopen" and not settles(row):
        return _(NOTHING_SETTLED)
    if row.state not in STATES[action]:
        if action == "reopen":
            return _("It has closed nothing yet.")
        if State(row.state).has_ended:
            return _("It is {state}.", state=_(INSIDE[row.state]))
        return _(TOO_EARLY) if row.state == State.REQUESTED else _("It is {state} by now.", state=_(INSIDE[row.state]))
    if action == "withdraw":
        return None if row.requested_by == actor.name else _("Only {person}, who requested it, can take it back.", person=row.requested_by)
    if action in ("approve", "refuse"):
        if row.requested_by == actor.name:
            return _("Who requested it cannot approve it.") if action == "approve" else _("You requested it: take it back instead.")
        return None if actor.holds(approvers(row)) else _("Only {roles} may approve it.", roles=actor.access.words(approvers(row)))
    if action in BY_HAND and not is_by_hand(row):
        return _(NOT_BY_HAND)
    roles = path_of(row)["roles"]
    return None if actor.holds(roles) else _(ONLY[action], roles=actor.access.words(roles))


def settles(row: Row[Any]) -> bool:
    """Whether it parks or closes cases."""
    return Action(path_of(row)["action"]) in (Action.PARK, Action.CLOSE)


def is_by_hand(row: Row[Any]) -> bool:
    """Whether a person carries it out."""
    return bool(path_of(row)["action"] == Action.RUNBOOK)
