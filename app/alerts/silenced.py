"""What people said of the groups they muted or hold to be resolved, so that an alert that ends by it says who did, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.alerts.alert import Alert
from app.alerts.kept import open_ones
from app.figures import times
from app.recovery.memory import Remembered

if TYPE_CHECKING:
    from app.application import Application

OF_GROUPS = ("failed", "missing", "violation", "unplaced")  # kinds whose keys hold a signature
SAID = {"muted": "muted it", "fixed": "holds it to be resolved"}  # action in the audit → what is said of it


def silenced_in(application: Application, now_ns: int) -> dict[str, str]:
    """By the beginning of the keys of the alerts that are open: `tom muted it until 27 Mar 14:00 CET: the quarter is closed`."""
    with application.accounts.engine.connect() as connection:
        waiting = {signature: alert for alert in open_ones(connection) if (signature := _signature(alert))}
    found = {}
    for signature, known in application.memory.of(waiting).items():
        alert, is_muted = waiting[signature], known.muted_until_ns is not None and now_ns < known.muted_until_ns
        if (known.fixed_ns is not None or is_muted) and (said := _said(application, known, alert, now_ns)):
            found[f"{alert.kind}|{signature}"] = said
    return found


def _signature(alert: Alert) -> str | None:
    kind, _, rest = alert.key.partition("|")
    return rest.partition("|")[0] if kind in OF_GROUPS else None


def _said(application: Application, known: Remembered, alert: Alert, now_ns: int) -> str | None:
    """By the newest word in the audit; None where that is older than the alert: what came back in spite of it ends by itself."""
    action = "fixed" if known.fixed_ns is not None else "muted"
    entry = next((each for each in application.memory.changes(known.signature) if each.action == action), None)
    if entry is None or entry.at_ns < alert.started_ns:
        return None
    until = ""
    if action == "muted" and known.muted_until_ns is not None:
        until = f" until {times.brief(known.muted_until_ns, application.settings.timezone, now_ns)}"
    return f"{entry.actor} {SAID[action]}{until}{f': {entry.reason}' if entry.reason else ''}"
