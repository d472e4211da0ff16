"""How workflows really ran: their variants, which step directly followed which, and where they are not as they are defined."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from metrics.read import Reader
from metrics.texts import _later

START, END, CANCELLED = "(start)", "(end)", "(cancelled)"
# How a variant may not be as its workflow is defined, in words of the milestone it is about.
DEVIATIONS = {
    "skipped": _later("{step} never succeeded, though a step that depends on it did"),
    "early": _later("{step} came before the step that it should come after"),
    "repeated": _later("{step} succeeded more than once"),
    "retried": _later("{step} failed before it succeeded"),
    "failed_after": _later("{step} failed after it had succeeded"),
    "failed": _later("{step} failed and has not succeeded"),
    "continued": _later("{step} succeeded after the cancellation"),
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What is asked about: transactions that began from … until before …, in ns. None narrows nothing."""

    workflow: str | None = None
    site: str | None = None
    from_ns: int | None = None
    to_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """What directly followed what, failed attempts left out.

    nodes: workflow, step, milestone, system, transactions it succeeded in, failed (in how many it failed), running (in how many that are
    not over nothing succeeded after it).
    edges: workflow, from_milestone, to_milestone, transactions, passages (how often in all), p50, p90 in seconds, promised (passages
    with a due time), late (those after it)."""

    nodes: pd.DataFrame
    edges: pd.DataFrame


def ask(reader: Reader, ran: Ran) -> pd.DataFrame:
    """Finds what ran, which every other question here is about; per workflow transactions, variants, over (nothing more is waited for) and
    conforming (transactions that ran as defined, or have so far)."""
    reader.frame("discovery/ran", workflow=ran.workflow, site=ran.site, from_ns=ran.from_ns, to_ns=ran.to_ns)
    return reader.frame("discovery/summed")


def variants(reader: Reader, limit: int = 100_000) -> pd.DataFrame:
    """Per variant of what was asked for, the most frequent first: workflow, variant, transactions, over, seconds (the median from first
    event to last), newest_ns, example_id, share (of its workflow), deviations (kind, milestone)."""
    return reader.frame("discovery/variants", {"limit": limit})


def deviations(reader: Reader) -> pd.DataFrame:
    """Per workflow, kind of DEVIATIONS and milestone: transactions, variants, examples (three of the newest)."""
    return reader.frame("discovery/deviations")


def graph(reader: Reader) -> Graph:
    """The process graph of what was asked for."""
    return Graph(reader.frame("discovery/nodes"), reader.frame("discovery/edges"))


def begun(reader: Reader, from_ns: int, site: str | None = None) -> pd.DataFrame:
    """Per workflow, in the order of the configuration: title, transactions that began since then."""
    return reader.frame("discovery/begun", from_ns=from_ns, site=site)
