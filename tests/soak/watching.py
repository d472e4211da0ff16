"""The board is left open while events come: every change is seen, the browser's memory stays flat, nothing is said on its console."""

from __future__ import annotations

import http.client
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from playwright.sync_api import Page, sync_playwright

from app.application import Application
from app.settings import load_settings
from tests import browsers
from tests.browser.stage import sign_in
from tests.pages.served import PASSWORD
from tests.processes import free_ports, listens, real_server
from tests.soak.feeds import OverHttp
from tests.soak.kills import ENVIRONMENT, resident_mib, sending

STEPS = (("order.released", "erp"), ("work_order.received", "mes"), ("work_order.scheduled", "mes"))
WELL, TROUBLED = "hamburg", "brno"  # sites that only this sends to: what their tiles count is known
SECONDS_BETWEEN = 15
MOST_SECONDS = 60  # the board asks every 12 seconds, and a machine with other work answers late
FEEDS = 4
NAMES = {"heap_mib": "MiB of the page's heap", "nodes": "nodes", "listeners": "listeners", "server_mib": "MiB of the server"}
FLAT = 1.10  # how much the last third may hold beside the one before it


class Held(NamedTuple):
    """What the page and the server hold, after the page's rubbish was collected."""

    heap_mib: float
    nodes: int
    listeners: int
    server_mib: float


