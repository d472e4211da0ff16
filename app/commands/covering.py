"""`syncline coverage`: what arrives of each workflow, what never came, and what would close each gap."""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING

from app.commands.command import Command, configuration, settings_of
from app.coverage import gaps, told
from app.exports import Asked
from app.remote import find_server
from app.trouble import Mistake
from metrics.keys import unknown

if TYPE_CHECKING:
    from app.settings import Settings


def coverage(arguments: argparse.Namespace) -> None:
    settings = settings_of(arguments)
    workflows = settings.definitions.workflows
    if arguments.workflow:
        known = [workflow.name for workflow in workflows]
        if absent := [name for name in arguments.workflow if name not in known]:
            raise Mistake(unknown("workflow", absent[0], known))
        workflows = tuple(workflow for workflow in workflows if workflow.name in arguments.workflow)
    rows = [row for row in _rows(settings) if row["workflow"] in {workflow.name for workflow in workflows}]
    for line in told(workflows, rows, time.time_ns()):
        print(line)
    missing = gaps(workflows, rows)
    print(
        f"{missing} required milestone{'s' * (missing != 1)} never came in workflows of which something comes." if missing else "No gaps."
    )


def _rows(settings: Settings) -> list[dict[str, object]]:
    asked = Asked("coverage")
    if server := find_server(settings.home):
        return [json.loads(line) for line in b"".join(server.export(asked.name)).splitlines()]
    from app.application import opened

    with opened(settings) as application:
        application.advance()
        with application.reader(asked.moment(application.now_ns())) as reader:
            return list(reader.export(asked.name))


def _options(parser: argparse.ArgumentParser) -> None:
    configuration(parser)
    parser.add_argument("workflow", nargs="*", metavar="WORKFLOW", help="only these workflows (default: all)")


COMMANDS = (Command("coverage", "what arrives of each workflow, what never came, and what would close the gap", _options, coverage),)
