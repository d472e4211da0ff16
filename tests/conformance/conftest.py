"""A Syncline that serves, with both of its receivers, for all tests of the conformance suite."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from app.conformance import transport
from app.conformance.grpc import GrpcEndpoint
from app.conformance.http import HttpEndpoint
from app.serve import Service
from tests.conformance.served import serving


@pytest.fixture(scope="session", autouse=True)
def _time_does_not_matter() -> Iterator[None]:
    """How soon an answer comes on two busy cores is measured in tests.benchmarks, not here."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(transport, "WITHIN_SECONDS", 60.0)
        yield


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("conformance")) as service:
        yield service


@pytest.fixture(scope="session")
def http(service: Service) -> HttpEndpoint:
    """OTLP/HTTP."""
    return HttpEndpoint("127.0.0.1", urlsplit(service.otlp_url).port or 0, timeout=60)


@pytest.fixture(scope="session")
def grpc(service: Service) -> Iterator[GrpcEndpoint]:
    endpoint = GrpcEndpoint("127.0.0.1", urlsplit(service.grpc_url).port or 0, timeout=60)
    yield endpoint
    endpoint.close()


@pytest.fixture(params=["http", "grpc"])
def endpoint(request: pytest.FixtureRequest, http: HttpEndpoint, grpc: GrpcEndpoint) -> HttpEndpoint | GrpcEndpoint:
    """Both, one after the other."""
    return http if request.param == "http" else grpc
