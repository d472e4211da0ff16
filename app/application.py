"""One Syncline on one home: store, journal, intake, facts and accounts, opened together and closed together."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from app.accounts import Accounts
from app.configuration.model import Settings, Source
from app.configuration.sections import RECEIVED
from app.trouble import Mistake, Unreachable
from collectors.ingest import Intake, IntakeReport
from collectors.journal import Journal, JournalBusy
from metrics.keys import unknown
from metrics.read import Moment, Reader, open_reader
from metrics.refresh import Refresher
from sql.migrate import NewerStore
from sql.store import Store, StoreBusy

if TYPE_CHECKING:
    from app.loader import Loader
    from collectors.receivers.otlp_http import OtlpHttpReceiver

Progress = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Done:
    """What an ingest, a refresh or a rebuild did."""

    records: int  # read from sources into the journal
    events: int  # seen for the first time
    transactions: int  # computed anew
    rejected: int  # things of the intake that could not be understood
    troubles: list[tuple[str, str]]  # sources that could not be read wholly, with the sentence
    seconds: float


class Application:
    """What serving, the commands and the tests work with. Whatever changes the store goes through here, one at a time."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.local_token = ""  # while serving: what commands on this machine identify themselves with
        self.loader: Loader | None = None  # while serving
        self.receiver: OtlpHttpReceiver | None = None  # while serving
        self.answers: Counter[int] = Counter()  # of the web server, by status
        self._changing = threading.Lock()
        self._totals: Counter[str] = Counter()  # loaded and computed since the start, by whoever asked for it
        self._open = ExitStack()
        with ExitStack() as opened:  # when one part cannot be opened, those before it are closed again
            make_home(settings.home)
            self.journal = opened.enter_context(closing(Journal(settings.home / "journal")))
            self.store = opened.enter_context(closing(Store(settings.home / "syncline.duckdb")))
            self.accounts = opened.enter_context(closing(Accounts(accounts_url(settings.home))))
            self._open = opened.pop_all()
        self.refresher = Refresher(self.store, settings.definitions)
        collectors = [source.collector for source in settings.sources]
        self.intake = Intake(self.store, self.journal, collectors, settings.identifiers, settings.error_rules, self.now_ns)

    @property
    def polled_sources(self) -> list[Source]:
        """The sources that are asked; what is received comes by itself."""
        return [source for source in self.settings.sources if source.kind != RECEIVED]

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
        return self._done(before, begun)

    def poll(self, names: Collection[str] = (), on_progress: Progress | None = None) -> IntakeReport:
        """Reads all (or the named) sources to their end into the journal. Raises Mistake for a name nobody knows."""
        known = [source.name for source in self.settings.sources]
        for name in names:
            if name not in known:
                raise Mistake(unknown("source", name, known))
        return self.intake.poll(names or None, on_progress)

    def ingest(self, names: Collection[str] = (), on_progress: Progress | None = None) -> Done:
        """Polls, then advances. While serving, the loader may have loaded a part of it before; that counts as well."""
        begun, before = time.monotonic(), self._so_far()
        polled = self.poll(names, on_progress)
        self.advance(on_progress)
        return replace(self._done(before, begun), records=sum(polled.records.values()), troubles=polled.troubles)

    def rebuild(self, on_progress: Progress | None = None) -> Done:
        """Everything anew from the records."""
        begun, before = time.monotonic(), self._so_far()
        with self._changing:
            loaded = self.intake.rebuild(on_progress)
            refreshed = self.refresher.rebuild()
            self._totals.update(events=loaded.events, rejected=loaded.rejected, transactions=refreshed.transactions)
        return self._done(before, begun)

    def _so_far(self) -> Counter[str]:
        """The totals, once whatever is under way has ended: what it loads does not count for who comes after it."""
        with self._changing:
            return self._totals.copy()

    def _done(self, before: Counter[str], begun: float) -> Done:
        new = self._totals - before
        return Done(0, new["events"], new["transactions"], new["rejected"], [], time.monotonic() - begun)

    @contextmanager
    def reader(self, moment: Moment, sites: frozenset[str] | None = None) -> Iterator[Reader]:
        """Answers as of a moment, limited to what somebody may see."""
        with open_reader(self.store, moment, sites) as reader:
            yield reader

    def close(self) -> None:
        self._open.close()


@contextmanager
def opened(settings: Settings) -> Iterator[Application]:
    """The application of a home. Raises Unreachable when another process owns it, or it cannot be used."""
    with reachable(settings.home):
        application = Application(settings)
    with closing(application):
        yield application


@contextmanager
def reachable(home: Path) -> Iterator[None]:
    """Says in a sentence why a home cannot be opened."""
    try:
        yield
    except (StoreBusy, JournalBusy) as error:
        raise Unreachable(str(error)) from error
    except NewerStore as error:
        raise Mistake(f"{home}: {error}") from error
    except OSError as error:
        raise Unreachable(f"the home {home} cannot be used: {error.strerror or error}.") from error
    except duckdb.Error as error:
        advice = "Move syncline.duckdb away and run `syncline rebuild`: the journal holds everything."
        raise Unreachable(f"the store of {home} cannot be opened: {error} {advice}") from error


def accounts_url(home: Path) -> str:
    """Where users and tokens are kept."""
    make_home(home)
    return f"sqlite:///{home / 'accounts.sqlite'}"


def make_home(home: Path) -> None:
    """The folder, for its owner only: it holds business data, password hashes and keys."""
    home.parent.mkdir(parents=True, exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)
