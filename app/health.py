"""Whether the running process is well: what /readyz, /metrics and the doctor say."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.alerts.alert import KINDS
from app.application import Application
from app.several.together import Together
from app.source_state import SourceState
from app.storage.engine import AWAY
from app.telling import outbox

FREE_BYTES = 256 * 2**20  # below this the journal refuses records soon
COUNTED = {
    "syncline_spans_total": ("spans", "Spans stored, business events or not."),
    "syncline_log_records_total": ("log_rows", "Log records stored."),
    "syncline_events_total": ("events", "Events stored."),
    "syncline_rejected_total": ("rejected", "Things of the intake that could not be understood."),
    "syncline_transactions": ("transaction_facts", "Transactions known."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """`short` is for anybody who asks: it names no source, no folder, and nothing of what was being read."""

    short: str
    whole: str


def readiness(application: Application, *, is_whole: bool = False) -> dict[str, Any]:
    """`ready`, and for each part that is not in order a sentence under `problems`. A source in trouble makes nothing else unready.
    `is_whole`: with the names of sources, and all that is known of each problem."""
    counts, unreadable = _counts(application)
    problems = [*unreadable, *_problems(application)]
    troubles = {name: list(state.troubles) for name, state in application.source_states().items() if state.troubles}
    told = {
        "ready": not problems,
        "problems": [problem.whole if is_whole else problem.short for problem in problems],
        "behind_records": counts.get("behind"),
        "rejected": counts.get("rejected"),
        "sources_in_trouble": len(troubles),
    }
    if application.together:
        told["machine"] = application.together.told(is_whole=is_whole)
    return told | ({"troubled_sources": troubles} if is_whole else {})


def _counts(application: Application) -> tuple[dict[str, int], list[Problem]]:
    """Rows by table and the records not loaded yet; or why the store cannot say."""
    counts: dict[str, int] = {}
    try:
        with application.store.read() as cursor:
            for table, _ in COUNTED.values():
                counts[table] = cursor.execute(f"select count(*) from {table}").fetchall()[0][0]
        counts["behind"] = max(0, application.journal.last - application.intake.loaded())
    except duckdb.Error as error:
        return counts, [Problem("The store cannot be read.", f"The store cannot be read: {error}")]
    return counts, []


def _problems(application: Application) -> Iterator[Problem]:
    yield from _away(application)
    free = shutil.disk_usage(application.journal.folder).free
    if not os.access(application.journal.folder, os.W_OK):
        yield Problem("The journal cannot be written.", f"The journal {application.journal.folder} cannot be written.")
    if free < FREE_BYTES:
        whole = f"Only {free >> 20} MiB are free for {application.settings.home}; records are refused soon."
        yield Problem("The disk is nearly full; records are refused soon.", whole)
    loader = application.loader
    if loader is None or not loader.is_alive:
        yield Problem(*["The loader does not run."] * 2)
    elif loader.failure:
        yield Problem("The loader fails.", f"The loader fails: {loader.failure}")
    elif not loader.has_run:
        yield Problem(*["The loader has not finished its first run yet."] * 2)


def _away(application: Application) -> Iterator[Problem]:
    """Why the state cannot be read: without it nobody can sign in, and no token is known."""
    state = application.settings.state
    try:
        with application.accounts.engine.connect() as connection:
            connection.execute(select(1))
    except (SQLAlchemyError, OSError) as error:
        whole = f"{state.place[0].upper()}{state.place[1:]} cannot be used: {state.words(error)}."
        yield Problem("The database of people and their work does not answer.", whole)


def exposition(application: Application, *, is_whole: bool = False) -> str:
    """The numbers for Prometheus, in its text format. `is_whole`: of each source its own, by its name."""
    counts, unreadable = _counts(application)
    lines = metric("syncline_store_up", "1 when the store can be read.", {"": int(not unreadable)})
    for name, (table, about) in COUNTED.items():
        lines += metric(name, about, {"": counts[table]} if table in counts else {})
    lines += metric("syncline_journal_records_total", "Records accepted into the journal.", {"": application.journal.last})
    late = {"": counts["behind"]} if "behind" in counts else {}
    lines += metric("syncline_loader_behind_records", "Records of the journal that are not in the tables yet.", late)
    lines += metric("syncline_loader_up", "1 when the loader runs and its newest attempt did not fail.", {"": int(_loads(application))})
    lines += _of_sources(application.source_states(), is_whole)
    lines += _of_state(application)
    answers = {f'{{status="{status}"}}': count for status, count in sorted(application.answers.copy().items())}
    lines += metric("syncline_http_answers_total", "Answers of the web server by status.", answers)
    for carrier, receiver in (("http", application.receiver), ("grpc", application.grpc_receiver)):
        if receiver:
            received = sorted(receiver.counts.copy().items())
            requests = {f'{{signal="{signal}",status="{status}"}}': count for (signal, status), count in received}
            lines += metric(f"syncline_otlp_{carrier}_requests_total", "Export requests by signal and status.", requests)
    if application.together:
        lines += _of_several(application.together)
    return "\n".join(lines) + "\n"


def _of_sources(states: dict[str, SourceState], is_whole: bool) -> list[str]:
    troubled = sum(bool(state.troubles) for state in states.values())
    lines = metric("syncline_sources", "Polled sources.", {"": len(states)})
    lines += metric("syncline_sources_in_trouble", "Polled sources whose newest read met trouble.", {"": troubled})
    if not is_whole:
        return lines
    about = "1 when the newest read of a polled source met no trouble."
    lines += metric("syncline_source_up", about, _by_source(states, lambda s: int(not s.troubles)))
    read = {name: state for name, state in states.items() if state.read_ns}
    about = "When the newest read of a polled source without trouble began."
    return lines + metric("syncline_source_read_timestamp_seconds", about, _by_source(read, lambda s: (s.read_ns or 0) // 10**9))


def _of_state(application: Application) -> list[str]:
    """What is counted in the database of state; where it is away, only that."""
    about = "1 when the database of people, alerts and recoveries can be read."
    try:
        open_kinds, told = application.alerts.open_kinds(), outbox.counted(application.accounts.engine)
    except AWAY:
        return metric("syncline_state_up", about, {"": 0})
    lines = metric("syncline_state_up", about, {"": 1})
    lines += metric("syncline_alerts_open", "Alerts that are open.", {f'{{kind="{kind}"}}': open_kinds.get(kind, 0) for kind in KINDS})
    by_state = {f'{{state="{state}"}}': many for state, many in sorted(told.items())}
    return lines + metric("syncline_messages", "Messages of alerts by what became of them, without those in inboxes.", by_state)


def _of_several(together: Together) -> list[str]:
    waiting, newest = together.told()["not_forwarded_records"], together.newest()
    return [
        *metric("syncline_not_forwarded_records", "Records received here and not in the lake yet.", {"": waiting}),
        *metric("syncline_behind_others_records", "Records that another machine has and this one has not.", {"": newest}),
        *metric("syncline_lake_troubles", "What does not go on between this machine and the lake.", {"": len(together.failures())}),
    ]


def _by_source(states: dict[str, SourceState], value: Callable[[SourceState], int]) -> dict[str, int]:
    return {f'{{source="{name}"}}': value(state) for name, state in sorted(states.items())}


def _loads(application: Application) -> bool:
    return application.loader is not None and application.loader.is_alive and not application.loader.failure


def metric(name: str, about: str, values: dict[str, int]) -> list[str]:
    """One number, or one for each of the labels, in Prometheus' text format."""
    kind = "counter" if name.endswith("_total") else "gauge"
    return [f"# HELP {name} {about}", f"# TYPE {name} {kind}", *(f"{name}{labels} {value}" for labels, value in values.items())]
