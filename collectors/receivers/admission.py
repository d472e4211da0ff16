"""Who may send: what a receiver asks before it looks at a request, and how it says no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Denied:
    """The answer no. `is_known`: the token is in use, but not for this; another one is needed, not the same again."""

    is_known: bool
    sentence: str


# Of a secret ("" where there is none), for a source, from an address. Raises Unavailable when nobody can say for the moment.
Admission = Callable[[str, str, str], Denied | None]
