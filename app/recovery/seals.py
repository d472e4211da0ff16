"""Payloads that people edited, as they are kept: sealed with a key of the configuration, where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Row

from app.recovery.model import Payload

MARK = b"sealed:"  # before what is sealed; what can be edited is JSON, which does not begin so
LOST = "The message as it was edited cannot be read: the key it was sealed with is not in the configuration."


class Seal:
    """`keys`: of Fernet, the newest first; it seals, all of them open. Without any, payloads are kept as they are."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self._keys = MultiFernet([Fernet(key) for key in keys]) if keys else None

    def closed(self, body: bytes) -> bytes:
        """As it is kept."""
        return MARK + self._keys.encrypt(body) if self._keys else body

    def opened(self, kept: bytes) -> bytes | None:
        """As it was; None when no key opens it."""
        if not kept.startswith(MARK):
            return kept
        try:
            return self._keys.decrypt(kept.removeprefix(MARK)) if self._keys else None
        except InvalidToken:
            return None

    def sent(self, item: Row[Any], fetched: Payload | str | None) -> Payload | str | None:
        """What is sent of an item: what was edited, else what was fetched; a text says why there is nothing."""
        if item.body is None or not isinstance(fetched, Payload):
            return fetched
        body = self.opened(item.body)
        return LOST if body is None else replace(fetched, body=body, digest=sha256(body).hexdigest())


PLAIN = Seal()


def is_key(text: str) -> bool:
    """Whether it can be one."""
    try:
        Fernet(text)
    except ValueError:
        return False
    return True
