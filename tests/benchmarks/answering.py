"""How fast what is received becomes numbers and the pages answer, at a size chosen, beside the bare queries."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from app.application import Application
from app.reports.asked import Asked
from app.reports.making import content_of
from app.settings import load_settings
from collectors.event import Record
from collectors.otlp import PROTOBUF
from metrics import discovery
from metrics.objectives.status import statuses
from metrics.read import Moment, Reader
from metrics.search import find
from tests.benchmarks import browsing, traffic
from tests.benchmarks.figures import Figure
from tests.benchmarks.receiving import CONFIGURATION
from tests.pages.served import PASSWORD, Client, ask_grid, make_server, signed_in

TIMES = 25
APPENDED = 50  # requests a sync while the journal is filled
WORKFLOW = "order_to_production"


def measure(folder: Path, transactions: int) -> Iterator[Figure]:
    """The figures, one after the other."""
    (folder / "syncline.yaml").write_text(CONFIGURATION)
    with closing(Application(load_settings(folder / "syncline.yaml", {}))) as application:
        yield from _filled(application, transactions)
        yield from _refreshed(application, transactions)
        yield _size(application, folder)
        yield from _asked(application, transactions)
        yield from browsing.measure(application, transactions)


def _filled(application: Application, transactions: int) -> Iterator[Figure]:
    batch: list[Record] = []
    for request in traffic.requests(transactions, application.now_ns()):
        batch.append(Record("otlp", "", request, PROTOBUF, application.now_ns(), "traces"))
        if len(batch) == APPENDED:
            application.journal.append(batch)
            batch = []
    application.journal.append(batch)
    seconds, loaded = _timed(application.intake.load)
    yield Figure(f"journal into tables, {loaded.spans:,} spans", f"{loaded.spans / seconds:,.0f} spans/s")


def _refreshed(application: Application, transactions: int) -> Iterator[Figure]:
    everything, _ = _timed(application.refresher.refresh)
    yield Figure(f"all {transactions:,} transactions computed", f"{everything:.1f} s, {transactions / everything:,.0f} transactions/s")
    seconds = []
    for number in range(10):
        bodies = [traffic.released(transactions + 100 * number + n, application.now_ns()) for n in range(100)]
        application.journal.append([Record("otlp", "", body, PROTOBUF, application.now_ns(), "traces") for body in bodies])
        seconds.append(_timed(application.advance)[0])
    share = median(seconds) / everything
    yield Figure("100 new events loaded and computed, beside computing everything", f"{1000 * median(seconds):,.0f} ms", share)


def _size(application: Application, folder: Path) -> Figure:
    with application.store.write() as cursor:
        spans = cursor.execute("select count(*) from spans").fetchall()[0][0]
    journal = sum(path.stat().st_size for path in (folder / "home" / "journal").glob("*.journal"))
    with application.store.read() as cursor:
        cursor.execute("checkpoint")
    store = (folder / "home" / "syncline.duckdb").stat().st_size
    return Figure("on disk for each span: journal, store", f"{journal / spans:,.0f} B, {store / spans:,.0f} B")


def _asked(application: Application, transactions: int) -> Iterator[Figure]:
    """Every page as its reader asks for it, over HTTP's own machinery, and the questions behind it alone."""
    application.accounts.add_user("ada", PASSWORD, ["admin"])
    client = signed_in(make_server(application), "ada")
    order = traffic.order_of(transactions // 2)
    deep = 200 * (transactions * 9 // 10 // 200)
    questions: dict[str, tuple[Callable[[], Any], Callable[[Reader], Any]]] = {
        "Sync status": (lambda: client.show("/"), lambda now: (now.board(24), now.activity(24), now.attention(8))),
        "Failures": (lambda: client.show("/failures"), lambda now: (now.failures(), now.attention(2_000), now.unplaced())),
        "Transactions, the first 200": (lambda: _rows(client, 0), lambda now: now.transactions({})),
        f"Transactions, 200 from row {deep:,} on, by due time": (
            lambda: _rows(client, deep, "due"),
            lambda now: now.transactions({}, [("next_due_ns", "asc")], deep, deep + 200),
        ),
        "Transactions, the failed ones": (lambda: _rows(client, 0, status="failed"), lambda now: now.transactions({"status": ["failed"]})),
        "Path": (lambda: client.show(f"/path/{WORKFLOW}/{order}"), lambda now: now.path(WORKFLOW, order)),
        "Objectives": (lambda: client.show("/objectives"), statuses),
        "Reports, a week that is not published": (lambda: client.show("/reports"), lambda now: _report(application, now)),
        "Process": (lambda: client.show("/process", f"?workflow={WORKFLOW}"), _process),
        "Sources": (lambda: client.show("/sources"), lambda now: (now.sources(), now.rejected())),
        "search, a whole number": (lambda: _search(client, order), lambda now: find(now, [order])),
        "search, its beginning": (lambda: _search(client, order[:5]), lambda now: find(now, [order[:5]])),
    }
    for name, (page, question) in questions.items():
        yield _compared(application, name, page, question)


def _report(application: Application, now: Reader) -> Any:
    """The newest whole week, of all sites."""
    return content_of(now, application.settings, Asked(application.reports.newest(None, now.moment.as_of_ns), None, now.moment))


def _process(now: Reader) -> None:
    discovery.ask(now, discovery.Ran(WORKFLOW, None, now.moment.as_of_ns - 7 * 86_400 * 10**9))
    discovery.variants(now, 25)
    discovery.deviations(now)
    discovery.graph(now)


def _compared(application: Application, name: str, page: Callable[[], Any], question: Callable[[Reader], Any]) -> Figure:
    """In turns, so that a busy moment of the machine meets both."""
    pages, bare = [], []
    for _ in range(TIMES):
        seconds, answer = _timed(page)
        assert answer.status_code == 200, answer.text[:400]
        pages.append(seconds)
        now = application.now_ns()
        with application.reader(Moment(now, now)) as reader:
            bare.append(_timed(lambda: question(reader))[0])
    p95 = quantiles(pages, n=20)[18]
    text = f"p50 {1000 * median(pages):,.0f} ms, p95 {1000 * p95:,.0f} ms; the query alone p50 {1000 * median(bare):,.0f} ms"
    return Figure(name, text, median(pages) / median(bare))


def _rows(client: Client, start: int, sort: str = "", **filters: str) -> Any:
    """One block of the list, asked for as its grid does."""
    carried = {"asked": {"filter": json.dumps(filters)}}
    request = {
        "startRow": start,
        "endRow": start + 200,
        "filterModel": carried,
        "sortModel": [{"colId": sort, "sort": "asc"}] if sort else [],
    }
    return ask_grid(client, request, {"past": {}, "kept": {}})


def _search(client: Client, text: str) -> Any:
    outputs = [{"id": "shell-hits", "property": name} for name in ("children", "hidden", "data-query")]
    inputs = [{"id": "shell-search", "property": "value", "value": text}]
    state = [{"id": "shell-url", "property": "search", "value": ""}]
    return client.call("..shell-hits.children...shell-hits.hidden...shell-hits.data-query..", inputs, outputs, state)


def _timed(action: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = action()
    return time.perf_counter() - begun, result
