"""Which Syncline this is: differs whenever another one is served, so that a page that was open meanwhile can say so."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request

HEADER = "X-Syncline-Build"
PARTS = ("app", "assets")
ROOT = Path(__file__).parent.parent.parent


@cache
def build() -> str:
    """Of the names and contents of what makes the pages."""
    digest = sha256()
    for path in sorted(each for part in PARTS for each in (ROOT / part).rglob("*") if each.suffix in (".py", ".js", ".css")):
        digest.update(path.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def install(server: Flask) -> None:
    """Says it with every answer to a question of a page."""

    @server.after_request
    def _say(response: Response) -> Response:
        if request.endpoint and request.endpoint.endswith("_dash-update-component"):
            response.headers[HEADER] = build()
        return response
