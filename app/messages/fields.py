"""The fields that must not be seen: which place in a message, table or set of attributes one of the configured names means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import translate

from collectors.edi.places import PLACE, Place, place_of
from collectors.edi.tokens import Segment
from collectors.paths import EACH, NoPath, Step, steps_of

HIDDEN = "•••"
CONDITION = re.compile(r"\[[^\]]*\]")
MOST_REMEMBERED = 10_000  # names; those of a message may be anything

Matcher = re.Pattern[str] | int | None  # of one step: a name, a place in a list, each place of one


class Fields:
    """`written`: names, which mean a field wherever it stands (`iban`), with `*` and `?` for what varies (`*price*`); paths from the
    root of a message (`customer.name`, `lines[].price`); places in EDI (`PO104`, `N1[BT]02`). Upper and lower case are the same.
    `is_open`: nothing is hidden, and what would have been is told."""

    def __init__(self, written: Iterable[str] = (), is_open: bool = False) -> None:
        self.written, self.is_open = tuple(dict.fromkeys(written)), is_open
        self._names: list[tuple[re.Pattern[str], str]] = []
        self._lasts: list[tuple[re.Pattern[str], str]] = []
        self._paths: list[tuple[tuple[Matcher, ...], str]] = []
        self._places: list[tuple[Place, str]] = []
        self._known: dict[str, str | None] = {}
        for each in self.written:
            self._add(each)

    def __bool__(self) -> bool:
        return bool(self.written)

    @property
    def hides(self) -> bool:
        """Whether anything must be kept from who looks."""
        return bool(self.written) and not self.is_open

    def _add(self, written: str) -> None:
        steps = steps_in(written)
        names = [step for step in steps if isinstance(step, str)]
        if len(steps) == 1 and names:
            self._names.append((_glob(names[0]), written))
        else:
            self._paths.append((tuple(_glob(step) if isinstance(step, str) else step for step in steps), written))
        if names:
            self._lasts.append((_glob(names[-1]), written))
        if PLACE.fullmatch(written):
            self._places.append((place_of(written), written))

    def of(self, path: Sequence[str | int]) -> str | None:
        """As what the field at this path is configured; None: it may be seen."""
        name = path[-1]
        if isinstance(name, str) and (found := self.named(name)):
            return found
        if not self._paths:
            return None
        whole = tuple(part for step in path for part in (step.split(".") if isinstance(step, str) else (step,)))
        own = tuple(name.split(".")) if isinstance(name, str) and "." in name else whole  # attributes have their paths for names
        return next((written for steps, written in self._paths if _fits(steps, whole) or _fits(steps, own)), None)

    def named(self, name: str) -> str | None:
        """As what a field of this name is configured, wherever it stands. Of `mfg.unit_price` the last part is a name as well."""
        if name not in self._known:
            if len(self._known) > MOST_REMEMBERED:
                self._known.clear()
            self._known[name] = _first(self._names, name)
        return self._known[name]

    def last(self, name: str) -> str | None:
        """The same where nothing is known of the path, as in XML and tables: what stands last in a path is a name there."""
        return _first(self._lasts, name)

    def in_segment(self, segment: Segment, element: int, component: int, known_as: Iterable[str]) -> str | None:
        """Of a place in EDI, which has no name of its own but those it is known as."""
        for place, written in self._places:
            is_there = (place.tag, place.element) == (segment.tag, element) and place.component in (0, component)
            if is_there and (place.qualifier is None or segment.value(1, 1) == place.qualifier):
                return written
        return next((found for name in known_as if (found := self.last(name))), None)


def steps_in(written: str) -> tuple[Step, ...]:
    """The steps of what is configured; a slash parts them as well, as in E1EDK01/BELNR. Raises NoPath."""
    text = written.strip()
    if "/" in text:
        parts = [CONDITION.sub("", part).lstrip("@") for part in text.split("/")]
        steps: tuple[Step, ...] = tuple(part for part in parts if part)
    else:
        steps = steps_of(text.replace("[*]", "[]")) if not PLACE.fullmatch(text) else (text,)
    if not steps or not any(isinstance(step, str) for step in steps):
        raise NoPath(f"{written!r} names no field; write it as in iban, *price*, customer.name, lines[].price or PO104")
    return tuple(part for step in steps for part in (step.split(".") if isinstance(step, str) else (step,)))


def _glob(name: str) -> re.Pattern[str]:
    return re.compile(translate(name.replace("[", "[[]")), re.IGNORECASE)


def _first(patterns: Iterable[tuple[re.Pattern[str], str]], name: str) -> str | None:
    last = name.rpartition(".")[2]
    return next((written for pattern, written in patterns if pattern.match(name) or pattern.match(last)), None)


def _fits(steps: Sequence[Matcher], path: Sequence[str | int]) -> bool:
    return len(steps) == len(path) and all(_is(step, part) for step, part in zip(steps, path, strict=True))


def _is(step: Matcher, part: str | int) -> bool:
    if isinstance(part, int):
        return step is EACH or step == part
    return isinstance(step, re.Pattern) and step.match(part) is not None
