"""By mail: what it says, and what becomes of it when the server is down, refuses, hangs up, or everything ends in between."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.accounts import AccountError
from app.alerts.watch import look
from app.application import Application
from app.telling import outbox, teller
from app.telling.settings import Mail
from app.telling.subscription import Wanted
from app.telling.tables import messages
from tests.servers import smtp
from tests.telling.plant import (
    FAILING,
    HOUR,
    MINUTE,
    Clock,
    asks,
    inbox,
    starts,
    states,
    tells,
)


def test_a_mail_says_what_where_what_it_holds_up_and_where_to_act(make: Callable[..., Application], mailbox: smtp.Mailbox) -> None:
    application = make()
    asks(application, wanted=Wanted(sites=("hamburg",)))
    starts(application, FAILING)
    ((recipient, mail),) = mailbox.came
    assert recipient == "maria@example.com"
    assert mail["Subject"] == "Production confirmed in ERP fails, Hamburg: 7 cases, 3 orders, 12,400 EUR"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text == (
        "Production confirmed in ERP fails\n"
        "Critical. Hamburg. 7 cases, 3 orders, 12,400 EUR.\n"
        "Since Tue 24 Mar 2026, 11:00:00 UTC, noticed Tue 24 Mar 2026, 12:00:00 UTC.\n"
        "Posting period is not open\n"
        "It began: 4711 was the first: https://sync.example.com/path/p/4711\n"
        "What may be done about it: https://sync.example.com/failure?signature=a1\n"
        "The alert: https://sync.example.com/alerts?number=1\n"
        "\n"
        "You are told because you asked for it: What fails.\n"
        "What you are told of: https://sync.example.com/subscriptions\n"
    )
    assert 'href="https://sync.example.com/failure?signature=a1"' in mail.get_body(("html",)).get_content()


def test_a_mail_server_that_is_down_is_asked_again(make: Callable[..., Application], clock: Clock, mailbox: smtp.Mailbox) -> None:
    from tests.processes import free_ports

    (port,) = free_ports(1)
    application = make(mail=Mail("127.0.0.1", "syncline@example.com", port, "none", timeout=5))
    asks(application)
    starts(application, FAILING)
    ((_, state, words),) = states(application)
    assert state == "waiting"
    assert words.startswith("The mail server 127.0.0.1 cannot be used: ")
    tells(application)  # too early
    with smtp.running(port) as later:
        tells(application)
        assert later.came == []
        clock.forward(31 * 10**9)
        tells(application)
        tells(application)
        assert len(later.came) == 1
    assert states(application) == [("started", "sent", None)]


def test_a_pause_grows_up_to_an_hour_and_after_a_day_it_is_given_up(make: Callable[..., Application], clock: Clock) -> None:
    from tests.processes import free_ports

    (port,) = free_ports(1)
    application = make(mail=Mail("127.0.0.1", "syncline@example.com", port, "none", timeout=5))
    asks(application)
    starts(application, FAILING)
    begun, pauses = clock.ns, []
    while states(application)[0][1] == "waiting":
        with application.accounts.engine.connect() as connection:
            due_ns = connection.execute(select(messages.c.next_ns).where(messages.c.way == "mail")).scalar_one()
        pauses.append((due_ns - clock.ns) // 10**9)
        clock.ns = due_ns
        tells(application)
    assert pauses[:9] == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert 22 * HOUR < clock.ns - begun < 26 * HOUR
    ((_, state, words),) = states(application)
    assert (state, words[-29:]) == ("refused", " It was given up after a day.")


def test_a_mailbox_that_is_not_there_is_said_at_the_way(make: Callable[..., Application], mailbox: smtp.Mailbox, clock: Clock) -> None:
    application = make()
    mailbox.refused["maria@example.com"] = "550 No such user here"
    asks(application)
    starts(application, FAILING)
    clock.forward(HOUR)
    tells(application)
    said = "The mail server does not take messages for maria@example.com: 550 No such user here."
    assert states(application) == [("started", "refused", said)]
    row = outbox.last_of(application.accounts.engine, "maria")["mail:maria"]
    assert (row.state, row.words) == ("refused", said)


def test_a_mailbox_that_is_full_for_now_is_tried_again(make: Callable[..., Application], mailbox: smtp.Mailbox, clock: Clock) -> None:
    application = make()
    mailbox.refused["maria@example.com"] = "451 Try again later"
    asks(application)
    starts(application, FAILING)
    assert states(application)[0][1] == "waiting"
    mailbox.refused.clear()
    clock.forward(31 * 10**9)
    tells(application)
    assert len(mailbox.came) == 1


def test_a_server_that_hangs_up_before_it_says_that_it_has_it_gets_it_once(
    make: Callable[..., Application], mailbox: smtp.Mailbox, clock: Clock
) -> None:
    application = make()
    mailbox.data_answer = None
    asks(application)
    starts(application, FAILING)
    clock.forward(2 * HOUR)
    tells(application)
    assert len(mailbox.came) == 1
    ((_, state, words),) = states(application)
    assert state == "unknown"
    assert words.startswith("The mail server did not say whether it took the message: ")


def test_what_was_being_sent_when_everything_ended_is_not_sent_twice(
    make: Callable[..., Application], mailbox: smtp.Mailbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = make()
    asks(application)
    monkeypatch.setattr(outbox, "settle", lambda *_: None)  # the process ended between the sending and the noting
    starts(application, FAILING)
    monkeypatch.undo()
    monkeypatch.setattr(Application, "now_ns", lambda _: clock())
    assert [state for _, state, _ in states(application)] == ["sending"]
    tells(application)
    clock.forward(6 * MINUTE)
    tells(application)
    assert len(mailbox.came) == 1
    assert states(application) == [("started", "unknown", outbox.KILLED)]
    assert len(inbox(application)) == 1


def test_two_senders_send_it_once(make: Callable[..., Application], mailbox: smtp.Mailbox) -> None:
    application = make()
    asks(application)
    look(application.accounts.engine, [FAILING], application.now_ns())
    people = teller.people_of(application)
    outbox.fill(application.accounts.engine, application.subscriptions.every(), people, application.now_ns())
    (group,) = outbox.due(application.accounts.engine, application.now_ns())
    with ThreadPoolExecutor(2) as senders:
        for each in [senders.submit(teller._send, application, group, people) for _ in range(2)]:
            each.result()
    assert len(mailbox.came) == 1


def test_without_a_mail_server_that_is_said(make: Callable[..., Application]) -> None:
    application = make(mail=None)
    for ask in (
        lambda: application.subscriptions.reach("maria", "maria@example.com", "", ""),
        lambda: application.subscriptions.add("maria", "x", Wanted(), ["mail"]),
    ):
        with pytest.raises(AccountError, match="the configuration names no mail server"):
            ask()
