"""What was published stays byte for byte, with its definitions; what comes late makes a revision that says every change and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import select

from app import audit as audit_of
from app.accounts import AccountError
from app.application import Application
from app.audit.tables import entries as audit
from app.reports.asked import Asked
from app.reports.content import hash_of
from app.reports.forms import FORMS
from app.reports.kept import Revision
from app.reports.week import week_of
from metrics.read import Moment
from metrics.scope import EVERYTHING, Scope
from tests.reports import works

W12, W13 = week_of("2026-W12"), week_of("2026-W13")


@pytest.fixture
def clock() -> works.Clock:
    return works.Clock()


@pytest.fixture
def application(tmp_path: Path, clock: works.Clock) -> Iterator[Application]:
    with works.opened(tmp_path, clock) as application:
        yield application


def published(application: Application, week: str = "2026-W13", site: str | None = None) -> Revision:
    revision = application.reports.publish(week_of(week), site)
    assert revision is not None
    return revision


def comes_late(application: Application, clock: works.Clock, folder: Path, *rows: tuple[str, ...]) -> None:
    """A day later."""
    clock.ns += works.DAY
    works.say(folder, rows)
    application.ingest()


LATE = works.received("lost", "2026-03-25T09:00:00Z", after_minutes=3)


def test_late_data_make_a_revision_that_lists_every_change_and_why(application: Application, clock: works.Clock, tmp_path: Path) -> None:
    first = published(application)
    before = {form: application.reports.published.file(first.number, form) for form in FORMS}
    comes_late(application, clock, tmp_path, LATE)
    second = application.reports.restate(first)
    assert second is not None
    assert (second.revision, second.as_of_ns, second.known_ns) == (2, first.as_of_ns, clock.ns)
    changed = {each.place: (each.before, each.after) for each in second.changes}
    assert changed["promises release attained"] == (12 / 14, 13 / 14)
    assert changed["promises release good"] == (12, 13)
    assert changed["promises release bad"] == (2, 1)
    assert changed["kept"] == (0, 1)
    assert second.reasons == ("1 event of MES at hamburg from 25 Mar 10:03 CET to 25 Mar 10:03 CET came late, from the source bus.",)
    assert {form: application.reports.published.file(first.number, form) for form in FORMS} == before
    assert [each.revision for each in application.reports.published.revisions("2026-W13", None)] == [1, 2]


def test_a_revision_lists_exactly_what_differs(application: Application, clock: works.Clock, tmp_path: Path) -> None:
    from app.reports.content import numbers

    first = published(application)
    comes_late(application, clock, tmp_path, LATE)
    second = application.reports.restate(first)
    assert second is not None
    was, now = (dict(numbers(application.reports.published.content(each.number))) for each in (first, second))
    assert {each.place for each in second.changes} == {place for place in was | now if was.get(place) != now.get(place)}


def test_counted_again_from_the_data_it_is_the_same_content_and_the_same_bytes(
    application: Application, clock: works.Clock, tmp_path: Path
) -> None:
    first = published(application)
    comes_late(application, clock, tmp_path, LATE)
    again = application.reports.counted_again(first)
    assert hash_of(again) == first.hash
    for form in FORMS:
        assert application.reports.rendered(again, form) == application.reports.published.file(first.number, form)


def test_what_comes_late_and_changes_no_number_makes_no_revision(application: Application, clock: works.Clock, tmp_path: Path) -> None:
    first = published(application)
    assert application.reports.restate(first) is None
    comes_late(application, clock, tmp_path, *works.released("new", "2026-03-30T12:00:00Z"))  # after the report's moment
    assert application.reports.restate(first) is None


def test_a_week_is_published_once_and_not_before_it_is_over(application: Application) -> None:
    published(application)
    assert application.reports.publish(W13, None) is None
    with pytest.raises(ValueError, match=r"^Week 2026-W14 is not over, so its report cannot be published yet\.$"):
        application.reports.publish(W13.back(-1), None)


def test_the_week_before_stands_as_published_and_as_restated(application: Application, clock: works.Clock, tmp_path: Path) -> None:
    published(application, "2026-W12")
    comes_late(application, clock, tmp_path, *works.released("slow", "2026-03-17T10:00:00Z", after_minutes=60))
    said = application.reports.content(Asked(W13, None, Moment(clock.ns, clock.ns)))
    (promise,) = said.promises
    assert promise.published is not None
    assert (promise.published.value, promise.restated.value) == (1.0, 5 / 6)
    assert said.compared == "2026-W12"


def test_definitions_are_frozen_and_what_changed_of_them_is_told(tmp_path: Path, clock: works.Clock) -> None:
    with works.opened(tmp_path, clock) as application:
        first = published(application, "2026-W12")
        frozen = application.reports.published.texts(first.number)
    stricter = replace(works.RELEASE, target=Fraction(99, 100))
    with works.opened(tmp_path, clock, rows=(), objectives=(stricter,)) as application:
        assert application.reports.published.texts(first.number) == frozen
        (change,) = application.reports.content(Asked(W13, None, Moment(clock.ns, clock.ns))).changes
    assert change.name == "promise release"
    assert change.before == "Order release latency: at least 90 % of order_release_latency, 28d rolling"
    assert change.after == "Order release latency: at least 99 % of order_release_latency, 28d rolling"


def test_other_definitions_are_told_where_late_data_change_numbers(tmp_path: Path, clock: works.Clock) -> None:
    with works.opened(tmp_path, clock) as application:
        first = published(application)
    stricter = replace(works.RELEASE, target=Fraction(99, 100))
    with works.opened(tmp_path, clock, rows=(), objectives=(stricter,)) as application:
        assert application.reports.restate(first) is None
        comes_late(application, clock, tmp_path, LATE)
        second = application.reports.restate(first)
    assert second is not None
    assert second.reasons[-1] == "It is counted by other definitions now: promise release."


def test_signed_with_a_comment_it_stands_in_the_audit(application: Application) -> None:
    works.people(application)
    kept, revision = application.reports.published, published(application)
    kept.sign(revision, "eva", "  Seen with the plant. ", application.now_ns())
    assert [(each.user, each.comment) for each in kept.signed(revision.number)] == [("eva", "Seen with the plant.")]
    with pytest.raises(AccountError, match="signed this revision already"):
        kept.sign(revision, "eva", "Again", application.now_ns())
    with pytest.raises(AccountError, match="Say in a comment"):
        kept.sign(revision, "ada", "  ", application.now_ns())
    with application.accounts.engine.connect() as connection:
        rows = connection.execute(select(audit.c.actor, audit.c.action, audit.c.subject, audit.c.reason).order_by(audit.c.number)).all()
    assert [tuple(row) for row in rows] == [
        ("syncline", "published a report", "report 2026-W13 revision 1", None),
        ("eva", "signed a report", "report 2026-W13 revision 1", "Seen with the plant."),
    ]


def test_who_may_see_one_site_sees_the_reports_of_that_site(application: Application) -> None:
    for site in (None, "hamburg", "monterrey"):
        published(application, site=site)
    listed = application.reports.published.listed
    assert [each.site for each in listed(Scope(frozenset({"hamburg"})))] == ["hamburg"]
    assert [each.site for each in listed(EVERYTHING)] == [None, "hamburg", "monterrey"]


def test_a_published_report_ends_with_an_anchor_of_the_audit_that_holds_later(application: Application) -> None:
    with application.accounts.engine.begin() as connection:
        audit_of.append(connection, 1, "tom", "requested", "R-1", {})
        head = audit_of.newest(connection)
    assert head is not None
    first = published(application)
    content = application.reports.published.content(first.number)
    assert content.audit == str(head)
    html = application.reports.published.file(first.number, "html")
    assert html is not None
    assert f"When this was published the audit stood at {head}".encode() in html
    assert application.reports.counted_again(first) == content  # what it says is the same, whatever the audit stands at
    with application.accounts.engine.begin() as connection:
        assert audit_of.verify(connection, anchors=[head]) is None
        connection.execute(audit.delete())
        audit_of.append(connection, 1, "tom", "requested", "R-2", {})
        assert str(audit_of.verify(connection, anchors=[head])) == f"entry {head.number} was changed"
