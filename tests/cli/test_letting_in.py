"""`syncline user reset|enable|signout`: what is printed, what is told to the audit, and that nobody is left without an administrator."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.commands import Run


@pytest.fixture
def people(run: Run, tmp_path: Path) -> Run:
    (tmp_path / "syncline.yaml").write_text("version: 1\nweb: {port: 8123, prefix: /obs/}\n")
    for name, role in (("ada", "admin"), ("maria", "supply")):
        assert run("user", "add", name, "--role", role, "--generate").code == 0
    return run


def test_a_link_is_printed_and_how_long_it_works(people: Run) -> None:
    result = people("user", "reset", "maria")
    assert result.code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8123/obs/password#syn_pw_[\w-]{43}\n", result.out)
    assert re.fullmatch(
        r"With this link maria sets a password, once, until \d{4}-\d\d-\d\d \d\d:\d\d UTC\. Hand it over yourself:\n", result.said
    )


def test_a_link_leads_to_where_people_reach_syncline(people: Run, tmp_path: Path) -> None:
    (tmp_path / "syncline.yaml").write_text("version: 1\nalerts: {url: https://syncline.example.com/}\naccess: {password_link: 2h}\n")
    assert people("user", "reset", "maria").out.startswith("https://syncline.example.com/password#syn_pw_")


def test_the_last_administrator_cannot_be_disabled_here_either(people: Run) -> None:
    only = "ada is the only administrator who can sign in. Make somebody else one first, and let them sign in."
    for words in (("disable", "ada"), ("change", "ada", "--role", "supply")):
        result = people("user", *words)
        assert (result.code, result.said) == (2, f"syncline: {only}\n")


def test_who_is_disabled_is_enabled_again_and_signed_out_on_demand(people: Run) -> None:
    assert people("user", "disable", "maria").code == 0
    assert people("user", "enable", "maria").out == "maria may sign in again.\n"
    assert people("user", "signout", "maria").out == "maria is signed out: 0 sessions ended.\n"
    assert people("user", "signout", "tom").said == "syncline: No user is called 'tom'. Known: ada, maria.\n"


def test_what_the_command_line_changes_stands_in_the_audit(people: Run) -> None:
    people("user", "change", "maria", "--role", "it")
    people("user", "reset", "maria")
    people("user", "disable", "maria")
    entries = [json.loads(line) for line in people("export", "audit").out.splitlines()]
    told = [(entry["actor"], entry["action"], entry["subject"]) for entry in entries if entry["subject"] == "user maria"]
    by = "the command line"
    assert told == [
        (by, "person added", "user maria"),
        (by, "person changed", "user maria"),
        (by, "password link made", "user maria"),
        (by, "person disabled", "user maria"),
    ]
    assert "syn_pw_" not in json.dumps(entries)
