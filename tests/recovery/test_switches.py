"""Who may stop everything, and who may let it go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.recovery.runs import SENDING, Refusal
from metrics.scope import Scope
from tests.recovery.simulated import ANNA, CARLA
from tests.recovery.test_requests import Desk

OF_ONE_SITE = replace(ANNA, name="bruno", sees=Scope(frozenset({"brno"})))


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.database.dispose()


def test_who_sees_one_site_may_stop_everything_and_let_go_on_only_what_they_stopped(desk: Desk) -> None:
    desk.runs.switch(SENDING, OF_ONE_SITE, is_stopped=True, reason="the hall is on fire")
    desk.runs.switch(SENDING, OF_ONE_SITE, is_stopped=False, reason="it was a drill")
    assert not desk.runs.is_stopped(SENDING)
    desk.runs.switch(SENDING, CARLA, is_stopped=True, reason="the receiver is being moved")
    with pytest.raises(Refusal, match="Only who sees everything, or who stopped it, may let it go on"):
        desk.runs.switch(SENDING, OF_ONE_SITE, is_stopped=False, reason="we want to go on")
    assert desk.runs.is_stopped(SENDING)
    assert desk.audit()[-1] == ("bruno", "switch refused")
    desk.runs.switch(SENDING, ANNA, is_stopped=False, reason="it stands again")
    assert not desk.runs.is_stopped(SENDING)


def test_what_others_stopped_is_not_taken_over_by_stopping_it_again(desk: Desk) -> None:
    desk.runs.switch(SENDING, CARLA, is_stopped=True, reason="the receiver is being moved")
    for is_stopped in (True, False):
        with pytest.raises(Refusal):
            desk.runs.switch(SENDING, OF_ONE_SITE, is_stopped=is_stopped, reason="mine now")
    assert desk.runs.is_stopped(SENDING)
