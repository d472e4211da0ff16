"""Ten thousand orders that the MES refuses come by OTLP to a running `syncline serve`: one alert, one mail, one request to the webhook."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from app.accounts.tables import open_engine
from app.alerts.alert import Alert
from app.alerts.kept import Alerts, Narrowed
from app.application import Application
from app.settings import load_settings
from app.storage.state import State
from app.telling.subscription import Wanted
from metrics.scope import EVERYTHING
from tests.benchmarks import traffic
from tests.pages.served import PASSWORD
from tests.processes import free_ports, listens, real_server
from tests.repository import ROOT
from tests.servers import smtp
from tests.telling import hook as hooks
from tests.waiting import until

CONFIGURATION = """\
version: 1
sites:
  - {{name: hamburg, timezone: Europe/Berlin}}
  - {{name: brno, timezone: Europe/Prague}}
  - {{name: monterrey, timezone: America/Monterrey}}
sources: [{{name: otlp, kind: otlp, complete: true}}]
web: {{port: {web}}}
otlp: {{http_port: {otlp}, grpc_port: 0}}
alerts:
  url: https://sync.example.com/
  mail: {{host: 127.0.0.1, port: {mail}, security: none, sender: syncline@example.com}}
  webhooks: [127.0.0.1]
"""
SECONDS = 600


def run(folder: Path, transactions: int = 10_000) -> str:
    """What came of it. Raises AssertionError where more than one alert, mail or request came, or a case is missing."""
    web, otlp = free_ports(2)
    with smtp.running() as mailbox, hooks.running() as hook:
        (folder / "syncline.yaml").write_text(CONFIGURATION.format(web=web, otlp=otlp, mail=mailbox.port))
        _asks(folder, hook.url)
        log = folder / "serve.log"
        with real_server(
            [sys.executable, "-m", "app", "serve"], listens(otlp), log=log, environment={"PYTHONPATH": str(ROOT)}, folder=folder
        ):
            begun = time.monotonic()
            for body in traffic.refused(transactions, time.time_ns()):
                _send(otlp, body)
            sent = time.monotonic() - begun
            until(lambda: _cases(folder) == transactions and mailbox.came and hook.came, SECONDS, lambda: _said(folder, mailbox, hook))
            took = time.monotonic() - begun
        assert "Traceback" not in log.read_text(), log.read_text()
    assert [str(mail["Subject"]).partition(",")[0] for _, mail in mailbox.came] == ["Work order received in MES fails"], mailbox.subjects()
    assert [body["type"] for body in hook.bodies()] == ["alert.started"], hook.bodies()
    (alert,) = _alerts(folder)
    assert sorted(alert.sites) == sorted(traffic.SITES)
    came = "are one alert, one mail and one webhook"
    return f"flood: {transactions:,} refused orders sent in {sent:.0f} s {came}, all counted after {took:.0f} s"


def _asks(folder: Path, url: str) -> None:
    with closing(Application(load_settings(folder / "syncline.yaml", {}))) as application:
        application.accounts.add_user("maria", PASSWORD, ["supply"])
        application.subscriptions.reach("maria", "maria@example.com", url, "")
        application.subscriptions.add("maria", "What fails", Wanted(kinds=("failed",)), ["mail", "webhook"])


def _send(port: int, body: bytes) -> None:
    """Again, as long as it says that it has to wait."""
    request = Request(f"http://127.0.0.1:{port}/v1/traces", body, {"Content-Type": "application/x-protobuf"})
    while True:
        try:
            with urlopen(request, timeout=60) as answer:
                assert answer.status == 200
                return
        except HTTPError as refusal:
            if refusal.code not in (429, 503):
                raise
            time.sleep(float(refusal.headers.get("Retry-After", 1)))


def _alerts(folder: Path) -> list[Alert]:
    engine = open_engine(State(folder / "home").url())
    try:
        return Alerts(engine, time.time_ns).listed(Narrowed(kind="failed"), EVERYTHING, 0, 50)[0]
    finally:
        engine.dispose()


def _cases(folder: Path) -> int:
    return sum(alert.cases for alert in _alerts(folder))


def _said(folder: Path, mailbox: smtp.Mailbox, hook: hooks.Hook) -> str:
    told = f"{_cases(folder):,} cases, {len(mailbox.came)} mails and {len(hook.came)} requests came."
    return f"{told}\n{(folder / 'serve.log').read_text()[-2000:]}"
