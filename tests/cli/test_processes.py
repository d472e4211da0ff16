"""Real processes: exit codes, signals, pipes and two at once."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from app.accounts.tokens import new_secret
from app.machines.kept import MISTYPED, NOT_IN_USE
from tests.cli.commands import QUIET, Run, command, serving, syncline
from tests.cli.configurations import ORDERS, ORDERS_SETTINGS, PACK
from tests.waiting import until

NOW = 1_774_252_800_000_000_000  # 2026-03-23T08:00:00Z


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "syncline.yaml").write_text(ORDERS_SETTINGS + "web: {port: 0}\notlp: {http_port: 0, grpc_port: 0}\n")
    (tmp_path / "pack.yaml").write_text(PACK)
    (tmp_path / "orders.csv").write_text(ORDERS)
    return tmp_path


def get(url: str, token: str = "") -> tuple[int, str]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def send_order(otlp: str, order: str) -> None:
    """One span, as an exporter with JSON would send it."""
    attributes = {"mfg.event.type": "order.created", "mfg.system": "erp", "mfg.object.sales_order": order}
    span = {
        "traceId": "5b8efff798038103d269b633813fc60c", "spanId": f"{int(order.removeprefix('SO-')):016x}", "name": "create", "kind": 5,
        "startTimeUnixNano": str(NOW), "endTimeUnixNano": str(NOW + 1_000_000),
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()],
    }  # fmt: skip
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    request = urllib.request.Request(f"{otlp}/v1/traces", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert answer.read() == b"{}"


def test_the_exit_codes_are_those_of_the_contract(folder: Path) -> None:
    assert syncline("ingest", folder=folder).code == 0
    assert syncline("export", "nothing", folder=folder).code == 2
    (folder / "orders.csv").write_text(f"{ORDERS}4,order.created,yesterday,SO-3\n")
    assert syncline("ingest", folder=folder).code == 3
    (folder / "orders.csv").unlink()
    (folder / "home" / "journal").rename(folder / "home" / "moved")
    (folder / "home" / "journal").write_text("a file where a folder belongs")
    assert syncline("ingest", folder=folder).code == 4


def test_a_reader_that_has_enough_is_no_error(folder: Path) -> None:
    syncline("ingest", folder=folder)
    done = subprocess.run(["bash", "-c", 'set -o pipefail; "$@" | head -c 10', "bash", *command("export", "events")],
                          capture_output=True, text=True, cwd=folder, env=QUIET, check=False)  # fmt: skip
    assert (done.returncode, done.stderr, len(done.stdout)) == (0, "", 10)


def test_serving_reads_the_tables_and_answers_the_commands(run: Run, folder: Path, real_server: Callable[..., Any]) -> None:
    with serving(folder, real_server) as server:
        until(lambda: len(run("export", "events").out.splitlines()) == 3)
        with (folder / "orders.csv").open("a") as file:
            file.write("7,order.created,2026-03-23T10:00:00Z,SO-7\n")
        assert run("ingest", "orders").out.startswith("1 record read, 1 new event, 1 transaction computed")
        assert run("rebuild").out.startswith("4 events and 3 transactions made anew")
        assert run("retry").out.startswith("0 records tried again, 0 new events, 0 transactions computed")
        online = run("export", "transactions", "--as-of", "2026-03-23T12:00:00Z")
        said = run("ingest", "order")
        assert (said.code, said.said) == (2, "syncline: no source is called 'order'. Did you mean 'orders'? Known: orders.\n")
        second = syncline("serve", folder=folder)
        assert second.code == 4
        assert second.said == (
            f"syncline: {folder}/home/journal is in use by process {server['pid']}; only one process may write a journal. "
            "Wait until it has ended, or stop it.\n"
        )
    assert server["process"].returncode == 0, "SIGTERM ends it in order"
    assert not (folder / "home" / "serve.json").exists()
    assert run("export", "transactions", "--as-of", "2026-03-23T12:00:00Z").out == online.out


def test_what_was_acknowledged_is_exported_soon_and_survives_a_kill(run: Run, folder: Path, real_server: Callable[..., Any]) -> None:
    def orders() -> set[str]:
        return {json.loads(line)["transaction_id"] for line in run("export", "transactions").out.splitlines()}

    with serving(folder, real_server) as server:
        send_order(server["otlp"], "SO-50")
        token = (folder / "home" / "local.token").read_text()
        until(lambda: "SO-50" in get(f"{server['url']}api/v1/transactions", token)[1], 5)
        send_order(server["otlp"], "SO-51")
        os.kill(server["pid"], signal.SIGKILL)
        server["process"].wait()
        assert (folder / "home" / "serve.json").exists(), "nobody tidied up"
        assert orders() >= {"SO-50", "SO-51"}


def test_the_api_says_who_may_and_what_is_wrong(run: Run, folder: Path, real_server: Callable[..., Any]) -> None:
    read = run("token", "add", "scraper", "--scope", "read").out.strip()
    ingest = run("token", "add", "sender", "--scope", "ingest").out.strip()
    with serving(folder, real_server) as server:
        url = server["url"]
        until(lambda: get(f"{url}readyz")[0] == 200)
        assert stat.S_IMODE((folder / "home" / "local.token").stat().st_mode) == 0o600
        assert get(f"{url}healthz") == (200, '{"status":"alive"}\n')
        assert get(f"{url}api/v1/events")[0] == 401
        for shown, said in ((read[:-1], MISTYPED), (new_secret(), NOT_IN_USE)):
            status, answer = get(f"{url}api/v1/events", shown)
            assert (status, json.loads(answer)) == (401, {"error": said})
        assert get(f"{url}api/v1/events", ingest)[0] == 403
        assert get(f"{url}api/v1/orders", read)[0] == 404
        assert get(f"{url}api/v1/events?as_of=today", read)[0] == 400
        until(lambda: len(get(f"{url}api/v1/events", read)[1].splitlines()) == 3)
        assert get(f"{url}api/v1/failures?format=csv", read) == (200, "workflow,milestone,error_class,transactions\r\n")
        status, log = get(f"{url}api/v1/events?format=ocel", read)
        assert (status, len(json.loads(log)["events"])) == (200, 3)
        assert get(f"{url}api/v1/spans?format=ocel", read)[0] == 400
        assert "syncline_events_total 3\n" in get(f"{url}metrics")[1]
        described = json.loads(get(f"{url}api/v1/openapi.json")[1])
        assert {"/api/v1/transactions", "/api/v1/rebuild", "/readyz"} <= described["paths"].keys()
        assert run("token", "revoke", "scraper").code == 0
        assert get(f"{url}api/v1/events", read)[0] == 401


def test_a_port_in_use_is_a_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (folder / "syncline.yaml").write_text(f"{ORDERS_SETTINGS}web: {{port: {port}}}\notlp: {{http_port: 0, grpc_port: 0}}\n")
        result = syncline("serve", folder=folder)
    assert result.code == 4
    assert result.said.splitlines()[-1] == (
        f"syncline: cannot listen on 127.0.0.1:{port}: Address already in use. Stop what listens there, or set another port."
    )


@contextmanager
def minding_interrupts() -> Iterator[None]:
    """What is started meanwhile minds SIGINT, as in a person's terminal. A shell has what it starts in the background ignore it, and so
    these tests and all that they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_interrupting_an_ingest_is_quiet_and_it_goes_on_later(run: Run, folder: Path) -> None:
    with (folder / "orders.csv").open("a") as file:
        file.writelines(f"{number},order.created,2026-03-23T10:00:00Z,SO-{number}\n" for number in range(100, 60_000))
    with minding_interrupts():
        process = subprocess.Popen(command("ingest"), cwd=folder, env=QUIET, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: any(path.stat().st_size > 0 for path in (folder / "home" / "journal").glob("*.journal")))
    process.send_signal(signal.SIGINT)
    out, said = process.communicate()
    assert (process.returncode, out, said) == (130, "", "")
    assert run("ingest").code == 0
    lines = run("export", "transactions").out.splitlines()
    assert len(lines) == 59_902


LONG = """
import signal
import sys
import duckdb
from app import cli

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background inherits that it is ignored

def long(_words):
    print("begun", flush=True)
    duckdb.connect().execute("select count(*) from range(10000000) a, range(10000000) b where hash(a.range + b.range) = 3").fetchall()

cli._run = long
sys.exit(cli.main([]))
"""


def test_an_interrupt_inside_a_statement_ends_without_a_traceback() -> None:
    with subprocess.Popen([sys.executable, "-c", LONG], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        code = None
        for _ in range(60):  # the first may come before the statement has begun
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                code = process.wait(timeout=1)
                break
        process.kill()
        assert process.stderr
        assert (code, process.stderr.read()) == (130, "")
