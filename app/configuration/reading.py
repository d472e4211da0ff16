"""Puts a configuration together: file, environment, packs, sources; one error with everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.configuration.document import Document, read_document
from app.configuration.environment import override, strangers
from app.configuration.model import Owner, Settings, Source
from app.configuration.packs import DEFAULT, read_packs
from app.configuration.problems import ConfigurationError
from app.configuration.sections import RECEIVED, configuration
from collectors.classify import ErrorRules
from collectors.identifiers import Identifiers
from metrics.keys import Problem, read_keys, repeated, unknown
from metrics.workflows import Calendar, Definitions, Feed, Workflow

STOCK = "inventory_csv"  # its rows are no events, so nothing waits for it


def load_settings(file: Path, environment: Mapping[str, str]) -> Settings:
    """The settings of `file`. Raises ConfigurationError with every problem of it and of the packs it names."""
    document = read_document(file, environment)
    if document.problems:
        raise ConfigurationError([document])
    override(document, environment)
    found = read_keys(document.data, configuration(file.absolute().parent), (), document.problems)
    workflows, packs = read_packs(document, found["workflows"] or (DEFAULT,), environment)
    calendars = _calendars(found["calendars"])
    document.problems += _between(document, found, calendars)
    if any(each.problems for each in (document, *packs)):
        raise ConfigurationError([document, *packs])
    used = document.variables.union(*(pack.variables for pack in packs))
    return _settings(file, found, _definitions(found, workflows, calendars), tuple(strangers(environment, used)))


def _calendars(found: Mapping[str, dict[str, Any]]) -> tuple[Calendar, ...]:
    return tuple(Calendar(name, **hours) for name, hours in {"default": {}, **found}.items())


def _definitions(found: Mapping[str, Any], workflows: tuple[Workflow, ...], calendars: tuple[Calendar, ...]) -> Definitions:
    aliases = frozenset(kind for kind, rule in found["objects"].items() if rule and rule.get("aliases"))
    return Definitions(workflows, found["sites"], calendars, found["timezone"], _feeds(found["sources"]), aliases)


def _feeds(sources: tuple[Source, ...]) -> tuple[Feed, ...]:
    """The sources of events. What is received counts among them, unless everything configured is always complete: such a
    configuration judges by its files alone, also where the receiver has never heard of a system."""
    feeds = tuple(Feed(source.name, source.complete, source.allowed_lateness_seconds) for source in sources if source.kind != STOCK)
    is_judged_by_files = bool(feeds) and all(feed.is_complete for feed in feeds)
    return feeds if is_judged_by_files or any(feed.source == RECEIVED for feed in feeds) else (*feeds, Feed(RECEIVED))


def _settings(file: Path, found: Mapping[str, Any], definitions: Definitions, notes: tuple[str, ...]) -> Settings:
    return Settings(
        file=file,
        home=file.absolute().parent / found["home"],
        definitions=definitions,
        identifiers=Identifiers(found["objects"]),
        error_rules=ErrorRules(found["error_rules"]),
        sources=found["sources"],
        web=found["web"],
        otlp=found["otlp"],
        owners=tuple(Owner(name, owner["title"] or name, owner["contact"]) for name, owner in found["owners"].items()),
        notes=notes,
    )


def _between(document: Document, found: Mapping[str, Any], calendars: tuple[Calendar, ...]) -> list[Problem]:
    """What is wrong between the sections: names that stand twice, names that nothing has."""
    problems = repeated(_named(document, "sites"), "a site called") + repeated(_named(document, "sources"), "a source called")
    known = [calendar.name for calendar in calendars]
    problems += [
        Problem(("sites", number, "calendar"), unknown("calendar", site["calendar"], known))
        for number, site in enumerate(_entries(document, "sites"))
        if site.get("calendar", "default") not in known
    ]
    return problems


def _named(document: Document, section: str) -> list[tuple[Any, Any]]:
    return [((section, number, "name"), entry["name"]) for number, entry in enumerate(_entries(document, section)) if entry.get("name")]


def _entries(document: Document, section: str) -> list[dict[str, Any]]:
    found = document.data.get(section) if isinstance(document.data, dict) else None
    return [entry if isinstance(entry, dict) else {} for entry in found] if isinstance(found, list) else []
