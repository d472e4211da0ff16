"""`syncline report`: the weekly service level report of one week, in one form or all."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.command import Command, configuration, instant, settings_of
from app.instants import instant_text
from app.remote import Server, find_server
from app.trouble import Mistake

if TYPE_CHECKING:
    from app.settings import Settings

Make = Callable[[str], bytes]  # a form → its bytes
FORMS = ("pdf", "html", "xlsx", "json")


def report(arguments: argparse.Namespace) -> None:
    settings = settings_of(arguments)
    server = find_server(settings.home)
    make = _from_server(server, arguments) if server else _from_store(settings, arguments)
    with make as made:
        if arguments.format:
            _write(arguments.out, made(arguments.format))
            return
        for form in FORMS:
            try:
                data = made(form)
            except Mistake as without:  # a PDF needs a package that may not be there; the other forms do not
                if form != "pdf":
                    raise
                print(without)
                continue
            _write(arguments.out / f"report.{form}", data)
            print(arguments.out / f"report.{form}")


@contextmanager
def _from_server(server: Server, arguments: argparse.Namespace) -> Iterator[Make]:
    now_ns = time.time_ns()  # so that all forms are of one moment
    times = {"as_of": arguments.as_of or now_ns, "known_at": arguments.known_at or now_ns}
    given = {"week": arguments.week, "site": arguments.site, **{name: instant_text(ns) for name, ns in times.items()}}
    yield lambda form: b"".join(server.export("report", format=form, **given))


@contextmanager
def _from_store(settings: Settings, arguments: argparse.Namespace) -> Iterator[Make]:
    from app.application import opened
    from app.reports.asked import Asked
    from app.reports.week import week_of
    from metrics.read import Moment

    with opened(settings) as application:
        application.advance()  # what was acknowledged before a crash belongs into the report
        now_ns, desk = application.now_ns(), application.reports
        moment = Moment(arguments.as_of or now_ns, arguments.known_at or now_ns)
        try:
            week = week_of(arguments.week) if arguments.week else desk.newest(arguments.site, moment.as_of_ns)
            content = desk.content(Asked(week, arguments.site, moment))
        except ValueError as error:
            raise Mistake(str(error)) from error
        yield partial(desk.rendered, content)


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all."""
    draft = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Mistake(f"{file} cannot be written: {error.strerror or error}.") from error


def _options(parser: argparse.ArgumentParser) -> None:
    configuration(parser)
    parser.add_argument("--week", metavar="WEEK", help="an ISO week such as 2026-W13 (default: the newest one that is over)")
    parser.add_argument("--site", metavar="SITE", help="of one site, by its clocks (default: all sites together, by the enterprise's)")
    parser.add_argument("--as-of", type=instant, metavar="TIME", help="the world as it was then: later events do not exist (default: now)")
    parser.add_argument("--known-at", type=instant, metavar="TIME", help="what had been recorded by then (default: now)")
    parser.add_argument(
        "--format", choices=list(FORMS), help="only this one, into the file --out (default: all four, into the folder --out)"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", required=True, help="a folder for report.pdf, .html, .xlsx and .json, or a file")


COMMANDS = (Command("report", "writes the weekly service level report", _options, report),)
