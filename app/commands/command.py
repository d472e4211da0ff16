"""What a command is, and the words several of them share."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.instants import instant_ns
from app.trouble import Mistake

if TYPE_CHECKING:  # reading settings imports pandas and DuckDB, half a second that `--help` need not wait
    from app.settings import Settings

OURS = "SYNCLINE_"


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name (two words in a group, such as `user add`), a sentence, its options, and what it does."""

    name: str
    about: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int | None]


def configuration(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, default=Path("syncline.yaml"), metavar="FILE", help="the configuration (default: ./syncline.yaml)"
    )


def settings_of(arguments: argparse.Namespace, *, needs_secrets: bool = True) -> Settings:
    """The settings the command was pointed at. Raises Mistake when there is no such file. Without `needs_secrets` a variable that is not in
    the environment stands for itself."""
    try:
        is_there = arguments.config.is_file()
    except OSError as error:
        raise Mistake(f"the configuration {arguments.config} cannot be read: {error.strerror or error}.") from error
    if not is_there:
        raise Mistake(
            f"there is no configuration {arguments.config}. `syncline init` writes one to start from; `--config FILE` names another."
        )
    from app.settings import load_settings

    return load_settings(arguments.config, os.environ if needs_secrets else {**_named_in(arguments.config), **os.environ})


def _named_in(file: Path) -> dict[str, str]:
    """Each variable that a configuration names, as its own value; those that are settings by themselves must be there."""
    from app.configuration.document import VARIABLE

    with suppress(OSError):  # whoever reads the settings tells it
        return {name: name for name in VARIABLE.findall(file.read_text(encoding="utf-8", errors="replace")) if not name.startswith(OURS)}
    return {}


def instant(text: str) -> int:
    """An instant from the command line, in ns since 1970 UTC."""
    try:
        return instant_ns(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def whole(low: int, high: int) -> Callable[[str], int]:
    """Reads a whole number from `low` to `high` from the command line."""

    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", text) and low <= int(text) <= high:
            return int(text)
        raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high} (found '{text}')")

    return read


def table(rows: Sequence[tuple[str, ...]], heads: tuple[str, ...]) -> str:
    """Rows under their heads, in columns as wide as needed."""
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [heads, *rows])
