"""The annotations that are kept: read as of what was known at a moment, said, changed and taken back, each told to the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from app import audit
from app.access.rights import ANNOTATE, ANNOTATE_OWN
from app.accounts.tables import create_tables
from app.annotations.annotation import Annotation, Given, checked
from app.annotations.tables import metadata
from app.annotations.tables import said as versions
from app.instants import instant_text
from app.recovery.runs import Actor, Refusal
from metrics.scope import Scope

FOREVER = 2**63 - 1
MOST_CHANGES = 50  # of one annotation that are shown
LISTS = ("sites", "workflows", "systems")
MINE = "It is about more than you may see, so others keep it."


@dataclass(frozen=True, slots=True)
class Known:
    """What there is, of which an annotation may speak."""

    workflows: tuple[str, ...]
    sites: tuple[str, ...]


class Version(NamedTuple):
    """How an annotation was said, and until when that held."""

    annotation: Annotation
    until_ns: int


class Annotations:
    """Those of one home. Raises Refusal for who may not, and for what cannot be."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int], known: Known) -> None:
        create_tables(engine, metadata)
        self._engine, self._now_ns, self._known = engine, now_ns, known
        self._read_before: tuple[Any, list[Version]] = (None, [])

    def between(self, from_ns: int, to_ns: int, known_ns: int, sees: Scope) -> list[Annotation]:
        """Those that touch the time from `from_ns` to `to_ns`, the earliest first, as they were said at `known_ns`."""
        held = self._held(known_ns)
        return _seen((each for each in held if each.given.from_ns <= to_ns and each.end_ns >= from_ns), sees)

    def every(self, known_ns: int, sees: Scope) -> list[Annotation]:
        """All of them that had begun or were planned, the latest first, as they were said at `known_ns`."""
        return _seen(reversed(self._held(known_ns)), sees)

    def one(self, number: int, known_ns: int, sees: Scope) -> Annotation | None:
        """The one of that number, as it was said at `known_ns`; None where it was not, or nothing of it may be seen."""
        found = next((each for each in self._held(known_ns) if each.number == number), None)
        return found.seen_by(sees) if found else None

    def changes(self, number: int) -> list[Row[Any]]:
        """What the audit holds of it, the newest first: at_ns, actor, action, detail, reason."""
        with self._engine.connect() as connection:
            return audit.entries(connection, audit.Filter(subject=_subject(number)), stop=MOST_CHANGES)

    # ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def say(self, given: Given, actor: Actor) -> Annotation:
        """Keeps a new one."""
        given = self._allowed(given, actor)
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            number = (connection.execute(select(func.max(versions.c.number))).scalar() or 0) + 1
            return self._write(connection, number, 1, given, actor, "annotated")

    def change(self, number: int, given: Given, actor: Actor) -> Annotation:
        """Says it otherwise from now on; how it was said before stays in the audit, and in what was known then."""
        given = self._allowed(given, actor)
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            version = self._end(connection, number, actor)
            return self._write(connection, number, version + 1, given, actor, "annotation changed")

    def take_back(self, number: int, actor: Actor, reason: str | None = None) -> None:
        """It is shown no more, except as of when it was."""
        _check_right(actor)
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            self._end(connection, number, actor)
            audit.append(connection, self._now_ns(), actor.name, "annotation taken back", _subject(number), {}, reason)

    def may_change(self, number: int, actor: Actor) -> str | None:
        """None when the actor may, else why not."""
        try:
            _check_right(actor)
            with self._engine.connect() as connection:
                self._current(connection, number, actor)
        except Refusal as refusal:
            return str(refusal)
        return None

    def _allowed(self, given: Given, actor: Actor) -> Given:
        """Who may see some sites or workflows only speaks of those."""
        _check_right(actor)
        sees = actor.sees
        if sees.suppliers is not None:
            raise Refusal("You see some suppliers only, and annotations are about none.")
        for what, said, names in (("sites", given.sites, sees.sites), ("workflows", given.workflows, sees.workflows)):
            if names is not None and not said:
                raise Refusal(f"You see some {what} only: say of which of them it is.")
        sites = [site for site in self._known.sites if sees.has_site(site)] or sorted(sees.sites or ())
        workflows = [workflow for workflow in self._known.workflows if sees.has_workflow(workflow)] or sorted(sees.workflows or ())
        return checked(given, workflows, sites)

    def _current(self, connection: Connection, number: int, actor: Actor) -> int:
        """Its newest version. Who said it may change it, and who holds a role and may see all that it is about."""
        mine = (versions.c.number == number, versions.c.until_ns.is_(None))
        row = connection.execute(select(versions).where(*mine)).one_or_none()
        if row is None or annotation_of(row).seen_by(actor.sees) is None:
            raise Refusal(f"There is no annotation {number}.")
        if not _sees_whole(actor.sees, annotation_of(row).given):
            raise Refusal(MINE)
        if not actor.may(ANNOTATE) and row.said_by != actor.name:
            raise Refusal("You change only what you said yourself." if actor.roles else "This token changes only what it said itself.")
        return int(row.version)

    def _end(self, connection: Connection, number: int, actor: Actor) -> int:
        """The version that held until now."""
        version = self._current(connection, number, actor)
        ended = update(versions).where(versions.c.number == number, versions.c.version == version)
        connection.execute(ended.values(until_ns=self._now_ns()))
        return version

    def _write(self, connection: Connection, number: int, version: int, given: Given, actor: Actor, action: str) -> Annotation:
        said_ns = self._now_ns()
        made = Annotation(number, given, actor.name, said_ns)
        values = asdict(given) | {name: orjson.dumps(getattr(given, name)).decode() for name in LISTS}
        connection.execute(insert(versions).values(number=number, version=version, said_by=actor.name, said_ns=said_ns, **values))
        audit.append(connection, said_ns, actor.name, action, _subject(number), told(given), None)
        return made

    def _held(self, known_ns: int) -> list[Annotation]:
        """Those that held at that moment, the earliest first."""
        return [each.annotation for each in self._versions() if each.annotation.said_ns <= known_ns < each.until_ns]

    def _versions(self) -> list[Version]:
        """All that was ever said. It is read again only when something was said or taken back: every chart asks."""
        mark = select(func.count(), func.max(versions.c.said_ns), func.max(versions.c.until_ns), func.count(versions.c.until_ns))
        with self._engine.connect() as connection:
            present = tuple(connection.execute(mark).one())
            if present != self._read_before[0]:
                rows = connection.execute(select(versions).order_by(versions.c.from_ns, versions.c.number, versions.c.version))
                found = [Version(annotation_of(row), FOREVER if row.until_ns is None else row.until_ns) for row in rows]
                self._read_before = (present, found)
        return self._read_before[1]


