"""Items 12 to 18 that a client sees of OTLP/gRPC."""

from __future__ import annotations

from app.conformance.grpc import GrpcEndpoint
from tests.conformance.served import shows


def test_otlp_12_traces_and_logs_are_served_and_nothing_else(grpc: GrpcEndpoint) -> None:
    assert shows(12, grpc)


def test_otlp_13_oversize_is_resource_exhausted_without_retry_info(grpc: GrpcEndpoint) -> None:
    assert shows(13, grpc)


def test_otlp_14_bad_data_is_invalid_argument(grpc: GrpcEndpoint) -> None:
    assert shows(14, grpc)


def test_otlp_17_many_calls_and_pings_are_served_on_one_connection(grpc: GrpcEndpoint) -> None:
    assert shows(17, grpc)


def test_otlp_18_the_rich_status_is_in_the_trailers(grpc: GrpcEndpoint) -> None:
    assert shows(18, grpc)
