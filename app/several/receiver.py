"""`syncline serve --role receiver`: takes what is sent, keeps it on its disk and brings it to the lake; no numbers, no pages."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

from flask import Flask, Response, jsonify
from flask.typing import ResponseReturnValue

from app.accounts import Accounts
from app.configuration.model import Settings
from app.health import FREE_BYTES, metric
from app.machines.kept import Machines
from app.receiving import receivers
from app.several.place import check, lake_of
from app.several.presence import Presence, Said, id_of, self_of
from app.several.repeated import Repeated
from app.several.roles import RECEIVER
from app.several.together import FORWARD_SECONDS, PRESENCE_SECONDS, spool_of
from app.storage.state import make_home
from app.web_server import WebServer
from collectors.receivers.otlp_http import OtlpHttpReceiver
from collectors.spool import Spool

THREADS = 4


class Receiver:
    """One that runs: where it is sent to, and where it says how it is."""

    def __init__(self, settings: Settings, spool: Spool, http: OtlpHttpReceiver, grpc: Any, threads: list[Repeated]) -> None:
        self.settings, self.spool, self.http, self.grpc, self.threads = settings, spool, http, grpc, threads
        self.web_port = 0

    def problems(self) -> list[str]:
        """Why it is not ready. What cannot be forwarded for a while is none: it is kept, and sent later."""
        free = shutil.disk_usage(self.spool.folder).free
        return [f"Only {free >> 20} MiB are free; records are refused soon."] if free < FREE_BYTES else []

    def readiness(self) -> dict[str, Any]:
        """For anybody who asks; what more there is to say is in the log."""
        problems = self.problems()
        troubles = len(self.spool.problems) + sum(1 for each in self.threads if each.failure)
        return {"ready": not problems, "problems": problems, "troubles": troubles, "not_forwarded_records": self.spool.waiting}

    def exposition(self) -> str:
        """The numbers for Prometheus, in its text format."""
        lines = [
            *metric("syncline_spool_records_total", "Records accepted into the spool.", {"": self.spool.last}),
            *metric("syncline_not_forwarded_records", "Records received and not in the lake yet.", {"": self.spool.waiting}),
        ]
        for carrier, receiver in (("http", self.http), ("grpc", self.grpc)):
            if receiver:
                counts = {f'{{signal="{signal}",status="{status}"}}': count for (signal, status), count in sorted(receiver.counts.items())}
                lines += metric(f"syncline_otlp_{carrier}_requests_total", "Export requests by signal and status.", counts)
        return "\n".join(lines) + "\n"


@contextmanager
def receiving(settings: Settings) -> Iterator[Receiver]:
    """Receives until the block ends, then forwards what is left. The home and the state are opened by who calls; see app.application."""
    check(settings.storage)
    make_home(settings.home)
    instance = id_of(settings.home)
    with ExitStack() as parts:
        lake = parts.enter_context(closing(lake_of(settings.storage)))
        spool = parts.enter_context(closing(spool_of(settings, lake)))
        accounts = parts.enter_context(closing(Accounts(settings.state.url(), access=settings.roles)))
        presence = Presence(accounts.engine, self_of(settings, instance, RECEIVER), time.time_ns)
        machines = Machines(accounts.engine, time.time_ns, settings.access.tokens, settings.roles)
        threads = [Repeated("forwarding to the lake", spool.forward, FORWARD_SECONDS)]

        def look() -> None:
            presence.look(Said(waiting=spool.waiting, trouble=" ".join(each.failure for each in threads if each.failure)))

        threads.append(Repeated("telling that it is there", look, PRESENCE_SECONDS))
        parts.callback(_leave, presence)
        for each in threads:
            each.start()
            parts.callback(each.stop)
        http, grpc = receivers(settings, spool, machines, time.time_ns, parts)
        receiver = Receiver(settings, spool, http, grpc, threads)
        web = WebServer(_server(receiver), settings.web.host, settings.web.port, threads=THREADS)
        web.start()
        parts.callback(web.stop)
        receiver.web_port = web.port
        yield receiver


def _leave(presence: Presence) -> None:
    """A database that is away finds out by itself."""
    with suppress(Exception):
        presence.leave()


def _server(receiver: Receiver) -> Flask:
    server = Flask("syncline-receiver", static_folder=None)

    @server.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return jsonify(status="alive")

    @server.get("/readyz")
    def readyz() -> ResponseReturnValue:
        state = receiver.readiness()
        return jsonify(state), 200 if state["ready"] else 503

    @server.get("/metrics")
    def metrics() -> ResponseReturnValue:
        return Response(receiver.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")

    return server