class Watched:
    """A page that is watched from outside: what it said, what it asked for, what it holds."""

    def __init__(self, page: Page, host: str) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked = 0
        self._host = host
        self._tools = page.context.new_cdp_session(page)
        self._tools.send("Performance.enable")
        page.on("console", lambda message: self._note(message.type, message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._note("error", error))
        page.on("requestfailed", lambda request: self._note("failed", request.url, request.failure))
        page.on("response", lambda answer: self._note(answer.status, answer.url) if answer.status >= 400 else None)
        page.on("request", lambda request: self._count(request.url))

    def _note(self, *words: Any) -> None:
        self.said.append(" ".join(map(str, words)))

    def _count(self, url: str) -> None:
        self.asked += 1
        if urlsplit(url).scheme.startswith("http") and urlsplit(url).netloc != self._host:
            self._note("asked another host", url)

    def holds(self, server: int) -> Held:
        self._tools.send("HeapProfiler.collectGarbage")
        found = {each["name"]: each["value"] for each in self._tools.send("Performance.getMetrics")["metrics"]}
        return Held(found["JSHeapUsedSize"] / 2**20, int(found["Nodes"]), int(found["JSEventListeners"]), resident_mib(server))

    def shows(self, site: str, count: int) -> float:
        """Waits until the tile of that site counts so many; how many seconds it took. Raises AssertionError when it never does."""
        tile, begun = f'[data-key="order_to_production {site}"] .tile-count', time.monotonic()
        while time.monotonic() < begun + MOST_SECONDS:
            if self.page.locator(tile).all_inner_texts() == [f"{count:,}"]:
                return time.monotonic() - begun
            self.page.wait_for_timeout(100)
        shown = self.page.locator(tile).all_inner_texts()
        raise AssertionError(f"{site} shows {shown} after {MOST_SECONDS} s, not {count}; the page said {self.said}")


def run(folder: Path, minutes: float) -> Iterator[str]:
    """One line for each thing found out. Raises AssertionError when an update was missed, memory grew, or the browser complained."""
    http_port, grpc_port, web_port = free_ports(3)
    with _serving(folder, http_port, grpc_port, web_port) as server, _browsing(f"http://127.0.0.1:{web_port}") as page:
        feeds = [OverHttp(f"http{number}", 1, http_port) for number in range(FEEDS)]
        with sending(feeds):
            yield from _watched(Watched(page, f"127.0.0.1:{web_port}"), server, http_port, minutes)
        yield f"{sum(len(feed.promised) for feed in feeds):,} events came beside it"


def _watched(watched: Watched, server: int, http_port: int, minutes: float) -> Iterator[str]:
    end, took, held, count = time.monotonic() + 60 * minutes, list[float](), list[Held](), 0
    while time.monotonic() < end:
        begun, count = time.monotonic(), count + 1
        for site, is_error in ((WELL, False), (TROUBLED, True)):
            _send(http_port, f"{site}-{count}", site, is_error=is_error)
        took += [watched.shows(site, count) for site in (WELL, TROUBLED)]
        assert "is-stale" not in (watched.page.locator("#shell-moment").get_attribute("class") or ""), "the page says that it is stale"
        held.append(watched.holds(server))
        watched.page.wait_for_timeout(max(0.0, SECONDS_BETWEEN - (time.monotonic() - begun)) * 1000)
    assert not watched.said, f"the browser said: {watched.said[:10]}"
    yield f"the board, open for {minutes:.0f} min: {len(took)} changes, each seen; {watched.asked:,} requests, nothing on the console"
    p95 = quantiles(took, n=20)[18]
    yield f"after it was taken half were seen within {median(took):.0f} s, 95 of 100 within {p95:.0f} s, all within {max(took):.0f} s"
    yield _flat(held)


def _flat(held: Sequence[Held]) -> str:
    third = len(held) // 3
    before, after = held[third : 2 * third], held[2 * third :]
    told = []
    for name, words in NAMES.items():
        was, came = (mean(getattr(each, name) for each in some) for some in (before, after))
        assert name == "server_mib" or came <= FLAT * was, f"{words}: {was:,.1f} in the second third, {came:,.1f} in the last"
        told.append(f"{was:,.0f} → {came:,.0f} {words}")
    return f"from the second third to the last: {', '.join(told)}"


@contextmanager
def _serving(folder: Path, http_port: int, grpc_port: int, web_port: int) -> Iterator[int]:
    """The number of the process."""
    file = folder / "syncline.yaml"
    sites = [{"name": name, "timezone": "Europe/Berlin"} for name in (WELL, TROUBLED)]
    ports = {"web": {"port": web_port}, "otlp": {"http_port": http_port, "grpc_port": grpc_port}}
    file.write_text(yaml.safe_dump({"version": 1, "timezone": "Europe/Berlin", "sites": sites, "workflows": ["default"], **ports}))
    with closing(Application(load_settings(file, {}))) as application:
        application.accounts.add_user("maria", PASSWORD, ["supply"])
    with real_server(
        [sys.executable, "-m", "app", "serve"], listens(web_port), log=folder / "serve.log", folder=folder, environment=ENVIRONMENT
    ) as process:
        yield process.pid


@contextmanager
def _browsing(base_url: str) -> Iterator[Page]:
    found = browsers.find()
    assert found, browsers.MISSING
    with sync_playwright() as playwright, closing(browsers.launch(playwright, found)) as browser:
        page = browser.new_context(base_url=base_url, viewport={"width": 1440, "height": 900}).new_page()
        sign_in(page, "maria")
        yield page


def _send(port: int, order: str, site: str, *, is_error: bool) -> None:
    """An order that was released and received in time, or refused for good."""
    request, now = ExportTraceServiceRequest(), time.time_ns()
    spans = request.resource_spans.add().scope_spans.add().spans
    for step, (event, system) in enumerate(STEPS[:2] if is_error else STEPS):
        said: dict[str, Any] = {"mfg.event.type": event, "mfg.system": system, "mfg.site": site, "mfg.object.production_order": order}
        span = spans.add(trace_id=(now + step).to_bytes(16), span_id=(now + step).to_bytes(8), name=event, kind=5)
        span.start_time_unix_nano = span.end_time_unix_nano = now + step
        if is_error and step:
            span.status.code = 2
            said |= {"mfg.outcome": "error", "error.type": "refused"}
            span.attributes.add(key="mfg.dead_letter").value.bool_value = True
        for key, value in said.items():
            span.attributes.add(key=key).value.string_value = value
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        for _ in range(20):
            connection.request("POST", "/v1/traces", request.SerializeToString(), {"Content-Type": "application/x-protobuf"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                return
            time.sleep(int(answer.headers["Retry-After"]))  # the receiver is full just then, and says when to come again
    raise AssertionError(f"{order} was not taken: {answer.status}")
