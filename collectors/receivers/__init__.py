"""Receivers: what listens for clients that send by themselves."""

from __future__ import annotations

from importlib.util import find_spec

NO_GRPC = "OTLP over gRPC is off: it needs grpcio, which `pip install 'syncline[grpc]'` brings."


def has_grpc() -> bool:
    """Whether grpcio is installed, without which OTLP/gRPC cannot be received."""
    return find_spec("grpc") is not None
