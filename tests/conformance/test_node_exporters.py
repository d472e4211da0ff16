"""Node's stock exporters, set up by environment variables alone, over all three protocols; where Node and they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.serve import Service
from tests.conformance.served import rows
from tests.repository import ROOT

PACKAGES = "@opentelemetry/api @opentelemetry/sdk-node"
SCRIPT = Path(__file__).with_name("node_exporter.cjs")


@pytest.fixture(scope="module")
def node_modules() -> Path:
    """Where Node finds the exporters: NODE_PATH, or node_modules beside this checkout's files."""
    for folder in (*map(Path, filter(None, os.environ.get("NODE_PATH", "").split(os.pathsep))), ROOT / "node_modules"):
        if shutil.which("node") and (folder / "@opentelemetry" / "sdk-node").is_dir():
            return folder
    pytest.skip(f"Node's exporters are not installed. `npm install --prefix DIR {PACKAGES}`, then set NODE_PATH=DIR/node_modules.")


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf", "http/json"])
@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_what_nodes_exporters_send_is_stored(protocol: str, compression: str, node_modules: Path, service: Service) -> None:
    run = f"{protocol.replace('/', '-')}-{compression}"
    settings = {
        "NODE_PATH": str(node_modules),
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_ENDPOINT": service.grpc_url if protocol == "grpc" else service.otlp_url,
        "OTEL_EXPORTER_OTLP_COMPRESSION": compression,
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "none",
        "RUN": run,
    }
    done = subprocess.run(["node", SCRIPT], env={**os.environ, **settings}, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    mine = f"attributes like '%NODE-{run}-%'"
    assert rows(service, f"select count(*), count(distinct span_id), count(*) filter (is_error) from spans where {mine}") == [(600, 600, 1)]
    large = "select distinct json_extract_string(attributes, 'large') from spans where " + mine
    assert rows(service, large) == [("9007199254740991",)]
    assert rows(service, f"select count(*) from log_rows where body like 'node {run} %'") == [(3,)]
