"""Looking at messages: who may, what is masked for them just now, and the entry in the audit that every look leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Engine

from app import audit
from app.messages.fields import Fields
from app.messages.glass import Glass, Glasses, NotAllowed, Viewer
from app.messages.originals import Event, Original
from app.messages.settings import Masking, why_not
from app.messages.shown import MOST_SHOWN, Shown, shown, value_of
from app.recovery.model import Payload

LOOK, LOOK_REFUSED, ATTRIBUTES = "look at message", "look at message refused", "look at attributes"  # in the audit
MOST_NAMED = 50  # fields in one entry


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a message: what is seen of it, where it comes from, and the break-glass it was seen under."""

    shown: Shown
    where: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    glass: Glass | None = None

    def names(self) -> dict[str, tuple[str, ...]]:
        """The configured fields that are hidden, or are not."""
        return {"hidden": self.shown.hidden, "unmasked": self.shown.unmasked}


class Desk:
    """Looks at messages under one configuration."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int], masking: Masking, glasses: Glasses) -> None:
        self._engine, self._now_ns = engine, now_ns
        self.masking, self.glasses = masking, glasses
        self.masked, self.unmasked = Fields(masking.fields), Fields(masking.fields, is_open=True)

    def look(self, viewer: Viewer, event: Event, get: Callable[[], Original], most: int = MOST_SHOWN) -> Look:
        """What this viewer sees of an event's message, `most` characters of it. Raises NotAllowed, which is told to the audit as well."""
        self._check(viewer, event.event_id)
        found = get()
        return self._looked(viewer, LOOK, event.event_id, found, most, {"source": event.source, "position": event.position})

    def look_at(self, viewer: Viewer, subject: str, payload: Payload | str, action: str) -> Look:
        """The same of a message that was found already; a text says why there is none."""
        self._check(viewer, subject)
        found = Original(payload, ()) if isinstance(payload, Payload) else Original(None, (payload,))
        return self._looked(viewer, action, subject, found, MOST_SHOWN, {})

    def fields_for_span(self, viewer: Viewer, span_id: str, names: Callable[[Fields], set[str]]) -> Fields:
        """What is masked of a span's attributes. Where a break-glass unmasks some, which `names` gives, that is told to the audit."""
        if not self.masked or self.glasses.current(viewer) is None or not (found := sorted(names(self.unmasked))):
            return self.masked
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            glass = self.glasses.current_in(connection, viewer)
            if glass is None:
                return self.masked
            detail = {"unmasked": found[:MOST_NAMED], "break_glass": glass.id}
            audit.append(connection, self._now_ns(), viewer.name, ATTRIBUTES, span_id, detail, glass.reason)
        return self.unmasked

    def _check(self, viewer: Viewer, subject: str) -> None:
        refused = why_not(viewer)
        if refused is None:
            return
        with self._engine.begin() as connection:
            audit.append(connection, self._now_ns(), viewer.name, LOOK_REFUSED, subject[:512], {"why": refused}, None)
        raise NotAllowed(refused)

    def _looked(self, viewer: Viewer, action: str, subject: str, found: Original, most: int, detail: dict[str, str]) -> Look:
        """The entry is in the audit before anything is seen. A break-glass that ends meanwhile has ended: what is seen is masked."""
        is_open = self.glasses.current(viewer) is not None
        seen = _as_seen(found, self.unmasked if is_open else self.masked, most)  # before the transaction: others write as well
        with self._engine.begin() as connection:
            audit.take_turn(connection)
            glass = self.glasses.current_in(connection, viewer) if is_open else None
            if is_open and glass is None:
                seen = _as_seen(found, self.masked, most)
            told: dict[str, Any] = {**detail, "digest": seen.shown.digest} if seen.shown.digest else {**detail}
            told |= {name: list(names[:MOST_NAMED]) for name, names in seen.names().items() if names}
            told |= {"break_glass": glass.id} if glass else {}
            audit.append(connection, self._now_ns(), viewer.name, action, subject[:512], told, glass.reason if glass else None)
        return replace(seen, glass=glass)


def _as_seen(found: Original, fields: Fields, most: int) -> Look:
    made = shown(found.payload, fields, most) if found.payload else Shown(None, 0, "")
    named = tuple(dict.fromkeys(hit for name, _ in found.facts if fields and (hit := fields.of((name,)))))
    names = tuple(dict.fromkeys((*made.hidden, *made.unmasked, *named)))
    made = replace(made, unmasked=names) if fields.is_open else replace(made, hidden=names)
    return Look(made, found.where, tuple((name, value_of(name, value, fields)) for name, value in found.facts))
