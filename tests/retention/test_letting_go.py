"""What was kept long enough goes, once a day, and what is needed still does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, insert, select

from app import audit
from app.accounts.tables import create_tables, failed_logins, open_engine
from app.alerts.tables import alerts, parts
from app.alerts.tables import metadata as of_alerts
from app.configuration.model import Settings
from app.configuration.problems import ConfigurationError
from app.duty.tables import metadata as of_duty
from app.recovery import tables
from app.recovery.tables import group_memory, group_notes
from app.retention.letting_go import Daily, let_go
from app.retention.settings import FOREVER, Retention
from app.settings import load_settings
from app.telling.tables import messages
from app.telling.tables import metadata as of_telling

pytestmark = pytest.mark.on_postgres

DAY = 24 * 3600 * 10**9
NOW = 1000 * DAY
KEPT = Retention(audit=FOREVER, alerts=100 * 86_400, messages=50 * 86_400, notes=100 * 86_400, failed_logins=86_400)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/accounts.sqlite")
    tables.create(engine)
    create_tables(engine, of_alerts)
    create_tables(engine, of_telling)
    create_tables(engine, of_duty)
    yield engine
    engine.dispose()


def put(engine: Engine, table: Table, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(insert(table).values(**values))


def alert(engine: Engine, number: int, ended: int | None) -> None:
    """An alert that ended on that day."""
    words = {"key": f"k{number}", "kind": "failure", "severity": "minor", "title": "t", "address": "a"}
    put(engine, alerts, number=number, began_ns=0, started_ns=0, ended_ns=ended and ended * DAY, **words)
    put(engine, parts, alert=number, site="", cases=1, orders=0, worths="{}", partners="[]", words="")


def message(engine: Engine, number: int, of_alert: int, settled: int | None) -> None:
    words = {"target": f"t{number}", "way": "inbox", "user": "tom", "event": "started", "state": "sent"}
    put(engine, messages, number=number, alert=of_alert, next_ns=0, made_ns=0, settled_ns=settled and settled * DAY, **words)


def numbers(engine: Engine, column: Any) -> list[int]:
    with engine.connect() as connection:
        return sorted(connection.execute(select(column)).scalars())


def test_alerts_go_with_their_parts_and_the_newest_stays_for_its_number(engine: Engine, tmp_path: Path):
    for number, ended in ((1, 899), (2, 901), (3, None), (4, 800)):
        alert(engine, number, ended)
    assert let_go(engine, tmp_path, KEPT, NOW) == {"alerts": 1}
    assert (numbers(engine, alerts.c.number), numbers(engine, parts.c.alert)) == ([2, 3, 4], [2, 3, 4])


def test_a_message_of_an_alert_that_is_open_stays_or_it_would_be_told_again(engine: Engine, tmp_path: Path):
    alert(engine, 1, None)
    alert(engine, 2, 960)
    alert(engine, 3, 940)
    for number, (of_alert, settled) in enumerate(((1, 900), (2, 900), (3, 940), (3, 960), (9, 900), (3, None)), 1):
        message(engine, number, of_alert, settled)
    assert let_go(engine, tmp_path, KEPT, NOW) == {"messages": 2}
    assert numbers(engine, messages.c.number) == [1, 2, 4, 6]


def test_notes_go_when_their_group_is_fixed_for_long(engine: Engine, tmp_path: Path):
    for signature, fixed, said in (("old", 800, 700), ("again", 800, 950), ("open", None, 100), ("late", 950, 100)):
        put(engine, group_memory, signature=signature, fixed_ns=fixed and fixed * DAY)
        put(engine, group_notes, signature=signature, number=1, at_ns=said * DAY, by="tom", text="x")
    assert let_go(engine, tmp_path, KEPT, NOW) == {"notes": 1}
    with engine.connect() as connection:
        assert sorted(connection.execute(select(group_notes.c.signature)).scalars()) == ["again", "late", "open"]


def test_wrong_passwords_go_after_a_day_and_the_audit_says_what_went(engine: Engine, tmp_path: Path):
    put(engine, failed_logins, name="tom", address="a", failed_ns=NOW - DAY - 1)
    put(engine, failed_logins, name="tom", address="b", failed_ns=NOW - DAY)
    assert let_go(engine, tmp_path, KEPT, NOW) == {"failed_logins": 1}
    assert let_go(engine, tmp_path, KEPT, NOW) == {}
    with engine.connect() as connection:
        assert [(row.action, row.detail) for row in audit.entries(connection, audit.Filter())] == [
            ("let go of what is old", '{"failed_logins":1}')
        ]


def test_what_is_kept_for_good_never_goes(engine: Engine, tmp_path: Path):
    alert(engine, 1, 1)
    alert(engine, 2, 1)
    put(engine, failed_logins, name="tom", address="a", failed_ns=1)
    assert let_go(engine, tmp_path, Retention(FOREVER, FOREVER, FOREVER, FOREVER, FOREVER), NOW) == {}


def test_the_audit_leaves_as_a_file(engine: Engine, tmp_path: Path):
    with engine.begin() as connection:
        audit.append(connection, DAY, "tom", "requested", "R-1", {})
    assert let_go(engine, tmp_path, Retention(audit=900 * 86_400), NOW) == {"audit": 1}
    assert [file.name for file in (tmp_path / "audit").iterdir()] == ["audit-from-000000000001.jsonl"]


def test_it_is_done_once_a_day_also_after_it_failed():
    now, done = [0], []

    def work() -> None:
        done.append(now[0])
        if now[0] == 0:
            raise OSError("the disk is full")

    daily = Daily(lambda: now[0], work)
    with pytest.raises(OSError, match="full"):
        daily.run()
    for now[0] in (1, DAY - 1, DAY, DAY + 1, 3 * DAY):
        daily.run()
    assert done == [0, DAY, 3 * DAY]


def settings_of(folder: Path, section: str) -> Settings:
    file = folder / "syncline.yaml"
    file.write_text(f"version: 1\n{section}")
    return load_settings(file, {})


def test_the_configuration_says_how_long_in_days_or_years_or_for_good(tmp_path: Path):
    assert settings_of(tmp_path, "").retention == Retention()
    said = settings_of(tmp_path, "retention: {audit: forever, alerts: 90d, messages: 1y}").retention
    assert said == Retention(audit=FOREVER, alerts=90 * 86_400, messages=365 * 86_400)


@pytest.mark.parametrize("said", ["audit: 29d", "alerts: 0d", "alerts: 12h", "messages: 29d", "alerts: 101y", "alerts: 5"])
def test_what_is_too_short_or_no_age_is_refused(tmp_path: Path, said: str):
    with pytest.raises(ConfigurationError, match="must be days or years such as 90d or 7y"):
        settings_of(tmp_path, f"retention: {{{said}}}")
