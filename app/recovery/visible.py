"""Who may see a recovery, and act on it: who sees every case in it, by its site, its workflow and its supplier."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from app.recovery.model import Case
from metrics.scope import Scope


def about(cases: Iterable[Case]) -> list[list[str | None]]:
    """Each site, workflow and supplier that cases are of, once."""
    return [list(each) for each in sorted({_of(case) for case in cases}, key=str)]


def may_see_cases(sees: Scope, cases: Iterable[Case]) -> bool:
    """What is of no site, workflow or supplier is for who sees all of these."""
    return all(sees.sees(*_of(case)) for case in cases)


def visible(sees: Scope, row: Any) -> bool:
    """Whether all cases of a recovery may be seen. Of one from before workflows and suppliers were written down nobody knows these."""
    if not sees.is_narrow:
        return sees.sees_sites(orjson.loads(row.sites))
    return row.about is not None and all(sees.sees(*each) for each in orjson.loads(row.about))


def _of(case: Case) -> tuple[str | None, str | None, str | None]:
    return case.site, case.workflow or None, case.partner
