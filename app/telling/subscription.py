"""What somebody asked to be told of: which alerts that is, as far as they may see them, and the sentence that says it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from app.alerts.alert import KINDS, SEVERITIES, Alert
from app.figures import words
from metrics.scope import Scope

INBOX, MAIL, WEBHOOK = "inbox", "mail", "webhook"
CHANNEL = "channel:"  # before the name of one that people share


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts; empty: any."""

    kinds: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()


LISTS = ("kinds", "severities", "sites", "workflows", "partners")


@dataclass(frozen=True, slots=True)
class Subscription:
    """As it is kept. `ways` beside the inbox, which always is one."""

    number: int
    user: str
    name: str
    wanted: Wanted
    ways: tuple[str, ...]
    made_ns: int


def told_of(wanted: Wanted, alert: Alert, sees: Scope) -> Alert | None:
    """What of an alert is wanted and may be seen; None: nothing."""
    pairs = ((wanted.kinds, alert.kind), (wanted.severities, alert.severity), (wanted.workflows, alert.workflow))
    if any(asked and value not in asked for asked, value in pairs):
        return None
    shown = alert.seen_by(sees)
    shown = shown and shown.at(wanted.sites)
    return shown.of_suppliers(wanted.partners) if shown and wanted.partners else shown


def target_of(way: str, user: str) -> str:
    """What gets one message of an alert: somebody by one way, or a shared channel whoever asked for it."""
    return way if way.startswith(CHANNEL) else f"{way}:{user}"


def sentence(wanted: Wanted, titles: Mapping[str, str], sites: Mapping[str, str]) -> str:
    """`When something is missing or fails, at Hamburg, of Production to inventory`: titles of workflows and sites by name."""
    kinds = " or ".join(KINDS[kind][0].lower() for kind in wanted.kinds if kind in KINDS) or "anything needs somebody"
    parts = [kinds[:1].upper() + kinds[1:]]
    parts += [f"at {_or(sites.get(name, name) for name in wanted.sites)}"] if wanted.sites else []
    parts += [f"of {_or(titles.get(name, name) for name in wanted.workflows)}"] if wanted.workflows else []
    parts += [f"from {_or(wanted.partners)}"] if wanted.partners else []
    parts += [f"only {_or(SEVERITIES[name].lower() for name in wanted.severities if name in SEVERITIES)}"] if wanted.severities else []
    return words.sentence(", ".join(parts))


def _or(names: Iterable[str]) -> str:
    return " or ".join(names)


def unknown_in(given: Collection[str], known: Collection[str]) -> str | None:
    """The first that nobody knows."""
    return next((name for name in given if name not in known), None)
