"""`syncline serve`, `doctor` and `demo`."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.commands.command import Command, configuration, settings_of, whole
from app.several.roles import ALL, ROLES
from app.trouble import Mistake


def serve(arguments: argparse.Namespace) -> None:
    settings = settings_of(arguments)
    if arguments.role != ALL and not settings.storage.is_shared:
        raise Mistake(
            "a role is for one of several machines. Say in the configuration which lake they share: `storage: {kind: ducklake, …}`."
        )
    from app.serve import serve  # Flask, Dash and pandas take a second to import; no other command needs them

    serve(settings, arguments.role)


def doctor(arguments: argparse.Namespace) -> int:
    from app.doctor import examine, examine_machine

    codes = [0]
    for findings in (examine_machine, lambda: examine(settings_of(arguments))):
        for finding in findings():
            print(finding)
            codes.append(finding.exit_code)
    return max(codes)


def demo(arguments: argparse.Namespace) -> int | None:
    from app.demo import demo

    return demo(arguments.seed, arguments.days, arguments.home, arguments.port, arguments.keep)


def _serve_options(parser: argparse.ArgumentParser) -> None:
    configuration(parser)
    parser.add_argument(
        "--role",
        choices=ROLES,
        default=ALL,
        help="what this process does, of several that share a lake: receives, reads and acts, shows pages, or all of it (default: all)",
    )


def _demo_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same plants (default: 1)")
    parser.add_argument("--days", type=whole(0, 90), default=28, help="days of history, at most 90 (default: 28)")
    parser.add_argument("--home", type=Path, default=Path("demo-home"), metavar="DIR", help="where it keeps its data (default: demo-home)")
    parser.add_argument("--port", type=whole(0, 65535), metavar="PORT", help="port of the web app (default: 8050, or the next free one)")
    parser.add_argument("--keep", action="store_true", help="go on with the data of the last demo instead of starting anew")


COMMANDS = (
    Command("serve", "web app, OTLP receiver, collectors and scheduler in one process", _serve_options, serve),
    Command("doctor", "what is wrong with this installation, and what to do", configuration, doctor),
    Command("demo", "a simulated manufacturer sending to a running Syncline", _demo_options, demo),
)
