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
from app.application import Application, opened
from app.audit import upkeep
from app.configuration.model import Settings
from app.configuration.sections import RECEIVED
from app.jobs import Jobs
from app.loader import Loader
from app.log_entries import Entries
from app.machines.gate import admission
from app.recovery.automatic import Rules
from app.recovery.worker import Worker
from app.remote import remove_card, write_card
from app.reports.schedule import Timetable
from app.retention.letting_go import Daily
from app.server import create_app
from app.telling.teller import Teller
from app.trouble import Unreachable
from app.web.bodies import CALLBACK_BYTES
from app.web.speaking import catalogues_of
from app.web_server import WebServer, taken
from collectors.receivers import NO_GRPC, has_grpc
from collectors.receivers.admission import Admission
from collectors.receivers.otlp_http import OtlpHttpReceiver
from collectors.receivers.reception import Limits, Reception

WEB_THREADS = 8
SWITCH_SECONDS = (
    0.0005  # who reads from connections waits this long for each thread before it, not 5 ms: half the time to an answer under flood
)

log = logging.getLogger("syncline")


class Service:
    """A Syncline that serves: `web_url` ends with the prefix; `otlp_url` and `grpc_url` are what an exporter's endpoint setting takes.

    `grpc_url` is empty where grpcio is not installed.
    """

    def __init__(self, application: Application, web: WebServer, receiver_port: int) -> None:
        settings = application.settings
        self.application = application
        self.web_url = f"http://{_reachable(settings.web.host)}:{web.port}{settings.web.prefix}"
        self.otlp_url = f"http://{_reachable(settings.otlp.http_host)}:{receiver_port}"
        grpc = application.grpc_receiver
        self.grpc_url = f"http://{_reachable(settings.otlp.grpc_host)}:{grpc.port}" if grpc else ""


@contextmanager
def running(settings: Settings) -> Iterator[Service]:
    """Serves until the block ends, then drains. Raises Unreachable when the home or a port is taken."""
    with opened(settings) as application, ExitStack() as parts:
        # Stopped in the opposite order: nothing new comes in, then the last load; the card goes while the web still answers.
        upkeep.settings_read(application.accounts.engine, settings.file, application.now_ns())
        _started(application.seen, parts)
        application.loader = _started(Loader(application), parts)
        reception = _reception(application)
        application.receiver = receiver = _started(_receiver(application, reception), parts)
        if has_grpc():
            application.grpc_receiver = _started(_grpc_receiver(application, reception), parts)
        web = _started(WebServer(create_app(application), settings.web.host, settings.web.port, **_options(settings)), parts)
        application.jobs = _started(Jobs(application), parts)
        teller = _started(Teller(application), parts)
        _started(Watcher(application, teller.wake), parts)
        _started(Timetable(application), parts)
        rules = Rules(application.desk, application.read_now)
        daily = Daily(application.now_ns, application.let_go, partial(upkeep.tell_anchor, application.accounts.engine))
        chores = (application.tell_closings, application.age_payloads, application.messages.glasses.expire, daily.run)
        _started(Worker(application.desk.runs, application.desk.world, rules, chores), parts)
        service = Service(application, web, receiver.port)
        application.local_token = secrets.token_urlsafe(32)
        write_card(settings.home, service.web_url, application.local_token)
        parts.callback(remove_card, settings.home)
        yield service


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT."""
    _log_to_stderr()
    sys.setswitchinterval(SWITCH_SECONDS)
    for note in settings.notes:
        log.warning(note)
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _end(end))
    with running(settings) as service:
        gc.collect()
        gc.freeze()  # what is there now stays: looking through it for garbage again and again held pages up by a tenth of a second
        _greet(service)
        end.wait()
        log.info("Ending: no new requests, what was received is loaded.")
    log.info("Ended.")


def _started(part: Any, parts: ExitStack) -> Any:
    part.start()
    parts.callback(part.stop)
    return part


def _reception(application: Application) -> Reception:
    limits = Limits(body_bytes=application.settings.otlp.max_request_bytes)
    return Reception(application.journal, application.now_ns, limits, RECEIVED)


def _receiver(application: Application, reception: Reception) -> OtlpHttpReceiver:
    otlp = application.settings.otlp
    with _bound(otlp.http_host, otlp.http_port):
        return OtlpHttpReceiver(reception, otlp.http_host, otlp.http_port, _admission(application))


def _grpc_receiver(application: Application, reception: Reception) -> Any:
    from collectors.receivers.otlp_grpc import OtlpGrpcReceiver

    otlp = application.settings.otlp
    with _bound(otlp.grpc_host, otlp.grpc_port):
        return OtlpGrpcReceiver(reception, otlp.grpc_host, otlp.grpc_port, _admission(application))


@contextmanager
def _bound(host: str, port: int) -> Iterator[None]:
    """Says in a sentence why an address cannot be had."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise Unreachable(taken(host, port, error)) from error


def _admission(application: Application) -> Admission | None:
    return admission(application.machines) if application.settings.otlp.token_required else None


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
