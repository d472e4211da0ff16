"""`syncline conformance`: the checks of an OTLP receiver against any endpoint."""

from __future__ import annotations

import argparse
import socket
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from app.commands.command import Command, whole
from app.trouble import Mistake, PartlyRejected, Unreachable

PORTS = {"http": 4318, "grpc": 4317}


def conformance(arguments: argparse.Namespace) -> None:
    from app.conformance.suite import examine
    from app.conformance.table import LEGEND, broken, line, summary

    scheme, host, port, prefix = _place(arguments.url)
    _reach(host, port, arguments.timeout)
    print(f"levels: {LEGEND}\n")
    findings = []
    with closing(_endpoint(scheme, host, port, prefix, arguments)) as endpoint:
        for finding in examine(endpoint):
            print(line(finding), flush=True)
            findings.append(finding)
    print(f"\n{summary(findings)}")
    if items := broken(findings):
        numbers = ", ".join(str(item.number) for item in items)
        raise PartlyRejected(f"{arguments.url} does not do all that an OTLP receiver must: {numbers}.")


def _place(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and prefix. Raises Mistake."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise Mistake(f"'{url}' is no address: {error}.") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise Mistake(f"'{url}' is no address of a receiver. Write http://HOST:PORT for OTLP/HTTP or grpc://HOST:PORT for OTLP/gRPC.")
    return parts.scheme, parts.hostname, port, parts.path


def _reach(host: str, port: int, timeout: int) -> None:
    try:
        socket.create_connection((host, port), timeout).close()
    except OSError as error:
        raise Unreachable(f"nobody answers at {host}:{port}: {error.strerror or error}. Start the receiver, or name another.") from error


def _endpoint(scheme: str, host: str, port: int, prefix: str, arguments: argparse.Namespace) -> Any:
    if scheme == "http":
        from app.conformance.http import HttpEndpoint

        return HttpEndpoint(host, port, prefix, arguments.token, arguments.timeout)
    from app.conformance.grpc import GrpcEndpoint

    try:
        return GrpcEndpoint(host, port, arguments.token, arguments.timeout)
    except ModuleNotFoundError as error:
        raise Mistake("asking over gRPC needs grpcio. Install it with `pip install 'syncline[grpc]'`.") from error


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="http://HOST:PORT for OTLP/HTTP, grpc://HOST:PORT for OTLP/gRPC")
    parser.add_argument("--token", default="", metavar="TOKEN", help="what to send as `Authorization: Bearer TOKEN`")
    parser.add_argument("--timeout", type=whole(1, 600), default=10, metavar="SECONDS", help="how long to wait for an answer (default: 10)")


COMMANDS = (Command("conformance", "says which rules of OTLP a receiver keeps; sends it test data", _options, conformance),)
