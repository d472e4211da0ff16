"""In quiet hours only the inbox is told; what was held back comes in one message at their end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.application import Application
from app.telling import outbox, teller
from tests.servers import smtp
from tests.telling.plant import (
    FAILING,
    HOUR,
    MINUTE,
    NOON,
    Clock,
    asks,
    inbox,
    starts,
    tells,
)


def test_quiet_hours_hold_back_and_tell_at_their_end(make: Callable[..., Application], mailbox: smtp.Mailbox, clock: Clock) -> None:
    application = make()
    asks(application)
    application.subscriptions.reach("maria", "maria@example.com", "", "11:00 to 14:00")
    starts(application, FAILING, replace(FAILING, key="missing|b", kind="missing", title="Invoice has not come"))
    for _ in range(20):
        starts(application, replace(FAILING, key="missing|b", kind="missing", title="Invoice has not come"))
        clock.forward(MINUTE)
    assert mailbox.came == []
    assert len(inbox(application)) == 3
    clock.ns = NOON + 2 * HOUR
    tells(application)
    tells(application)
    ((_, mail),) = mailbox.came
    assert mail["Subject"] == "3 messages from your quiet hours"
    text = mail.get_body(("plain",)).get_content()
    assert [line for line in text.splitlines() if line in ("Production confirmed in ERP fails", "Invoice has not come")] == [
        "Production confirmed in ERP fails",
        "Invoice has not come",
    ]
    assert "Over: Production confirmed in ERP fails" in text


@pytest.mark.parametrize(
    ("said", "hour", "until"),
    [
        ("22:00 to 06:00", 12, None),
        ("22:00 to 06:00", 23, 30),
        ("22:00 to 06:00", 5, 6),
        ("22:00 to 06:00", 6, None),
        ("11:00-13:30", 12, 13.5),
        ("", 12, None),
    ],
)
def test_when_quiet_hours_end(make: Callable[..., Application], said: str, hour: int, until: float | None) -> None:
    contact = make().subscriptions.reach("maria", "maria@example.com", "", said)
    midnight = NOON - 12 * HOUR
    assert outbox.quiet_until(contact, "UTC", midnight + hour * HOUR) == (None if until is None else midnight + int(until * HOUR))


def test_a_try_goes_at_once_also_in_quiet_hours(make: Callable[..., Application], mailbox: smtp.Mailbox) -> None:
    application = make()
    application.subscriptions.reach("maria", "maria@example.com", "", "11:00 to 13:00")
    teller.attempt(application, "maria", "mail")
    tells(application)
    assert mailbox.subjects() == ["A try: alerts of Syncline arrive here"]
