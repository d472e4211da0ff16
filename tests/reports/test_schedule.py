"""Reports are published and sent by themselves: each Monday morning, once, by one instance, with the rights of who gets them."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.accounts import AccountError
from app.application import Application
from app.instants import instant_ns
from app.lease import Lease
from app.reports import schedule
from app.reports.receivers import DIGEST, WEEKLY
from app.reports.settings import Reporting, Time
from app.settings import load_settings
from app.telling import outbox
from metrics.scope import EVERYTHING, Scope
from tests.people import Changed
from tests.reports import works
from tests.servers import smtp

EARLY = instant_ns("2026-03-30T03:59:00Z")  # a minute to six in Europe


@pytest.fixture
def clock() -> works.Clock:
    return works.Clock()


@pytest.fixture
def mailbox() -> Iterator[smtp.Mailbox]:
    with smtp.running() as mailbox:
        yield mailbox


@pytest.fixture
def application(tmp_path: Path, clock: works.Clock, mailbox: smtp.Mailbox) -> Iterator[Application]:
    with works.opened(tmp_path, clock, port=mailbox.port) as application:
        works.people(application)
        for name in ("eva", "hanna", "ada"):
            application.subscriptions.reach(name, f"{name}@example.com", "", "")
        yield application


def asks(application: Application, who: str, by: str, kind: str = WEEKLY, site: str | None = None) -> None:
    application.reports.receivers.add(who, kind, site, application.accounts.user(by), application.now_ns())


def goes(application: Application) -> None:
    """What is due is done, and sent."""
    schedule.tick(application)
    works.tells(application)


def published(application: Application) -> list[tuple[str, str | None, int]]:
    return sorted((each.week, each.site, each.revision) for each in application.reports.published.listed(EVERYTHING) if each.site is None)


def test_it_is_published_on_monday_morning_and_not_before(application: Application, clock: works.Clock) -> None:
    clock.ns = EARLY
    goes(application)
    assert published(application) == [("2026-W12", None, 1)]  # the newest that was due: nothing was published before
    clock.ns += works.MINUTE
    goes(application)
    goes(application)
    assert published(application) == [("2026-W12", None, 1), ("2026-W13", None, 1)]


def test_by_the_clocks_of_each_site(application: Application, clock: works.Clock) -> None:
    clock.ns = instant_ns("2026-03-30T11:59:00Z")  # a minute to six in Monterrey, in Hamburg it is noon
    goes(application)
    assert [each.week for each in application.reports.published.listed(Scope(frozenset({"hamburg"})))] == ["2026-W13"]
    assert [each.week for each in application.reports.published.listed(Scope(frozenset({"monterrey"})))] == ["2026-W12"]


def test_what_was_missed_is_made_up_for_once(application: Application, clock: works.Clock) -> None:
    goes(application)
    clock.ns += 24 * works.DAY  # a Thursday, three reports later
    goes(application)
    goes(application)
    assert published(application) == [("2026-W13", None, 1), ("2026-W16", None, 1)]


def test_before_anything_was_told_nothing_is_published(tmp_path: Path, clock: works.Clock) -> None:
    with works.opened(tmp_path, clock, rows=()) as application:
        schedule.tick(application)
        assert application.reports.published.listed(EVERYTHING) == []


def test_at_another_hour_or_by_hand_only(tmp_path: Path, clock: works.Clock) -> None:
    with works.opened(tmp_path, clock, reporting=Reporting(publish=Time(9 * 60, 1), digest=None)) as application:
        schedule.tick(application)
        assert published(application) == [("2026-W12", None, 1)]  # on Tuesday at nine
    with works.opened(tmp_path, clock, rows=(), reporting=Reporting(publish=None)) as application:
        assert schedule.due_week(application, None, clock.ns) is None


@pytest.mark.parametrize(
    ("said", "publish", "digest"),
    [("{publish: never}", None, Time(360)), ("{digest: never}", Time(360, 0), None), ('{publish: "tue 09:00"}', Time(540, 1), Time(360))],
)
def test_never_is_what_the_configuration_says(tmp_path: Path, said: str, publish: Time | None, digest: Time | None) -> None:
    (tmp_path / "syncline.yaml").write_text(f"version: 1\nreports: {said}\n")
    assert load_settings(tmp_path / "syncline.yaml", {}).reporting == Reporting(publish, digest)


def test_one_of_several_instances_holds_the_lease_until_it_ends(application: Application, clock: works.Clock) -> None:
    engine = application.accounts.engine
    one, other = (Lease(engine, "reports", name, 300) for name in ("one", "other"))
    assert one.take(clock.ns)
    assert not other.take(clock.ns + 299 * works.SECOND)
    assert one.take(clock.ns + 299 * works.SECOND)
    assert not other.take(clock.ns + 400 * works.SECOND)
    assert other.take(clock.ns + 600 * works.SECOND)  # the other one has ended without a word
    other.give_back()
    assert one.take(clock.ns + 601 * works.SECOND)


def test_a_mail_has_the_figures_in_its_text_the_trend_as_a_picture_and_the_pdf(application: Application, mailbox: smtp.Mailbox) -> None:
    asks(application, "role:exec", "ada")
    goes(application)
    ((recipient, mail),) = mailbox.came
    assert recipient == "eva@example.com"
    assert str(mail["Subject"]) == (
        "Week 13, All sites: Order release latency was missed: 85.71 % against 90 %, after 1 week in which all were kept."
    )
    text = body(mail, "plain")
    assert "Promises kept: 0 of 1" in text
    assert "Order release latency: 85.71 % against 90 %, 100 % observed. × Missed by 4.29 pt" in text
    assert "https://sync.example.com/reports?week=2026-W13&revision=1" in text
    page = body(mail, "html")
    assert '<img src="cid:trend"' in page
    parts = {part.get_content_type(): part for part in mail.walk() if not part.is_multipart()}
    assert parts["image/png"]["Content-ID"] == "<trend>"
    assert parts["image/png"].get_content().startswith(b"\x89PNG")
    (revision,) = [each for each in application.reports.published.listed(EVERYTHING) if each.site is None]
    assert parts["application/pdf"].get_content() == application.reports.published.file(revision.number, "pdf")
    assert parts["application/pdf"].get_filename() == "syncline-report-2026-W13.pdf"


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    found: str = part.get_content()
    return found


def test_everybody_gets_what_they_may_see_once(application: Application, mailbox: smtp.Mailbox) -> None:
    asks(application, "user:hanna", "hanna")
    asks(application, "role:supply", "ada")
    asks(application, "user:eva", "eva", site="monterrey")
    goes(application)
    goes(application)
    said = sorted((recipient, str(mail["Subject"]).partition(":")[0]) for recipient, mail in mailbox.came)
    # In Monterrey it is still night: its newest report that is due is that of the week before.
    assert said == [("eva@example.com", "Week 12, Monterrey"), ("hanna@example.com", "Week 13, Hamburg")]


def test_a_site_that_may_not_be_seen_any_more_is_not_told(application: Application, mailbox: smtp.Mailbox) -> None:
    asks(application, "user:hanna", "hanna")
    schedule.tick(application)
    Changed(application.accounts).set_scope("hanna", Scope(frozenset({"monterrey"})))
    works.tells(application)
    assert mailbox.came == []


def test_late_data_are_sent_as_a_revision_the_next_morning(
    application: Application, mailbox: smtp.Mailbox, clock: works.Clock, tmp_path: Path
) -> None:
    asks(application, "user:eva", "eva")
    goes(application)
    works.say(tmp_path, [works.received("lost", "2026-03-25T09:00:00Z", after_minutes=3)])
    clock.ns += 2 * works.HOUR
    application.ingest()
    goes(application)
    assert len(mailbox.came) == 1  # once a day
    clock.ns += works.DAY
    goes(application)
    (_, mail) = mailbox.came[-1]
    assert str(mail["Subject"]).startswith("Week 13, All sites, revision 2: The one promise was kept, the 2nd week running.")
    assert "1 event of MES at hamburg" in body(mail, "plain")
    assert published(application) == [("2026-W13", None, 1), ("2026-W13", None, 2)]


def test_a_refused_recipient_is_said_and_what_was_not_taken_is_tried_again(
    application: Application, mailbox: smtp.Mailbox, clock: works.Clock
) -> None:
    asks(application, "role:exec", "ada")
    asks(application, "user:ada", "ada")
    mailbox.refused = {"eva@example.com": "550 No such user", "ada@example.com": "451 Come again"}
    goes(application)
    last = outbox.last_of(application.accounts.engine, "eva")["mail:eva"]
    assert (last.state, last.words) == ("refused", "The mail server does not take messages for eva@example.com: 550 No such user.")
    mailbox.refused = {}
    clock.ns += works.MINUTE
    works.tells(application)
    assert [recipient for recipient, _ in mailbox.came] == ["ada@example.com"]


def test_without_a_mail_server_it_is_published_all_the_same(tmp_path: Path, clock: works.Clock) -> None:
    with works.opened(tmp_path, clock) as application:
        works.people(application)
        asks(application, "role:exec", "ada")
        goes(application)
        assert published(application) == [("2026-W13", None, 1)]


def test_a_digest_says_each_morning_what_is_out_of_sync(application: Application, mailbox: smtp.Mailbox, clock: works.Clock) -> None:
    clock.ns = EARLY + works.DAY
    asks(application, "role:supply", "ada", DIGEST)
    goes(application)
    assert mailbox.came == []
    clock.ns += works.MINUTE
    goes(application)
    goes(application)
    ((recipient, mail),) = mailbox.came
    assert recipient == "hanna@example.com"
    assert str(mail["Subject"]).startswith("This morning, Tue 31 Mar:")
    text = body(mail, "plain")
    assert "1 did not come: Work order received in MES, Hamburg" in text
    assert "Monterrey" not in text
    clock.ns += works.DAY
    goes(application)
    assert len(mailbox.came) == 2


def test_who_asks_for_a_digest_at_noon_gets_it_the_next_morning(
    application: Application, mailbox: smtp.Mailbox, clock: works.Clock
) -> None:
    asks(application, "user:hanna", "hanna", DIGEST)
    goes(application)
    assert mailbox.came == []
    clock.ns += works.DAY
    goes(application)
    assert len(mailbox.came) == 1


def test_nobody_has_mail_sent_to_others(application: Application) -> None:
    with pytest.raises(AccountError, match="for themselves"):
        asks(application, "user:hanna", "eva")
    with pytest.raises(AccountError, match="Only administrators"):
        asks(application, "role:exec", "eva")
    with pytest.raises(AccountError, match="There is no site 'monterrey', or you may not see it"):
        asks(application, "user:hanna", "hanna", site="monterrey")
    asks(application, "user:hanna", "hanna")
    with pytest.raises(AccountError, match="sent already"):
        asks(application, "user:hanna", "hanna")
    receivers = application.reports.receivers
    (mine,) = receivers.every()
    receivers.remove(mine.number, application.accounts.user("eva"))
    assert receivers.every() == [mine]
    receivers.remove(mine.number, application.accounts.user("hanna"))
    assert receivers.every() == []
