"""Where setting up cannot go on, it says in one sentence what to install."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository import ROOT

OLD = """\
[ "$1" = --version ] && echo Python 3.9.2
[ "$1" = --version ]"""
WITHOUT_ENSUREPIP = f"""\
case "$2" in *ensurepip*) exit 1;; esac
exec {sys.executable} "$@" """


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with a checkout and nothing else: no uv, no apt, nobody is root."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / ".ci" / "setup", tmp_path / ".ci" / "setup")
    (tmp_path / "bin" / "dirname").symlink_to(shutil.which("dirname") or "")
    _command(tmp_path, "id", "echo 1000")
    return tmp_path


def test_an_old_python_is_named_with_what_is_needed(machine: Path) -> None:
    _command(machine, "python3", OLD)
    assert _set_up(machine) == (
        2,
        "syncline: Python 3.11 or newer is needed, found Python 3.9.2. "
        "Install python3.11 (or uv, which brings its own) and run the command again.\n",
    )


def test_no_python_at_all_is_said_as_well(machine: Path) -> None:
    assert _set_up(machine) == (
        2,
        "syncline: Python 3.11 or newer is needed, found none. "
        "Install python3.11 (or uv, which brings its own) and run the command again.\n",
    )


def test_a_python_that_makes_no_venv_names_the_package_that_is_missing(machine: Path) -> None:
    _command(machine, "python3", WITHOUT_ENSUREPIP)
    package = f"python3.{sys.version_info.minor}-venv"
    assert _set_up(machine) == (
        2,
        f"syncline: python3 cannot make a virtual environment: install the package {package} "
        f"(sudo apt install {package}), or uv, and run the command again.\n",
    )


def test_a_newer_python_beside_an_old_one_is_taken(machine: Path) -> None:
    _command(machine, "python3", OLD)
    _command(machine, "python3.12", WITHOUT_ENSUREPIP)
    assert _set_up(machine)[1].startswith("syncline: python3.12 cannot make a virtual environment")


def _command(machine: Path, name: str, script: str) -> None:
    file = machine / "bin" / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def _set_up(machine: Path) -> tuple[int, str]:
    command, only = [machine / ".ci" / "setup", "demo"], {"PATH": str(machine / "bin")}
    answer = subprocess.run(command, env=only, capture_output=True, text=True, check=False)
    return answer.returncode, answer.stderr
