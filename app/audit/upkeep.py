"""What the audit does by itself while serving: it says with which settings Syncline runs, and gives its newest hash to the log each day."""

from __future__ import annotations

import logging
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Engine

from app.audit.chain import append, newest

ACTOR = "syncline"

log = logging.getLogger("syncline.audit")


def settings_read(engine: Engine, file: Path, now_ns: int) -> None:
    """Syncline begins to serve with this configuration."""
    detail = {"file": file.name, "sha256": sha256(file.read_bytes()).hexdigest(), "version": version("syncline")}
    with engine.begin() as connection:
        append(connection, now_ns, ACTOR, "settings read", "configuration", detail)


def tell_anchor(engine: Engine) -> None:
    """Gives the head to the log: whoever keeps the log elsewhere can show later that nothing before it was changed or cut off."""
    with engine.connect() as connection:
        head = newest(connection)
    if head:
        log.info("The audit stands at %s (`syncline audit verify --anchor` takes this).", head)
