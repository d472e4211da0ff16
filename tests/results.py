"""Where dated results are kept: a Markdown file, newest first."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def machine() -> str:
    """What something was measured on."""
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def record(file: Path, title: str, section: str) -> None:
    """Puts a section under the title of the file, before those that are there."""
    before = file.read_text() if file.exists() else ""
    rest = before.partition("\n")[2]
    file.write_text(f"# {title}\n\n{section}\n{rest}")
