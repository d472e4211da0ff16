"""While serving, a failure that comes in is an alert and a mail by itself, and nothing hangs when it ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.instants import instant_text
from app.serve import running
from app.settings import load_settings
from app.telling.settings import Mail, Telling
from app.telling.subscription import Wanted
from tests.alerts.bus import HEADS, MAP
from tests.pages.served import PASSWORD, table
from tests.servers import smtp
from tests.waiting import until

CONFIGURATION = """
version: 1
sites: [{name: brno, timezone: Europe/Prague}]
web: {port: 0}
otlp: {http_port: 0, grpc_port: 0}
sources:
  - name: bus
    kind: csv
    complete: true
    path: bus.csv
    every: 1s
"""
CONFIGURATION += MAP
HOUR = 3600 * 10**9
SECONDS = 180  # two looks are ten seconds apart, on a busy machine a minute


def test_a_failure_that_comes_in_is_told_by_itself(tmp_path: Path) -> None:
    (tmp_path / "syncline.yaml").write_text(CONFIGURATION)
    (tmp_path / "bus.csv").write_text(table(HEADS))
    with smtp.running() as mailbox:
        mail = Mail("127.0.0.1", "Syncline <syncline@example.com>", mailbox.port, "none", timeout=5)
        settings = replace(load_settings(tmp_path / "syncline.yaml", {}), telling=Telling(mail=mail))
        with running(settings) as service:
            application = service.application
            application.accounts.add_user("maria", PASSWORD, ["supply"])
            application.subscriptions.reach("maria", "maria@example.com", "", "")
            application.subscriptions.add("maria", "What fails", Wanted(kinds=("failed",)), ["mail"])
            begun = application.now_ns() - HOUR
            rows = [
                ("order.released", instant_text(begun), "erp", "brno", "ok", "", "", "4711"),
                ("work_order.received", instant_text(begun + 10**9), "mes", "brno", "error", "sap:RU/494", "Order 4711 is locked", "4711"),
            ]
            with (tmp_path / "bus.csv").open("a") as file:
                file.write(table(*rows))
            until(lambda: bool(mailbox.came), SECONDS, lambda: "No mail came.")
    ((recipient, message),) = mailbox.came
    assert (recipient, message["Subject"].partition(":")[0]) == ("maria@example.com", "Work order received in MES fails, Brno")
