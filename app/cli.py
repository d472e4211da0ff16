"""The command line: the only place that prints errors and sets exit codes."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from errno import ENOSPC
from importlib.metadata import version
from typing import NoReturn

from app.commands import (
    auditing,
    backing_up,
    conforming,
    covering,
    exporting,
    intake,
    letting_in,
    machines,
    people,
    privacy,
    reporting,
    serving,
    setup,
    state,
    storage,
)
from app.commands.command import Command
from app.configuration.problems import ConfigurationError
from app.trouble import Mistake, Trouble
from metrics.keys import unknown

GROUPED = (
    setup,
    intake,
    serving,
    exporting,
    reporting,
    covering,
    conforming,
    people,
    letting_in,
    machines,
    auditing,
    privacy,
    backing_up,
    state,
    storage,
)
COMMANDS: tuple[Command, ...] = tuple(command for group in GROUPED for command in group.COMMANDS)
GROUPS = {
    "user": "the people who may sign in",
    "token": "the machines that may read or send",
    "audit": "who did what",
    "privacy": "what is known of a person",
    "storage": "the lake that several machines share",
    "backup": "a copy of everything, and the way back",
    "state": "where people and what they do are kept",
}
EPILOG = """\
exit codes:
  0  done
  1  a fault of ours; please report it with its traceback
  2  the command line or the configuration is wrong
  3  some input was rejected, everything else is stored
  4  something needed cannot be had: a port or a home in use, a server that does not answer

Times are RFC 3339 with their offset from UTC: 2026-03-24T20:43:00Z."""
STOPPED = 130  # by Ctrl-C, as shells count
CHOICE = re.compile(r"argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)")


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code. A fault of ours is not caught: Python shows its traceback and ends with 1."""
    try:
        return _run(words)
    except KeyboardInterrupt:
        return STOPPED
    except RuntimeError as error:  # DuckDB's word for Ctrl-C inside a statement
        if not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        return STOPPED
    except BrokenPipeError:  # `syncline export events | head`: whoever reads has enough
        _drop_output()
        return 0
    except OSError as error:
        if error.errno != ENOSPC:
            raise
        _drop_output()  # of a full home the application says so itself
        return _say(f"syncline: standard output cannot be written: {error.strerror}. Make room and do it again.", 4)
    except ConfigurationError as error:
        return _say(str(error), 2)
    except Trouble as trouble:
        return _say(f"syncline: {trouble}", trouble.exit_code)


def _run(words: Sequence[str] | None) -> int:
    try:
        arguments = parser().parse_args(words)
    except SystemExit:  # `--help` and `--version` are answered by argparse itself
        sys.stdout.flush()
        return 0
    from app.audit.place import COMMAND_LINE, came_from  # after `--help`, which need not wait for it

    came_from.set(COMMAND_LINE)
    code: int | None = arguments.run(arguments)
    sys.stdout.flush()
    return code or 0


def parser() -> argparse.ArgumentParser:
    """Every command with its options, as `--help` and the reference show them."""
    top = _Parser(prog="syncline", description="Did this order get through, and if not, what now?", epilog=EPILOG, formatter_class=_Help)
    top.add_argument("--version", action="version", version=f"syncline {version('syncline')}")
    places = {"": top.add_subparsers(dest="command", metavar="COMMAND", required=True)}
    for group, about in GROUPS.items():
        places[group] = (
            places[""].add_parser(group, help=about, description=f"{about.capitalize()}.").add_subparsers(metavar="COMMAND", required=True)
        )
    for command in COMMANDS:
        group, _, name = command.name.rpartition(" ")
        one = places[group].add_parser(
            name, help=command.about, description=f"{command.about[0].upper()}{command.about[1:]}.", formatter_class=_Help
        )
        command.options(one)
        one.set_defaults(run=command.run)
    return top


class _Help(argparse.RawDescriptionHelpFormatter):
    """As wide as a reference needs, whatever the terminal."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=110)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the words in a sentence instead of ending the process by itself."""

    def error(self, message: str) -> NoReturn:
        if found := CHOICE.fullmatch(message):
            what, word, known = found.groups()
            message = unknown(WHAT.get(what, f"value of {what}"), word, [choice.strip("' ") for choice in known.split(",")])
        raise Mistake(f"{message[0].lower()}{message[1:].rstrip('.')}. `{self.prog} --help` shows what there is.")


WHAT = {"COMMAND": "command", "NAME": "export", "--format": "format"}


def _drop_output() -> None:
    """What is still to be written goes nowhere, so that Python does not try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code
