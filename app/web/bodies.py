"""What may be sent: how much where, and JSON that is not deeper than anybody can read."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider

from app.web.guard import OWN_RULES

FORM_BYTES, API_BYTES, CALLBACK_BYTES = (
    64 << 10,
    1 << 20,
    16 << 20,
)  # the login; orders of machines; callbacks: a message that somebody edits


class _Json(DefaultJSONProvider):
    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return super().loads(s, **kwargs)
        except RecursionError:
            raise ValueError("deeper than can be read") from None


def install(server: Flask) -> None:
    """Before anything of a body is read."""
    server.json = _Json(server)
    server.config["MAX_CONTENT_LENGTH"] = CALLBACK_BYTES
    server.before_request(_limit)


def _limit() -> None:
    if request.blueprint in OWN_RULES:
        request.max_content_length = API_BYTES
    elif not (request.endpoint or "").endswith("_dash-update-component"):
        request.max_content_length = FORM_BYTES
