"""`python -m app.simulator --seed 1 --days 28 --live` sends a manufacturer's traffic to any OTLP/HTTP endpoint."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

TOKEN = "DEMO_REPLAY_TOKEN"  # noqa: S105  the variable's name; what it holds must be brought by whoever asks for a replay
EXIT_UNREACHABLE, EXIT_WRONG, EXIT_FAULT = 4, 2, 1


def main() -> int:
    options = _options()
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    if options.parent:
        threading.Thread(target=_watch_parent, args=(options.parent, stop), daemon=True).start()
    if not _answers(options.endpoint, options.wait, stop):
        print(f"Nobody answers at {options.endpoint}. Start `syncline serve` first, or say another --endpoint.", file=sys.stderr)
        return EXIT_UNREACHABLE
    return _run(options, stop)


def _run(options: argparse.Namespace, stop: threading.Event) -> int:
    from app.simulator import run
    from app.simulator.hub import Hub
    from app.simulator.rhythm import to_ns
    from app.simulator.story import tell

    try:
        hub = Hub(options.replay_port, os.environ.get(TOKEN, "")) if options.replay_port else None
    except OSError as error:
        print(f"The middleware cannot listen on port {options.replay_port}: {error.strerror or error}.", file=sys.stderr)
        return EXIT_UNREACHABLE
    end = options.end or datetime.now(UTC)
    if options.truth:
        truth = {"as_of": end.isoformat().replace("+00:00", "Z"), **tell(options.seed, to_ns(end)).truth()}
        options.truth.write_text(json.dumps(truth, indent=1) + "\n")
    with closing(hub) if hub else nullcontext():
        report = run(
            options.endpoint,
            options.seed,
            end - timedelta(days=options.days),
            end,
            options.live,
            options.volume,
            speed=options.speed,
            token=options.token,
            stop=stop,
            say=lambda sentence: print(sentence, flush=True),
            lists=options.lists,
            hub=hub,
            messages=options.messages,
            edi=options.edi,
        )
    if report.lost:
        print(f"{report.lost:,} of {report.written:,} spans and log records could not be delivered to {options.endpoint}.", file=sys.stderr)
    return EXIT_FAULT if report.lost else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m app.simulator", description="Sends a simulated manufacturer's traffic to an OTLP/HTTP endpoint."
    )
    parser.add_argument("--endpoint", default="http://127.0.0.1:4318", help="where OTLP/HTTP is received (default: %(default)s)")
    parser.add_argument("--token", help="bearer token, where the endpoint wants one")
    parser.add_argument("--seed", type=int, default=1, help="the same seed and end give the same history (default: %(default)s)")
    parser.add_argument("--days", type=_from(0, 90, float), default=28, help="days of history before the end (default: %(default)s)")
    parser.add_argument("--end", type=_moment, help="end of the history, RFC 3339 (default: now)")
    parser.add_argument("--volume", type=_from(0.01, 10, float), default=1.0, help="how much of everything (default: %(default)s)")
    parser.add_argument("--live", action="store_true", help="go on in real time after the history")
    parser.add_argument("--speed", type=_from(0.1, 5, float), default=1.0, help="how much live traffic (default: %(default)s)")
    parser.add_argument("--truth", type=Path, help="write here what a correct observer must find at the end of the history")
    parser.add_argument("--lists", type=Path, help="the folder that the stock lists of the warehouse and the ERP go into")
    parser.add_argument("--replay-port", type=_from(1, 65535, int), help=f"the middleware sends again what it is asked to here; ${TOKEN}")
    parser.add_argument("--messages", type=Path, help="the folder that the middleware keeps refused messages in")
    parser.add_argument("--edi", type=Path, help="the folder that the EDI provider of one plant brings its files into")
    parser.add_argument("--wait", type=_from(0, 3600, float), default=0, help="seconds to wait for somebody to listen there")
    parser.add_argument("--parent", type=int, help="stop when this process is no longer the parent")
    return parser.parse_args()


def _from(low: float, high: float, kind: type[float]) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = kind(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be from {low} to {high} (found {text})")
        return value

    return number


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"needs an offset, as in {text}Z or {text}+01:00")
    return moment


def _answers(endpoint: str, seconds: float, stop: threading.Event) -> bool:
    """Whether somebody listens there, within so many seconds."""
    address, until = urlsplit(endpoint), time.monotonic() + seconds
    port = address.port or (443 if address.scheme == "https" else 80)
    while True:
        try:
            socket.create_connection((address.hostname or "", port), 5).close()
        except OSError:
            if time.monotonic() >= until or stop.wait(0.2):
                return False
        else:
            return True


def _watch_parent(parent: int, stop: threading.Event) -> None:
    """A demo that was killed must not leave its simulator behind."""
    while not stop.wait(1):
        if os.getppid() != parent:
            stop.set()


if __name__ == "__main__":
    sys.exit(main())
