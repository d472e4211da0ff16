"""What a weekly report says: every number is that of the exports, of the right week in the right zone; a sentence where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app.application import Application
from app.instants import instant_ns
from app.reports import standing
from app.reports.asked import Asked, around_of
from app.reports.content import Content, Promise, numbers, read, written
from app.reports.week import Week, last_whole, week_of
from metrics.calendars import Exclusion
from metrics.cases import Cases, cases, counted
from metrics.read import Moment
from metrics.scope import EVERYTHING, Scope
from tests.reports import works

W13 = week_of("2026-W13")


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with works.opened(tmp_path_factory.mktemp("works"), works.Clock()) as application:
        yield application


def report(application: Application, week: str = "2026-W13", site: str | None = None, sees: Scope = EVERYTHING) -> Content:
    return application.reports.content(Asked(week_of(week), site, Moment(works.MONDAY, works.MONDAY)), sees)


def only(content: Content) -> Promise:
    (promise,) = content.promises
    return promise


def test_the_verdict_says_which_promise_was_missed_by_how_much_and_what_broke_it(application: Application) -> None:
    said = report(application)
    assert said.verdict == "Order release latency was missed: 85.71 % against 90 %, after 1 week in which all were kept."
    assert said.because == (
        "“Work order received in MES: came late”, Hamburg, is behind 50 % of what Order release latency fell short by. "
        "Without that it would have attained 92.30 %."
    )
    assert (said.state, said.days, said.place, said.kept.value, said.decided.value) == ("missed", "23 to 29 March 2026", "All sites", 0, 1)


def test_a_promise_stands_with_its_counts_the_observed_share_and_thirteen_weeks(application: Application) -> None:
    promise = only(report(application))
    assert (promise.good.value, promise.bad.value, promise.open.value, promise.unjudged.value) == (12, 2, 0, 0)
    assert (promise.attained.value, promise.observed.value, promise.restated.value) == (12 / 14, 1.0, 1.0)
    assert [point.week for point in promise.trend] == [f"2026-W{number:02d}" for number in range(1, 14)]
    assert [point.value for point in promise.trend][-3:] == [None, 1.0, 12 / 14]


def test_a_report_of_one_site_counts_that_site_alone(application: Application) -> None:
    assert only(report(application, site="hamburg")).attained.value == 0.8
    assert report(application, site="monterrey").verdict == "The one promise was kept in week 13."
    assert report(application, site="monterrey").zone == "America/Monterrey"


def test_a_report_of_who_may_see_one_site_counts_that_site_alone(application: Application) -> None:
    mine = report(application, sees=Scope(frozenset({"monterrey"})))
    assert (mine.place, only(mine).good.value, only(mine).bad.value) == ("Monterrey", 4, 0)
    with pytest.raises(ValueError, match=r"^There is no site 'hamburg', or you may not see it\.$"):
        report(application, site="hamburg", sees=Scope(frozenset({"monterrey"})))


def test_every_number_opens_as_many_cases_as_it_says(application: Application) -> None:
    said = report(application)
    checked = 0
    for figure in (only(said).good, only(said).bad, *(cause.cases for cause in said.causes), said.not_well, said.transactions):
        assert behind(application, figure.link) == figure.value
        checked += 1
    assert checked == 6
    for cause in said.causes:
        assert behind(application, cause.share.link) == cause.cases.value
        assert behind(application, cause.without.link) == only(said).good.value + only(said).bad.value
    assert said.causes


def test_how_soon_failures_were_told_opens_the_attempts_that_failed(application: Application) -> None:
    assert report(application).recovered.to_detect.link is None  # none did
    with application.reader(Moment(works.MONDAY, works.MONDAY)) as reader:
        around = around_of(Asked(week_of("2026-W13"), "hamburg", reader.moment), application.settings)
        spells = [replace(each, detection_seconds=(30.0,)) for each in standing.weeks_of(reader, around)]
    asked = parse_qs(urlsplit(standing.recovered_of(spells, around).to_detect.link or "").query)
    assert (asked["kind"], asked["site"], asked["from"]) == (["failed"], ["hamburg"], ["2026-03-22T23:00:00.000Z"])


def behind(application: Application, link: str | None) -> int:
    """How many cases the page that a number opens would list."""
    assert link is not None
    asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    broke = (asked["milestone"], asked["why"]) if "why" in asked else None
    about = {name: asked.get(name) for name in ("site", "outcome", "workflow", "partner")}
    moment = Moment(instant_ns(asked["as_of"]), instant_ns(asked["known_at"]))
    with application.reader(moment) as reader:
        found = Cases(asked["metric"], instant_ns(asked["from"]), instant_ns(asked["to"]), **about, broke=broke)
        listed = cases(reader, found)
        outcomes = counted(reader, found).outcomes
    many = 0 if listed.empty else int(listed["cases"][0])
    assert many == (outcomes[found.outcome] if found.outcome else sum(outcomes.values()))
    return many


def test_the_numbers_are_those_of_the_export(application: Application) -> None:
    with application.reader(Moment(works.MONDAY, works.MONDAY)) as reader:
        rows = {(row["metric"], row["site"], row["week"]): row for row in reader.export("metrics")}
    for week in ("2026-W12", "2026-W13"):
        for site in (None, "hamburg", "monterrey"):
            row, promise = rows.get(("order_release_latency", site, week)), only(report(application, week, site))
            got = (promise.good.value, promise.bad.value, promise.open.value, promise.attained.value)
            assert got == ((row["good"], row["bad"], row["open"], row["attainment"]) if row else (0, 0, 0, None))


def test_a_week_without_data_is_no_week_in_which_promises_were_kept(application: Application) -> None:
    said = report(application, "2026-W05")
    assert (said.state, said.verdict) == ("no_data", "Nobody can say how week 5 went.")
    assert only(said).attained.value is None
    assert said.kept.link is None


def test_without_promises_that_is_said(tmp_path: Path) -> None:
    with works.opened(tmp_path, works.Clock(), objectives=()) as application:
        said = report(application, site="hamburg")
    assert (said.state, said.verdict) == ("no_data", "No promise is made, so nobody can say whether one was kept.")


def test_a_week_that_has_not_begun_and_a_site_nobody_knows_are_refused_in_a_sentence(application: Application) -> None:
    with pytest.raises(ValueError, match=r"^Week 2026-W20 has not begun: it does on Mon 11 May 2026, 00:00:00 CEST\.$"):
        report(application, "2026-W20")
    with pytest.raises(ValueError, match=r"o site is called 'hamburgh'\. Did you mean 'hamburg'"):
        report(application, site="hamburgh")


def test_a_week_that_runs_says_so(application: Application) -> None:
    assert not report(application, "2026-W14").is_whole
    assert report(application, "2026-W13").is_whole


def test_what_is_agreed_not_to_count_stands_beside_the_figure_and_changes_none(tmp_path: Path) -> None:
    outage = Exclusion(instant_ns("2026-03-24T00:00:00Z"), instant_ns("2026-03-25T00:00:00Z"), "planned outage", "eva")
    with works.opened(tmp_path, works.Clock()) as application:
        told = replace(application.settings.definitions, exclusions=(outage,))
    with works.opened(tmp_path, works.Clock(), rows=(), definitions=told) as application:
        promise = only(report(application))
    assert promise.adjusted is not None
    assert (promise.attained.value, promise.excluded, promise.adjusted.value) == (12 / 14, 3, 10 / 11)


def test_an_objective_with_a_partner_or_another_site_is_limited_to_it(tmp_path: Path) -> None:
    of_site = replace(works.RELEASE, name="of-site", site="monterrey")
    with works.opened(tmp_path, works.Clock(), objectives=(works.RELEASE, of_site)) as application:
        everything, hamburg = report(application), report(application, site="hamburg")
    assert {each.name: (each.limits, each.good.value) for each in everything.promises} == {"release": ("", 12), "of-site": ("Monterrey", 4)}
    assert [each.name for each in hamburg.promises] == ["release"]


def test_a_content_is_the_same_after_it_was_written_down(application: Application) -> None:
    said = report(application)
    assert read(written(said)) == said
    assert dict(numbers(said))["promises release attained"] == 12 / 14


@pytest.mark.parametrize(
    ("text", "monday", "hours"),
    [
        ("2026-W13", date(2026, 3, 23), 167),  # clocks go forward on its Sunday
        ("2026-W43", date(2026, 10, 19), 169),
        ("2026-W53", date(2026, 12, 28), 168),  # a year of 53 weeks
        ("2026-W01", date(2025, 12, 29), 168),
    ],
)
def test_a_week_is_as_long_as_its_clocks_say(text: str, monday: date, hours: int) -> None:
    week = week_of(text)
    begin, end = week.bounds("Europe/Berlin")
    assert (week.monday, str(week), (end - begin) // works.HOUR) == (monday, text, hours)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2025-W53", "2025 has no week 53: its last one is 2025-W52."),
        ("2026-W00", "'2026-W00' is no week. Write the year and the number of the ISO week, such as 2026-W13."),
        ("week 13", "'week 13' is no week. Write the year and the number of the ISO week, such as 2026-W13."),
    ],
)
def test_what_is_no_week_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:
        week_of(text)
    assert str(refused.value) == sentence


def test_the_newest_week_is_over_where_it_is_asked_for() -> None:
    sunday_evening = instant_ns("2026-03-29T22:30:00Z")  # Monday in Berlin, Sunday in Monterrey
    assert last_whole(sunday_evening, "Europe/Berlin") == Week(date(2026, 3, 23))
    assert last_whole(sunday_evening, "America/Monterrey") == Week(date(2026, 3, 16))


def test_a_promise_by_slices_is_counted_in_slices(tmp_path: Path) -> None:
    from metrics.objectives.model import Slices

    hourly = replace(works.RELEASE, slices=Slices(60, Fraction(9, 10)))
    with works.opened(tmp_path, works.Clock(), objectives=(hourly,)) as application:
        promise = only(report(application))
    # 167 hours, of which the one with the late order and the one with the lost order are bad.
    assert promise.attained.value == 165 / 167
    assert promise.limits == "in slices of 1 h"
