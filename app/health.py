"""Whether the running process is well: what /readyz, /metrics and the doctor say."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import duckdb

from app.alerts.alert import KINDS
from app.application import Application
from app.source_state import SourceState
from app.telling import outbox

FREE_BYTES = 256 * 2**20  # below this the journal refuses records soon
COUNTED = {
    "syncline_spans_total": ("spans", "Spans stored, business events or not."),
    "syncline_log_records_total": ("log_rows", "Log records stored."),
    "syncline_events_total": ("events", "Events stored."),
    "syncline_rejected_total": ("rejected", "Things of the intake that could not be understood."),
    "syncline_transactions": ("transaction_facts", "Transactions known."),
}


def readiness(application: Application) -> dict[str, Any]:
    """`ready`, and for each part that is not in order a sentence under `problems`. A source in trouble makes nothing else unready."""
    counts, unreadable = _counts(application)
    problems = [*unreadable, *_problems(application)]
    troubles = {name: list(state.troubles) for name, state in application.source_states().items() if state.troubles}
    return {
        "ready": not problems,
        "problems": problems,
        "behind_records": counts.get("behind"),
        "rejected": counts.get("rejected"),
        "troubled_sources": troubles,
    }


def _counts(application: Application) -> tuple[dict[str, int], list[str]]:
    """Rows by table and the records not loaded yet; or why the store cannot say."""
    counts: dict[str, int] = {}
    try:
        with application.store.read() as cursor:
            for table, _ in COUNTED.values():
                counts[table] = cursor.execute(f"select count(*) from {table}").fetchall()[0][0]
        counts["behind"] = max(0, application.journal.last - application.intake.loaded())
    except duckdb.Error as error:
        return counts, [f"The store cannot be read: {error}"]
    return counts, []


def _problems(application: Application) -> Iterator[str]:
    free = shutil.disk_usage(application.journal.folder).free
    if not os.access(application.journal.folder, os.W_OK):
        yield f"The journal {application.journal.folder} cannot be written."
    if free < FREE_BYTES:
        yield f"Only {free >> 20} MiB are free for {application.settings.home}; records are refused soon."
    loader = application.loader
    if loader is None or not loader.is_alive:
        yield "The loader does not run."
    elif loader.failure:
        yield f"The loader fails: {loader.failure}"
    elif not loader.has_run:
        yield "The loader has not finished its first run yet."


def exposition(application: Application) -> str:
    """The numbers for Prometheus, in its text format."""
    counts, unreadable = _counts(application)
    lines = _metric("syncline_store_up", "1 when the store can be read.", {"": int(not unreadable)})
    for name, (table, about) in COUNTED.items():
        lines += _metric(name, about, {"": counts[table]} if table in counts else {})
    lines += _metric("syncline_journal_records_total", "Records accepted into the journal.", {"": application.journal.last})
    late = {"": counts["behind"]} if "behind" in counts else {}
    lines += _metric("syncline_loader_behind_records", "Records of the journal that are not in the tables yet.", late)
    lines += _metric("syncline_loader_up", "1 when the loader runs and its newest attempt did not fail.", {"": int(_loads(application))})
    states = application.source_states()
    lines += _metric(
        "syncline_source_up", "1 when the newest read of a polled source met no trouble.", _by_source(states, lambda s: int(not s.troubles))
    )
    read = {name: state for name, state in states.items() if state.read_ns}
    about = "When the newest read of a polled source without trouble began."
    lines += _metric("syncline_source_read_timestamp_seconds", about, _by_source(read, lambda s: (s.read_ns or 0) // 10**9))
    open_kinds = application.alerts.open_kinds()
    kinds = {f'{{kind="{kind}"}}': open_kinds.get(kind, 0) for kind in KINDS}
    lines += _metric("syncline_alerts_open", "Alerts that are open.", kinds)
    told = {f'{{state="{state}"}}': many for state, many in sorted(outbox.counted(application.accounts.engine).items())}
    lines += _metric("syncline_messages", "Messages of alerts by what became of them, without those in inboxes.", told)
    answers = {f'{{status="{status}"}}': count for status, count in sorted(application.answers.copy().items())}
    lines += _metric("syncline_http_answers_total", "Answers of the web server by status.", answers)
    for carrier, receiver in (("http", application.receiver), ("grpc", application.grpc_receiver)):
        if receiver:
            received = sorted(receiver.counts.copy().items())
            requests = {f'{{signal="{signal}",status="{status}"}}': count for (signal, status), count in received}
            lines += _metric(f"syncline_otlp_{carrier}_requests_total", "Export requests by signal and status.", requests)
    return "\n".join(lines) + "\n"


def _by_source(states: dict[str, SourceState], value: Callable[[SourceState], int]) -> dict[str, int]:
    return {f'{{source="{name}"}}': value(state) for name, state in sorted(states.items())}


def _loads(application: Application) -> bool:
    return application.loader is not None and application.loader.is_alive and not application.loader.failure


def _metric(name: str, about: str, values: dict[str, int]) -> list[str]:
    kind = "counter" if name.endswith("_total") else "gauge"
    return [f"# HELP {name} {about}", f"# TYPE {name} {kind}", *(f"{name}{labels} {value}" for labels, value in values.items())]
