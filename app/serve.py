"""`syncline serve`: receivers, loader, scheduler, web app and API of one home in one process."""

from __future__ import annotations

import gc
import logging
import secrets
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from app.alerts.watcher import Watcher
from app.application import Application, opened, reachable, room_for
from app.audit import upkeep
from app.configuration.model import Settings
from app.jobs import Jobs
from app.loader import Loader
from app.log_entries import Entries
from app.receiving import receivers
from app.recovery.automatic import Rules
from app.recovery.worker import Worker
from app.remote import remove_card, write_card
from app.reports.schedule import Timetable
from app.retention.letting_go import Daily
from app.server import create_app
from app.several.copies import begin
from app.several.part import acts
from app.several.receiver import receiving
from app.several.roles import ALL, RECEIVER, RECEIVES, WORKS
from app.telling.teller import Teller
from app.web.bodies import CALLBACK_BYTES
from app.web.speaking import catalogues_of
from app.web_server import WebServer
from collectors.receivers import NO_GRPC

WEB_THREADS = 8
SWITCH_SECONDS = (
    0.0005  # who reads from connections waits this long for each thread before it, not 5 ms: half the time to an answer under flood
)

log = logging.getLogger("syncline")


class Service:
    """A Syncline that serves: `web_url` ends with the prefix; `otlp_url` and `grpc_url` are what an exporter's endpoint setting takes.

    `grpc_url` is empty where grpcio is not installed, both where this process does not receive.
    """

    def __init__(self, application: Application, web: WebServer) -> None:
        settings = application.settings
        self.application = application
        self.web_url = f"http://{_reachable(settings.web.host)}:{web.port}{settings.web.prefix}"
        http, grpc = application.receiver, application.grpc_receiver
        self.otlp_url = f"http://{_reachable(settings.otlp.http_host)}:{http.port}" if http else ""
        self.grpc_url = f"http://{_reachable(settings.otlp.grpc_host)}:{grpc.port}" if grpc else ""


@contextmanager
def running(settings: Settings, role: str = ALL) -> Iterator[Service]:
    """Serves until the block ends, then drains. Raises Unreachable when the home or a port is taken."""
    if settings.storage.is_shared:
        begin(settings)
    with opened(settings, role) as application, ExitStack() as parts:
        # Stopped in the opposite order: nothing new comes in, then the last load; the card goes while the web still answers.
        upkeep.settings_read(application.accounts.engine, settings.file, application.now_ns())
        _started(application.seen, parts)
        application.loader = _started(Loader(application), parts)
        if application.together:
            _started(application.together, parts)
        if role in RECEIVES:
            _receive(application, parts)
        web = _started(WebServer(create_app(application), settings.web.host, settings.web.port, **_options(settings)), parts)
        if role in WORKS:
            _work(application, parts)
        service = Service(application, web)
        application.local_token = secrets.token_urlsafe(32)
        write_card(settings.home, service.web_url, application.local_token)
        parts.callback(remove_card, settings.home)
        yield service


def _receive(application: Application, parts: ExitStack) -> None:
    """Takes what is sent: into the journal, of several into the spool of this machine."""
    kept = application.together.spool if application.together else application.journal
    receiver, grpc = receivers(application.settings, kept or application.journal, application.machines, application.now_ns, parts)
    application.receiver, application.grpc_receiver = receiver, grpc


def _work(application: Application, parts: ExitStack) -> None:
    """Reads sources, tells, reports, recovers; of several what each of them does is for one."""
    application.jobs = _started(Jobs(application), parts)
    teller = _started(Teller(application), parts)
    _started(Watcher(application, teller.wake), parts)
    _started(Timetable(application), parts)
    rules = Rules(application.desk, application.read_now)
    daily = Daily(application.now_ns, application.let_go, partial(upkeep.tell_anchor, application.accounts.engine))
    chores = (application.tell_closings, application.age_payloads, application.messages.glasses.expire, daily.run)
    _started(Worker(application.desk.runs, application.desk.world, rules, chores, partial(acts, application)), parts)


def serve(settings: Settings, role: str = ALL) -> None:
    """Serves until SIGTERM or SIGINT."""
    _log_to_stderr()
    sys.setswitchinterval(SWITCH_SECONDS)
    for note in settings.notes:
        log.warning(note)
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _end(end))
    with _serving(settings, role):
        gc.collect()
        gc.freeze()  # what is there now stays: looking through it for garbage again and again held pages up by a tenth of a second
        end.wait()
        log.info("Ending: no new requests, what was received is loaded.")
    log.info("Ended.")


@contextmanager
def _serving(settings: Settings, role: str) -> Iterator[None]:
    if role == RECEIVER:
        with room_for(settings.state), reachable(settings.state), receiving(settings) as receiver:
            log.info("OTLP over HTTP:  http://%s:%s", _reachable(settings.otlp.http_host), receiver.http.port)
            log.info("How it is:       http://%s:%s/readyz", _reachable(settings.web.host), receiver.web_port)
            yield
        return
    with running(settings, role) as service:
        _greet(service)
        yield


def _started(part: Any, parts: ExitStack) -> Any:
    part.start()
    parts.callback(part.stop)
    return part


def _options(settings: Settings) -> dict[str, Any]:
    # Behind a proxy its headers say who the caller is (ProxyFix reads them); from anybody else they are dropped.
    return {
        "threads": WEB_THREADS,
        "max_request_body_size": CALLBACK_BYTES,
        "clear_untrusted_proxy_headers": settings.web.trusted_proxies == 0,
    }


def _end(end: threading.Event) -> None:
    end.set()
    for number in (signal.SIGTERM, signal.SIGINT):  # who asks twice does not want to wait
        signal.signal(number, signal.SIG_DFL)


def _greet(service: Service) -> None:
    for problem in (*service.application.journal.problems, *catalogues_of(service.application.settings.texts).problems):
        log.warning(problem)
    log.info("Web app and API: %s", service.web_url)
    if service.otlp_url:
        log.info("OTLP over HTTP:  %s", service.otlp_url)
        log.info(*("OTLP over gRPC:  %s", service.grpc_url) if service.grpc_url else (NO_GRPC,))
    if not service.application.accounts.list_users():
        log.warning("Nobody can sign in yet. Add a user: syncline user add NAME --role admin")


def _reachable(host: str) -> str:
    """An address that a browser on this machine can open, for one that means all interfaces."""
    local = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  compared, not listened on
    return f"[{local}]" if ":" in local and not local.startswith("[") else local


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Entries())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for chatty in ("apscheduler", "waitress"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
