"""Batches of records understood ahead by processes of their own, where many wait, while this one stores them in order.

One interpreter lock is what a thread could not get around: it understood ahead by a tenth only.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from logging.handlers import QueueHandler
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue

from collectors.columns import Columns
from collectors.segment import Block, Frame, encoded, frames_of
from collectors.understanding import Understanding

log = logging.getLogger(__name__)
MANY = 8  # batches that wait: of fewer, the processes, which need a second of a core each to begin, save too little
MOST = 4  # processes; with four the storing is what everybody waits for
BEHIND = 5  # how much nicer they are than this process, which has receivers and pages to answer
Make = Callable[[], Understanding]  # called in another process: it can be pickled
Understood = tuple[list[Frame], Columns]


def understood(batches: Iterator[list[Frame]], last: int, here: Understanding, make: Make | None) -> Generator[Understood, None, None]:
    """Each batch with what it says, in order. `last` is the number of the last frame of all: as many wait as are behind a batch."""
    with closing(Workers(here, make)) as workers:
        done: deque[Understood] = deque()  # given away at once: a batch takes 100 MB
        for frames in batches:
            if workers.are_busy:
                done.append(workers.take())
            workers.lend(frames)
            while workers.are_lent and not workers.are_running:
                done.append(workers.take())
            if last - frames[-1].number >= MANY * len(frames):
                workers.start()
            while done:
                yield done.popleft()
        while workers.are_lent:
            yield workers.take()


class Workers:
    """At most one batch is with each worker. When one is lost, its batch and all further ones are understood here. Close them."""

    def __init__(self, here: Understanding, make: Make | None) -> None:
        self._here, self._make = here, make
        self._processes: list[BaseProcess] = []
        self._starting: list[Connection] = []
        self._idle: deque[Connection] = deque()
        self._busy: deque[Connection] = deque()  # in the order of what is lent
        self._lent: deque[list[Frame]] = deque()

    @property
    def are_lent(self) -> bool:
        """Whether any batch is to be taken."""
        return bool(self._lent)

    @property
    def are_running(self) -> bool:
        return bool(self._idle or self._busy)

    @property
    def are_busy(self) -> bool:
        return bool(self._busy) and not self._idle

    def start(self) -> None:
        """Starts as many as there are cores; once, and not where there is one core only. Each is used when it is ready."""
        make, self._make = self._make, None
        count = min(cores(), MOST)
        if make and count > 1:
            with self._or_alone():
                for _ in range(count):
                    self._start(make)

    def lend(self, frames: list[Frame]) -> None:
        """Gives a batch to the next idle worker, if there is one."""
        self._lent.append(frames)
        with self._or_alone():
            for pipe in [pipe for pipe in self._starting if pipe.poll()]:
                pipe.recv()
                self._starting.remove(pipe)
                self._idle.append(pipe)
            if self._idle:
                self._idle[0].send((len(frames), encoded([record for _, record in frames])))
                self._busy.append(self._idle.popleft())

    def take(self) -> Understood:
        """The oldest batch that was lent, understood."""
        frames = self._lent.popleft()
        columns: Columns | None = None
        with self._or_alone():
            if self._busy:
                columns, told = pickle.loads(self._busy[0].recv_bytes())  # noqa: S301  from our own process
                self._idle.append(self._busy.popleft())
                for record in told:
                    _tell(record)
        return frames, columns or self._here.columns_of(frames)

    def close(self) -> None:
        """Ends them at once: they keep nothing."""
        for pipe in (*self._starting, *self._idle, *self._busy):
            pipe.close()
        self._starting, self._idle, self._busy = [], deque(), deque()
        for process in self._processes:
            process.kill()
            process.join()
            process.close()
        self._processes = []

    def _start(self, make: Make) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._starting.append(ours)
        process = context.Process(target=_work, args=(theirs, make), name="understanding", daemon=True)
        with theirs, _deaf():  # nobody else holds an end of the pipe, so each hears when the other ends
            process.start()
        self._processes.append(process)

    @contextmanager
    def _or_alone(self) -> Iterator[None]:
        try:
            yield
        except (OSError, EOFError) as error:
            reason = str(error) or "one of them has ended"
            log.warning("The processes that understand records ahead cannot be used (%s); loading goes on without them.", reason)
            self.close()


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _deaf() -> Iterator[None]:
    """What is started here never hears an interrupt from the keyboard: that is for this process, which ends it."""
    resource_tracker.ensure_running()  # it would be started by the first process, and hear interrupts again behind it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Told(QueueHandler):
    """Keeps what is logged, as texts, for the process that has a log."""

    def __init__(self) -> None:
        self._told: SimpleQueue[logging.LogRecord] = SimpleQueue()
        super().__init__(self._told)

    def taken(self) -> list[logging.LogRecord]:
        return [self._told.get_nowait() for _ in range(self._told.qsize())]


def _tell(record: logging.LogRecord) -> None:
    logger = logging.getLogger(record.name)
    if logger.isEnabledFor(record.levelno):
        logger.handle(record)


def _work(pipe: Connection, make: Make) -> None:
    """The life of a worker: a batch, what it says, the next batch, until nobody is at the other end."""
    os.nice(BEHIND)
    gc.freeze()
    gc.disable()  # as the loader does
    told = Told()
    logging.getLogger().addHandler(told)
    try:
        understanding = make()
        pipe.send(None)
        while True:
            pipe.send_bytes(_answer(understanding, told, *pipe.recv()))
            gc.collect()
    except (EOFError, OSError):
        return


def _answer(understanding: Understanding, told: Told, count: int, frames: bytes) -> bytes:
    columns = understanding.columns_of(frames_of(Block(0, 0, 1, count, frames), 0))
    return pickle.dumps((columns, told.taken()), protocol=5)
