"""`syncline ingest`, `refresh`, `retry` and `rebuild`: by the running server when there is one, else by this process."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.commands.command import Command, configuration, settings_of
from app.progress import ProgressLine
from app.remote import find_server
from app.trouble import PartlyRejected, Unreachable

if TYPE_CHECKING:
    from app.settings import Settings


def ingest(arguments: argparse.Namespace) -> None:
    done = _ordered(arguments, "ingest", sources=arguments.source)
    print(
        f"{_count(done['records'], 'record')} read, {_count(done['events'], 'new event')}, "
        f"{_count(done['transactions'], 'transaction')} computed, in {done['seconds']:.1f} s."
    )
    _tell_trouble(done)


def refresh(arguments: argparse.Namespace) -> None:
    done = _ordered(arguments, "refresh")
    print(f"{_count(done['events'], 'new event')}, {_count(done['transactions'], 'transaction')} computed, in {done['seconds']:.1f} s.")
    _tell_trouble(done)


def retry(arguments: argparse.Namespace) -> None:
    done = _ordered(arguments, "retry", sources=arguments.source)
    print(
        f"{_count(done['records'], 'record')} tried again, {_count(done['events'], 'new event')}, "
        f"{_count(done['transactions'], 'transaction')} computed, in {done['seconds']:.1f} s."
    )
    _tell_trouble(done)


def rebuild(arguments: argparse.Namespace) -> None:
    done = _ordered(arguments, "rebuild", anyway=arguments.anyway)
    made = f"{_count(done['events'], 'event')} and {_count(done['transactions'], 'transaction')}"
    print(f"{made} made anew from the records, in {done['seconds']:.1f} s.")
    _tell_trouble(done)


def _ordered(arguments: argparse.Namespace, what: str, **options: Any) -> dict[str, Any]:
    settings = settings_of(arguments)
    if server := find_server(settings.home):
        return server.order(what, **options)
    return _done_here(settings, what, **options)


def _done_here(settings: Settings, what: str, **options: Any) -> dict[str, Any]:
    from app.application import opened
    from app.several.part import caught_up

    with opened(settings) as application, closing(ProgressLine()) as progress:
        if what == "ingest":
            return asdict(application.ingest(options["sources"], progress))
        if what == "retry":
            return asdict(application.retry(options["sources"], progress))
        return asdict(application.rebuild(progress, options["anyway"]) if what == "rebuild" else caught_up(application).advance(progress))


def _tell_trouble(done: dict[str, Any]) -> None:
    """What was not read, and what was not understood: the first is what to mend first."""
    rejected = _rejected(done["rejected"]) if done["rejected"] else ""
    if done["troubles"]:
        sentences = "\n".join(f"  {source}: {sentence}" for source, sentence in done["troubles"])
        raise Unreachable(f"not everything could be read; the rest is stored.\n{sentences}" + (f"\n{rejected}" if rejected else ""))
    if rejected:
        raise PartlyRejected(rejected)


def _rejected(count: int) -> str:
    return (
        f"{_count(count, 'thing')} of the input could not be understood and {'was' if count == 1 else 'were'} kept with the reason; "
        "everything else is stored. See them: syncline export rejected"
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _with_sources(what: str) -> Callable[[argparse.ArgumentParser], None]:
    def add(parser: argparse.ArgumentParser) -> None:
        configuration(parser)
        parser.add_argument("source", nargs="*", metavar="SOURCE", help=f"{what} only these sources (default: all)")

    return add


def _with_anyway(parser: argparse.ArgumentParser) -> None:
    configuration(parser)
    parser.add_argument("--anyway", action="store_true", help="also when the journal has lost records that the tables were made from")


COMMANDS = (
    Command(
        "ingest",
        "reads all (or the named) sources once to the end, then refreshes; may be interrupted and repeated",
        _with_sources("read"),
        ingest,
    ),
    Command("refresh", "loads and computes what is new", configuration, refresh),
    Command(
        "retry",
        "tries again what was rejected, once the mapping is mended; all else stays as it is",
        _with_sources("try what was rejected of"),
        retry,
    ),
    Command("rebuild", "makes everything anew from the records; the result is the same", _with_anyway, rebuild),
)
