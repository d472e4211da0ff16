"""The files that belong to the project, for tests about the project itself."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PRODUCT = ("app", "collectors", "metrics", "sql")
BELOW_APP = ("collectors", "metrics", "sql")
# What is made here, for a copy that came without git and cannot ask it.
MADE = {
    ".git",
    ".venv",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
    ".import_linter_cache",
    "screenshots",
    "demo-home",
    "home",
    "dist",
}


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository; without git, every file that was not made here."""
    listed = _listed_by_git() or [path for path in ROOT.rglob("*") if not MADE & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in listed if path.is_file()))


def files_of(folders: tuple[str, ...], suffix: str) -> list[Path]:
    return [path for path in files() if path.suffix == suffix and path.relative_to(ROOT).parts[0] in folders]


def name(path: Path) -> str:
    """As a person would write it: relative to the checkout."""
    return path.relative_to(ROOT).as_posix()


def _listed_by_git() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z", "--cached"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return [ROOT / each for each in listed.split("\0") if each]
