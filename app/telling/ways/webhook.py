"""By webhook: signed JSON as Standard Webhooks says, to an address that a person named."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from app.instants import SECOND_NS, instant_text
from app.recovery.targets.http import FOR_NOW, signature_headers
from app.telling import outward
from app.telling.message import Message
from app.telling.ways.outcome import SENT, Outcome, Result


def send(url: str, secret: str, inside: Sequence[str], message: Message, ident: str, now_ns: int) -> Result:
    """Once. `ident` is the same each time, so that the receiver knows what it has had: what got no answer may be sent again."""
    body = orjson.dumps({**message.data, "timestamp": instant_text(now_ns)})
    headers = {"Content-Type": "application/json", "User-Agent": "Syncline", **signature_headers(secret, ident, now_ns // SECOND_NS, body)}
    try:
        answer = outward.post(url, body, headers, inside)
    except outward.NotAllowed as refusal:
        return Result(Outcome.REFUSED, str(refusal))
    except outward.Unreached as error:
        return Result(Outcome.NOT_TAKEN, str(error))
    if 200 <= answer.status < 300:
        return SENT
    said = f"{outward.host_of(url)} says HTTP {answer.status}{f': {answer.words}' if answer.words else ''}"
    if 300 <= answer.status < 400:
        return Result(Outcome.REFUSED, f"{said}. It is somewhere else; that is not followed.")
    return Result(Outcome.NOT_TAKEN if answer.status in FOR_NOW or answer.status >= 500 else Outcome.REFUSED, said)
