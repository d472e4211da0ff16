"""The catalogue offers what fits a case and nothing else, by the version that held when the case was opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path as File

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from app import audit
from app.accounts.tables import open_engine
from app.recovery import catalogue, tables
from app.recovery.catalogue import Catalogue, Version, fitting
from app.recovery.model import Action, Approval, Case, Limits, Path, Proof
from app.recovery.settings import Closing, Period, Recovery
from tests.models.test_random_plants import examples

KINDS = ("failed", "missing", "violation", "inventory", "unplaced")
WORDS = st.sampled_from(["a", "b"])
MAYBE = st.none() | WORDS
CODES = st.sampled_from(["http:404", "http:4*", "http:503", "idoc:51", "*:51"])
LISTS = st.lists(WORDS, max_size=2, unique=True).map(tuple)

a_case = st.builds(
    Case, st.sampled_from(KINDS), WORDS, st.just("T"), WORDS, site=MAYBE, error_class=MAYBE,
    error_code=st.none() | st.sampled_from(["http:404", "http:503", "idoc:51"]), opened_ns=st.integers(0, 30),
)  # fmt: skip
a_path = st.builds(
    Path, st.sampled_from(["p", "q", "r"]), st.just("title"), st.just(Action.RETRY),
    kinds=st.lists(st.sampled_from(KINDS), max_size=4).map(tuple), codes=st.lists(CODES, max_size=2).map(tuple),
    workflows=LISTS, milestones=LISTS, classes=LISTS, rules=LISTS, causes=LISTS, sites=LISTS,
)  # fmt: skip
some_paths = st.lists(a_path, max_size=6).map(tuple)


def why_not(path: Path, case: Case) -> list[str]:
    """Everything that speaks against a path for a case, by plain questions."""
    said = {
        "workflows": case.workflow,
        "sites": case.site,
        "classes": case.error_class,
        "milestones": case.milestone if case.kind in ("failed", "missing", "unplaced") else None,
        "rules": case.milestone if case.kind == "violation" else None,
        "causes": case.milestone if case.kind == "inventory" else None,
    }
    reasons = [name for name, value in said.items() if getattr(path, name) and value not in getattr(path, name)]
    if case.kind not in path.kinds:
        reasons.append("kinds")
    for code in path.codes:
        front, star, back = code.partition("*")
        if case.error_code == code or (star and (case.error_code or "").startswith(front) and (case.error_code or "").endswith(back)):
            break
    else:
        reasons += ["codes"] if path.codes else []
    return reasons


@examples(80)
@given(a_case, some_paths)
def test_only_what_fits_is_offered_the_narrowest_first(case: Case, paths: tuple[Path, ...]) -> None:
    offered = fitting(case, paths)
    assert [path for path in paths if not why_not(path, case)] == sorted(offered, key=paths.index)
    assert all(not why_not(path, case) for path in offered)
    widths = [(not path.codes, not path.classes) for path in offered]
    assert widths == sorted(widths)


@examples(40)
@given(a_case, st.lists(st.tuples(st.integers(0, 30), some_paths), max_size=4))
def test_a_case_keeps_the_version_it_was_opened_under(case: Case, told: list[tuple[int, tuple[Path, ...]]]) -> None:
    versions = tuple(Version(number, since, paths) for number, (since, paths) in enumerate(sorted(told, key=lambda each: each[0]), 1))
    offers = Catalogue(versions).offers(case)
    held = [version for version in versions if version.since_ns <= case.opened_ns][-1:] or list(versions[:1])
    assert [offer.path for offer in offers] == (fitting(case, held[0].paths) if held else [])
    now = {path.name for path in versions[-1].paths} if versions else set()
    assert all((offer.gone is None) == (offer.path.name in now) for offer in offers)
    assert all(offer.version == held[0].number for offer in offers)


@pytest.fixture
def engine(tmp_path: File) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/accounts.sqlite")
    tables.create(engine)
    yield engine
    engine.dispose()


AGAIN = Path("again", "Send it again", Action.RETRY, target="middleware")
FULL = Path(
    "mend", "Mend it", Action.EDIT_AND_REPLAY, approval=Approval.FOUR_EYES, approvers=("supply",), editable=("$.plant",), target="erp",
    transform=(("$.plant", [1, {"a": [2]}]),), proof=Proof("confirmed", 60), limits=Limits(ramp=(1, 2)), hint="Look first.",
)  # fmt: skip


def test_a_version_is_made_when_the_paths_differ_and_told_to_the_audit(engine: Engine) -> None:
    assert catalogue.remember(engine, (), 5).versions == ()  # cases from before the first catalogue shall have that one
    catalogue.remember(engine, (AGAIN,), 10)
    catalogue.remember(engine, (AGAIN,), 20)
    found = catalogue.remember(engine, (FULL,), 30)
    assert found.versions == (Version(1, 10, (AGAIN,)), Version(2, 30, (FULL,)))
    assert [version and version.number for version in map(found.version_at, (0, 10, 29, 30))] == [1, 1, 1, 2]
    with engine.connect() as connection:
        assert [(row.at_ns, row.action, row.subject) for row in audit.entries(connection, audit.Filter())] == [
            (30, "catalogue changed", "version 2"),
            (10, "catalogue changed", "version 1"),
        ]


def test_what_the_catalogue_has_no_more_is_said_to_be_gone_and_what_is_new_is_not_offered(engine: Engine) -> None:
    catalogue.remember(engine, (AGAIN,), 10)
    found = catalogue.remember(engine, (FULL,), 30)
    old, new = (Case("failed", "orders", "T", "posted", opened_ns=ns) for ns in (20, 40))
    (offer,) = found.offers(old)
    assert (offer.path, offer.version) == (AGAIN, 1)
    assert offer.gone == "'Send it again' was approved when this was opened; the catalogue does not have it any more."
    assert found.later(old) == [FULL]
    assert ([each.path for each in found.offers(new)], found.later(new)) == ([FULL], [])
    assert (found.path("again"), found.path("mend")) == (None, FULL)


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("now", "closed_until"),
    [
        ("2026-04-03 00:00", "2026-03-31 22:00"),  # from the third on March is closed, by the clocks of Berlin
        ("2026-04-02 21:59", "2026-02-28 23:00"),
        ("2026-04-02 22:00", "2026-03-31 22:00"),
        ("2026-01-02 12:00", "2025-11-30 23:00"),
    ],
)
def test_a_month_is_closed_on_its_day_of_the_next_one(now: str, closed_until: str) -> None:
    assert Period(closing=Closing(3, "Europe/Berlin")).closed_until_ns(ns(now)) == ns(closed_until)


def test_of_several_periods_the_one_that_closes_most_counts_at_its_sites() -> None:
    closed = Recovery(periods=(Period(("hamburg",), date(2026, 3, 31), "Europe/Berlin"), Period((), date(2026, 1, 31))))
    assert closed.closed_until_ns("hamburg", ns("2026-04-10 12:00")) == ns("2026-03-31 22:00")
    assert closed.closed_until_ns("boston", ns("2026-04-10 12:00")) == ns("2026-02-01 00:00")
    assert Recovery().closed_until_ns("boston", 0) is None
