"""What should have come and has not: the open expectations, how many there are of each kind, and which feeds must catch up first."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pandas as pd

from metrics.read import Reader

STATES = ("missing", "unjudged", "open")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which expectations; None: all."""

    state: str | None = None
    workflow: str | None = None
    milestone: str | None = None
    system: str | None = None
    site: str | None = None
    due_before_ns: int | None = None


def expected(reader: Reader, asked: Narrowed, start: int = 0, stop: int = 200) -> pd.DataFrame:
    """Rows start … stop (excluded), the longest due first: workflow, title, owner, criticality, transaction_id, site, timezone, milestone,
    system, event_type, opened_ns, due_ns, state (missing, unjudged, open), and in every row `expectations`, how many there are in all. Of
    what adds up until all has come also done_quantity, ordered_quantity, uom; else null."""
    reader.know_orders()
    return reader.frame("queries/expected", {**asdict(asked), "start": start, "stop": stop})


def counted(reader: Reader, site: str | None = None, due_before_ns: int | None = None) -> pd.DataFrame:
    """Per state, workflow and milestone: title, system, event_type, criticality, expectations, first_due_ns."""
    return reader.frame("queries/expected_counted", {"site": site, "due_before_ns": due_before_ns})


def feeds_behind(reader: Reader, site: str | None = None) -> pd.DataFrame:
    """Per system and site whose feed lags behind what is due from it: expectations, first_due_ns, known_until_ns (null: never known),
    heard_ns, and whether it is silent: is_silent."""
    reader.know_silence()
    return reader.frame("queries/feeds_behind", {"site": site})
