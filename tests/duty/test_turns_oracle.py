"""Over random rosters, absences and moments, who is told and when is what a slow oracle says; nobody is told twice in one round."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, update

from app.accounts.people import User
from app.accounts.tables import create_tables, open_engine
from app.alerts.kept import Alerts
from app.alerts.tables import alerts
from app.alerts.watch import look
from app.duty.absences import Absence
from app.duty.roster import Level, Roster, Shift
from app.duty.tables import metadata
from app.duty.turns import Staff, advance, turns_of
from app.recovery import tables
from app.telling.outbox import People
from app.telling.tables import metadata as of_messages
from metrics.scope import EVERYTHING
from tests.duty import oracle
from tests.telling.plant import FAILING, HOUR, MINUTE, NOON

NAMES = ("anna", "jonas", "lena", "tom")
STEP = 40 * MINUTE

names = st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(tuple)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
days = st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found)))
rosters = st.builds(
    Roster,
    st.just("r"),
    st.just("plant-it"),
    st.none(),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
    st.lists(st.builds(Shift, days, clocks, clocks, names), max_size=3).map(tuple),
    st.lists(st.builds(Level, names), max_size=2).map(tuple),
    st.just({"critical": 3600, "important": 7200, "routine": 14_400}),
)
absent = st.builds(
    lambda begin, hours, deputy: oracle.Away(NOON + begin * HOUR, NOON + (begin + hours) * HOUR, deputy),
    st.integers(-24, 48),
    st.integers(1, 60),
    st.one_of(st.none(), st.sampled_from(NAMES)),
)


@settings(max_examples=25, deadline=None)
@given(rosters, st.dictionaries(st.sampled_from(NAMES), absent, max_size=3), st.integers(0, 130), st.sampled_from([-3 * 24, 0, 100]))
def test_it_is_what_the_oracle_says(roster: Roster, away: dict[str, oracle.Away], taken: int, shifted: int) -> None:
    begin, looks = NOON + shifted * HOUR, [NOON + shifted * HOUR + number * STEP for number in range(110)]
    taken_ns = begin + taken * STEP
    with TemporaryDirectory() as folder:
        found = _told(Path(folder), roster, away, looks, taken_ns)
    assert found == oracle.told(roster, "critical", away, looks, taken_ns)


def _told(folder: Path, roster: Roster, away: dict[str, oracle.Away], looks: list[int], taken_ns: int) -> list[tuple[int, tuple[str, ...]]]:
    engine = open_engine(f"sqlite:///{folder}/accounts.sqlite")
    if engine.dialect.name == "sqlite":  # nothing is to outlive it
        event.listen(engine, "checkout", lambda connection, *_: connection.execute("pragma synchronous = off"))
    try:
        tables.create(engine)
        create_tables(engine, metadata)
        create_tables(engine, of_messages)
        kept = Alerts(engine, lambda: looks[0])
        users = {name: User(name, frozenset({"it"}), EVERYTHING, False, 1, 0, None) for name in NAMES}
        absences = [Absence(number, name, *(each.from_ns, each.to_ns, each.deputy)) for number, (name, each) in enumerate(away.items())]
        staff = Staff(users, absences, People(dict.fromkeys(NAMES, EVERYTHING), {}, {}, "UTC"))
        advance(engine, (roster,), staff, looks[0])  # it is known before anything begins
        look(engine, [FAILING], looks[0])
        for at_ns in looks:
            if at_ns >= taken_ns:
                with engine.begin() as connection:
                    connection.execute(update(alerts).values(taken_by="tom", taken_ns=at_ns))
            advance(engine, (roster,), staff, at_ns)
        assert kept.open_count(EVERYTHING) == 1
        return [(turn.at_ns, turn.people) for turn in turns_of(engine, [1]).get(1, []) if turn.people]
    finally:
        engine.dispose()
