"""Plants of the three workflow files: every transaction with a fate that is chosen, what befell it, and the events that tell of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import yaml

from collectors.event import Event
from metrics.calendars import Calendar
from metrics.metric_settings import metrics_of
from metrics.workflows import Definitions, Feed, Milestone, Partner, Site, Workflow, parse
from tests.plants import utc
from tests.workflows.truth import DAY, HOUR, HOURS, MINUTE, NEVER, SECOND, ZONES, Told
from tests.written import id_hash

FOLDER = Path(__file__).parent
BEGIN = utc("2026-03-23 00:00")  # a Monday; Europe goes to summer time on the Sunday
ERRORS = {  # class → code, type, text
    "transient": (None, "java.net.SocketTimeoutException", "Read timed out"),
    "business": ("idoc:51", "IDoc", "Material 4711 not maintained in plant 1000"),
    "contract": ("http:400", "400", "Unexpected property"),
    "unknown": ("idoc:68", "IDoc", "Error, no further processing"),
}
FATES = (
    *["well"] * 3,
    *["late", "exactly", "lost", "stopped", "business", "contract", "given_up", "put_aside", "abandoned"],
    *["healed", "recovered", "twice", "again", "backwards", "cancelled"],
)


@dataclass(slots=True)
class Plant:
    """What was made so far. `metrics` as a configuration would say them."""

    file: str
    random: Random
    metrics: dict[str, dict]
    workflows: dict[str, Workflow] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    fates: dict[str, int] = field(default_factory=dict)
    moved: list[tuple[Told, str, int, str]] = field(default_factory=list)  # movement, item, quantity, what became of its posting in the ERP
    deck: list[str] = field(default_factory=list)
    serial: int = 1000

    def __post_init__(self) -> None:
        found, problems = parse(yaml.safe_load((FOLDER / f"{self.file}.yaml").read_text()))
        assert not problems, problems
        self.workflows = {workflow.name: workflow for workflow in found}

    @property
    def definitions(self) -> Definitions:
        calendars = (Calendar("default"), Calendar("supplier", HOURS["20017"][1], HOURS["20017"][2], HOURS["20017"][3]))
        sites = tuple(Site(name, zone) for name, zone in ZONES.items())
        workflows = tuple(self.workflows.values())
        partners = (Partner("20017", HOURS["20017"][0], "supplier"),)
        feeds = (Feed("traces", is_complete=True),)
        return Definitions(workflows, sites, calendars, "UTC", feeds, metrics=metrics_of(self.metrics, workflows), partners=partners)

    def id(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}-{self.serial}"

    def tell_of(self, workflow: str, transaction_id: str, site: str, exists_ns: int = NEVER, partner: str | None = None) -> Told:
        self.told.append(Told(self.workflows[workflow], transaction_id, site, partner, exists_ns))
        return self.told[-1]

    def say(
        self,
        when_ns: int,
        step: str,
        site: str,
        names: list[tuple[str, str]],
        to: list[tuple[Told, str]],
        *,
        error: str | None = None,
        and_part_of: Told | None = None,
        **more: object,
    ) -> None:
        """One event, `type@system`, of transactions and the steps it takes of them, "" for none; `and_part_of` needs more of it."""
        event_type, _, system = step.partition("@")
        number = len(self.events)
        event_id = f"{number % 7 + 1:032x}{number + 1:016x}"
        code, error_type, text = ERRORS[error] if error else (None, None, None)
        failed = {"error_class": error, "error_code": code, "error_type": error_type, "error_text": text} if error else {}
        self.events.append(
            Event(event_id, event_id, id_hash(event_id), "traces", f"t:{number}", BEGIN, when_ns, event_type, system, None, site,
                  bool(error), trace_id=event_id[:32], span_id=event_id, objects=tuple(names), **failed, **more)  # type: ignore[arg-type]
        )  # fmt: skip
        for told, name in [*to, *([(and_part_of, "")] if and_part_of else [])]:
            told.members.append((when_ns, bool(error)))
            if (told.workflow.object, told.transaction_id) in names and name:
                told.exists_ns = min(told.exists_ns, when_ns)
            if name and not error:
                told.reached[name] = min(told.reached.get(name, NEVER), when_ns)

    def fate(self) -> str:
        """As from a deck of cards: every fate has come before one comes again."""
        if not self.deck:
            self.deck = self.random.sample(FATES, len(FATES))
        fate = self.deck.pop()
        self.fates[fate] = self.fates.get(fate, 0) + 1
        return fate

    def some_time(self, days: int = 12) -> int:
        return BEGIN + self.random.randrange(days * 86_400) * SECOND

    def befall(self, fate: str, when_ns: int, limit_ns: int | None, opened_ns: int, say: Callable, told: list[tuple[Told, str]]) -> bool:
        """Lets one step go as its fate wants; whether what comes after it goes on. `say(when, **more)` tells of the step."""
        grace = told[0][0].workflow.retry_grace_seconds * SECOND

        def all_of(what: str, since_ns: int, until_ns: int = NEVER) -> None:
            for one, name in told:
                one.holds(what, name, since_ns, until_ns)

        if fate in ("lost", "stopped"):
            return fate == "lost"
        if fate == "late" and limit_ns:
            say(limit_ns + self.random.randrange(1, 7200) * SECOND)
        elif fate == "exactly" and limit_ns:
            say(limit_ns)
        elif fate in ("business", "contract"):
            say(when_ns, error=fate)
            all_of(f"failed {fate}", when_ns)
        elif fate == "given_up":
            last_ns = when_ns + grace // 2
            for attempt, ns in enumerate((when_ns, last_ns), 1):
                say(ns, error="transient", attempt=attempt)
            all_of("retrying", when_ns)
            all_of("failed transient", last_ns + grace + 1)
        elif fate == "put_aside":
            say(when_ns, error="transient", dead_letter=True)
            all_of("retrying", when_ns)
            all_of("failed transient", when_ns)
        elif fate == "abandoned":
            say(when_ns, error="unknown")
            all_of("abandoned", when_ns)
        elif fate == "healed":
            say(when_ns, error="transient", idempotency_key=f"H{when_ns}")
            say(when_ns + grace, attempt=2, idempotency_key=f"H{when_ns}")
            all_of("retrying", when_ns, when_ns + grace)
            all_of("healed", when_ns + grace)
        elif fate == "recovered":
            done_ns = when_ns + self.random.randrange(1800, 20_000) * SECOND
            say(when_ns, error="business")
            say(done_ns, attempt=2, recovery_id="R-1")
            all_of("retrying", when_ns, done_ns)
            all_of("failed business", when_ns, done_ns)
            all_of("recovered", done_ns)
        elif fate in ("twice", "again"):
            keys = ("K1", "K1") if fate == "again" else ("K1", "K2")
            say(when_ns, idempotency_key=keys[0])
            say(when_ns + 40 * SECOND, idempotency_key=keys[1], attempt=2)
        elif fate == "backwards":
            say(opened_ns - 2 * MINUTE)
            for one, name in told:
                if one.milestone(name).after:  # of another workflow this may be the first step
                    one.holds("inconsistent", name, opened_ns)
        else:
            say(when_ns)
        return fate not in ("business", "contract", "given_up", "put_aside", "abandoned")

    def walk(
        self,
        main: Told,
        start_ns: int,
        names_of: Callable[[str], list[tuple[str, str]]],
        also: dict[str, list[tuple[Told, str]]] | None = None,
        goods: Callable[[str, int], dict] | None = None,
        skipped: frozenset[str] = frozenset(),
    ) -> str:
        """Takes the steps one after the other; one of those that come after another has a fate, which is given back."""
        steps = [m for m in main.workflow.milestones if m.name not in skipped]
        fate, at = self.fate(), self.random.choice([m.name for m in steps if m.after])
        base: dict[str, int] = {}
        for milestone in steps:
            if milestone.after and milestone.after not in base:
                continue
            before_ns = base.get(milestone.after or "", start_ns)
            here = fate if milestone.name == at else "well"
            here = "well" if here == "backwards" and (milestone.after not in main.reached or not milestone.required) else here
            to = [(main, milestone.name), *(also or {}).get(milestone.name, [])]
            if here == "cancelled" and main.workflow.cancel:
                event, system = main.workflow.cancel[0]
                cancelled_ns = before_ns + MINUTE
                self.say(cancelled_ns, f"{event}@{system}", main.site, [(main.workflow.object, main.transaction_id)], [(main, "")])
                main.holds("cancelled", "", cancelled_ns)
                return fate
            when_ns, limit_ns = self.time_for(main, milestone, before_ns)

            def say(ns: int, milestone: Milestone = milestone, to: list = to, **more: object) -> None:
                said = {**(goods(milestone.name, ns) if goods else {}), **more}
                if "promised_ns" in said:
                    for told, _ in to:
                        told.promised.append((ns, said["promised_ns"]))  # type: ignore[arg-type]
                self.say(ns, f"{milestone.event}@{milestone.system}", main.site, names_of(milestone.name), to, **said)  # type: ignore[arg-type]

            if self.befall(here, when_ns, limit_ns, before_ns, say, to):
                base[milestone.name] = main.reached.get(milestone.name, when_ns)
        return fate

    def time_for(self, main: Told, milestone: Milestone, before_ns: int) -> tuple[int, int | None]:
        """A moment at which the step is in time, and by when it is due if it can be."""
        opened_ns = main.reached.get(milestone.after or "")
        limit_ns = main.limit(milestone.name, opened_ns) if opened_ns is not None and milestone.required else None
        most_ns = limit_ns - before_ns if limit_ns else HOUR
        return before_ns + self.random.randrange(1, max(2, most_ns // SECOND // 3)) * SECOND, limit_ns

    def close(self) -> Plant:
        for told in self.told:
            told.close()
        return self

    def moments(self, count: int) -> list[int]:
        """Of the instants at which something changes, or just before and after."""
        changes = sorted(
            {ns for one in self.told for _, _, *ends in one.facts for ns in ends if ns < NEVER} | {e.event_ns for e in self.events}
        )
        return [self.random.choice(changes) + self.random.choice((-1, 0, 1)) for _ in range(count)]


END = BEGIN + 60 * DAY  # when everything that will come has come
