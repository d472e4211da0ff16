"""What a list of transactions is narrowed to: from the address to the reader's filters, and back into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.components.status import STATUSES
from app.components.verdict import words_of
from app.figures.words import sentence
from app.instants import instant_ns
from metrics.keys import unknown as unknown_word
from metrics.read import Reader
from metrics.texts import _, _later

HOUR_NS = 3_600 * 10**9
PERIODS = {"24h": (_later("Last 24 hours"), 24), "7d": (_later("Last 7 days"), 7 * 24), "28d": (_later("Last 28 days"), 28 * 24)}
_INSIDE = {"24h": _later("last 24 hours"), "7d": _later("last 7 days"), "28d": _later("last 28 days")}
STATES_OF = {"open": ["failed", "in_progress"]}  # in the address: what is neither complete, nor cancelled, nor abandoned
OPEN_OR_NEW = "open_or_new"  # and this: what is open, however old, and what began in the period
# Python's keyword stands in the way of `from`; the address keeps the plain words.
_IN_ADDRESS = {"since": "from", "until": "to"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they stand in the address. Empty means: not narrowed by it."""

    workflow: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    text: str = ""
    period: str = ""
    about: str = ""  # an object that a transaction is about or named with, as `type id`
    milestone: str = ""
    missing: str = ""
    error_class: str = ""
    state: str = ""
    partner: str = ""
    variant: str = ""
    went: str = ""
    deviation: str = ""
    since: str = ""
    until: str = ""

    @property
    def anything(self) -> bool:
        return self != Asked()


def asked_of(query: Mapping[str, Any]) -> Asked:
    """From a query string's values; what is not a known status or period is left out: a page has told it before, see `unknown`."""
    found = {field.name: _value(query.get(_IN_ADDRESS.get(field.name, field.name)), field.default == ()) for field in fields(Asked)}
    found["status"] = tuple(status for status in found["status"] if status in STATUSES)
    found["period"] = found["period"] if found["period"] in PERIODS else ""
    return Asked(**found)


def unknown(query: Mapping[str, Any], now: Reader) -> list[str]:
    """A sentence for each value that nothing can have: shown as if it were not there, the list would answer another question."""
    known = {"workflow": list(now.workflows()["workflow"]), "status": list(STATUSES), "period": list(PERIODS)}
    sentences = [
        _("There is no {name} '{value}'. Known: {names}.", name=name, value=value, names=", ".join(values))
        for name, values in known.items()
        for value in _value(query.get(name), many=True)
        if value not in values
    ]
    return sentences + [sentence for site in _value(query.get("site"), many=True) if (sentence := unknown_site(site, now))]


def unknown_site(site: str, now: Reader) -> str | None:
    """A sentence when it is neither configured nor anywhere in the data, or must not be seen: these are told alike."""
    seen = [name for name, _zone in now.sites()]
    if site in seen or now.transactions({"site": [site]}, stop=0)[1]:
        return None
    return _("There is no site '{site}', or you may not see it. You see: {sites}.", site=site, sites=words_of(seen) or _("none"))


def period_inside(period: str) -> str:
    """One of PERIODS inside of a sentence: last 7 days."""
    return _(_INSIDE[period])


def address_of(asked: Asked) -> dict[str, Any]:
    """The values as they stand in an address; every name is there, so that what was cleared leaves it."""
    return {_IN_ADDRESS.get(field.name, field.name): _plain(getattr(asked, field.name)) for field in fields(Asked)}


def stretch_of(query: Mapping[str, Any], usual: str, as_of_ns: int) -> tuple[int, int | None]:
    """From when, and until before when if that is said: `from` and `to` of the address, else its `period` or the usual one up to now.
    Raises ValueError with a sentence."""
    period, since, until = (_value(query.get(name), many=False) for name in ("period", "from", "to"))
    if period and period not in PERIODS:
        raise ValueError(sentence(unknown_word(_("period"), period, PERIODS)))
    from_ns = instant_ns(since) if since else as_of_ns - PERIODS[period or usual][1] * HOUR_NS
    return from_ns, instant_ns(until) if until else None


def kept_of(query: Mapping[str, Any]) -> dict[str, Any]:
    """All of an address that holds for each page of a list."""
    return {name: value for name, value in query.items() if name != "page"}


def time_of(query: Mapping[str, Any]) -> dict[str, Any]:
    """What an address says of time alone: the period, and the moment it is seen from."""
    return {name: query[name] for name in ("period", "as_of", "known_at") if name in query}


def filters_of(asked: Asked, as_of_ns: int) -> dict[str, Any]:
    """The filters of Reader.transactions. Raises ValueError with a sentence when `from` or `to` is no time."""
    since = instant_ns(asked.since) if asked.since else None
    if asked.period:
        since = as_of_ns - PERIODS[asked.period][1] * HOUR_NS
    is_open_or_new = asked.state == OPEN_OR_NEW and since is not None
    return {
        "workflow": list(asked.workflow),
        "site": list(asked.site),
        "status": list(asked.status),
        "text": asked.text.strip(),
        "about": asked.about,
        "milestone": asked.milestone,
        "missing": asked.missing,
        "error_class": asked.error_class,
        "state": "" if asked.state == OPEN_OR_NEW else STATES_OF.get(asked.state, asked.state),
        "partner": asked.partner,
        "variant": asked.variant,
        "went": asked.went,
        "deviation": asked.deviation,
        "from_ns": None if is_open_or_new else since,
        "open_or_from_ns": since if is_open_or_new else None,
        "to_ns": instant_ns(asked.until) if asked.until else None,
    }


def _value(given: Any, many: bool) -> Any:
    values = [str(value) for value in (given if isinstance(given, list | tuple) else [given]) if value]
    return tuple(values) if many else values[-1] if values else ""


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
