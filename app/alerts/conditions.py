"""What needs somebody as of now, as alerts call it: promises at risk, groups of failures, what never came, broken rules, stock, feeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.alerts.alert import SITELESS, Condition, Part
from app.components import links
from app.configuration.model import Owner
from app.figures import words
from app.instants import instant_text
from app.owners import owner_of_all
from app.recovery.memory import FIXED, MUTED, REGRESSED, Remembered, signature_named
from app.source_state import SourceState
from metrics.alerts import Alert as Ringing
from metrics.objectives.model import Objective
from metrics.objectives.windows import MINUTE_NS
from metrics.trouble import Astray, Silent, Trouble

SEVERITY_OF = {"page": "critical"}  # of a tier; every other one is a ticket
DOWN_NS = 60 * 10**9  # a source that cannot be read for so long is down
VERBS = {"failed": "fails", "missing": "has not come", "unplaced": "failed, and names nothing that is known"}


@dataclass(frozen=True, slots=True)
class Known:
    """What people know and configured, by which groups become alerts or do not."""

    memory: Mapping[str, Remembered]  # by signature
    owners: Sequence[Owner]
    now_ns: int


def of_objectives(ringing: Iterable[Ringing], objectives: Mapping[str, Objective]) -> Iterator[Condition]:
    """One for each objective and severity, by the tier that burns fastest: they come so ordered."""
    told: set[str] = set()
    for alert in ringing:
        objective, severity = objectives[alert.objective], SEVERITY_OF.get(alert.severity, "important")
        key = f"objective|{alert.objective}|{severity}"
        if key in told:
            continue
        told.add(key)
        partners = (objective.partner,) if objective.partner else ()
        said, cause = words.sentence(alert.sentence), "the cases that broke the promise"
        part = Part(objective.site or SITELESS, alert.bad, 0, {}, partners, said, cause, _broke(objective, alert))
        mine = (replace(part, supplier=objective.partner),) if objective.partner else ()
        address = below("objectives", objective=alert.objective)
        title = f"{alert.title}: the budget burns too fast"
        yield Condition(key, "objective", severity, title, objective.workflow, None, address, alert.since_ns, (part,), mine)


def _broke(objective: Objective, alert: Ringing) -> str:
    """The address of the cases that its burn rate counts."""
    limits = {"site": objective.site, "workflow": objective.workflow, "partner": objective.partner}
    from_ns = alert.at_ns - objective.whole_steps(alert.long_minutes) * MINUTE_NS
    bounds = {"from": instant_text(from_ns), "to": instant_text(alert.at_ns)}
    return below("cases", metric=objective.metric, outcome="bad", by="due", **limits, **bounds)


def of_troubles(troubles: Iterable[Trouble], known: Known) -> Iterator[Condition]:
    """One for each group, whatever sites it is at and however many cases it has; none for what is muted or held to be resolved."""
    grouped: dict[tuple[str, str], list[Trouble]] = {}
    for trouble in troubles:
        signature = trouble.signature or signature_named(trouble.kind, trouble.workflow, trouble.milestone)
        grouped.setdefault((trouble.kind, signature), []).append(trouble)
    for (kind, signature), rows in grouped.items():
        remembered = known.memory.get(signature, Remembered(signature))
        state = remembered.state(max(row.last_ns for row in rows), True, known.now_ns)
        if state in (MUTED, FIXED):
            continue
        again = f"|{remembered.fixed_ns}" if state == REGRESSED else ""
        yield _of_group(f"{kind}|{signature}{again}", rows, remembered, known, came_back=bool(again))


def _of_group(key: str, rows: Sequence[Trouble], remembered: Remembered, known: Known, *, came_back: bool) -> Condition:
    first = rows[0]  # the whole of a group comes before what is of each supplier
    since = min(row.first_ns for row in rows)
    if came_back and remembered.fixed_ns is not None:
        since = max(since, remembered.fixed_ns)
    sites = [row.site for row in rows if row.site]
    owner = remembered.owner or owner_of_all(known.owners, first.owner, sites, first.error_code)
    title = f"{_title(first)}{', again' if came_back else ''}"
    address, whole = _address(first), tuple(_part(row) for row in rows if row.supplier is None)
    mine = tuple(_part(row) for row in rows if row.supplier is not None)
    return Condition(key, first.kind, first.criticality, title, first.workflow, owner, address, since, whole, mine)


def _title(trouble: Trouble) -> str:
    """Confirmation posted in ERP fails; of a rule its sentence."""
    if trouble.kind == "violation":
        return trouble.title.rstrip(".")
    if trouble.kind == "unplaced":
        return (
            f"{trouble.milestone} in {words.system_word(trouble.system)} {VERBS[trouble.kind]}"
            if trouble.system
            else f"{trouble.milestone} {VERBS[trouble.kind]}"
        )
    step = words.step_words(trouble.event_type, trouble.system) if trouble.event_type else trouble.milestone
    return f"{step} {VERBS[trouble.kind]}"


def _part(trouble: Trouble) -> Part:
    held = trouble.holds_up
    cause = f"{trouble.first_id} was the first" if trouble.first_id else None
    address = links.path(trouble.workflow, trouble.first_id) if trouble.workflow and trouble.first_id else None
    if trouble.first_trace:
        cause, address = "the trace of the first", links.to("path", trace=trouble.first_trace)
    return Part(
        trouble.site or SITELESS,
        trouble.cases,
        held.orders if held else 0,
        held.worths if held else {},
        trouble.partners,
        trouble.words or "",
        cause,
        address.removeprefix(links.prefix()) if address else None,
        trouble.supplier,
    )


def _address(trouble: Trouble) -> str:
    """Where the approved way out is chosen already."""
    about = {"workflow": trouble.workflow, "milestone": trouble.milestone, "error_class": trouble.error_class}
    if trouble.kind == "unplaced":
        about["system"] = trouble.system
    return below("failure", kind=trouble.kind, **about, signature=trouble.signature)


def of_stock(astray: Iterable[Astray], owners: Sequence[Owner]) -> Iterator[Condition]:
    """One for each site."""
    for found in astray:
        said = "No movement explains the difference, and it is more than is tolerated."
        part = Part(found.site, found.cases, 0, found.worths, (), said)
        address = below("inventory", site=found.site, cause="unexplained", show="misses")
        owner, title = owner_of_all(owners, None, [found.site], None), "Stock differs, and nothing explains it"
        yield Condition(f"inventory|{found.site}", "inventory", "important", title, None, owner, address, found.pair_ns, (part,))


def of_feeds(silent: Iterable[Silent], now_ns: int) -> Iterator[Condition]:
    """One for each source and system, whatever sites."""
    grouped: dict[tuple[str, str], list[Silent]] = {}
    for feed in silent:
        grouped.setdefault((feed.source, feed.system), []).append(feed)
    for (source, system), feeds in grouped.items():
        parts = tuple(Part(feed.site or SITELESS, words="What waits for it cannot be judged.") for feed in feeds)
        since = min((feed.known_until_ns for feed in feeds if feed.known_until_ns is not None), default=now_ns)
        title = f"Nothing comes from {words.system_word(system)} by {source}"
        yield Condition(f"feed|{source}|{system}", "feed", "important", title, None, None, below("sources"), since, parts)


def of_sources(states: Mapping[str, SourceState], now_ns: int) -> Iterator[Condition]:
    """Those that cannot be read for a while, which is for who may see all sites."""
    for name, state in states.items():
        if state.is_down and state.since_ns is not None and now_ns - state.since_ns >= DOWN_NS:
            part = Part(SITELESS, words=" ".join(state.troubles))
            title = f"The source {name} cannot be read"
            yield Condition(f"source|{name}", "source", "critical", title, None, None, below("sources"), state.since_ns, (part,))


def below(page: str, **query: object) -> str:
    """The address of a page below the prefix: alerts are found where no request says what that is."""
    return links.to(page, **query).removeprefix(links.prefix())
