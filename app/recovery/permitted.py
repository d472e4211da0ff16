"""What somebody may do with a recovery now, and why not, in a sentence: what stands beside its buttons before they are used."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from app.accounts.people import roles_words
from app.recovery.listing import approvers
from app.recovery.model import Action, State
from app.recovery.runs import NOT_BY_HAND, NOTHING_SETTLED, Actor, path_of

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
BY_HAND = frozenset({"done", "not_done"})  # what a person says of a runbook
TOO_EARLY = "It waits for its approval."
NEEDS_REASON = frozenset({"refuse", "not_done"})


def why_not(action: str, row: Row[Any], actor: Actor) -> str | None:
    """None when it can be done. The server looks again when it is asked."""
    if action == "reopen" and not settles(row):
        return NOTHING_SETTLED
    if row.state not in STATES[action]:
        if action == "reopen":
            return "It has closed nothing yet."
        if State(row.state).has_ended:
            return f"It is {row.state}."
        return TOO_EARLY if row.state == State.REQUESTED else f"It is {row.state} by now."
    if action == "withdraw":
        return None if row.requested_by == actor.name else f"Only {row.requested_by}, who requested it, can take it back."
    if action in ("approve", "refuse"):
        if row.requested_by == actor.name:
            return "Who requested it cannot approve it." if action == "approve" else "You requested it: take it back instead."
        return _only(approvers(row), actor, "approve it")
    if action in BY_HAND:
        return _only(path_of(row)["roles"], actor, "say how it went") if is_by_hand(row) else NOT_BY_HAND
    return _only(path_of(row)["roles"], actor, "open it again" if action == "reopen" else f"{action} it")


def settles(row: Row[Any]) -> bool:
    """Whether it parks or closes cases."""
    return Action(path_of(row)["action"]) in (Action.PARK, Action.CLOSE)


def is_by_hand(row: Row[Any]) -> bool:
    """Whether a person carries it out."""
    return bool(path_of(row)["action"] == Action.RUNBOOK)


def _only(roles: list[str], actor: Actor, what: str) -> str | None:
    return None if actor.holds(roles) else f"Only {roles_words(roles)} may {what}."
