"""The receivers of a process: OTLP over HTTP, and over gRPC where grpcio is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from app.configuration.model import Otlp, Settings
from app.configuration.sections import RECEIVED
from app.machines.gate import admission
from app.machines.kept import Machines
from app.trouble import Unreachable
from app.web_server import taken
from collectors.receivers import has_grpc
from collectors.receivers.admission import Admission
from collectors.receivers.otlp_http import OtlpHttpReceiver
from collectors.receivers.reception import Limits, Reception
from collectors.record_store import Durable

if TYPE_CHECKING:
    from collectors.receivers.otlp_grpc import OtlpGrpcReceiver


def receivers(
    settings: Settings, kept: Durable, machines: Machines, now_ns: Callable[[], int], parts: ExitStack
) -> tuple[OtlpHttpReceiver, OtlpGrpcReceiver | None]:
    """Started; stopped with `parts`. Raises Unreachable when a port is taken."""
    otlp = settings.otlp
    reception = Reception(kept, now_ns, Limits(body_bytes=otlp.max_request_bytes), RECEIVED)
    admit = admission(machines) if otlp.token_required else None
    with _bound(otlp.http_host, otlp.http_port):
        http = OtlpHttpReceiver(reception, otlp.http_host, otlp.http_port, admit)
    http.start()
    parts.callback(http.stop)
    return http, _grpc(otlp, reception, admit, parts) if has_grpc() else None


def _grpc(otlp: Otlp, reception: Reception, admit: Admission | None, parts: ExitStack) -> OtlpGrpcReceiver:
    from collectors.receivers.otlp_grpc import OtlpGrpcReceiver

    with _bound(otlp.grpc_host, otlp.grpc_port):
        receiver = OtlpGrpcReceiver(reception, otlp.grpc_host, otlp.grpc_port, admit)
    receiver.start()
    parts.callback(receiver.stop)
    return receiver


@contextmanager
def _bound(host: str, port: int) -> Iterator[None]:
    """Says in a sentence why an address cannot be had."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise Unreachable(taken(host, port, error)) from error
