"""Node's stock exporters, set up by environment variables alone, over all three protocols."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from app.serve import Service
from tests.conformance.served import rows
from tests.servers.nodejs import NODE, node_modules

SCRIPT = Path(__file__).with_name("node_exporter.cjs")


@pytest.mark.parametrize(
    ("protocol", "compression"), [("grpc", "none"), ("grpc", "gzip"), ("http/protobuf", "gzip"), ("http/json", "none")]
)
def test_what_nodes_exporters_send_is_stored(protocol: str, compression: str, service: Service) -> None:
    run = f"{protocol.replace('/', '-')}-{compression}"
    settings = {
        "NODE_PATH": str(node_modules()),
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_ENDPOINT": service.grpc_url if protocol == "grpc" else service.otlp_url,
        "OTEL_EXPORTER_OTLP_COMPRESSION": compression,
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "none",
        "RUN": run,
    }
    done = subprocess.run([NODE, SCRIPT], env={**os.environ, **settings}, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    mine = f"attributes like '%NODE-{run}-%'"
    assert rows(service, f"select count(*), count(distinct span_id), count(*) filter (is_error) from spans where {mine}") == [(600, 600, 1)]
    large = "select distinct json_extract_string(attributes, 'large') from spans where " + mine
    assert rows(service, large) == [("9007199254740991",)]
    assert rows(service, f"select count(*) from log_rows where body like 'node {run} %'") == [(3,)]
