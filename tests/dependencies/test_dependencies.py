"""Every locked package may be there: its licence is known and allowed, it comes as a wheel from the public index, and it is wanted."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.dependencies.__main__ import objections
from tests.dependencies.advisories import Advisory, advisories
from tests.dependencies.bill import bill
from tests.dependencies.licences import BY_FILE, PERMISSIVE, is_allowed, licence_of
from tests.dependencies.locked import Lock, Locked
from tests.repository import ROOT

INDEX = "https://pypi.org/simple"


@cache
def packages() -> list[Locked]:
    return Lock(ROOT / "uv.lock").packages()


def package(name: str = "thing", version: str = "1.0", *why: str, only_source: bool = False, index: str = INDEX) -> Locked:
    return Locked(name, version, why, (), only_source, index)


def test_every_package_that_is_locked_may_be_there():
    licences = {each.name: licence_of(each.name) for each in packages()}
    assert list(objections(packages(), licences)) == []


@pytest.mark.parametrize(
    ("found", "licence", "said"),
    [
        (package("a", "1", "always"), "AGPL-3.0-only", "a is AGPL-3.0-only, which is not allowed for what is wanted always."),
        (package("a", "1", "always", "dev"), "LGPL-3.0-only", "a is LGPL-3.0-only, which is not allowed for what is wanted always, dev."),
        (package("a", "1", "chat"), "LGPL-3.0-only", None),
        (package("a", "1", "chat"), "GPL-3.0-only", "a is GPL-3.0-only, which is not allowed for what is wanted chat."),
        (package("a", "1", "dev"), "GPL-2.0-only OR MIT", None),
        (package("a", "1", "always"), None, "a: nobody knows its licence. Look it up and add it to tests/dependencies/licences.toml."),
        (package("a", "1", "always", only_source=True), "MIT", "a 1 has no wheel: to install it runs code of its own."),
        (package("a", "1", "dev", index="https://mirror"), "MIT", "a comes from https://mirror, not from https://pypi.org/simple."),
        (package("a", "1"), "MIT", "a is locked, and nothing wants it. Run `make lock`."),
    ],
)
def test_what_may_not_be_there_is_told(found: Locked, licence: str | None, said: str | None):
    assert list(objections([found], {"a": licence})) == ([said] if said else [])


@pytest.mark.parametrize(
    ("expression", "is_fine"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("(GPL-3.0-only OR MIT) AND (ISC OR AGPL-3.0-only)", True),
        ("MIT OR GPL-3.0-only AND AGPL-3.0-only", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("MIT and ISC", False),
    ],
)
def test_of_several_licences_it_counts_how_they_are_joined(expression: str, is_fine: bool):
    assert is_allowed(expression, PERMISSIVE | BY_FILE) == is_fine


def test_the_lock_says_why_a_package_is_there():
    why = {each.name: each.why for each in packages()}
    assert why["pika"] == ("amqp",)
    assert why["zxcvbn"] == ("always",)
    assert "always" in why["numpy"]
    assert why["pytest"] == ("dev",)
    assert why["typst"] == ("demo", "report")


def test_the_bill_lists_what_is_installed_and_refers_to_nothing_else():
    licences = {each.name: licence_of(each.name) for each in packages()}
    made = json.loads(bill("1.2.3", packages(), licences))
    components = {each["bom-ref"]: each for each in made["components"]}
    assert len(components) == len(made["components"]) == sum(each.is_installed for each in packages())
    assert "pytest" not in {each["name"] for each in made["components"]}
    (duckdb,) = (each for each in made["components"] if each["name"] == "duckdb")
    assert duckdb == {
        "type": "library",
        "bom-ref": "pkg:pypi/duckdb@1.5.5",
        "name": "duckdb",
        "version": "1.5.5",
        "purl": "pkg:pypi/duckdb@1.5.5",
        "licenses": [{"expression": "MIT"}],
        "scope": "required",
        "properties": [{"name": "syncline:why", "value": "always"}, {"name": "syncline:why", "value": "lake"}],
    }
    known = {*components, "pkg:pypi/syncline@1.2.3"}
    assert {each["ref"] for each in made["dependencies"]} == known
    assert {wanted for each in made["dependencies"] for wanted in each["dependsOn"]} <= known
    assert bill("1.2.3", packages(), licences) == bill("1.2.3", packages(), licences)


def advisory(folder: Path, name: str, **said: object) -> None:
    (folder / f"{name}.json").write_text(json.dumps({"id": name, "summary": "bad", **said}))


def test_a_local_database_says_which_locked_versions_are_known_to_be_vulnerable(tmp_path: Path):
    def affected(name: str, *events: dict[str, str], **more: object) -> dict[str, object]:
        return {"package": {"ecosystem": "PyPI", "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": list(events)}], **more}

    advisory(tmp_path, "OSV-1", affected=[affected("Flask_Login", {"introduced": "0"}, {"fixed": "0.7"})])
    advisory(tmp_path, "OSV-2", affected=[affected("pytest", {"introduced": "0"}, {"fixed": "0.7"})])
    advisory(
        tmp_path, "OSV-3", affected=[affected("pytest", {"introduced": "0"}, {"fixed": "2"}, {"introduced": "8"}, {"last_affected": "9.0"})]
    )
    advisory(tmp_path, "OSV-4", affected=[affected("pytest", versions=["9.0"])], withdrawn="2026-01-01T00:00:00Z")
    advisory(tmp_path, "OSV-5", affected=[affected("other", {"introduced": "0"})])
    advisory(tmp_path, "OSV-6", affected=[affected("pytest", {"introduced": "1"}, {"last_affected": "8.9"})])
    found = advisories(tmp_path, [package("flask-login", "0.6.3"), package("pytest", "9.0")])
    assert found == [Advisory("flask-login", "0.6.3", "OSV-1", "bad", "0.7"), Advisory("pytest", "9.0", "OSV-3", "bad", None)]


def test_a_folder_without_advisories_is_refused_for_silence_would_look_like_safety(tmp_path: Path):
    with pytest.raises(ValueError, match="holds no advisories"):
        advisories(tmp_path, [])


def test_the_report_says_all_of_it_and_that_nothing_was_asked_of_vulnerabilities(tmp_path: Path):
    command = [sys.executable, "-m", "tests.dependencies", "--bill", tmp_path / "bill.json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines() if line.startswith("pika ")] == [["pika", "1.4.4", "BSD-3-Clause", "amqp"]]
    assert "Nothing was asked about known vulnerabilities" in done.stdout
    assert json.loads((tmp_path / "bill.json").read_text())["specVersion"] == "1.6"
