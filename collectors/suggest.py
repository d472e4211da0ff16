"""One sentence for a word nobody knows: what was found, what was perhaps meant, what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def unknown(what: str, found: object, known: Iterable[str]) -> str:
    """As in `no source is called 'csvlog'. Did you mean 'csv'? Known: csv, otlp`."""
    known = list(known)
    near = get_close_matches(str(found), known, 1)
    return f"no {what} is called {str(found)!r}.{f' Did you mean {near[0]!r}?' if near else ''} Known: {', '.join(known)}"
