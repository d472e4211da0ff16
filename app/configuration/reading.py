"""Puts a configuration together: file, environment, packs, sources; one error with everything that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

from app.configuration.approved import Known as KnownNames
from app.configuration.approved import recovery_problems
from app.configuration.document import Document, read_document
from app.configuration.environment import override, strangers
from app.configuration.lake import storage_problems
from app.configuration.masking import masking_of
from app.configuration.model import Otlp, Owner, Settings, Source, Web
from app.configuration.objectives import read_files
from app.configuration.packs import DEFAULT, read_packs
from app.configuration.problems import ConfigurationError
from app.configuration.recovery import masks_of, recovery_of
from app.configuration.roles import names_written, role_problems, roles_of
from app.configuration.rosters import roster_problems, rosters_of, strange_roles, unstaffed
from app.configuration.rules import RuleFile, read_rules, rules_of, try_out
from app.configuration.sections import LOOPBACK, RECEIVED, configuration
from app.configuration.single_sign_on import single_sign_on_problems
from app.configuration.telling import telling_problems
from app.configuration.working import exclusions_of, partners_of, working_problems
from app.duty.roster import uncovered
from collectors.classify import ErrorRules
from collectors.identifiers import Identifiers
from metrics.calendars import Calendar
from metrics.impact_settings import impact_problems
from metrics.keys import Place, Problem, duration_seconds, read_keys, repeated, unknown, written
from metrics.metric_settings import metric_problems, metrics_of
from metrics.objectives.model import Objective
from metrics.objectives.reading import Known
from metrics.rules.rule import Rule
from metrics.workflows import Definitions, Feed, Workflow

MOVED = "recovery.payloads.masks is read, and counts everywhere now. Its place is `masking: {fields: […]}`: move what it names there."
STOCK = "inventory_csv"  # its rows are no events, so nothing waits for it; of other kinds `holds: inventory` says the same


def load_settings(file: Path, environment: Mapping[str, str]) -> Settings:
    """The settings of `file`. Raises ConfigurationError with every problem of it and of the packs it names."""
    document = read_document(file, environment)
    if document.is_lost:
        raise ConfigurationError([document])
    override(document, environment)
    found = read_keys(document.data, configuration(file.absolute().parent), (), document.problems)
    workflows, packs = read_packs(document, found["workflows"] or (DEFAULT,), environment)
    calendars = _calendars(found["calendars"])
    document.problems += _between(document, found, calendars)
    document.problems += working_problems(document, found, calendars, workflows, metrics_of(found["metrics"], workflows))
    document.problems += metric_problems(found["metrics"], workflows)
    document.problems += impact_problems(found["impact"], found["costs"], tuple(workflow.name for workflow in workflows))
    objectives, files = read_files(document, found["objectives"], _known(found, workflows), environment)
    rule_files = read_rules(document, found["rules"])
    names = _names(document, found, workflows, rule_files)
    document.problems += role_problems(document, found["access"], found["masking"].roles)
    document.problems += recovery_problems(found["recovery"], names)
    document.problems += roster_problems(found, _owners(found, workflows, rules_of(rule_files)))
    document.problems += strange_roles(document, names_written(document))
    document.problems += telling_problems(found["alerts"], [site.name for site in found["sites"]])
    document.problems += storage_problems(found["storage"])
    document.problems += single_sign_on_problems(document, file.absolute().parent, names)
    documents = [document, *packs, *files, *rule_files]
    if not any(each.told() for each in documents):
        definitions = _definitions(found, workflows, calendars)
        try_out(rule_files, definitions)
    if any(each.told() for each in documents):
        raise ConfigurationError(documents)
    used = document.variables.union(*(each.variables for each in (*packs, *files)))
    rosters = rosters_of(found["rosters"], found["sites"], found["timezone"])
    notes = (
        *strangers(environment, used),
        *([MOVED] if masks_of(found["recovery"]) else []),
        *map(unstaffed, (each for each in rosters if each.shifts and uncovered(each))),
    )
    return _settings(file, found, replace(definitions, rules=rules_of(rule_files)), objectives, notes)


def _known(found: Mapping[str, Any], workflows: tuple[Workflow, ...]) -> Known:
    metrics = metrics_of(found["metrics"], workflows)
    return Known(metrics, tuple(workflow.name for workflow in workflows), tuple(site.name for site in found["sites"]))


def _names(document: Document, found: Mapping[str, Any], workflows: tuple[Workflow, ...], rule_files: list[RuleFile]) -> KnownNames:
    section = document.data.get("recovery") if isinstance(document.data, dict) else None
    targets = section.get("targets") if isinstance(section, dict) else None
    return KnownNames(
        milestones={workflow.name: tuple(milestone.name for milestone in workflow.milestones) for workflow in workflows},
        rules=tuple(rule.name for rule in rules_of(rule_files)),
        sites=tuple(site.name for site in found["sites"]),
        roles=tuple(names_written(document)),
        targets=tuple(map(str, targets)) if isinstance(targets, dict) else (),
    )


def _owners(found: Mapping[str, Any], workflows: tuple[Workflow, ...], rules: Iterable[Rule]) -> set[str]:
    """Everybody that something is of."""
    return {*found["owners"], *(each.owner for each in workflows if each.owner), *(each.owner for each in rules if each.owner)}


def _calendars(found: Mapping[str, dict[str, Any]]) -> tuple[Calendar, ...]:
    return tuple(Calendar(name, **hours) for name, hours in {"default": {}, **found}.items())


def _definitions(found: Mapping[str, Any], workflows: tuple[Workflow, ...], calendars: tuple[Calendar, ...]) -> Definitions:
    aliases = frozenset(kind for kind, rule in found["objects"].items() if rule and rule.get("aliases"))
    metrics = metrics_of(found["metrics"], workflows)
    return Definitions(
        workflows,
        found["sites"],
        calendars,
        found["timezone"],
        _feeds(found["sources"]),
        aliases,
        metrics,
        partners_of(found),
        exclusions_of(found),
        inventory=found["inventory"],
        impact=found["impact"],
    )


def _feeds(sources: tuple[Source, ...]) -> tuple[Feed, ...]:
    """The sources of events. What is received counts among them, unless everything configured is always complete: such a
    configuration judges by its files alone, also where the receiver has never heard of a system."""
    feeds = tuple(
        Feed(source.name, source.complete, _lateness_seconds(source), source.silent_after_seconds)
        for source in sources
        if not _is_stock(source)
    )
    is_judged_by_files = bool(feeds) and all(feed.is_complete for feed in feeds)
    return feeds if is_judged_by_files or any(feed.source == RECEIVED for feed in feeds) else (*feeds, Feed(RECEIVED))


def _lateness_seconds(source: Source) -> int:
    """What is read by polling is known up to the poll less its look-back: so much later a row may still appear."""
    written = source.options.get("look_back") if source.collector.shows_all else None
    look_back = duration_seconds(written, (), []) if isinstance(written, str) else None  # of numbers nobody knows how long they take
    return max(source.allowed_lateness_seconds, look_back or 0)


def _is_stock(source: Source) -> bool:
    return source.kind == STOCK or source.options.get("holds") == "inventory"


def _settings(
    file: Path, found: Mapping[str, Any], definitions: Definitions, objectives: tuple[Objective, ...], notes: tuple[str, ...]
) -> Settings:
    return Settings(
        file=file,
        home=file.absolute().parent / found["home"],
        definitions=definitions,
        identifiers=Identifiers(found["objects"]),
        error_rules=ErrorRules(found["error_rules"]),
        sources=found["sources"],
        web=found["web"],
        otlp=found["otlp"],
        owners=tuple(_owner(name, owner) for name, owner in found["owners"].items()),
        notes=notes,
        objectives=objectives,
        costs=found["costs"],
        recovery=recovery_of(found["recovery"]),
        telling=found["alerts"],
        access=found["access"],
        roles=roles_of(found["access"], found["masking"].roles),
        masking=masking_of(found["masking"], masks_of(found["recovery"])),
        texts=found["texts"],
        reporting=found["reports"],
        rosters=rosters_of(found["rosters"], found["sites"], found["timezone"]),
        retention=found["retention"],
        storage=found["storage"],
        single_sign_on=oidc.opened(file.absolute().parent) if (oidc := found["access"].oidc) else None,
    )


def _owner(name: str, found: Mapping[str, Any]) -> Owner:
    return Owner(name, found["title"] or name, found["contact"], tuple(found["codes"]), tuple(found["sites"]))


def _between(document: Document, found: Mapping[str, Any], calendars: tuple[Calendar, ...]) -> list[Problem]:
    """What is wrong between the sections: names that stand twice, names that nothing has, one port for two."""
    problems = repeated(_named(document, "sites"), "a site called") + repeated(_named(document, "sources"), "a source called")
    known = [calendar.name for calendar in calendars]
    problems += [
        Problem(("sites", number, "calendar"), unknown("calendar", str(name), known))
        for number, site in enumerate(document.entries("sites"))
        if isinstance(name := site.get("calendar"), str | int) and str(name) not in known
    ]
    sites = [str(name) for _, name in _named(document, "sites")]
    problems += [
        Problem(("owners", name, "sites", number), unknown("site", site, sites))
        for name, owner in found["owners"].items()
        for number, site in enumerate(owner["sites"])
        if site not in sites
    ]
    return problems + _one_port(document, found["web"], found["otlp"])


def _named(document: Document, section: str) -> list[tuple[Place, Any]]:
    return [((section, number, "name"), entry.get("name")) for number, entry in enumerate(document.entries(section))]


def _one_port(document: Document, web: Web, otlp: Otlp) -> list[Problem]:
    """The mistake stands at the port that is written, of two at the later one of these."""
    if any(problem.place[:1] in (("web",), ("otlp",)) for problem in document.problems):
        return []
    ports: list[tuple[Place, str, int]] = [
        (("web", "port"), web.host, web.port),
        (("otlp", "http_port"), otlp.http_host, otlp.http_port),
        (("otlp", "grpc_port"), otlp.grpc_host, otlp.grpc_port),
    ]
    problems = []
    for (one, host, port), (other, other_host, other_port) in combinations(ports, 2):
        if port == other_port != 0 and _meet(host, other_host):
            is_written = other in document.lines or other in document.overrides
            place, twin = (other, one) if is_written else (one, other)
            problems.append(Problem(place, f"is {port}, which is {written(twin)} as well; each needs a port of its own."))
    return problems


def _meet(one: str, other: str) -> bool:
    """True when both cannot be listened on at one port. The families are apart: 0.0.0.0 leaves :: free."""
    hosts, sixes = {one, other}, [":" in host for host in (one, other)]
    if len(hosts) == 1 or "*" in hosts or ("localhost" in hosts and hosts <= set(LOOPBACK)):
        return True
    return ("0.0.0.0" in hosts and not any(sixes)) or ("::" in hosts and all(sixes))  # noqa: S104  compared, not listened on
