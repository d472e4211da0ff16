"""An alert is told to who is on shift and, while nobody looks after it, to one level after the other, each once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from app import audit
from app.application import Application
from app.configuration.roles import shipped
from app.duty import turns
from app.duty.roster import Level, Roster
from app.recovery.runs import Actor
from app.telling import teller
from app.telling.subscription import Wanted
from metrics.scope import Scope
from tests.duty.plant import EARLY, LATE, ROSTER, receivers, staffed, steps, told
from tests.people import Changed
from tests.servers.smtp import Mailbox
from tests.telling.plant import FAILING, HAMBURG, HOUR, MINUTE, NOON, Clock, inbox, starts, states, tells

Make = Callable[..., Application]
IN_HAMBURG = replace(FAILING, parts=(HAMBURG,))
TOM = Actor("tom", frozenset({"it"}), access=shipped())


def test_who_is_on_shift_is_told_then_the_next_until_somebody_looks_after_it(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application = staffed(make)
    starts(application, IN_HAMBURG)
    assert receivers(mailbox) == ["anna"]
    clock.forward(15 * MINUTE - 1)
    tells(application)
    assert receivers(mailbox) == ["anna"]
    clock.forward(1)
    tells(application)
    assert receivers(mailbox) == ["anna", "lena"]
    application.alerts.take(1, TOM, None)
    clock.forward(24 * HOUR)
    tells(application)
    assert receivers(mailbox) == ["anna", "lena"]
    assert told(application) == [(0, ("anna",)), (1, ("lena",))]


def test_a_mail_says_whose_turn_it_is_who_was_told_before_and_who_is_next(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application = staffed(make)
    starts(application, IN_HAMBURG)
    clock.forward(15 * MINUTE)
    tells(application)
    first, second = (mail.get_body(("plain",)).get_content().replace("\r\n", "\n") for _, mail in mailbox.came)
    assert "It is your turn: you are on shift, by the roster hamburg-it.\n" in first
    assert "I look after it: https://sync.example.com/alerts?number=1\n" in first
    assert "If nobody looks after it by 12:15 UTC, it is told to lena.\n" in first
    assert "You are told because you are on the roster.\n" in first
    assert (
        "It is your turn, by the roster hamburg-it: nobody before you looks after it.\n"
        "Told before: anna 12:00 UTC.\n"
        "I look after it: https://sync.example.com/alerts?number=1\n"
        "If nobody looks after it by 12:30 UTC, it is told to tom.\n"
    ) in second
    assert mailbox.came[0][1]["Subject"] == "Production confirmed in ERP fails, Hamburg: 7 cases, 3 orders, 12,400 EUR"


def test_each_step_stands_in_the_audit(make: Make) -> None:
    application = staffed(make)
    starts(application, IN_HAMBURG)
    with application.accounts.engine.connect() as connection:
        (entry,) = audit.entries(connection, audit.Filter(action="alert told"))
    assert (entry.actor, entry.subject) == ("syncline", "alert 1")
    assert entry.detail == '{"passed":{},"people":["anna"],"roster":"hamburg-it"}'


def test_how_long_somebody_has_depends_on_the_severity(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application = staffed(make)
    starts(application, replace(IN_HAMBURG, severity="important"))
    clock.forward(59 * MINUTE)
    tells(application)
    assert receivers(mailbox) == ["anna"]
    clock.forward(MINUTE)
    tells(application)
    assert receivers(mailbox) == ["anna", "lena"]


def test_after_the_last_level_it_begins_again_with_the_next_shift(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application = staffed(make)
    starts(application, IN_HAMBURG)
    for _ in range(10 * 60):
        clock.forward(MINUTE)
        tells(application)
    assert told(application) == [(0, ("anna",)), (1, ("lena",)), (2, ("tom",)), (0, ("jonas",)), (1, ("lena",)), (2, ("tom",))]
    assert steps(application)[3].at_ns == NOON + 2 * HOUR
    assert steps(application)[5].next_ns == NOON + 18 * HOUR  # when the early shift begins


def test_where_nobody_is_on_shift_the_next_level_is_told_at_once(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application = staffed(make)
    clock.forward(11 * HOUR)
    starts(application, IN_HAMBURG)
    assert told(application) == [(0, ()), (1, ("lena",))]
    assert receivers(mailbox) == ["lena"]


def test_who_is_away_is_stood_in_for_and_who_has_no_deputy_is_passed_over(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application = staffed(make)
    known = ["anna", "jonas", "lena", "tom"]
    application.absences.add("anna", NOON - HOUR, NOON + HOUR, "jonas", known)
    application.absences.add("jonas", NOON - HOUR, NOON + HOUR, "anna", known)  # each for the other: nobody is left
    starts(application, IN_HAMBURG)
    assert told(application) == [(0, ()), (1, ("lena",))]
    assert steps(application)[0].passed == (("anna", "away"), ("jonas", "away"))
    application.absences.remove("jonas", 2)
    starts(application, IN_HAMBURG, replace(IN_HAMBURG, key="failed|b"))
    assert told(application, 2) == [(0, ("jonas",))]
    clock.forward(HOUR)
    starts(application, replace(IN_HAMBURG, key="failed|c"))
    assert told(application, 3) == [(0, ("anna",))]


def test_who_may_not_see_it_or_is_not_there_any_more_is_passed_over(make: Make, mailbox: Mailbox) -> None:
    roster = replace(ROSTER, shifts=(replace(EARLY, people=("anna", "nobody", "jonas")),))
    application = staffed(make, roster)
    Changed(application.accounts).set_scope("anna", Scope(frozenset({"brno"})))
    Changed(application.accounts).disable("jonas")
    starts(application, IN_HAMBURG)
    assert steps(application)[0].passed == (("anna", "hidden"), ("nobody", "no account"), ("jonas", "no account"))
    assert receivers(mailbox) == ["lena"]


def test_nobody_is_called_to_what_is_over_or_muted(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application = staffed(make)
    starts(application, IN_HAMBURG)
    starts(application)  # what is not found any more is muted, or gone
    clock.forward(15 * MINUTE)
    tells(application)
    assert receivers(mailbox) == ["anna"]
    starts(application)
    tells(application)
    assert mailbox.subjects()[-1] == "Over: Production confirmed in ERP fails, Hamburg"  # who was called is told of the end
    assert receivers(mailbox) == ["anna", "anna"]
    clock.forward(HOUR)
    tells(application)
    assert told(application) == [(0, ("anna",))]


def test_what_flaps_goes_on_where_it_was(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application = staffed(make)
    starts(application, IN_HAMBURG)
    clock.forward(MINUTE)
    starts(application)
    clock.forward(14 * MINUTE)
    starts(application, IN_HAMBURG)
    assert receivers(mailbox) == ["anna", "lena"]


def test_a_restart_goes_on_where_it_was(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    starts(first := staffed(make), IN_HAMBURG)
    first.close()
    clock.forward(40 * MINUTE)
    tells(again := staffed(make))
    assert told(again) == [(0, ("anna",)), (1, ("lena",))]
    assert steps(again)[1].next_ns == clock.ns + 15 * MINUTE
    assert receivers(mailbox) == ["anna", "lena"]


def test_two_that_tell_at_once_tell_once(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application, together = staffed(make), Barrier(4)
    starts(application)
    people = teller.people_of(application)
    staff = teller.staff_of(application, people)
    from app.alerts.watch import look

    look(application.accounts.engine, [IN_HAMBURG], clock.ns)

    def advance(_: int) -> int:
        together.wait()
        return turns.advance(application.accounts.engine, (ROSTER,), staff, clock.ns)

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(advance, range(4))) == [0, 0, 0, 1]
    tells(application)
    assert receivers(mailbox) == ["anna"]


def test_what_was_open_before_a_roster_was_there_is_not_told_by_it(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application = staffed(make, replace(ROSTER, owner="scm"))
    starts(application, IN_HAMBURG)
    clock.forward(MINUTE)
    application.settings = replace(application.settings, rosters=(replace(ROSTER, name="new"),))
    starts(application, IN_HAMBURG)
    assert mailbox.came == []
    starts(application, IN_HAMBURG, replace(IN_HAMBURG, key="failed|b"))
    assert (told(application), told(application, 2)) == ([], [(0, ("anna",))])


def test_who_is_on_duty_and_asked_as_well_is_told_once_and_in_quiet_hours_too(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application = staffed(make)
    application.subscriptions.add("anna", "What fails", Wanted(), ["mail"])
    application.subscriptions.reach("anna", "anna@example.com", "", "11:00 to 13:00")
    starts(application, IN_HAMBURG)
    tells(application)
    assert receivers(mailbox) == ["anna"]
    assert [event.split()[0] for event, _ in inbox(application, "anna")] == ["turn"]


def test_a_message_that_waits_is_not_sent_once_somebody_looks_after_it(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application = staffed(make)
    mailbox.refused["anna@example.com"] = "451 Try again later"
    starts(application, IN_HAMBURG)
    application.alerts.take(1, TOM, None)
    mailbox.refused.clear()
    clock.forward(HOUR)
    tells(application)
    assert mailbox.came == []
    assert states(application) == [("turn", "dropped", "tom looks after it.")]


def test_a_roster_without_shifts_tells_its_levels_and_then_nobody(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    application = staffed(make, Roster("leads", "plant-it", None, "UTC", (), (Level(("lena",)), Level(("jonas",)))))
    starts(application, FAILING)
    clock.forward(24 * HOUR)
    tells(application)
    clock.forward(24 * HOUR)
    tells(application)
    assert told(application) == [(0, ()), (1, ("lena",)), (2, ("jonas",))]
    assert steps(application)[-1].next_ns is None


def test_an_alert_at_two_sites_is_told_by_the_rosters_of_both(make: Make, mailbox: Mailbox, clock: Clock) -> None:
    brno = Roster("brno-it", "plant-it", "brno", "UTC", (replace(LATE, begins=EARLY.begins, people=("bruno",)),))
    application = staffed(make, ROSTER, brno)
    application.subscriptions.reach("bruno", "bruno@example.com", "", "")
    starts(application, FAILING)
    assert sorted(receivers(mailbox)) == ["anna", "bruno"]
    mails = dict(mailbox.came)
    assert "amburg" not in mails["bruno@example.com"].get_body(("plain",)).get_content().replace("hamburg-it", "")