def _sees_whole(sees: Scope, given: Given) -> bool:
    """Whether all that it is about may be seen; what names none is about all of them."""
    pairs = ((sees.sites, given.sites), (sees.workflows, given.workflows))
    return all(names is None or (said and names.issuperset(said)) for names, said in pairs)


def _seen(every: Iterable[Annotation], sees: Scope) -> list[Annotation]:
    return [shown for each in every if (shown := each.seen_by(sees))]


def may_write(actor: Actor) -> bool:
    """Whether the actor may say anything at all."""
    return actor.may(ANNOTATE) or actor.may(ANNOTATE_OWN)


def _check_right(actor: Actor) -> None:
    if not may_write(actor):
        raise Refusal(f"Only {actor.access.only(ANNOTATE)} may write annotations.")


def annotation_of(row: Any) -> Annotation:
    """Of a row of the table."""
    lists = {name: tuple(orjson.loads(getattr(row, name))) for name in LISTS}
    return Annotation(row.number, Given(row.kind, row.text, row.from_ns, row.to_ns, **lists), row.said_by, row.said_ns)


def told(given: Given) -> dict[str, Any]:
    """As the audit and the API say it: what is said, and nothing of what is not."""
    said: dict[str, Any] = {"kind": given.kind, "text": given.text, "from": instant_text(given.from_ns)}
    said |= {"to": instant_text(given.to_ns)} if given.to_ns is not None else {}
    return said | {name: list(getattr(given, name)) for name in LISTS if getattr(given, name)}


def _subject(number: int) -> str:
    return f"annotation {number}"


COLUMNS = ("number", "kind", "text", "from_time", "to_time", *LISTS, "said_by", "said_time")


def annotation_rows(engine: Engine, until_ns: int, sees: Scope) -> Iterator[dict[str, Any]]:
    """The rows of the export, the earliest first: what had begun and been said by then."""
    kept = Annotations(engine, lambda: until_ns, Known((), ()))
    for each in kept.between(-(2**63), until_ns, until_ns, sees):
        given = each.given
        ends = instant_text(given.to_ns) if given.to_ns is not None else None
        lists = (list(getattr(given, name)) for name in LISTS)
        values = (each.number, given.kind, given.text, instant_text(given.from_ns), ends, *lists, each.said_by, instant_text(each.said_ns))
        yield dict(zip(COLUMNS, values, strict=True))
