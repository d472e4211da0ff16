"""The section `rosters`: who is on shift when, of which owner and site, and who is told of an alert next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from app.configuration.calendars import DAYS, clock, days
from app.configuration.document import Document
from app.duty.roster import AFTER, DAY_MINUTES, WEEK_MINUTES, Level, Roster, Shift, uncovered
from metrics.keys import Key, Place, Problem, duration_seconds, list_of, name, record_of, shown, text, unknown
from metrics.workflows import Site

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


def _person(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """The name somebody signs in with."""
    found = text(value, place, problems)
    return found.strip().lower() if found else None


PEOPLE = list_of(_person, "names")


def _level(value: Any, place: Place, problems: list[Problem]) -> Level | None:
    found: Level | None = record_of(LEVEL, Level)(value, place, problems)
    if found is None:
        return None
    if bool(found.people) == bool(found.role):
        problems.append(Problem(place, "must say either `people` or `role`."))
        return None
    return found


def _patience(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """A duration above nothing, in seconds."""
    found = duration_seconds(value, place, problems)
    if found == 0:
        problems.append(Problem(place, f"must be longer than nothing (found {shown(value)})."))
    return found or None


SHIFT = (
    Key("days", days, "list of days", "The days on which it begins: mon tue wed thu fri sat sun. Absent: every day.", default=EVERY_DAY),
    Key("from", clock, "HH:MM", "When it begins, by the clocks of the site.", required=True),
    Key("to", clock, "HH:MM", "When it ends; not later than `from`: on the next day.", required=True),
    Key("people", PEOPLE, "list of people", "Who is told, by the names they sign in with.", required=True),
)
LEVEL = (
    Key("people", PEOPLE, "list of people", "Who is told next.", default=()),
    Key("role", name, "role", "Everybody who has it is told next; instead of people."),
)
PATIENCE = (
    Key("critical", _patience, "duration", "Of critical alerts.", default=AFTER["critical"]),
    Key("important", _patience, "duration", "Of important ones.", default=AFTER["important"]),
    Key("routine", _patience, "duration", "Of all others.", default=AFTER["routine"]),
)


def _shift(value: Any, place: Place, problems: list[Problem]) -> Shift | None:
    found = record_of(SHIFT, dict)(value, place, problems)
    return found and Shift(found["days"], found["from"], found["to"], found["people"])


ROSTER = (
    Key("owner", name, "owner", "Whose alerts they are told of. Absent: those that nobody owns, such as of silent feeds."),
    Key("site", name, "site", "Where, and by whose clocks. Absent: at every site that no other roster of the owner is for."),
    Key("shifts", list_of(_shift, "shifts"), "list", "Who is on shift when, each week.", default=()),
    Key("then", list_of(_level, "levels"), "list", "Who is told while nobody looks after it, one after the other.", default=()),
    Key(
        "after",
        record_of(PATIENCE, dict),
        "mapping",
        "How long somebody has before the next is told, by severity.",
        default=dict(AFTER),
    ),
)


def roster(value: Any, place: Place, problems: list[Problem]) -> dict[str, Any] | None:
    """A roster without its name and zone."""
    found: dict[str, Any] | None = record_of(ROSTER, dict)(value, place, problems)
    if found and not found["shifts"] and not found["then"]:
        problems.append(Problem(place, "names nobody: write `shifts`, or who is told under `then`."))
        return None
    return found


def rosters_of(found: Mapping[str, Mapping[str, Any]], sites: Iterable[Site], zone: str) -> tuple[Roster, ...]:
    zones = {site.name: site.timezone for site in sites}
    return tuple(
        Roster(each, said["owner"], said["site"], zones.get(said["site"], zone), said["shifts"], said["then"], said["after"])
        for each, said in found.items()
    )


def roster_problems(found: Mapping[str, Any], owners: Collection[str]) -> list[Problem]:
    """Owners and sites that there are none of, and two rosters for one place."""
    problems, first = [], dict[tuple[str | None, str | None], str]()
    sites = [site.name for site in found["sites"]]
    for each, said in found["rosters"].items():
        place: Place = ("rosters", each)
        if said["owner"] is not None and said["owner"] not in owners:
            problems.append(Problem((*place, "owner"), unknown("owner", said["owner"], owners)))
        if said["site"] is not None and said["site"] not in sites:
            problems.append(Problem((*place, "site"), unknown("site", said["site"], sites)))
        if (other := first.setdefault((said["owner"], said["site"]), each)) != each:
            problems.append(Problem(place, f"is for the same owner and site as the roster '{other}'; write it in one."))
    return problems


def strange_roles(document: Document, roles: Collection[str]) -> Iterator[Problem]:
    """Roles that there are none of, where they are written: what is wrong beside them was left out when it was read."""
    rosters = document.data.get("rosters") if isinstance(document.data, dict) else None
    for each, said in rosters.items() if isinstance(rosters, dict) else ():
        levels = said.get("then") if isinstance(said, dict) else None
        for number, level in enumerate(levels if isinstance(levels, list) else ()):
            role = level.get("role") if isinstance(level, dict) else None
            if isinstance(role, str) and role not in roles:
                yield Problem(("rosters", each, "then", number, "role"), unknown("role", role, roles))


def unstaffed(roster: Roster) -> str:
    """The sentence for when nobody is on shift."""
    gaps = uncovered(roster)
    told = ", ".join(f"{_when(begin)} to {_when(end)}" for begin, end in gaps[:5])
    rest = f" and {len(gaps) - 5} times more" if len(gaps) > 5 else ""
    when = "at any time" if gaps == [(0, WEEK_MINUTES)] else f"from {told}{rest}"
    then = "who comes under `then` is told at once" if roster.then else "nobody is told of what begins then before the next shift"
    return f"rosters.{roster.name}: nobody is on shift {when}; {then}."


def _when(minute: int) -> str:
    day, rest = divmod(minute % WEEK_MINUTES, DAY_MINUTES)
    return f"{DAYS[day].capitalize()} {rest // 60:02d}:{rest % 60:02d}"
