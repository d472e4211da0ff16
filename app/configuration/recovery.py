"""The section `recovery`: where recoveries send to, which paths are approved for which cases, closed periods, and payloads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path as Folder
from typing import Any

import orjson

from app.configuration.approved import Placed
from app.configuration.calendars import day
from app.configuration.masking import field
from app.configuration.zones import zone
from app.recovery import schemas
from app.recovery.model import KINDS, Action, Approval, Limits, Path, Proof
from app.recovery.seals import is_key
from app.recovery.settings import Closing, PayloadRules, Period, Recovery
from app.recovery.targets.settings import target_of
from collectors.classify import CLASSES
from metrics.keys import (
    Key,
    Place,
    Problem,
    Read,
    choice,
    duration_seconds,
    flag,
    list_of,
    mapping_of,
    name,
    read_keys,
    record_of,
    shown,
    text,
    whole,
)

CODE = re.compile(r"[A-Za-z0-9_.-]+:\S+")
CAUSES = ("lost", "duplicated", "unexplained")
NEXT_AFTER = ("proven", "accepted")


def one_of(enum: Any) -> Read:
    """One of the words of an enumeration."""

    def read(value: Any, place: Place, problems: list[Problem]) -> Any:
        found = choice(word.value for word in enum)(value, place, problems)
        return None if found is None else enum(found)

    return read


def code(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """`idoc:51`, `http:4*`."""
    if isinstance(value, str) and CODE.fullmatch(value):
        return value
    problems.append(Problem(place, f"must be a code written system:code, such as idoc:51 or http:4* (found {shown(value)})."))
    return None


def share(value: Any, place: Place, problems: list[Problem]) -> float | None:
    """From 0 to 1."""
    return _number(value, place, problems, 0, 1, "must be a share from 0 to 1, such as 0.1 for a tenth")


def rate(value: Any, place: Place, problems: list[Problem]) -> float | None:
    """How many in a second."""
    return _number(value, place, problems, 0.001, 1000, "must be a number from 0.001 to 1000")


def _number(value: Any, place: Place, problems: list[Problem], low: float, high: float, allowed: str) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    problems.append(Problem(place, f"{allowed} (found {shown(value)})."))
    return None


def ramp(value: Any, place: Place, problems: list[Problem]) -> tuple[int, ...] | None:
    """How many in each step."""
    before = len(problems)
    found: tuple[int, ...] | None = list_of(whole(1, 100_000), "whole numbers")(value, place, problems)
    if found == () and len(problems) == before:
        problems.append(Problem(place, "must have at least one step, such as [1, 2, 5, 20]."))
    return found or None


def _changes(value: Any, place: Place, problems: list[Problem]) -> tuple[tuple[str, Any], ...] | None:
    """JSON path → what is written there."""
    if isinstance(value, dict) and value and all(isinstance(path, str) for path in value):
        return tuple(value.items())
    problems.append(Problem(place, f'must be a mapping of JSON paths and values, such as {{"$.plant": "1000"}} (found {shown(value)}).'))
    return None


def _schema(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """Its JSON text."""
    try:
        written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode() if isinstance(value, dict) else None
    except TypeError:
        written = None
    try:
        wrong = schemas.problem_of(orjson.loads(written)) if written else f"must be a JSON Schema (found {shown(value)})."
    except ImportError:
        wrong = f"needs a package that is not installed: pip install 'syncline[{schemas.EXTRA}]'."
    if wrong:
        problems.append(Problem(place, wrong))
    return None if wrong else written


USUAL, USUAL_PROOF, USUAL_PAYLOADS = Limits(), Proof(), PayloadRules()
LIMITS = (
    Key("most", whole(1, 100_000), "number", "How many cases one recovery may hold.", default=USUAL.most),
    Key("parallel", whole(1, 64), "number", "How many of them are under way at once.", default=USUAL.parallel),
    Key("per_second", rate, "number", "How many are sent in a second, at most.", default=USUAL.per_second),
    Key("failed_share", share, "share", "When more of a step do not get through, the recovery stops itself.", default=USUAL.failed_share),
    Key("ramp", ramp, "list of numbers", "How many in each step; the last one is repeated.", default=USUAL.ramp),
    Key("tries", whole(1, 100), "number", "How often one case is sent when the target says that it did not take it.", default=USUAL.tries),
)
PROOF = (
    Key("milestone", text, "milestone", "What must be observed. Absent: the milestone that failed or is missing."),
    Key("within", duration_seconds, "duration", "How long after the target accepted it.", default=USUAL_PROOF.within_seconds),
)


def _proof(*, milestone: str | None, within: int) -> Proof:
    return Proof(milestone, within)


NAMES = list_of(text, "names")
FITTING = (
    Key(
        "kinds",
        list_of(choice(KINDS), "kinds of cases"),
        "list",
        f"For which kinds of cases: {', '.join(KINDS)}.",
        default=("failed",),
    ),
    Key("workflows", NAMES, "list", "Only for these workflows.", default=()),
    Key("milestones", NAMES, "list", "Only for these milestones; of what nobody can place, what it is called.", default=()),
    Key("classes", list_of(choice(CLASSES), "error classes"), "list", "Only for these error classes.", default=()),
    Key("codes", list_of(code, "codes"), "list", "Only for these codes, `system:code`; `*` is the rest of a code.", default=()),
    Key("rules", NAMES, "list", "Only for violations of these rules.", default=()),
    Key("causes", list_of(choice(CAUSES), "causes"), "list", "Only for these causes of differences in stock.", default=()),
    Key("sites", NAMES, "list", "Only at these sites.", default=()),
)
DOING = (
    Key("name", name, "name", "What the path is called for good.", required=True),
    Key("title", text, "text", "What the button says. Absent: its name."),
    Key("action", one_of(Action), "word", f"What is done: {', '.join(Action)}.", required=True),
    Key("target", text, "name", "Which of `targets` it is sent to."),
    Key(
        "steps",
        list_of(text, "texts"),
        "list",
        "Of a runbook sentences, of a compensation targets in the order they were posted.",
        default=(),
    ),
    Key("editable", list_of(text, "JSON paths"), "list", "What `edit_and_replay` may change.", default=()),
    Key("transform", _changes, "mapping", "What `bulk_transform` writes: JSON path → value.", default=()),
    Key("schema", _schema, "JSON Schema", "What a message must keep when it is changed."),
    Key("hint", text, "text", "What to look at before, shown beside the button.", default=""),
)
DECIDING = (
    Key("roles", list_of(text, "roles"), "list", "Who may request it.", default=("it",)),
    Key("approval", one_of(Approval), "word", f"Who else has to agree: {', '.join(Approval)}.", default=Approval.ONE),
    Key("approvers", list_of(text, "roles"), "list", "Whose colleague has to agree, where it takes four eyes.", default=()),
    Key("approval_lapses", duration_seconds, "duration", "When a request that nobody approved ends.", default=4 * 3600),
    Key("reason_required", flag, "true or false", "Whether the request must say why.", default=False),
    Key("automatic_tries", whole(0, 100), "number", "Above 0: a rule requests it by itself, so often for one case.", default=0),
    Key("proof", record_of(PROOF, _proof), "mapping", "What counts as recovered.", default=USUAL_PROOF),
    Key("limits", record_of(LIMITS, Limits), "mapping", "How fast it may go, and when it stops itself.", default=USUAL),
    Key("next_after", choice(NEXT_AFTER), "word", "What the case before of the same order must be: proven, or accepted.", default="proven"),
)
PATH = (*DOING, *FITTING, *DECIDING)
CLOSING = (
    Key("day", whole(1, 28), "number", "From the beginning of this day of a month on, the month before is closed.", required=True),
    Key("timezone", zone, "time zone", "By whose clocks.", default="UTC"),
)
PERIOD = (
    Key("sites", NAMES, "list", "Where. Absent: anywhere.", default=()),
    Key("closed_until", day, "date", "The last day that is closed, YYYY-MM-DD."),
    Key("timezone", zone, "time zone", "By whose clocks that day ends.", default="UTC"),
    Key("closes", record_of(CLOSING, Closing), "mapping", "Every month: the day it is closed on."),
)


def a_sealing_key(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """No problem shows it."""
    if isinstance(value, str) and is_key(value.strip()):
        return value.strip()
    problems.append(Problem(place, "is no key: 32 random bytes in URL-safe base64, 44 characters. Give one as ${VARIABLE}."))
    return None


PAYLOADS = (
    Key(
        "folders", list_of(text, "folders"), "list", "Folders that references to payloads may lead into, relative to this file.", default=()
    ),
    Key(
        "hosts",
        list_of(text, "hosts"),
        "list",
        "Hosts that references to payloads may lead to: `store.example`, at its usual port, or `store.example:8443`.",
        default=(),
    ),
    Key("masks", list_of(field, "names"), "list", "What stands in `masking.fields` nowadays; it counts as if it stood there.", default=()),
    Key("most_bytes", whole(1024, 2**30), "bytes", "A larger payload is not fetched.", default=USUAL_PAYLOADS.most_bytes),
    Key("timeout", duration_seconds, "duration", "How long fetching one may take.", default=USUAL_PAYLOADS.timeout_seconds),
    Key("keep", duration_seconds, "duration", "How long edited payloads are kept.", default=USUAL_PAYLOADS.keep_seconds),
    Key(
        "keys",
        list_of(a_sealing_key, "keys"),
        "list",
        "Keys that edited payloads are sealed with, the newest first: it seals, all of them open. Each comes as `${VARIABLE}`.",
        default=(),
    ),
)


def _path(value: Any, place: Place, problems: list[Problem]) -> Placed | None:
    def make(*, title: str | None, approval_lapses: int, **rest: Any) -> Path:
        return Path(title=title or rest["name"], approval_lapses_seconds=approval_lapses, **rest)

    found = record_of(PATH, make)(value, place, problems)
    return None if found is None else Placed(place, found)


def _period(value: Any, place: Place, problems: list[Problem]) -> Placed | None:
    before = len(problems)
    found = read_keys(value, PERIOD, place, problems)
    if len(problems) == before and found["closed_until"] is None and found["closes"] is None:
        problems.append(Problem(place, "says nothing: give `closed_until` or `closes`."))
    if len(problems) > before:
        return None
    return Placed(place, Period(found["sites"], found["closed_until"], found["timezone"], found["closes"]))


def payloads_in(folder: Folder) -> Read:
    """Reads where payloads come from; folders are relative to `folder`."""

    def make(*, folders: tuple[str, ...], timeout: int, keep: int, **rest: Any) -> PayloadRules:
        return PayloadRules(folders=tuple(folder / each for each in folders), timeout_seconds=timeout, keep_seconds=keep, **rest)

    return record_of(PAYLOADS, make)


def recovery_keys(folder: Folder) -> tuple[Key, ...]:
    """The keys of the section."""
    return (
        Key("targets", mapping_of(target_of, "targets"), "mapping", "Where recoveries send to, by name.", default={}),
        Key(
            "paths",
            list_of(_path, "approved paths"),
            "list",
            "What may be done with which cases; nothing else is ever offered.",
            default=(),
        ),
        Key("periods", list_of(_period, "periods"), "list", "Posting periods that are closed.", default=()),
        Key(
            "payloads",
            payloads_in(folder),
            "mapping",
            "Where payloads come from, and how long edited ones are kept.",
            default=USUAL_PAYLOADS,
        ),
    )


def recovery_in(folder: Folder) -> Read:
    """Reads the section. Paths and periods stay with their places: the names in them are looked at once all else is known."""

    def read(value: Any, place: Place, problems: list[Problem]) -> dict[str, Any]:
        return read_keys(value, recovery_keys(folder), place, problems)

    return read


def masks_of(found: Mapping[str, Any] | None) -> tuple[str, ...]:
    """What the section names that must not be seen, where it stood before there was `masking`."""
    rules: PayloadRules = found["payloads"] if found else USUAL_PAYLOADS
    return rules.masks


def recovery_of(found: Mapping[str, Any] | None) -> Recovery:
    """The section as it is used; None: there is none."""
    if found is None:
        return Recovery()
    placed = {name: tuple(each.said for each in found[name]) for name in ("paths", "periods")}
    return Recovery(targets=found["targets"], payloads=found["payloads"], **placed)
