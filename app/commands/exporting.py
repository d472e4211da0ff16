"""`syncline export NAME`: the rows of an export to standard output or a file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.command import Command, configuration, instant, settings_of
from app.exports import EXPORTS, FORMATS, PERIODS, Asked, check
from app.instants import instant_text
from app.remote import Server, find_server
from app.trouble import Mistake

if TYPE_CHECKING:
    from app.settings import Settings


def export(arguments: argparse.Namespace) -> None:
    asked = Asked(arguments.name, arguments.format, arguments.as_of, arguments.known_at, arguments.from_, arguments.to, arguments.by)
    try:
        check(asked)
    except ValueError as error:
        raise Mistake(str(error)) from error
    settings = settings_of(arguments)
    server = find_server(settings.home)
    with _target(arguments.out) as write:
        for piece in _from_server(server, asked) if server else _from_store(settings, asked):
            write(piece)


def _from_server(server: Server, asked: Asked) -> Iterator[bytes]:
    times = {"as_of": asked.as_of_ns, "known_at": asked.known_ns, "from": asked.from_ns, "to": asked.to_ns}
    given = {name: instant_text(when) for name, when in times.items() if when is not None} | ({"by": asked.by} if asked.by else {})
    return server.export(asked.name, format=asked.form, **given)


def _from_store(settings: Settings, asked: Asked) -> Iterator[bytes]:
    from app.application import opened
    from app.audit.place import COMMAND_LINE
    from app.audit.seen import EXPORTED

    with opened(settings) as application:
        application.advance()  # what was acknowledged before a crash belongs into the export
        application.seen.tell(COMMAND_LINE, EXPORTED, f"export {asked.name}", {"format": asked.form}, each=True)
        yield from application.export(asked)


@contextmanager
def _target(out: Path | None) -> Iterator[Callable[[bytes], object]]:
    """Where the bytes go. A file appears whole or not at all: it is written beside its place and then renamed."""
    if out is None:
        yield sys.stdout.buffer.write
        sys.stdout.buffer.flush()
        return
    out = Path(os.path.realpath(out))  # a link stays one
    if out.exists() and not out.is_file():  # a device or a pipe is written to, never replaced
        with _told(out), out.open("wb") as file:
            yield file.write
        return
    draft = out.with_name(f".{out.name}.part")
    try:
        with _told(out):
            with draft.open("wb") as file:
                yield file.write
            draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _told(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Mistake(f"{out} cannot be written: {error.strerror or error}.") from error


def _options(parser: argparse.ArgumentParser) -> None:
    configuration(parser)
    parser.add_argument("name", choices=list(EXPORTS), metavar="NAME", help=", ".join(EXPORTS))
    parser.add_argument("--as-of", type=instant, metavar="TIME", help="the world as it was then: later events do not exist (default: now)")
    parser.add_argument("--known-at", type=instant, metavar="TIME", help="what had been recorded by then (default: now)")
    parser.add_argument("--from", dest="from_", type=instant, metavar="TIME", help="only rows at or after this time")
    parser.add_argument("--to", type=instant, metavar="TIME", help="only rows before this time")
    parser.add_argument("--by", choices=list(PERIODS), help="of metrics: rows per hour, day, ISO week or month (default: week)")
    parser.add_argument(
        "--format", choices=list(FORMATS), default="jsonl", help="default: jsonl; ocel, the OCEL 2.0 of process mining, for events only"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write (default: standard output)")


COMMANDS = (Command("export", "writes the rows of an export", _options, export),)
