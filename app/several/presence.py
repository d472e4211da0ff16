"""Who else is there: every process says now and then that it is, how far it is and how its sources go, and reads what the others say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Engine, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.tables import create_tables
from app.configuration.lake import machine_of
from app.configuration.model import Settings
from app.instants import SECOND_NS
from app.several.roles import WORKS
from app.several.tables import instances, metadata, shared
from app.source_state import SourceState
from metrics.definitions import fingerprint

GONE_SECONDS = 20  # without a word: who shares the sources no longer counts on it
FORGOTTEN_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Said:
    """What a process says of itself."""

    followed: int = 0
    loaded: int = 0
    waiting: int = 0
    trouble: str = ""
    sources: dict[str, SourceState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Instance:
    """One of the processes, as it was seen last."""

    id: str
    machine: str
    role: str
    version: str
    definitions: str
    started_ns: int
    seen_ns: int
    said: Said

    def is_there(self, now_ns: int) -> bool:
        return now_ns - self.seen_ns < GONE_SECONDS * SECOND_NS


@dataclass(frozen=True, slots=True)
class Self:
    """What does not change while a process runs."""

    id: str
    machine: str
    role: str
    version: str
    definitions: str


class Presence:
    """That of one process. `look` writes and reads; the rest is what the last look found."""

    def __init__(self, engine: Engine, me: Self, now_ns: Callable[[], int]) -> None:
        create_tables(engine, metadata)
        self._engine, self.me, self._now_ns = engine, me, now_ns
        self._started_ns = now_ns()
        self.all: tuple[Instance, ...] = ()

    def look(self, said: Said) -> None:
        """Says it, and reads what all say."""
        now_ns = self._now_ns()
        values = {
            "machine": self.me.machine,
            "role": self.me.role,
            "version": self.me.version,
            "definitions": self.me.definitions,
            "started_ns": self._started_ns,
            "seen_ns": now_ns,
            "followed": said.followed,
            "loaded": said.loaded,
            "waiting": said.waiting,
            "trouble": said.trouble[:2000],
            "sources_json": orjson.dumps({name: asdict(state) for name, state in said.sources.items()}).decode(),
        }
        with self._engine.begin() as connection:
            connection.execute(delete(instances).where(instances.c.seen_ns < now_ns - FORGOTTEN_SECONDS * SECOND_NS))
            if not connection.execute(update(instances).where(instances.c.id == self.me.id).values(**values)).rowcount:
                connection.execute(insert(instances).values(id=self.me.id, **values))
        self.all = known(self._engine)

    def leave(self) -> None:
        """So that the others need not wait for it."""
        with self._engine.begin() as connection:
            connection.execute(delete(instances).where(instances.c.id == self.me.id))

    def there(self) -> list[Instance]:
        now_ns = self._now_ns()
        return [each for each in self.all if each.is_there(now_ns)]

    def workers(self) -> int:
        """How many share the sources, this one among them where it does."""
        others = [each for each in self.there() if each.role in WORKS and each.id != self.me.id]
        return len(others) + (self.me.role in WORKS)

    def states(self) -> dict[str, SourceState]:
        """How reading goes, as those say that read."""
        return {name: state for each in self.there() for name, state in each.said.sources.items()}


def known(engine: Engine) -> tuple[Instance, ...]:
    """Every process that was seen within a day."""
    with engine.connect() as connection:
        rows = connection.execute(select(instances).order_by(instances.c.machine, instances.c.role, instances.c.id)).all()
    return tuple(map(_instance, rows))


def _instance(row: Row[Any]) -> Instance:
    sources = {
        name: SourceState(**(state | {"troubles": tuple(state["troubles"])})) for name, state in orjson.loads(row.sources_json).items()
    }
    said = Said(row.followed, row.loaded, row.waiting, row.trouble, sources)
    return Instance(row.id, row.machine, row.role, row.version, row.definitions, row.started_ns, row.seen_ns, said)


def id_of(home: Path) -> str:
    """That of a home, for good."""
    file = home / "instance"
    if not file.exists():
        draft = home / ".instance.new"
        draft.write_text(uuid4().hex)
        draft.rename(file)
    return file.read_text().strip()


def alike(engine: Engine, name: str, mine: str) -> str:
    """What all have under this name: that of whoever came first."""
    create_tables(engine, metadata)
    wanted = select(shared.c.value).where(shared.c.name == name)
    with engine.connect() as connection:
        found = connection.execute(wanted).scalar()
    if found is not None:
        return str(found)
    try:
        with engine.begin() as connection:
            connection.execute(insert(shared).values(name=name, value=mine))
    except IntegrityError:  # another one came first
        with engine.connect() as connection:
            return str(connection.execute(wanted).scalar_one())
    return mine


def self_of(settings: Settings, instance: str, role: str) -> Self:
    """A process, as the others see it."""
    said = f"{fingerprint(settings.definitions)} {[source.options for source in settings.sources]!r}"
    return Self(instance, machine_of(settings.storage), role, version("syncline"), hashlib.sha256(said.encode()).hexdigest())
