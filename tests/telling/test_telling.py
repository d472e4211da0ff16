"""People are told of alerts with their rights, once by each way, by a real mail server and a real receiver, whatever fails in between."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.accounts import AccountError
from app.alerts.alert import Alert, Condition, Part
from app.alerts.watch import look
from app.application import Application
from app.health import exposition
from app.settings import load_settings
from app.telling import outbox, teller
from app.telling.kept import MOST
from app.telling.settings import Channel, Mail, Telling
from app.telling.subscription import Wanted
from app.telling.tables import messages
from tests.pages.served import PASSWORD
from tests.servers import smtp
from tests.telling import hook as hooks

HOUR, MINUTE = 3600 * 10**9, 60 * 10**9
NOON = 1_774_350_000_000_000_000 // (24 * HOUR) * 24 * HOUR + 12 * HOUR  # UTC
CONFIGURATION = """
version: 1
timezone: UTC
sites: [{name: hamburg, timezone: Europe/Berlin}, {name: brno, timezone: Europe/Prague}]
"""
HAMBURG = Part("hamburg", 7, 3, {"EUR": Decimal(12400)}, ("Isartal",), "Posting period is not open", "4711 was the first", "path/p/4711")
BRNO = Part("brno", 2, 1, {"EUR": Decimal(100)}, (), "Posting period is not open", "8150 was the first", "path/p/8150")
FAILING = Condition(
    "failed|a1",
    "failed",
    "critical",
    "Production confirmed in ERP fails",
    "p",
    "plant-it",
    "failure?signature=a1",
    NOON - HOUR,
    (HAMBURG, BRNO),
)

ANYTHING = Wanted()


class Clock:
    """Stands still until it is told."""

    ns = NOON

    def __call__(self) -> int:
        return self.ns

    def forward(self, ns: int) -> None:
        self.ns += ns


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mailbox() -> Iterator[smtp.Mailbox]:
    with smtp.running() as mailbox:
        yield mailbox


@pytest.fixture
def hook() -> Iterator[hooks.Hook]:
    with hooks.running() as hook:
        yield hook


@pytest.fixture
def make(tmp_path: Path, clock: Clock, mailbox: smtp.Mailbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Application]]:
    """Opens an application whose clock and mail server are ours; other settings of telling as given."""
    opened: list[Application] = []
    monkeypatch.setattr(Application, "now_ns", lambda _: clock())

    def make(**telling: Any) -> Application:
        file = tmp_path / "syncline.yaml"
        file.write_text(CONFIGURATION)
        mail = Mail("127.0.0.1", "Syncline <syncline@example.com>", mailbox.port, "none", timeout=5)
        given = Telling(**{"url": "https://sync.example.com/", "mail": mail, "webhooks": ("127.0.0.1",), **telling})
        application = Application(replace(load_settings(file, {}), telling=given))
        opened.append(application)
        if not application.accounts.list_users():
            application.accounts.add_user("maria", PASSWORD, ["supply"])
            application.accounts.add_user("bruno", PASSWORD, ["it"], ["brno"])
        return application

    yield make
    for application in opened:
        application.close()


def starts(application: Application, *found: Condition) -> None:
    """Looks, and tells."""
    look(application.accounts.engine, found, application.now_ns(), 900)
    tells(application)


def tells(application: Application) -> None:
    with ThreadPoolExecutor(2) as senders:
        teller.tick(application, senders)


def states(application: Application, way: str = "mail") -> list[tuple[str, str, str | None]]:
    with application.accounts.engine.connect() as connection:
        rows = connection.execute(select(messages).where(messages.c.way == way).order_by(messages.c.number))
        return [(row.event.split()[0], row.state, row.words) for row in rows]


def asks(application: Application, user: str = "maria", wanted: Wanted = ANYTHING, ways: tuple[str, ...] = ("mail",)) -> None:
    if "mail" in ways:
        application.subscriptions.reach(user, f"{user}@example.com", application.subscriptions.contact(user).webhook or "", "")
    application.subscriptions.add(user, "What fails", wanted, ways)


def inbox(application: Application, user: str = "maria") -> list[tuple[str, Alert]]:
    return [(row.event, alert) for row, alert in outbox.inbox(application.accounts.engine, user, 20)]


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


def test_rights_are_those_of_the_moment_it_goes(make: Callable[..., Application], mailbox: smtp.Mailbox, clock: Clock) -> None:
    application = make()
    asks(application)
    application.subscriptions.reach("maria", "maria@example.com", "", "11:00 to 13:00")
    starts(application, replace(FAILING, parts=(HAMBURG,)))
    application.accounts.set_sites("maria", ["brno"])
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


# ── what fails ──────────────────────────────────────────────────────────────────────────────────────────────────────────
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


# ── quiet hours ─────────────────────────────────────────────────────────────────────────────────────────────────────────
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


# ── webhooks and channels ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_webhook_is_signed_and_says_it_as_json(make: Callable[..., Application], hook: hooks.Hook) -> None:
    application = make()
    secret = application.subscriptions.reach("maria", "", hook.url, "").secret
    asks(application, ways=("webhook",))
    starts(application, FAILING)
    ((headers, body),) = hook.came
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(secret.removeprefix("whsec_"))
    assert headers["webhook-signature"] == "v1," + b64encode(hmac.digest(key, signed, sha256)).decode()
    (said,) = hook.bodies()
    assert (said["type"], said["title"], said["sites"], said["cases"]) == (
        "alert.started",
        "Production confirmed in ERP fails",
        ["brno", "hamburg"],
        9,
    )
    assert said["values"] == {"EUR": "12500"}
    assert said["alert_url"] == "https://sync.example.com/alerts?number=1"


def test_a_webhook_without_an_answer_is_sent_again_under_the_same_id(
    make: Callable[..., Application], hook: hooks.Hook, clock: Clock
) -> None:
    application = make()
    application.subscriptions.reach("maria", "", hook.url, "")
    hook.answers = [0, 503, 200]
    asks(application, ways=("webhook",))
    starts(application, FAILING)
    for seconds in (31, 61, 121):
        clock.forward(seconds * 10**9)
        tells(application)
    assert len({headers["webhook-id"] for headers, _ in hook.came}) == 1
    assert len(hook.came) == 3
    assert states(application, "webhook") == [("started", "sent", None)]


def test_a_webhook_that_leads_elsewhere_is_not_followed(make: Callable[..., Application], hook: hooks.Hook) -> None:
    application = make()
    application.subscriptions.reach("maria", "", hook.url, "")
    hook.answers, hook.location = [307], hook.url
    asks(application, ways=("webhook",))
    starts(application, FAILING)
    assert len(hook.came) == 1
    ((_, state, words),) = states(application, "webhook")
    assert (state, words.endswith("It is somewhere else; that is not followed.")) == ("refused", True)


def test_what_was_allowed_and_is_not_any_more_is_refused_when_it_goes(make: Callable[..., Application], hook: hooks.Hook) -> None:
    application = make()
    application.subscriptions.reach("maria", "", hook.url, "")
    asks(application, ways=("webhook",))
    application.subscriptions.settings = replace(application.settings.telling, webhooks=())
    application.settings = replace(application.settings, telling=application.subscriptions.settings)
    starts(application, FAILING)
    assert hook.came == []
    assert states(application, "webhook") == [("started", "refused", "A webhook's address begins with https://.")]


def test_a_shared_channel_is_told_once_whoever_asked_and_only_of_its_sites(make: Callable[..., Application], hook: hooks.Hook) -> None:
    address = hook.url.replace("http://", "json://")
    application = make(channels={"shift": Channel("Shift lead", address, ("brno",))})
    for user in ("maria", "bruno"):
        asks(application, user, ways=("channel:shift",))
    starts(application, FAILING, replace(FAILING, key="failed|a2", title="Only in Hamburg", parts=(HAMBURG,)))
    (said,) = hook.bodies()
    assert said["title"] == "Production confirmed in ERP fails, Brno: 2 cases, 1 order, 100 EUR"
    assert "amburg" not in said["message"]


def test_a_channel_that_says_no_is_asked_again_and_one_that_is_silent_is_not(
    make: Callable[..., Application], hook: hooks.Hook, clock: Clock
) -> None:
    application = make(channels={"shift": Channel("Shift lead", hook.url.replace("http://", "json://"))})
    asks(application, ways=("channel:shift",))
    hook.answers = [503, 0]
    starts(application, FAILING)
    assert states(application, "channel:shift") == [("started", "waiting", "The channel Shift lead did not take it.")]
    clock.forward(31 * 10**9)
    tells(application)
    said = "The channel Shift lead did not answer, so nobody knows whether it has it."
    assert states(application, "channel:shift") == [("started", "unknown", said)]


# ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_try_goes_at_once_also_in_quiet_hours(make: Callable[..., Application], mailbox: smtp.Mailbox) -> None:
    application = make()
    application.subscriptions.reach("maria", "maria@example.com", "", "11:00 to 13:00")
    teller.attempt(application, "maria", "mail")
    tells(application)
    assert mailbox.subjects() == ["A try: alerts of Syncline arrive here"]


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


def test_without_a_mail_server_that_is_said(make: Callable[..., Application]) -> None:
    application = make(mail=None)
    for ask in (
        lambda: application.subscriptions.reach("maria", "maria@example.com", "", ""),
        lambda: application.subscriptions.add("maria", "x", Wanted(), ["mail"]),
    ):
        with pytest.raises(AccountError, match="the configuration names no mail server"):
            ask()


def test_what_one_is_told_of_already_is_not_asked_twice(make: Callable[..., Application]) -> None:
    subscriptions = make().subscriptions
    subscriptions.add("maria", "Hamburg", Wanted(sites=("hamburg",)), [])
    with pytest.raises(AccountError, match="You are told of that already: Hamburg"):
        subscriptions.add("maria", "Hamburg again", Wanted(sites=("hamburg",)), [])
    for number in range(MOST - 1):
        subscriptions.add("maria", f"{number}", Wanted(workflows=(f"w{number}",)), [])
    with pytest.raises(AccountError, match=f"You are told of {MOST} things already"):
        subscriptions.add("maria", "one more", Wanted(), [])


def test_a_new_webhook_has_a_new_secret(make: Callable[..., Application]) -> None:
    subscriptions = make().subscriptions
    first = subscriptions.reach("maria", "", "https://hooks.example.com/1", "").secret
    assert subscriptions.reach("maria", "", "https://hooks.example.com/1", "22:00 to 06:00").secret == first
    assert subscriptions.reach("maria", "", "https://hooks.example.com/2", "").secret != first


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
    application.accounts.disable("maria")
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
