"""The section `access`: the roles there are, how people sign in and for how long, how long links for a password and tokens work."""

from __future__ import annotations

from typing import Any

from app.configuration.model import Access, Lifetimes
from app.configuration.roles import ROLES
from app.configuration.single_sign_on import oidc
from app.machines.settings import Terms
from metrics.keys import Key, Place, Problem, duration_seconds, read_keys, record_of, shown

DAY = 86_400


def lifetime(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """A duration from a minute to a year, in seconds: what keeps a session has to end some time."""
    found = duration_seconds(value, place, problems)
    if found is not None and not 60 <= found <= 366 * DAY:
        problems.append(Problem(place, f"must be from 1m to 366d (found {shown(value)})."))
        return None
    return found


def duration_above_nothing(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """In seconds."""
    found = duration_seconds(value, place, problems)
    if found == 0:
        problems.append(Problem(place, f"must be longer than nothing (found {shown(value)})."))
    return found or None


SESSIONS = (
    Key("idle", lifetime, "duration", "After how long without anybody's doing somebody is signed out.", default=8 * 3600),
    Key("longest", lifetime, "duration", "After how long everybody signs in again, whatever they did meanwhile.", default=7 * DAY),
    Key("wall", lifetime, "duration", "How long a screen that only shows the wall stays signed in.", default=90 * DAY),
)


def _terms(*, longest: int | None) -> Terms:
    return Terms(longest)


TOKENS = (
    Key(
        "longest",
        duration_above_nothing,
        "duration",
        "No new token lasts longer, and one that does not say lasts so long: `90d`. Absent: 365 days, or what it asks for.",
    ),
)
ACCESS = (
    *ROLES,
    Key("sessions", record_of(SESSIONS, Lifetimes), "mapping", "How long somebody stays signed in.", default=Lifetimes()),
    Key("password_link", lifetime, "duration", "How long a link works with which somebody sets a password.", default=DAY),
    Key("oidc", oidc, "mapping", "Single sign-on by OpenID Connect; see [single sign-on](single-sign-on.md)."),
    Key("tokens", record_of(TOKENS, _terms), "mapping", "The tokens of machines; see [machines](machines.md).", default=Terms()),
)


def access(value: Any, place: Place, problems: list[Problem]) -> Access:
    """What is right of it also where something is wrong, so that what does not go together can be told as well."""
    return Access(**read_keys(value, ACCESS, place, problems))
