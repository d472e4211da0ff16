"""`syncline serve` says which receivers there are, counts what they answer, and does without gRPC where grpcio is not installed."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from app import serve
from app.conformance.bodies import good
from app.conformance.grpc import GrpcEndpoint
from app.conformance.http import HttpEndpoint
from app.settings import load_settings
from collectors.receivers import NO_GRPC
from tests.cli.commands import Run

PORTS = "version: 1\nworkflows: [default]\nweb: {port: 0}\notlp: {http_port: 0, grpc_port: 0}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "syncline.yaml").write_text(PORTS)
    return tmp_path / "syncline.yaml"


def test_it_counts_what_the_receivers_answer(file: Path) -> None:
    with serve.running(load_settings(file, {})) as service:
        HttpEndpoint("127.0.0.1", urlsplit(service.otlp_url).port or 0, timeout=60).export("traces", good("traces"))
        grpc = GrpcEndpoint("127.0.0.1", urlsplit(service.grpc_url).port or 0, timeout=60)
        grpc.export("logs", good("logs"))
        grpc.export("logs", b"\xff\xff")
        grpc.close()
        said = httpx.get(f"{service.web_url}metrics", timeout=60).text
    assert 'syncline_otlp_http_requests_total{signal="traces",status="200"} 1\n' in said
    assert 'syncline_otlp_grpc_requests_total{signal="logs",status="OK"} 1\n' in said
    assert 'syncline_otlp_grpc_requests_total{signal="logs",status="INVALID_ARGUMENT"} 1\n' in said


def test_without_grpcio_it_serves_the_rest_and_says_so(
    file: Path, run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.receiving.has_grpc", lambda: False)
    monkeypatch.setattr("app.examination.network.has_grpc", lambda: False)
    assert NO_GRPC in run("doctor").out
    with caplog.at_level(logging.INFO), serve.running(load_settings(file, {})) as service:
        serve._greet(service)
        assert HttpEndpoint("127.0.0.1", urlsplit(service.otlp_url).port or 0, timeout=60).export("traces", good("traces")).code == 200
        assert "syncline_otlp_grpc_requests_total" not in httpx.get(f"{service.web_url}metrics", timeout=60).text
    assert service.grpc_url == ""
    assert NO_GRPC == "OTLP over gRPC is off: it needs grpcio, which `pip install 'syncline[grpc]'` brings."
    assert NO_GRPC in caplog.messages
