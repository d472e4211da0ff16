"""One integrity rule: what the head of its file says, and its SELECT."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from metrics.keys import SECONDS, nearest
from sql import models

SHIPPED = models.FOLDER / "rules"
SEVERITIES = ("critical", "important", "routine")
ANY_WORKFLOW = "*"
COLUMNS = ("item", "batch", "partner", "customer", "work_center")  # of an event, that a rule may be about as well as about objects
FIELD = re.compile(r"([a-z]+): *(.*)")
NAME = re.compile(r"[a-z][a-z0-9_]*")
WORD = re.compile(r"[A-Za-z0-9_.-]+")
REPEATED = ("prose", "setting", "needs", "reads")
ANY_EVENT = "*"
FIELDS = ("severity", "owner", "per", "with", "needs", "reads", "setting", "off")

EventKind = tuple[str, str | None]  # event type, system; None: any


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule is evaluated per transaction of `workflow` ('*': of any), or per thing of one of `kinds`."""

    name: str
    sentence: str
    why: str
    severity: str
    owner: str | None
    workflow: str | None
    kinds: tuple[str, ...]
    beside: tuple[str, ...]  # kinds of things whose other events it looks at as well
    needs: tuple[EventKind, ...]  # without any event of one of these it is not checked
    reads: tuple[EventKind, ...]  # what else it looks at
    settings: tuple[tuple[str, str], ...]
    off: str | None  # why it is switched off
    sql: str
    line: int  # of the file, on which `sql` begins

    @property
    def values(self) -> dict[str, Decimal | int]:
        """What its settings amount to: numbers, durations in ns."""
        return {name: setting_value(text) for name, text in self.settings}

    @property
    def per(self) -> str:
        """What one evaluation is about, as its file says it."""
        return f"transaction {self.workflow}" if self.workflow else ", ".join(self.kinds)


class WrongRule(Exception):
    """A file that is no rule; every problem as (line, sentence)."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__("\n".join(f"line {line}: {text}" for line, text in problems))
        self.problems = problems


def shipped_rules() -> tuple[Rule, ...]:
    """The rules that ship with Syncline, by name."""
    return tuple(parse_rule(path.stem, path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.sql")))


def in_force(own: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The shipped rules and `own` ones, by name; an own rule takes the place of a shipped one of its name."""
    return tuple(rule for _, rule in sorted({rule.name: rule for rule in (*shipped_rules(), *own)}.items()))


def rule_of(path: Path) -> Rule:
    """The rule in a file. Raises WrongRule with everything that is wrong with its head, OSError and UnicodeDecodeError."""
    return parse_rule(path.stem, path.read_text(encoding="utf-8"))


def parse_rule(name: str, text: str) -> Rule:
    """The rule of that name. Raises WrongRule with everything that is wrong with its head; its SELECT is checked elsewhere."""
    head, line = _head(text)
    problems: list[tuple[int, str]] = []
    if not NAME.fullmatch(name):
        problems.append((1, f"the file is called '{name}.sql'; a rule is named by small letters, digits and '_', beginning with a letter."))
    said = list(_fields(head, problems))
    prose = [text for field, text, _ in said if field == "prose"]
    if not prose or not prose[0]:
        problems.append((1, "the first line must be a comment with the sentence that is shown, as in `-- Stock on hold was shipped.`"))
    found = _Fields(said, problems)
    severity = found.one("severity", f"one of {', '.join(SEVERITIES)}")
    if severity and severity not in SEVERITIES:
        problems.append((found.line("severity"), f"severity must be one of {', '.join(SEVERITIES)} (found '{severity}')."))
    workflow, kinds = _per(found, problems)
    beside = _names(found, "with", problems)
    if beside and not workflow:
        problems.append((found.line("with"), "`with` is for rules about transactions: `-- per: transaction WORKFLOW`."))
    needs, reads = _events(found, "needs", problems), _events(found, "reads", problems)
    if not needs and not reads:
        problems.append(
            (1, "`needs` is missing: the event types without which nothing can be checked, as in `-- needs: invoice.issued@fin`.")
        )
    if (ANY_EVENT, None) in (*needs, *reads) and (beside or not workflow):
        problems.append((found.line("needs"), "any event, `*`, can be read by a rule about transactions alone, without `with`."))
    settings = _settings(found, problems)
    if problems:
        raise WrongRule(sorted(problems))
    why = "\n".join(prose[1:]).strip()
    return Rule(
        name, prose[0], why, severity, found.given("owner"), workflow, kinds, beside, needs, reads, settings, found.given("off"),
        "\n".join(text.splitlines()[line - 1 :]).strip().rstrip(";"), line,
    )  # fmt: skip


