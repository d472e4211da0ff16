"""What recovery asks of everything around it: the facts as of now, the journal's payloads, the catalogue, the targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from app.recovery.cases import evidence_of
from app.recovery.catalogue import Catalogue
from app.recovery.model import Case, Evidence, Path, Payload
from app.recovery.settings import Recovery
from app.recovery.targets.target import Target
from metrics.read import Reader

Fetch = Callable[[Sequence[Case]], Mapping[str, Payload | str]]


class LiveWorld:
    """The world of a running Syncline. `read` opens a reader of all sites as of now."""

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[Reader]],
        catalogue: Catalogue,
        targets: Mapping[str, Target],
        settings: Recovery,
        fetch: Fetch,
        now_ns: Callable[[], int],
    ) -> None:
        self._read, self._catalogue, self._targets = read, catalogue, targets
        self._settings, self._fetch, self._now_ns = settings, fetch, now_ns

    def evidence(self, cases: Sequence[Case]) -> Mapping[str, Evidence]:
        """By case id, for every case."""
        with self._read() as reader:
            return evidence_of(reader, cases)

    def payloads(self, cases: Sequence[Case]) -> Mapping[str, Payload | str]:
        """By case id; a text says why there is none."""
        return self._fetch(cases)

    def path(self, name: str) -> Path | None:
        """The approved path of that name, if there is one still."""
        return self._catalogue.path(name)

    def target(self, name: str) -> Target | None:
        """The target of that name, if there is one still."""
        return self._targets.get(name)

    def closed_until_ns(self, case: Case) -> int | None:
        """Until when posting periods are closed for it."""
        return self._settings.closed_until_ns(case.site, self._now_ns())
