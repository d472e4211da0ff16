"""The table in the docs, made by asking a Syncline: `python -m tests.conformance.documents` writes it."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from app.conformance.grpc import GrpcEndpoint
from app.conformance.http import HttpEndpoint
from app.conformance.items import ITEMS
from app.conformance.table import document
from tests.conformance.served import found, serving
from tests.repository import ROOT

DOCUMENT = ROOT / "app" / "docs" / "conformance.md"


def rendered(http: HttpEndpoint, grpc: GrpcEndpoint) -> str:
    over_http, over_grpc = ([found(item.number, endpoint) for item in ITEMS] for endpoint in (http, grpc))
    return document(over_http, over_grpc)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as service:
        http = HttpEndpoint("127.0.0.1", urlsplit(service.otlp_url).port or 0)
        with closing(GrpcEndpoint("127.0.0.1", urlsplit(service.grpc_url).port or 0)) as grpc:
            DOCUMENT.write_text(rendered(http, grpc))


if __name__ == "__main__":
    main()
