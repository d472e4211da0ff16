"""What a person or a machine may see, as the tables of accounts keep it."""

from __future__ import annotations

from typing import Any

import orjson

from metrics.scope import Names, Scope


def scope_of(row: Any) -> Scope:
    """Of a row of users or tokens; one of before says nothing of workflows and suppliers."""
    sites = frozenset(row.sites.split()) if row.sites is not None else None
    return Scope(sites, _read(getattr(row, "workflows", None)), _read(getattr(row, "suppliers", None)))


def columns_of(sees: Scope) -> dict[str, str | None]:
    """The columns of such a row."""
    sites = None if sees.sites is None else " ".join(sorted(sees.sites))
    return {"sites": sites, "workflows": _written(sees.workflows), "suppliers": _written(sees.suppliers)}


def _read(names: str | None) -> Names:
    return None if names is None else frozenset(orjson.loads(names))


def _written(names: Names) -> str | None:
    return None if names is None else orjson.dumps(sorted(names)).decode()
