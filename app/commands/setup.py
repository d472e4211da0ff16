"""`syncline init` and `syncline check`: a configuration to start from, and what is wrong with one."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.command import Command, configuration, settings_of
from app.trouble import Mistake, PartlyRejected

if TYPE_CHECKING:
    from app.settings import Settings

NEXT = """\
{file} is written. Next:
  syncline check --config {file}
  syncline user add NAME --role admin --config {file}
  syncline serve --config {file}"""
TEMPLATE = Path(__file__).parent.parent / "configuration" / "template.yaml"


def init(arguments: argparse.Namespace) -> None:
    file = arguments.folder / "syncline.yaml"
    try:
        if file.exists():
            raise Mistake(f"{file} exists already and is left as it is. Choose another folder, or move it away.")
        arguments.folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(TEMPLATE.read_text(encoding="utf-8"))
    except OSError as error:
        raise Mistake(f"{file} cannot be written: {error.strerror or error}.") from error
    print(NEXT.format(file=file))


def check(arguments: argparse.Namespace) -> None:
    settings = settings_of(arguments, needs_secrets=not arguments.sample)
    for note in settings.notes:
        print(f"syncline: {note}", file=sys.stderr)
    if arguments.sample:
        _show_sample(settings, arguments)
    else:
        print(_summary(settings))
        _tell_provider(settings)
        _tell_calendars(settings)
        _tell_roles(settings)


def _tell_provider(settings: Settings) -> None:
    """Whether the provider of single sign-on answers: the file may be right and the provider away."""
    if settings.single_sign_on is None:
        return
    from app.single_sign_on.provider import discovered
    from app.single_sign_on.refused import Away

    try:
        discovered(settings.single_sign_on)
    except Away as away:
        print(f"syncline: nobody can sign in with {settings.single_sign_on.name} at the moment: {away}", file=sys.stderr)
    else:
        print(f"  single sign-on: {settings.single_sign_on.issuer} answers")


def _tell_calendars(settings: Settings) -> None:
    """Those somebody wrote, as they are understood."""
    from app.configuration.calendars import sentence
    from metrics.calendars import Calendar

    for calendar in settings.definitions.calendars:
        if calendar != Calendar(calendar.name):
            print(f"  calendar {calendar.name}: {sentence(calendar, datetime.now(UTC).year)}")


def _tell_roles(settings: Settings) -> None:
    """Roles that somebody holds and the configuration does not know. Where the accounts cannot be read, `doctor` says so."""
    from sqlalchemy.exc import DatabaseError

    from app.accounts.gone import gone_in

    state = settings.state
    try:
        for each in gone_in(state, settings.roles):
            print(f"syncline: {each} {each.advice}", file=sys.stderr)
    except DatabaseError as error:
        print(f"syncline: {state.place} cannot be read: {state.words(error)}. `syncline doctor` says more.", file=sys.stderr)


def _show_sample(settings: Settings, arguments: argparse.Namespace) -> None:
    from app.sample import Sample

    sample = Sample(settings, arguments.sample, arguments.source)
    for line in sample.lines():
        print(line)
    print(sample.summary())
    if sample.rejected:
        raise PartlyRejected(f"{_count(sample.rejected, 'record')} of the sample cannot be understood; the reason stands beside each.")


def _summary(settings: Settings) -> str:
    definitions = settings.definitions
    milestones = sum(len(workflow.milestones) for workflow in definitions.workflows)
    return (
        f"{settings.file} is right: {_count(len(definitions.workflows), 'workflow')} with {_count(milestones, 'milestone')}, "
        f"{_count(len(definitions.sites), 'site')}, {_count(len(settings.sources), 'source')}."
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _init_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="where to write it (default: here)")


def _check_options(parser: argparse.ArgumentParser) -> None:
    configuration(parser)
    parser.add_argument(
        "--sample", type=Path, metavar="FILE", help="shows how each record of FILE would be read, and which fields stay empty"
    )
    parser.add_argument("--source", metavar="NAME", help="the source that is to read the sample (default: the one it fits)")


COMMANDS = (
    Command("init", "writes a commented syncline.yaml to start from; never overwrites", _init_options, init),
    Command("check", "says everything that is wrong with the configuration at once, or how a sample would be read", _check_options, check),
)
