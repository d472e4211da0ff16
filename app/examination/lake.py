"""The lake that several machines share, and these machines: is it there, do they follow it, do they compute alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

from sqlalchemy.exc import DatabaseError

from app.accounts.tables import open_engine
from app.configuration.model import Settings
from app.examination.finding import Finding, fail, ok, warn
from app.several.place import lake_of
from app.several.presence import Instance, known, self_of
from app.storage.engine import AWAY
from sql.lake import LakeUnavailable, NoLake

LATE_RECORDS = 10_000  # behind the others: more than a few seconds of a busy plant


def look_at_lake(settings: Settings, now_ns: int) -> Iterator[Finding]:
    """Nothing where a Syncline is alone."""
    if not settings.storage.is_shared:
        return
    with closing(lake_of(settings.storage)) as lake:
        try:
            yield ok(f"The lake {lake.id()} can be reached.")
        except NoLake as error:
            yield fail(f"{str(error)[0].upper()}{str(error)[1:]}.", "Make it: syncline storage init")
        except LakeUnavailable as error:
            yield fail(f"The lake cannot be reached: {error}.", "What is received is kept by its machine and forwarded later.")
    try:
        engine = open_engine(settings.state.url())
        try:
            instances = [each for each in known(engine) if each.is_there(now_ns)]
        finally:
            engine.dispose()
    except (DatabaseError, *AWAY):  # whoever looks at people tells it
        return
    yield from look_at_instances(instances, self_of(settings, "", "").definitions)


def look_at_instances(instances: Sequence[Instance], definitions: str) -> Iterator[Finding]:
    """Those that are there now, against what the configuration says here."""
    if not instances:
        return
    yield ok(f"{len(instances)} processes serve together: {', '.join(f'{each.machine} ({each.role})' for each in instances)}.")
    newest = max(each.said.followed for each in instances)
    for each in instances:
        name = f"{each.machine} ({each.role})"
        if each.definitions != definitions:
            yield warn(f"{name} has other definitions than this configuration.", "Give all the same files, or they say different things.")
        if each.role != "receiver" and newest - each.said.loaded > LATE_RECORDS:
            yield warn(f"{name} is {newest - each.said.loaded:,} records behind.", "It catches up by itself, or its log says why not.")
        if each.said.trouble:
            yield warn(f"{name}: {each.said.trouble}", "")
    if not any(each.role in ("all", "worker") for each in instances):
        yield warn("No worker is there: no source is read and nobody is told of anything.", "Start one: syncline serve --role worker")
