"""The locks name no host but the public package index, pin everything by hash, and are what pyproject.toml asks for."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib

import pytest

from tests.repository import ROOT

LOCKS = ("uv.lock", "requirements.lock", "requirements-together.lock", "requirements-dev.lock")
TOGETHER = ("demo", "grpc", "lake", "postgresql")
PUBLIC = {"pypi.org", "files.pythonhosted.org"}


@pytest.fixture
def uv() -> str:
    if (found := shutil.which("uv")) is None or subprocess.run([found, "--version"], capture_output=True, check=False).returncode:
        pytest.skip("uv is not installed; only `make lock` needs it, and this check of its result.")
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_but_the_public_index(lock: str) -> None:
    hosts = set(re.findall(r"[a-z][a-z0-9+]*://([^/\s\"']+)", (ROOT / lock).read_text()))
    assert hosts <= PUBLIC
    assert "--index-url" not in (ROOT / lock).read_text()


@pytest.mark.parametrize("lock", LOCKS[1:])
def test_every_requirement_is_one_version_with_hashes(lock: str) -> None:
    requirements = _requirements(lock)
    assert len(requirements) > 50
    assert [each for each in requirements if not re.match(r"[a-z0-9._-]+==[^ ]+ .*--hash=sha256:[0-9a-f]{64}", each)] == []


def test_what_runs_is_also_what_is_tested() -> None:
    assert set(_requirements("requirements.lock")) - set(_requirements("requirements-dev.lock")) == set()


def test_duckdb_is_the_version_its_extensions_exist_for() -> None:
    versions = {each["name"]: each["version"] for each in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    assert versions["duckdb"] == "1.5.5"


def test_the_lock_is_what_the_project_asks_for(uv: str) -> None:
    answer = subprocess.run([uv, "lock", "--check", "--offline"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, f"run `make lock`: {answer.stderr}"


@pytest.mark.parametrize(
    ("lock", "parts"),
    [
        ("requirements.lock", ["--no-default-groups", "--group", "build", "--extra", "demo"]),
        (
            "requirements-together.lock",
            ["--no-default-groups", "--group", "build", *(word for extra in TOGETHER for word in ("--extra", extra))],
        ),
        ("requirements-dev.lock", ["--all-groups", "--all-extras"]),
    ],
)
def test_the_requirements_are_those_of_the_lock(uv: str, lock: str, parts: list[str]) -> None:
    command = [uv, "export", "-q", "--offline", "--frozen", "--no-header", "--no-annotate", "--no-emit-project", *parts]
    exported = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert _requirements(lock) == _joined(exported), "run `make lock`"


def _requirements(lock: str) -> list[str]:
    return _joined((ROOT / lock).read_text())


def _joined(text: str) -> list[str]:
    """One line per requirement, hashes included."""
    lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
    return [line for line in lines if line and not line.startswith("#")]
