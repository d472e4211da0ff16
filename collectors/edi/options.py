"""What may be set about trading partners: every problem with its place, what is allowed, and what to do."""

from __future__ import annotations

from typing import Any

from collectors.settings import Problems, a_text, a_zone, check_keys
from collectors.suggest import unknown

OPTIONS = ("own_ids", "partners", "system", "site", "time", "time_zone", "acknowledged")
OF_PARTNER = ("name", "site", "acknowledges")


def check_trade(data: Any) -> Problems:
    """Every problem of the options of EDI as (path inside them, sentence)."""
    problems = check_keys(data, OPTIONS, "{own_ids: [ACME]}")
    if not isinstance(data, dict):
        return problems
    return problems + [(f"{key}.{at}" if at else key, text) for key in OPTIONS if key in data for at, text in CHECKS[key](data[key])]


def own_ids(value: Any) -> Problems:
    if isinstance(value, list) and value and all(isinstance(each, str) and each.strip() for each in value):
        return []
    return [("", f'must list the ids of ours in ISA or UNB, as texts, as in ["ACME", "0012345"] (found {value!r})')]


def partners(value: Any) -> Problems:
    if not isinstance(value, dict) or not value:
        return [("", f"must map the ids of partners in ISA or UNB to their names, as in `{{BOLTCO: Bolt & Co}}` (found {value!r})")]
    return [problem for key, given in value.items() for problem in _partner(str(key), given)]


def _partner(key: str, given: Any) -> Problems:
    if isinstance(given, str) and given.strip():
        return []
    if not isinstance(given, dict):
        return [(key, f"must be a name, or a mapping such as `{{name: Bolt & Co, site: hamburg}}` (found {given!r})")]
    problems = [(f"{key}.{each}", unknown("key", each, OF_PARTNER)) for each in given if each not in OF_PARTNER]
    problems += [(f"{key}.{each}", text) for each in ("name", "site") if each in given for _, text in a_text(given[each])]
    return problems + [(f"{key}.acknowledges", text) for each in ("acknowledges",) if each in given for _, text in a_truth(given[each])]


def a_truth(value: Any) -> Problems:
    return [] if isinstance(value, bool) else [("", f"must be true or false (found {value!r})")]


def which_time(value: Any) -> Problems:
    return [] if value in ("received", "document") else [("", f"must be received or document (found {value!r})")]


CHECKS = {
    "own_ids": own_ids,
    "partners": partners,
    "system": a_text,
    "site": a_text,
    "time": which_time,
    "time_zone": a_zone,
    "acknowledged": a_truth,
}
