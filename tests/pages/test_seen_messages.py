"""What is sent can be seen before: the mail itself in a frame without rights, whom it goes to, and who does not get it and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.application import Application
from app.reports import schedule
from app.reports.receivers import ROLE, USER, WEEKLY
from app.telling.subscription import Wanted
from tests.pages import recovering, trees
from tests.pages.served import Client, make_server, someone
from tests.reports import works
from tests.servers import smtp
from tests.telling.conftest import clock, hook, mailbox, make
from tests.telling.plant import FAILING, Clock, starts

__all__ = ["clock", "hook", "mailbox", "make"]


def pressed(client: Client, output: str, ident: dict[str, Any], **state: Any) -> Any:
    answer = recovering.press(client, output, ident, **state)
    ident_of = output.partition(".")[0]
    return trees.revived(answer.get_json()["response"][ident_of]["children"])


def frame(tree: Any) -> Any:
    (found,) = [part for part in trees.parts(tree) if getattr(part, "srcDoc", None) is not None]
    return found


# -- of a report -------------------------------------------------------------------------------------------------------


@pytest.fixture
def reports(tmp_path: Path) -> Iterator[tuple[Application, smtp.Mailbox]]:
    with smtp.running() as box, works.opened(tmp_path, works.Clock(), port=box.port) as application:
        works.people(application)
        for name in ("eva", "hanna"):
            application.subscriptions.reach(name, f"{name}@example.com", "", "")
        yield application, box


def see(client: Client, number: int | None, site: str | None = None) -> Any:
    here = {"number": number, "week": "2026-W13", "site": site}
    return pressed(
        client, "reports-said.children", {"type": "reports-do", "what": "see"}, reports_here=("data", here), reports_comment=("value", "")
    )


def test_the_mail_of_a_report_is_seen_as_it_is_sent(reports: tuple[Application, smtp.Mailbox]) -> None:
    application, box = reports
    application.reports.receivers.add(f"{USER}eva", WEEKLY, None, application.accounts.user("eva"), application.now_ns())
    client = someone(make_server(application), "eva")
    before = see(client, None)
    schedule.tick(application)
    works.tells(application)
    ((_, mail),) = box.came
    (revision, *_) = application.reports.published.revisions("2026-W13", None)
    for tree in (before, see(client, revision.number)):
        assert mail["Subject"] in trees.text(tree)
        assert frame(tree).sandbox == ""
        sent = mail.get_body(("html",)).get_content().replace("\r\n", "\n").strip()
        assert "cid:" not in frame(tree).srcDoc
        head, _, tail = sent.partition("cid:trend")
        assert frame(tree).srcDoc.startswith(head)
        assert frame(tree).srcDoc.strip().endswith(tail)
        assert "2026-W13" in trees.text(tree)  # the PDF beside it


def test_who_asked_and_does_not_get_it_is_told_to_who_may_see_what_others_are_sent(reports: tuple[Application, smtp.Mailbox]) -> None:
    application, _ = reports
    accounts, now_ns = application.accounts, application.now_ns()
    for who, site, by in ((f"{USER}eva", "monterrey", "eva"), (f"{ROLE}supply", "monterrey", "ada"), (f"{ROLE}admin", None, "ada")):
        application.reports.receivers.add(who, WEEKLY, site, accounts.user(by), now_ns)
    server = make_server(application)
    assert "To eva Not to ada (gets the report of all sites) and hanna (may not see Monterrey)" in trees.text(
        see(someone(server, "ada"), None, "monterrey")
    )
    assert "Not to ada (has said no e-mail address)" in trees.text(see(someone(server, "ada"), None))
    said = trees.text(see(someone(server, "eva"), None, "monterrey"))
    assert "To eva" in said
    assert "hanna" not in said


# -- of a subscription -------------------------------------------------------------------------------------------------

Make = Callable[..., Application]


def see_alert(client: Client, number: int) -> Any:
    return pressed(client, "subscription-seen.children", {"type": "subscription-see", "number": number})


def test_the_mail_of_an_alert_is_seen_as_it_is_sent(make: Make, mailbox: smtp.Mailbox) -> None:
    application = make()
    application.subscriptions.reach("bruno", "bruno@example.com", "", "")
    asked = application.subscriptions.add("bruno", "What fails", Wanted(), ["mail"])
    client = someone(make_server(application), "bruno")
    assert "There has been no such alert yet" in trees.text(see_alert(client, asked.number))
    starts(application, FAILING)
    ((_, mail),) = mailbox.came
    tree = see_alert(client, asked.number)
    assert f"Subject {mail['Subject']} To bruno@example.com" in trees.text(tree)
    assert frame(tree).srcDoc.strip() == mail.get_body(("html",)).get_content().replace("\r\n", "\n").strip()
    assert "amburg" not in frame(tree).srcDoc


def test_why_nothing_goes_by_a_way_is_told(make: Make, mailbox: smtp.Mailbox, clock: Clock) -> None:
    application = make()
    application.subscriptions.reach("bruno", "bruno@example.com", "", "11:00 to 13:00")
    asked = application.subscriptions.add("bruno", "What fails", Wanted(), ["mail"])
    starts(application, FAILING)
    assert "Not to bruno@example.com (it is quiet until 13:00 UTC)" in trees.text(
        see_alert(someone(make_server(application), "bruno"), asked.number)
    )


def test_nobody_sees_what_others_are_told_of(make: Make) -> None:
    application = make()
    asked = application.subscriptions.add("maria", "What fails", Wanted(), [])
    starts(application, FAILING)
    server = make_server(application)
    assert "You are not told of that any more." in trees.text(see_alert(someone(server, "bruno"), asked.number))
    assert "12,500 EUR" in trees.text(see_alert(someone(server, "maria"), asked.number))


def test_the_secret_of_a_webhook_is_shown_once(make: Make) -> None:
    application = make()
    client = someone(make_server(application), "maria")

    def does(what: str) -> str:
        state = {"reach_mail": ("value", ""), "reach_webhook": ("value", "https://hooks.example.com/1"), "reach_quiet": ("value", "")}
        return trees.text(pressed(client, "subscriptions-reached.children", {"type": "reach-do", "what": what}, **state))

    first = application.subscriptions.contact("maria").secret
    assert first is None
    said = does("save")
    first = application.subscriptions.contact("maria").secret
    assert first is not None
    assert first in said
    assert first not in does("save")
    assert first not in trees.text(trees.drawn(client.show("/subscriptions")))
    said = does("renew")
    assert application.subscriptions.contact("maria").secret in said
    assert first not in said
