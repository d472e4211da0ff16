"""What may be sent: how much where, and JSON that is not deeper than anybody can read and whose texts are texts."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider

from app.web.guard import OWN_RULES

FORM_BYTES, API_BYTES, CALLBACK_BYTES = (
    64 << 10,
    1 << 20,
    16 << 20,
)  # the login; orders of machines; callbacks: a message that somebody edits
MAY_BE_HALF = re.compile(rb"\\ud|\xed", re.IGNORECASE)  # written out, or as the bytes that it would be


class _Json(DefaultJSONProvider):
    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            found = super().loads(s, **kwargs)
            if MAY_BE_HALF.search(s if isinstance(s, bytes) else s.encode("utf-8", "surrogatepass")):
                json.dumps(found, ensure_ascii=False).encode()  # half of a surrogate pair is no text: no table and no file takes it
        except RecursionError:
            raise ValueError("deeper than can be read") from None
        return found


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
