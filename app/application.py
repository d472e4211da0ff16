"""One Syncline on one home: store, journal, intake, facts and accounts, opened together and closed together."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from errno import ENOSPC
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import duckdb
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from app import audit
from app.accounts import Accounts
from app.accounts.administration import Administration
from app.accounts.languages import ChosenLanguages
from app.accounts.sessions import Sessions
from app.accounts.views import Views
from app.alerts.kept import Alerts
from app.annotations.kept import Annotations, Known
from app.audit.seen import Seen
from app.configuration.model import Settings, Source
from app.configuration.sections import is_received
from app.duty.absences import Absences
from app.exports import EXPORTS, Asked, between, exported, written
from app.machines.kept import Machines
from app.messages.desk import Desk as Messages
from app.messages.glass import Glasses, overseers
from app.messages.originals import Event, Original, original
from app.messages.rows import masked
from app.owners import owner_of
from app.recovery import closings, listing, tables
from app.recovery.cases import counted, find, held_up
from app.recovery.catalogue import Catalogue, remember
from app.recovery.desk import Desk
from app.recovery.exported import KEPT, Sight
from app.recovery.groups import GROUP_COLUMNS, remembered
from app.recovery.memory import Memory
from app.recovery.model import Case, Payload
from app.recovery.payloads import Sources, fetch
from app.recovery.runs import Runs
from app.recovery.seals import Seal
from app.recovery.selection import Selected
from app.recovery.targets.settings import open_target
from app.recovery.world import LiveWorld
from app.retention.letting_go import let_go
from app.several.part import caught_up
from app.several.roles import ALL
from app.several.together import ONE_BY_ONE, Together
from app.source_state import SourceState
from app.storage.engine import AWAY
from app.storage.state import State, make_home
from app.telling.kept import Subscriptions
from app.trouble import Mistake, Unreachable
from collectors.ingest import Intake, IntakeReport, RecordsLost
from collectors.journal import Journal, JournalBusy, JournalUnavailable
from collectors.meaning import Meaning
from collectors.understanding import understanding_of
from metrics.keys import unknown
from metrics.read import Moment, Reader, open_reader
from metrics.recovering import Group
from metrics.refresh import Refresher
from metrics.scope import EVERYTHING, Scope
from sql.migrate import NewerStore
from sql.store import Store, StoreBusy

if TYPE_CHECKING:
    from app.jobs import Jobs
    from app.loader import Loader
    from app.reports.desk import Desk as ReportDesk
    from app.telling.teller import Teller
    from collectors.receivers.otlp_grpc import OtlpGrpcReceiver
    from collectors.receivers.otlp_http import OtlpHttpReceiver

Progress = Callable[..., Any]
FULL = ("No space left on device", "database or disk is full", "disk I/O error")


@dataclass(frozen=True, slots=True)
class Done:
    """What an ingest, a refresh or a rebuild did."""

    records: int  # read from sources into the journal
    events: int  # seen for the first time
    transactions: int  # computed anew
    rejected: int  # things of the intake that could not be understood
    troubles: list[tuple[str, str]]  # what could not be read wholly, a source or the journal, with the sentence
    seconds: float


class Application:
    """What serving, the commands and the tests work with. Whatever changes the store goes through here, one at a time."""

    def __init__(self, settings: Settings, role: str = ALL) -> None:
        self.settings = settings
        self.has_arrived = False  # there was a transaction once: looked for until it is so, and a rebuild takes nothing of it back
        self.local_token = ""  # while serving: what commands on this machine identify themselves with
        self.loader: Loader | None = None  # while serving
        self.jobs: Jobs | None = None  # while serving
        self.receiver: OtlpHttpReceiver | None = None  # while serving
        self.teller: Teller | None = None  # while serving
        self.grpc_receiver: OtlpGrpcReceiver | None = None  # while serving, where grpcio is installed
        self.answers: Counter[int] = Counter()  # of the web server, by status
        self.refreshed = threading.Event()  # set whenever the numbers may be others
        self.is_rebuilding = False
        self._changing = threading.Lock()
        self._totals: Counter[str] = Counter()  # loaded and computed since the start, by whoever asked for it
        self._told = 0  # how many of the journal's problems somebody has been told
        self._open = ExitStack()
        with ExitStack() as opened:  # when one part cannot be opened, those before it are closed again
            make_home(settings.home)
            self.together = opened.enter_context(closing(Together(settings, role))) if settings.storage.is_shared else None
            self.journal = self.together.journal if self.together else opened.enter_context(closing(Journal(settings.home / "journal")))
            self.store = opened.enter_context(closing(Store(settings.home / "syncline.duckdb")))
            accounts = Accounts(settings.state.url(), words=_places(settings), access=settings.roles)
            self.accounts = opened.enter_context(closing(accounts))
            self.catalogue = _recovery(settings, self.accounts.engine, self.now_ns())
            targets = {name: open_target(name, found, settings.folder) for name, found in settings.recovery.targets.items()}
            for target in targets.values():
                opened.enter_context(closing(target))
            self._open = opened.pop_all()
        self.seen = Seen(self.accounts.engine, self.now_ns)
        self.refresher = Refresher(self.store, settings.definitions)
        collectors = [source.collector for source in settings.sources]
        identifiers, rules, entries = settings.identifiers, settings.error_rules, [source.options for source in settings.sources]
        make = partial(understanding_of, entries, settings.folder, Meaning(identifiers, rules))
        self.intake = Intake(self.store, self.journal, collectors, identifiers, rules, self.now_ns, make)
        world = LiveWorld(self.read_now, self.catalogue, targets, settings.recovery, self._payloads, self.now_ns)
        self.desk = Desk(Runs(self.accounts.engine, self.now_ns, Seal(settings.recovery.payloads.keys)), world, self.catalogue)
        self.memory = Memory(self.accounts.engine, self.now_ns)
        self.views = Views(self.accounts.engine, self.now_ns)
        self.alerts = Alerts(self.accounts.engine, self.now_ns)
        self.subscriptions = Subscriptions(self.accounts.engine, self.now_ns, settings.telling, Seal(settings.recovery.payloads.keys))
        self.absences = Absences(self.accounts.engine, self.now_ns)
        self.annotations = Annotations(self.accounts.engine, self.now_ns, _known(settings))
        glasses = Glasses(self.accounts.engine, self.now_ns, settings.masking, overseers(settings.recovery.paths))
        self.messages = Messages(self.accounts.engine, self.now_ns, settings.masking, glasses)
        self.languages = ChosenLanguages(self.accounts.engine)
        self.machines = Machines(self.accounts.engine, self.now_ns, settings.access.tokens, settings.roles)
        self.people = Administration(self.accounts, self.now_ns, settings.access.password_link)
        self.sessions = Sessions(self.accounts.engine, self.now_ns, settings.access.sessions, settings.roles)
        if self.together:
            self.together.introduce(self)

    @cached_property
    def reports(self) -> ReportDesk:
        """The weekly reports. What draws them takes a while to load, so only who asks for one waits for it."""
        from app.reports.desk import Desk as ReportDesk

        return ReportDesk(self)

    @property
    def polled_sources(self) -> list[Source]:
        """The sources that are asked; what is received comes by itself."""
        return [source for source in self.settings.sources if not is_received(source.options)]

    def source_states(self) -> dict[str, SourceState]:
        """How reading each polled source goes; nothing where nobody serves."""
        mine = dict(self.jobs.states) if self.jobs else {}
        return mine | self.together.states() if self.together else mine

    def now_ns(self) -> int:
        """The present moment. Everything that needs one gets it from here."""
        return time.time_ns()

    def advance(self, on_progress: Progress | None = None) -> Done:
        """Loads what is new in the journal and computes what it touches."""
        begun, before = time.monotonic(), self._so_far()
        with self._changing:
            loaded = self.intake.load(on_progress)
            refreshed = self.refresher.refresh()
            self._totals.update(events=loaded.events, rejected=loaded.rejected, transactions=refreshed.transactions)
        self.refreshed.set()
        return self._done(before, begun)

    def poll(self, names: Collection[str] = (), on_progress: Progress | None = None) -> IntakeReport:
        """Reads all (or the named) sources to their end into the journal. Raises Mistake for a name nobody knows."""
        _check_sources(names, [source.name for source in self.settings.sources])
        return self.together.poll(names, on_progress) if self.together else self.intake.poll(names or None, on_progress)

    def ingest(self, names: Collection[str] = (), on_progress: Progress | None = None) -> Done:
        """Polls, then advances. While serving, the loader may have loaded a part of it before; that counts as well."""
        begun, before = time.monotonic(), self._so_far()
        polled = self.poll(names, on_progress)
        loaded = caught_up(self).advance(on_progress)
        troubles = [*polled.troubles, *loaded.troubles]
        return replace(self._done(before, begun), records=sum(polled.records.values()), troubles=troubles)

    def retry(self, names: Collection[str] = (), on_progress: Progress | None = None) -> Done:
        """Tries again what was rejected, of all or the named sources; `rejected` are those that still are. Raises Mistake as `poll`."""
        if self.together:
            raise Mistake(ONE_BY_ONE)
        begun = time.monotonic()
        _check_sources(names, sorted({source.name for source in self.settings.sources} | self.intake.rejecting()))
        with self._changing:
            self.intake.load(on_progress)
            tried = self.intake.retry(names)
            computed = self.refresher.refresh().transactions
            self._totals.update(events=tried.events, transactions=computed)
        return Done(tried.records, tried.events, computed, tried.rejected, [], time.monotonic() - begun)

    def rebuild(self, on_progress: Progress | None = None, anyway: bool = False) -> Done:
        """Everything anew from the records. Raises Unreachable when the journal lacks some of them, unless `anyway`."""
        begun, before = time.monotonic(), self._so_far()
        if self.together:
            self.together.make_whole()
        with self._changing:
            self.is_rebuilding = True
            try:
                loaded = self.intake.rebuild(on_progress, anyway)
                refreshed = self.refresher.rebuild()
            except RecordsLost as error:
                raise Unreachable(str(error)) from error
            finally:
                self.is_rebuilding = False
            self._totals.update(events=loaded.events, rejected=loaded.rejected, transactions=refreshed.transactions)
        self.refreshed.set()
        return self._done(before, begun)

    def _so_far(self) -> Counter[str]:
        """The totals, once whatever is under way has ended: what it loads does not count for who comes after it."""
        with self._changing:
            return self._totals.copy()

    def _done(self, before: Counter[str], begun: float) -> Done:
        new, troubles = self._totals - before, [("journal", sentence) for sentence in self.journal.problems[self._told :]]
        self._told += len(troubles)
        return Done(0, new["events"], new["transactions"], new["rejected"], troubles, time.monotonic() - begun)

    @contextmanager
    def reader(self, moment: Moment, sees: Scope = EVERYTHING) -> Iterator[Reader]:
        """Answers as of a moment, limited to what somebody may see."""
        with open_reader(self.store, moment, sees, self.settings.objectives) as reader:
            yield reader

    def export(self, asked: Asked, sees: Scope = EVERYTHING, own: str | None = None) -> Iterator[bytes]:
        """An export in pieces, as far as it may be seen; of what is kept beside the accounts to what `own` did (None: everybody)."""
        moment = asked.moment(self.now_ns())
        if kept := KEPT.get(asked.name):
            rows = kept.rows(self.accounts.engine, min(moment.as_of_ns, moment.known_ns), Sight(own, sees))
            yield from written(between(rows, EXPORTS[asked.name].time, asked), asked, list(kept.columns))
            return
        with self.reader(moment, sees) as reader:
            if asked.name == "failure_groups":
                rows = remembered(reader.export(asked.name), self.memory.every(), self.settings.owners, moment)
                yield from written(rows, asked, [*reader.columns(asked.name), *GROUP_COLUMNS])
                return
            if asked.name == "expectations":
                owners, found = self.settings.owners, reader.export(asked.name)
                rows = ({**row, "owner": owner_of(owners, row["owner"], row["site"], None)} for row in found)
                yield from written(between(rows, EXPORTS[asked.name].time, asked), asked, reader.columns(asked.name))
                return
            yield from exported(reader, asked, partial(masked, asked.name, fields=self.messages.masked))

    def selected(self, group: Group, sees: Scope, also_settled: bool = False, *, with_stakes: bool = False) -> Selected:
        """The cases of a group as of now that may be seen; how many others there are is told, and no more. What a person parked or closed
        is left out, unless it is asked for, or one transaction is."""
        now_ns, settled = self.now_ns(), {} if also_settled or group.transaction_id else self.settled()
        with self.reader(Moment(now_ns, now_ns), sees) as reader:
            cases = sorted(find(reader, group), key=lambda case: (case.opened_ns, case.order, case.id))
            left = [case for case in cases if case.id not in settled or not settled[case.id].holds(case)]
            held = held_up(reader, left) if with_stakes and left else None
        hidden = 0
        if not sees.is_all and not group.transaction_id:  # of one that is named nothing is told, not even that it is there
            with self.read_now() as reader:
                hidden = counted(reader, group) - len(cases)
        return Selected(group, left, hidden, len(cases) - len(left), also_settled, held)

    def settled(self) -> dict[str, listing.Settled]:
        """By case id, what people parked or closed."""
        with self.accounts.engine.connect() as connection:
            return listing.settled(connection)

    def tell_closings(self) -> None:
        """Puts into the journal which cases were closed here, and which opened again."""
        closings.tell(self.accounts.engine, self.settings.definitions.workflows, self.journal.append, self.now_ns())

    def age_payloads(self) -> None:
        """Lets go of the edited payloads that were kept long enough."""
        self.desk.runs.age(self.settings.recovery.payloads.keep_seconds)

    def let_go(self) -> dict[str, int]:
        """Lets go of what was kept long enough beside the business data; how many of each kind."""
        return let_go(self.accounts.engine, self.settings.home, self.settings.retention, self.now_ns())

    def read_now(self) -> AbstractContextManager[Reader]:
        """A reader of everything as of now."""
        now_ns = self.now_ns()
        return self.reader(Moment(now_ns, now_ns))

    def original(self, event: Event, is_record: bool = False) -> Original:
        """What the sender of an event sent, as it was received."""
        return original(event, self.settings.recovery.payloads, self._records(), is_record)

    def _payloads(self, cases: Sequence[Case]) -> Mapping[str, Payload | str]:
        return fetch(cases, self.settings.recovery.payloads, self._records())

    def _records(self) -> Sources:
        return Sources(self.settings.home / "journal", {source.name: source.options for source in self.settings.sources})

    def close(self) -> None:
        self.seen.write()
        self.intake.close()
        if self.together:
            self.together.leave()
        self._open.close()


def _recovery(settings: Settings, engine: Engine, now_ns: int) -> Catalogue:
    """The catalogue, with the tables of recovery beside the accounts."""
    tables.create(engine)
    audit.keep_head(engine, settings.home / audit.HEAD_FILE)
    return remember(engine, settings.recovery.paths, now_ns)


def _places(settings: Settings) -> list[str]:
    """What somebody would try first as a password of people who work there."""
    return [site.name for site in settings.definitions.sites]


def _known(settings: Settings) -> Known:
    """What annotations may speak of."""
    workflows = tuple(workflow.name for workflow in settings.definitions.workflows)
    return Known(workflows, tuple(site.name for site in settings.definitions.sites))


def _check_sources(names: Collection[str], known: list[str]) -> None:
    for name in names:
        if name not in known:
            raise Mistake(unknown("source", name, known))


@contextmanager
def opened(settings: Settings, role: str = ALL) -> Iterator[Application]:
    """The application of a home. Raises Unreachable when another process owns it, it cannot be used, or its disk is full meanwhile."""
    with room_for(settings.state):
        with reachable(settings.state):
            application = Application(settings, role)
        with closing(application):
            yield application


@contextmanager
def reachable(state: State) -> Iterator[None]:
    """Says in a sentence why a home, or the database its state lies in, cannot be opened."""
    try:
        yield
    except (StoreBusy, JournalBusy) as error:
        raise Unreachable(f"{error} Wait until it has ended, or stop it.") from error
    except NewerStore as error:
        raise Mistake(f"{state.home}: {error}") from error
    except (OSError, duckdb.Error, DatabaseError, *AWAY) as error:
        if _is_full(error):
            raise
        raise Unreachable(_unusable(state, error)) from error


@contextmanager
def room_for(state: State) -> Iterator[None]:
    """Says in a sentence that the disk is full. Whatever was told to be taken is safe then."""
    try:
        yield
    except JournalUnavailable as error:
        raise Unreachable(str(error)) from error
    except (OSError, duckdb.Error, DatabaseError) as error:
        if not _is_full(error):
            raise
        raise Unreachable(f"the disk of {state.home} is full. Make room and do it again; nothing that was taken is lost.") from error


def _is_full(error: Exception) -> bool:
    return getattr(error, "errno", None) == ENOSPC or any(words in str(error) for words in FULL)


def _unusable(state: State, error: Exception) -> str:
    home = state.home
    if isinstance(error, duckdb.Error):
        advice = "Move syncline.duckdb away and run `syncline rebuild`: the journal holds everything."
        return f"the store of {home} cannot be opened: {error} {advice}"
    if isinstance(error, (DatabaseError, *AWAY)):
        return f"{state.place} cannot be used: {state.words(error)}. {_advice(state, error)}"
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"the home {home} cannot be used: a file is where a folder should be. Move it away, or set another `home`."
    return f"the home {home} cannot be used: {getattr(error, 'strerror', None) or error}."


def _advice(state: State, error: Exception) -> str:
    if state.shared is not None:
        return "Correct `storage.state`, or see to the database; docs/several-machines.md says what its user needs to be allowed."
    if isinstance(error, OperationalError):
        return "Give it to the user that runs Syncline; its disk must be mounted for writing."
    return "Bring it back from a backup, or move it away and add the people anew."
