"""`syncline doctor` about tokens: those that never end, end soon, are used by nobody, or act for somebody who is gone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from app.accounts import Accounts
from app.examination.tokens import look_at_tokens
from app.machines.kept import Machines
from app.machines.settings import Terms
from app.machines.wanted import Wanted
from app.settings import load_settings
from app.storage.state import State
from tests.machines.test_tokens import DAY, GOOD, OLD
from tests.people import Changed

NOW = 1_800_000_000 * 10**9


def test_the_doctor_says_which_tokens_need_somebody(tmp_path: Path) -> None:
    file = tmp_path / "syncline.yaml"
    file.write_text("version: 1\n")
    settings = load_settings(file, {})
    assert list(look_at_tokens(settings, NOW)) == []
    accounts = Accounts(State(settings.home).url())
    accounts.add_user("maria", GOOD, ["supply"])
    age_days = 0

    def made(name: str, scope: str = "read", expires: str = "300d", user: str | None = None) -> str:
        machines = Machines(accounts.engine, lambda: NOW - age_days * DAY, Terms())
        return machines.add(Wanted(name, scope, expires=expires, user=user))

    made("good")
    made("endless", expires="never")
    made("short", expires="13d")
    made("hers", user="maria")
    machines = Machines(accounts.engine, lambda: NOW, Terms())
    machines.rotate("good")  # what was replaced ends soon because it shall
    age_days = 91
    made("unused")
    machines.behind(made("used"))
    made("over", expires="90d")
    Changed(accounts).disable("maria")
    with accounts.engine.begin() as connection:
        connection.exec_driver_sql("update tokens set scope = 'ingest', sites = 'DE01' where name = 'used'")
    accounts.close()
    assert [str(finding) for finding in look_at_tokens(settings, NOW)] == [
        "ok    7 tokens work.",
        "warn  Tokens that never end by themselves: endless. Give them an end: syncline token rotate NAME --expires 365d",
        "warn  Tokens that end within 14 days: short. Make successors: syncline token rotate NAME",
        "warn  Tokens that nobody used for 90 days: unused. Revoke what nobody needs: syncline token revoke NAME",
        "warn  Tokens that act for somebody who can no longer sign in: hers. They are refused. Revoke them: syncline token revoke NAME",
        "warn  Tokens that were limited by sites, which limits nothing of what is sent: used. "
        "Make them anew for sources: syncline token add NAME --scope ingest --source otlp",
    ]


def test_a_file_of_before_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "syncline.yaml").write_text("version: 1\n")
    settings = load_settings(tmp_path / "syncline.yaml", {})
    file = Path(State(settings.home).url().database or "")
    with sqlite3.connect(file) as opened:
        opened.executescript(OLD)
    opened.close()
    before = file.read_bytes()
    assert list(look_at_tokens(settings, NOW)) == []
    assert file.read_bytes() == before
