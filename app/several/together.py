"""One process of several: the shared journal it follows, the spool it forwards, its duties and its presence; and their threads."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from app.configuration.lake import machine_of
from app.configuration.model import Settings
from app.several.duties import ACTING, Duties, reading
from app.several.place import lake_of
from app.several.presence import Presence, Said, id_of, self_of
from app.several.repeated import Repeated
from app.several.roles import ALL, RECEIVES, WORKS
from app.storage.settings import LAKE
from app.trouble import Unreachable
from collectors.ingest import IntakeReport
from collectors.journal import examine
from collectors.shared import DutyLost, NotThisLake, SharedJournal
from collectors.spool import Spool
from sql.lake import Lake, LakeUnavailable, NoLake

if TYPE_CHECKING:
    from app.application import Application, Progress
    from app.source_state import SourceState

ONE_BY_ONE = "several machines share these records, and each makes its own numbers: run `syncline rebuild` on each, one after the other."
FOLLOW_SECONDS, FORWARD_SECONDS, PRESENCE_SECONDS, UPKEEP_SECONDS = 0.3, 0.5, 3.0, 300.0


class Together:
    """`journal` in the place of the journal of one that is alone, `spool` where it receives. Nothing is asked of the lake yet."""

    def __init__(self, settings: Settings, role: str = ALL) -> None:
        self.settings, self.role = settings, role
        self.machine = machine_of(settings.storage)
        self.id = id_of(settings.home)
        self.presence: Presence | None = None
        self.duties: Duties | None = None
        self._application: Application | None = None
        self._reads: set[str] = set()
        self._serves = self._has_looked = False
        self._unsure: set[str] = set()  # sources of which it is not known what was kept
        with ExitStack() as opened:
            self._following, self._writing = (opened.enter_context(closing(lake_of(settings.storage))) for _ in range(2))
            folder = settings.home / "journal"
            self.journal = opened.enter_context(closing(SharedJournal(folder, self._following, self._writing, self._hold)))
            self.spool = opened.enter_context(closing(spool_of(settings, self._writing))) if role in RECEIVES else None
            self._open = opened.pop_all()
        self.threads = [Repeated("following the lake", self.journal.follow, FOLLOW_SECONDS)]
        if self.spool:
            self.threads.append(Repeated("forwarding to the lake", self.spool.forward, FORWARD_SECONDS))
        self.threads.append(Repeated("looking who does what", self.look, PRESENCE_SECONDS))
        if role in WORKS:
            self.threads.append(Repeated("keeping the lake in order", self._keep_in_order, UPKEEP_SECONDS))

    def introduce(self, application: Application) -> None:
        """From now on the others may know of it."""
        self._application = application
        engine, now_ns = application.accounts.engine, application.now_ns
        self.presence = Presence(engine, self_of(self.settings, self.id, self.role), now_ns)
        if self.role in WORKS:
            sources = [source.name for source in application.polled_sources]
            self.duties = Duties(engine, self._writing, self.id, sources, now_ns, self._taken, self._lost)

    def start(self) -> None:
        self._serves = True
        for each in self.threads:
            each.start()

    def stop(self) -> None:
        """What was received is forwarded; the others need not wait for it."""
        for each in reversed(self.threads):
            each.stop()
        self.leave()

    def leave(self) -> None:
        """Gives back what it holds, once; a database that is away finds out by itself."""
        if not self._has_looked:
            return
        self._has_looked = False
        with suppress(Exception):
            if self.duties:
                self.duties.give_back()
            if self.presence:
                self.presence.leave()

    def close(self) -> None:
        self._open.close()

    def acts(self) -> bool:
        """Whether telling, reporting, recovering is this process's."""
        return self.duties is not None and self.duties.may(ACTING)

    def may_read(self, source: str) -> bool:
        return self.duties is not None and self.duties.may_read(source)

    def reader_of(self, source: str) -> str:
        """The machine that reads it, in words."""
        holder = self.duties.holder(reading(source)) if self.duties else None
        known = {each.id: each.machine for each in self.presence.all} if self.presence else {}
        return known.get(holder or "", "another machine")

    def states(self) -> dict[str, SourceState]:
        """How reading goes, of all sources: by whom it is read."""
        return self.presence.states() if self.presence else {}

    def failures(self) -> list[str]:
        """What does not go on at the moment, in sentences."""
        return [f"{each.what.capitalize()} fails: {each.failure}" for each in self.threads if each.failure]

    def newest(self) -> int:
        """How many records another one has and this one has not."""
        others = (each.said.followed for each in self.presence.there()) if self.presence else iter(())
        return max(0, max(others, default=0) - self.journal.last)

    def told(self, *, is_whole: bool = False) -> dict[str, Any]:
        """For /readyz. None of it makes a process unready: what it has it shows, what it is sent it keeps. `is_whole`: with names."""
        told = {
            "role": self.role,
            "acts": self.acts(),
            "sources_read": len(self._reads),
            "behind_others_records": self.newest(),
            "not_forwarded_records": self.spool.waiting if self.spool else 0,
            "troubles": len(self.failures()),
        }
        return told | ({"name": self.machine, "reads": sorted(self._reads), "troubles": self.failures()} if is_whole else {})

    def look(self) -> None:
        """Says that it is there, and does what is for it to do. Who has not followed the lake to its end yet takes nothing over."""
        if self.presence is None:
            return
        self._has_looked = True
        self.presence.look(self._said())
        if self.duties and (self.threads[0].has_run or not self._serves):
            self.duties.look(self.presence.workers())
        self._read_at_once()

    def _read_at_once(self) -> None:
        """What was just taken over: its next turn may be an hour away."""
        application = self._application
        if application is None or application.jobs is None:
            return
        mine = {source.name for source in application.polled_sources if self.may_read(source.name)}
        for name in mine - self._reads:
            application.jobs.read_now(name)
        self._reads = mine

    def catch_up(self) -> None:
        """All that this machine received is in the lake, and all that is there at this moment in its journal. Raises Unreachable."""
        try:
            if self.spool:
                self.spool.forward()
            self.journal.follow()
        except NoLake as error:
            raise Unreachable(f"{error}. `syncline storage init` makes it.") from error
        except (LakeUnavailable, NotThisLake) as error:
            raise Unreachable(f"the lake cannot be followed: {error}.") from error

    def poll(self, names: Collection[str], on_progress: Progress | None) -> IntakeReport:
        """Reads what is this process's to read; of all else it says whose it is."""
        application, report = self._application, IntakeReport()
        if application is None:
            return report
        if not self._serves:  # a command by itself takes over what nobody does, until it has ended
            self.catch_up()
            self.look()
        for name in names or [source.name for source in application.polled_sources]:
            report.records[name] = 0
            if not self.may_read(name):
                report.troubles.append(
                    (name, f"it is read by {self.reader_of(name)}, as often as its `every` says; nothing was read here.")
                )
                continue
            try:
                self._poll_one(application, name, report, on_progress)
            except (LakeUnavailable, DutyLost) as error:
                self._unsure.add(name)
                report.down.add(name)
                report.troubles.append((name, f"what was read could not be kept, and is read again: {error}."))
        return report

    def _poll_one(self, application: Application, name: str, report: IntakeReport, on_progress: Progress | None) -> None:
        if name in self._unsure:  # whether the last that was read is in the lake, the lake says
            self.journal.follow()
            application.intake.reread(name)
            self._unsure.discard(name)
        one = application.intake.poll([name], on_progress)
        report.records[name] = one.records[name]
        report.troubles += one.troubles
        report.down |= one.down

    def make_whole(self) -> None:
        """What this machine's copy of the records lacks comes from the lake. Raises Unreachable."""
        self.catch_up()
        if examine(self.journal.folder).records < self.journal.last:
            self.journal.begin_anew()

    def _said(self) -> Said:
        application, troubles = self._application, self.failures()
        if application is None:
            return Said()
        jobs = application.jobs
        mine = {name: state for name, state in jobs.states.items() if self.may_read(name)} if jobs else {}
        waiting = self.spool.waiting if self.spool else 0
        return Said(self.journal.last, application.intake.loaded(), waiting, " ".join(troubles), mine)

    def _hold(self, cursor: duckdb.DuckDBPyConnection, source: str) -> None:
        if self.duties is None:
            raise DutyLost(f"a {self.role} does not read sources")
        self.duties.hold(cursor, source)

    def _taken(self, name: str) -> None:
        """What the one before has told is known first."""
        self.journal.follow()
        if self._application and name != ACTING:
            self._application.intake.reread(name.removeprefix(reading("")))

    def _lost(self, name: str) -> None:
        if self._application and name != ACTING:
            self._application.intake.let_go(name.removeprefix(reading("")))

    def _keep_in_order(self) -> None:
        if self.acts():
            self._writing.keep_in_order(datetime.now(UTC))


def spool_of(settings: Settings, lake: Lake) -> Spool:
    """That of a home which receives."""
    storage = settings.storage
    return Spool(settings.home / "spool", lake, machine_of(storage), waits=storage.acknowledge == LAKE)