def setting_value(text: str) -> Decimal | int:
    """A number as it is, a duration as ns. Raises ValueError."""
    if re.fullmatch(r"[0-9]{1,10}[smhd]", text):
        return int(text[:-1]) * SECONDS[text[-1]] * 1_000_000_000
    if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", text):
        return Decimal(text)
    raise ValueError(f"must be a number or a duration such as 0.01 or 15m (found '{text}').")


def _head(text: str) -> tuple[list[str], int]:
    """The comment lines a file opens with, and the number of the line after them."""
    lines = text.splitlines()
    count = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return [line[2:].strip() for line in lines[:count]], count + 1


def _fields(head: list[str], problems: list[tuple[int, str]]) -> Iterator[tuple[str, str, int]]:
    """(field or `prose`, text, line)."""
    for number, text in enumerate(head, 1):
        match = FIELD.fullmatch(text)
        if match and match[1] in FIELDS:
            yield match[1], match[2], number
        elif match and (near := nearest(match[1], FIELDS)):
            problems.append((number, f"no field of a rule is called '{match[1]}'. Did you mean '{near[0]}'? Known: {', '.join(FIELDS)}."))
        else:
            yield "prose", text, number


class _Fields:
    """The fields of a head by name."""

    def __init__(self, said: list[tuple[str, str, int]], problems: list[tuple[int, str]]) -> None:
        self.said, self.problems = said, problems
        single = [field for field, _, _ in said if field not in REPEATED]
        problems += [(self.line(field), f"`{field}` stands twice.") for field in sorted(set(single)) if single.count(field) > 1]

    def all(self, field: str) -> list[tuple[int, str]]:
        return [(line, text) for name, text, line in self.said if name == field]

    def given(self, field: str) -> str | None:
        return next((text for _, text in self.all(field) if text), None)

    def line(self, field: str) -> int:
        return next((line for line, _ in self.all(field)), 1)

    def one(self, field: str, what: str) -> str:
        if (text := self.given(field)) is None:
            self.problems.append((self.line(field), f"`{field}` is missing: {what}, as a comment `-- {field}: …`."))
        return text or ""


def _per(found: _Fields, problems: list[tuple[int, str]]) -> tuple[str | None, tuple[str, ...]]:
    text = found.one("per", "what one evaluation is about: `transaction WORKFLOW`, an object type, or one of " + ", ".join(COLUMNS))
    word, _, workflow = text.partition(" ")
    if word == "transaction":
        if not (WORD.fullmatch(workflow.strip()) or workflow.strip() == ANY_WORKFLOW):
            problems.append((found.line("per"), f"`per: transaction` is followed by the name of a workflow, or by * (found '{workflow}')."))
        return workflow.strip(), ()
    return None, _names(found, "per", problems)


def _names(found: _Fields, field: str, problems: list[tuple[int, str]]) -> tuple[str, ...]:
    text = found.given(field)
    names = tuple(name.strip() for name in text.split(",")) if text else ()
    problems += [
        (found.line(field), f"`{field}` names a type of objects by one word (found '{n}').") for n in names if not WORD.fullmatch(n)
    ]
    return names


def _events(found: _Fields, field: str, problems: list[tuple[int, str]]) -> tuple[EventKind, ...]:
    kinds: list[EventKind] = []
    for line, text in found.all(field):
        for word in filter(None, (word.strip() for word in text.split(","))):
            event_type, _, system = word.partition("@")
            if word == ANY_EVENT or (WORD.fullmatch(event_type) and (not system or WORD.fullmatch(system))):
                kinds.append((event_type, system or None))
            else:
                problems.append((line, f"`{field}` lists event types, as in `invoice.issued@fin, order.created` (found '{word}')."))
    return tuple(kinds)


def _settings(found: _Fields, problems: list[tuple[int, str]]) -> tuple[tuple[str, str], ...]:
    settings: dict[str, str] = {}
    for line, text in found.all("setting"):
        name, _, value = text.partition(" ")
        try:
            if not NAME.fullmatch(name):
                raise ValueError(f"is a name and its value, as in `-- setting: tolerance 0.01` (found '{text}').")
            setting_value(value.strip())
        except ValueError as wrong:
            problems.append((line, f"`setting` {wrong}"))
        if name in settings:
            problems.append((line, f"a setting called '{name}' stands already."))
        settings[name] = value.strip()
    return tuple(settings.items())
