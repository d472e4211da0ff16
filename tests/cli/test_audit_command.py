"""`syncline audit verify` and an export of the audit, verified elsewhere by what the documents say."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app import audit
from app.accounts import Accounts
from app.audit.files import move_out
from app.storage.state import State
from tests.cli.commands import Run, here, serving
from tests.repository import ROOT
from tests.waiting import until

CONFIGURATION = "version: 1\nhome: home\n"
ANCHOR = re.compile(r"The audit stands at (\d+:[0-9a-f]{64}) ")


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return here(capfd)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four entries, among them texts that JSON writes in several ways."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "syncline.yaml").write_text(CONFIGURATION)
    accounts = Accounts(State(tmp_path / "home").url())
    audit.keep_head(accounts.engine, tmp_path / "home" / audit.HEAD_FILE)
    details = ({"share": 1e-7, "many": 3}, {"text": 'Ärger \u2028 \x7f \x1f " \\ 😀'}, {"before": None, "after": [1.5, True]}, {})
    for number, detail in enumerate(details):
        with accounts.engine.begin() as connection:
            audit.append(
                connection, 1_700_000_000_000_000_001 + number, "ada", "requested", f"R-{number}", detail, "weil ä" if number else None
            )
    accounts.close()
    return tmp_path / "home"


def test_it_says_that_all_is_there_and_gives_the_newest_as_an_anchor(home: Path, run: Run):
    said = run("audit", "verify")
    found = re.fullmatch(r"4 entries are as they were written\. The newest is (4:[0-9a-f]{64})\.\n", said.out)
    assert (said.code, bool(found)) == (0, True), said
    assert run("audit", "verify", "--anchor", found[1] if found else "").code == 0
    assert run("audit", "verify", "--anchor", f"4:{'0' * 64}").out.startswith("The audit is not what was written: entry 4 was changed.")


def test_a_changed_entry_is_named_and_the_exit_code_says_so(home: Path, run: Run):
    with sqlite3.connect(home / "accounts.sqlite") as raw:
        raw.execute("update audit set reason = 'so' where number = 3")
    said = run("audit", "verify")
    assert (said.code, said.out) == (3, "The audit is not what was written: entry 3 was changed. All before it are as they were.\n")


def test_an_anchor_that_is_none_is_refused_and_one_that_was_moved_out_needs_its_file(home: Path, tmp_path: Path, run: Run):
    assert "must be the number and the hash of an entry" in run("audit", "verify", "--anchor", "4").said
    accounts = Accounts(State(home).url())
    move_out(accounts.engine, home / "audit", 1_700_000_000_000_000_003, 1_800_000_000_000_000_000)
    accounts.close()
    assert "and 2 in files" in run("audit", "verify").out
    (home / "audit").rename(tmp_path / "archive")
    assert "--files FOLDER" in run("audit", "verify", "--anchor", f"1:{'0' * 64}").said
    said = run("audit", "verify", "--anchor", f"1:{'0' * 64}", "--files", tmp_path / "archive")
    assert said.out.startswith("The audit is not what was written: entry 1 was changed.")


def test_an_export_verifies_elsewhere_by_the_recipe_of_the_documents(home: Path, tmp_path: Path, run: Run):
    text = (ROOT / "app" / "docs" / "audit.md").read_text(encoding="utf-8")
    recipe = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert recipe
    (tmp_path / "verify.py").write_text(recipe[1])
    assert run("export", "audit", "--out", tmp_path / "audit.jsonl").code == 0

    def verified() -> str:
        done = subprocess.run([sys.executable, "-I", "verify.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    assert re.fullmatch(r"4 entries are as they were written\. The newest is 4:[0-9a-f]{64}\.\n", verified())
    whole = (tmp_path / "audit.jsonl").read_text(encoding="utf-8")
    (tmp_path / "audit.jsonl").write_text(whole.replace("weil ä", "weil a", 1), encoding="utf-8")
    assert verified() == "Entry 2 is not what was written.\n"
    (tmp_path / "audit.jsonl").write_text("".join(whole.splitlines(keepends=True)[1:]), encoding="utf-8")
    assert verified() == "Entry 1 is not what was written.\n"


def test_a_served_syncline_says_with_which_settings_and_its_log_has_an_anchor(home: Path, tmp_path: Path, run: Run, real_server: Any):
    (tmp_path / "syncline.yaml").write_text(CONFIGURATION + "web: {port: 0}\notlp: {http_port: 0}\n")
    log = tmp_path / "serve.log"
    with serving(tmp_path, real_server):
        anchor = until(lambda: ANCHOR.search(log.read_text()))[1]
    assert run("audit", "verify", "--anchor", anchor).code == 0
    rows = [json.loads(line) for line in run("export", "audit").out.strip().split("\n")]
    assert [(row["actor"], row["action"], row["came_from"]) for row in rows[4:5]] == [("syncline", "settings read", "command line")]


def test_an_export_from_the_command_line_is_told(home: Path, run: Run):
    run("export", "metrics")
    (row,) = (json.loads(line) for line in run("export", "audit").out.strip().split("\n")[4:])
    assert (row["actor"], row["action"], row["subject"]) == ("command line", "exported", "export metrics")
