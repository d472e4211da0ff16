"""People are told of alerts with their rights, once by each way they asked for, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import update

from app.accounts import AccountError
from app.alerts.watch import look
from app.application import Application
from app.health import exposition
from app.telling import outbox, teller
from app.telling.kept import MOST
from app.telling.settings import Mail
from app.telling.subscription import Wanted
from app.telling.tables import messages
from metrics.scope import Scope
from tests.pages.served import PASSWORD
from tests.people import Changed
from tests.servers import smtp
from tests.telling.plant import (
    BRNO,
    FAILING,
    HAMBURG,
    HOUR,
    MINUTE,
    Clock,
    asks,
    inbox,
    starts,
    states,
    tells,
)


def test_one_is_told_once_when_it_begins_and_once_when_it_ends(
    make: Callable[..., Application], mailbox: smtp.Mailbox, clock: Clock
) -> None:
    application = make()
    asks(application)
    asks(application, wanted=Wanted(kinds=("failed",)))  # both fit
    for _ in range(3):
        starts(application, FAILING)
        clock.forward(MINUTE)
    for _ in range(20):
        starts(application)
        clock.forward(MINUTE)
    assert [subject.partition(",")[0] for subject in mailbox.subjects()] == [
        "Production confirmed in ERP fails",
        "Over: Production confirmed in ERP fails",
    ]
    began, ended = (message for _, message in mailbox.came)
    assert ended["In-Reply-To"] == began["Message-ID"]
    assert [event for event, _ in inbox(application)] == ["ended", "started"]


def test_a_flood_of_failures_is_one_mail(make: Callable[..., Application], mailbox: smtp.Mailbox, clock: Clock) -> None:
    application = make()
    asks(application)
    for cases in (10, 1_000, 10_000):
        starts(application, replace(FAILING, parts=(replace(HAMBURG, cases=cases),)))
        clock.forward(MINUTE)
    assert len(mailbox.came) == 1


def test_nobody_is_told_of_a_site_they_may_not_see(make: Callable[..., Application], mailbox: smtp.Mailbox) -> None:
    application = make()
    asks(application, "bruno")
    starts(application, FAILING, replace(FAILING, key="failed|a2", title="Only in Hamburg", parts=(HAMBURG,)))
    ((_, mail),) = mailbox.came
    assert mail["Subject"] == "Production confirmed in ERP fails, Brno: 2 cases, 1 order, 100 EUR"
    assert "amburg" not in mail.as_string()
    assert [alert.title for _, alert in inbox(application, "bruno")] == ["Production confirmed in ERP fails"]


def test_nobody_is_told_of_a_supplier_they_may_not_see(make: Callable[..., Application], mailbox: smtp.Mailbox) -> None:
    application = make()
    application.accounts.add_user("sue", PASSWORD, ["supply"], Scope(suppliers=frozenset({"Isartal", "Castco"})))
    asks(application, "sue")
    isartal = replace(HAMBURG, cases=4, orders=2, worths={"EUR": Decimal(900)}, words="It is locked", supplier="Isartal")
    moravia = replace(HAMBURG, cases=3, partners=("Moravia",), words="Moravia is closed", cause="4799 was the first", supplier="Moravia")
    both = replace(FAILING, parts=(replace(HAMBURG, partners=("Isartal", "Moravia"), words="Moravia is closed"), BRNO))
    others = replace(FAILING, key="failed|a2", title="Only Moravia", by_supplier=(moravia,))
    starts(application, replace(both, by_supplier=(isartal, moravia)), others)
    ((_, mail),) = mailbox.came
    assert mail["Subject"] == "Production confirmed in ERP fails, Hamburg: 4 cases, 2 orders, 900 EUR"
    assert not [word for word in ("Moravia", "4799", "Brno", "12,400") if word in mail.as_string()]
    assert [alert.title for _, alert in inbox(application, "sue")] == ["Production confirmed in ERP fails"]


def test_rights_are_those_of_the_moment_it_goes(make: Callable[..., Application], mailbox: smtp.Mailbox, clock: Clock) -> None:
    application = make()
    asks(application)
    application.subscriptions.reach("maria", "maria@example.com", "", "11:00 to 13:00")
    starts(application, replace(FAILING, parts=(HAMBURG,)))
    Changed(application.accounts).set_scope("maria", Scope(frozenset({"brno"})))
    clock.forward(2 * HOUR)
    tells(application)
    assert mailbox.came == []
    assert [state for _, state, _ in states(application)] == ["dropped"]


def test_what_was_open_before_somebody_asked_is_not_told(make: Callable[..., Application], mailbox: smtp.Mailbox, clock: Clock) -> None:
    application = make()
    starts(application, FAILING)
    clock.forward(MINUTE)
    asks(application)
    starts(application, FAILING)
    assert mailbox.came == []
    assert inbox(application) == []


def test_a_site_that_joins_later_is_told_to_who_asked_for_it(make: Callable[..., Application], mailbox: smtp.Mailbox, clock: Clock) -> None:
    application = make()
    asks(application, "bruno")
    starts(application, replace(FAILING, parts=(HAMBURG,)))
    assert mailbox.came == []
    clock.forward(MINUTE)
    starts(application, FAILING)
    assert mailbox.subjects() == ["Production confirmed in ERP fails, Brno: 2 cases, 1 order, 100 EUR"]


@pytest.mark.parametrize(
    ("wanted", "is_told"),
    [
        (Wanted(), True),
        (Wanted(kinds=("missing",)), False),
        (Wanted(severities=("critical",)), True),
        (Wanted(severities=("routine",)), False),
        (Wanted(workflows=("q",)), False),
        (Wanted(sites=("brno",)), True),
        (Wanted(partners=("Isartal",)), True),
        (Wanted(partners=("Isartal",), sites=("brno",)), False),  # that is at Hamburg
    ],
)
def test_only_what_was_asked_for_is_told(make: Callable[..., Application], wanted: Wanted, is_told: bool) -> None:
    application = make()
    asks(application, wanted=wanted, ways=())
    starts(application, FAILING)
    assert bool(inbox(application)) is is_told


@pytest.mark.parametrize(
    ("mail", "webhook", "quiet", "said"),
    [
        ("maria", "", "", "'maria' is no e-mail address."),
        ("maria@evil.example", "", "", "E-mails go to example.com only."),
        ("maria@example.com\nBcc: x@y.z", "", "", "'maria@example.com\nBcc: x@y.z' is no e-mail address."),
        ("", "ftp://x", "", "A webhook is an address such as https://hooks.example.com/alerts."),
        ("", "http://hooks.example.com/", "", "A webhook's address begins with https://."),
        ("", "https://user:pw@hooks.example.com/", "", "A webhook's address holds no user and no password; what it gets is signed."),
        ("", "", "late", "Quiet hours are said as 22:00 to 06:00."),
        ("", "", "22:00 to 22:00", "Quiet hours are said as 22:00 to 06:00."),
    ],
)
def test_what_cannot_be_reached_is_said(make: Callable[..., Application], mail: str, webhook: str, quiet: str, said: str) -> None:
    application = make(mail=Mail("127.0.0.1", "syncline@example.com", domains=("example.com",)))
    with pytest.raises(AccountError) as refused:
        application.subscriptions.reach("maria", mail, webhook, quiet)
    assert str(refused.value) == said


def test_what_one_is_told_of_already_is_not_asked_twice(make: Callable[..., Application]) -> None:
    subscriptions = make().subscriptions
    subscriptions.add("maria", "Hamburg", Wanted(sites=("hamburg",)), [])
    with pytest.raises(AccountError, match="You are told of that already: Hamburg"):
        subscriptions.add("maria", "Hamburg again", Wanted(sites=("hamburg",)), [])
    for number in range(MOST - 1):
        subscriptions.add("maria", f"{number}", Wanted(workflows=(f"w{number}",)), [])
    with pytest.raises(AccountError, match=f"You are told of {MOST} things already"):
        subscriptions.add("maria", "one more", Wanted(), [])


def test_the_numbers_for_prometheus_say_what_is_open_and_what_did_not_go(make: Callable[..., Application], mailbox: smtp.Mailbox) -> None:
    application = make()
    mailbox.refused["maria@example.com"] = "550 No such user here"
    asks(application)
    starts(application, FAILING)
    numbers = exposition(application).splitlines()
    assert 'syncline_alerts_open{kind="failed"} 1' in numbers
    assert 'syncline_alerts_open{kind="missing"} 0' in numbers
    assert 'syncline_messages{state="refused"} 1' in numbers


def test_an_alert_that_ended_before_anybody_was_told_is_not_told(make: Callable[..., Application], clock: Clock) -> None:
    application = make()
    asks(application, ways=())
    look(application.accounts.engine, [FAILING], application.now_ns())
    clock.forward(MINUTE)
    look(application.accounts.engine, [], application.now_ns(), 0)
    tells(application)
    assert inbox(application) == []


def test_a_person_who_may_not_sign_in_any_more_is_told_nothing(make: Callable[..., Application], mailbox: smtp.Mailbox) -> None:
    application = make()
    asks(application)
    Changed(application.accounts).disable("maria")
    starts(application, FAILING)
    assert mailbox.came == []


def test_a_message_of_someone_else_is_never_claimed_twice(make: Callable[..., Application]) -> None:
    application = make()
    asks(application)
    look(application.accounts.engine, [FAILING], application.now_ns())
    outbox.fill(application.accounts.engine, application.subscriptions.every(), teller.people_of(application), application.now_ns())
    (group,) = outbox.due(application.accounts.engine, application.now_ns())
    with application.accounts.engine.begin() as connection:
        connection.execute(update(messages).where(messages.c.way == "mail").values(state="sending"))
    assert outbox.claim(application.accounts.engine, group, application.now_ns()) == []
