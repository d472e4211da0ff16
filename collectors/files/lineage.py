"""Which file a file is, whatever it is called now: known again by what stands in it, after a rename, a copy, or when it was packed.

Every file that was read has a key: the name it had when it was met first (`app.log`), with a number where other files had that name before
(`app.log#2`). Its mark, kept under this key, holds checksums of its beginning, of the last line read, and of everything up to there. A
file that begins as one of them does, and is the same up to where that one was left, is that one. Names decide nothing, except which one to
look at first: log rotation renames (`app.log` → `app.log.1` → `app.log.2.gz`), or copies and truncates, and a share may move files about.

Two files that hold the same bytes are therefore one file: what was copied is not read twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import orjson

from collectors.files.content import UNREADABLE, Content

ORIGINALS = 16  # files that a new one is held against whether it is a copy of their beginning
State = dict[str, Any]


class Known(NamedTuple):
    """Which file it is: its key, its number among those of that name, whether it is a copy that holds nothing new, and its mark."""

    key: str
    generation: int
    is_copy: bool = False
    state: State | None = None


Alike = dict[int, dict[int, Known]]  # how far they were read → the checksum up to there → the file


class Lineage:
    """The files of one source that were read so far: `after` (key → mark), and where they lie now (name → path)."""

    def __init__(self, after: Mapping[str, str], paths: Mapping[str, Path], encoding: str = "utf-8") -> None:
        self._after, self._paths, self._encoding = dict(after), paths, encoding

    def moved(self, key: str, mark: str) -> None:
        """The file `key` has been read on meanwhile."""
        if "_files" in self.__dict__ and (before := self._known(key)):
            self._files.drop(before)
        self._after[key] = mark
        if "_files" in self.__dict__ and (now := self._known(key)):
            self._files.add(now)

    def find(self, name: str, content: Content) -> Known:
        """Which file lies under `name`; one without a state was never read before."""
        own = self.of_name(name)
        if own and _goes_on(own[-1].state, content):
            return own[-1]
        if content.head and (found := self._elsewhere(name, content)):
            return found
        return Known(*next_key(name, self._after))

    def of_name(self, name: str) -> list[Known]:
        """The files that had this name, one after the other."""
        first = self._known(name)
        found = [first] if first else []
        generation = max(2, first.generation if first else 2)
        while state := self._state(f"{name}#{generation}"):
            if state["file"] == generation:  # else it is a file that is called so
                found.append(Known(f"{name}#{generation}", generation, False, state))
            generation += 1
        return found

    def _known(self, key: str) -> Known | None:
        """A mark kept under a name alone may be one of a later file of this name: so they were kept once."""
        state = self._state(key)
        if state is None:
            return None
        generation = state["file"]
        is_named_so = generation == 1 or key.endswith(f"#{generation}")
        return Known(key if is_named_so else f"{key}#{generation}", generation, False, state)

    def _state(self, key: str) -> State | None:
        mark = self._after.get(key)
        state: State | None = orjson.loads(mark) if mark else None
        return state if state and "offset" in state else None  # else it is the mark of something that is not read by lines

    @cached_property
    def _files(self) -> _Files:
        heads = _Files()
        for key in self._after:
            if known := self._known(key):
                heads.add(known)
        return heads

    def _elsewhere(self, name: str, content: Content) -> Known | None:
        for alike in self._files.that_begin_as(content):
            if found := _same(alike, content):
                return found
        for known in self._files.that_gave_their_name_to(name):
            if self._is_copy_of(known, name, content):
                return known._replace(is_copy=True)
        return None

    def _is_copy_of(self, known: Known, name: str, content: Content) -> bool:
        """Whether it is the beginning of a file that was read further: a copy under way, or taken before the last lines came."""
        state = known.state
        if state is None or "crc" not in state or state["offset"] <= content.size:
            return False
        offset, crc = state["from"]
        if 0 < offset <= content.size and content.crc_up_to(offset) == crc:
            return True
        family = self._families.get(_stem(_name_of(known)), [])
        return any(self._begins_alike(path, content) for other, path in family if other != name)

    @cached_property
    def _families(self) -> dict[str, list[tuple[str, Path]]]:
        """The files there are, by what their names begin with; the original may have another name by now as well."""
        found: dict[str, list[tuple[str, Path]]] = {}
        for name, path in self._paths.items():
            files = found.setdefault(_stem(name), [])
            if len(files) < ORIGINALS:
                files.append((name, path))
        return found

    def _begins_alike(self, path: Path, content: Content) -> bool:
        try:
            with closing(Content(path, self._encoding)) as original:
                return original.size > content.size and original.crc_up_to(content.size) == content.crc_up_to(content.size)
        except UNREADABLE:  # told where it is read itself
            return False


def next_key(name: str, after: Mapping[str, str]) -> tuple[str, int]:
    """The key of another file under this name, and its number among them."""
    generation = 1 + int(orjson.loads(after[name])["file"]) if name in after else 1
    while (key := name if generation == 1 else f"{name}#{generation}") in after:
        generation += 1
    return key, generation


class _Files:
    """Files by how they begin and go on, and by their names. Of ten thousand exports with one header, each is found at once."""

    def __init__(self) -> None:
        self._by_head: dict[int, dict[str, Alike]] = {}
        self._by_stem: dict[str, dict[str, Known]] = {}

    def add(self, known: Known) -> None:
        state = known.state or {}
        self._by_stem.setdefault(_stem(_name_of(known)), {})[known.key] = known
        if "crc" in state:  # a mark from before checksums cannot be held against a file of another name
            size, digest = state["head"]
            alike = self._by_head.setdefault(size, {}).setdefault(digest, {})
            alike.setdefault(state["offset"], {})[state["crc"]] = known

    def drop(self, known: Known) -> None:
        state = known.state or {}
        self._by_stem[_stem(_name_of(known))].pop(known.key, None)
        if "crc" in state:
            size, digest = state["head"]
            self._by_head[size][digest][state["offset"]].pop(state["crc"], None)

    def that_begin_as(self, content: Content) -> Iterator[Alike]:
        """The longest beginnings first."""
        for size in sorted((size for size in self._by_head if size <= len(content.head)), reverse=True):
            if alike := self._by_head[size].get(content.head_hash(size)):
                yield alike

    def that_gave_their_name_to(self, name: str) -> list[Known]:
        """Those read last, of `app.log` for `app.log.1`, `app-2026-03-23.log` or `old/app.log.gz`."""
        last = PurePath(name).name
        found = (self._by_stem.get(last[:length], {}) for length in range(len(last), 0, -1))
        return list(islice((known for files in found for known in reversed(files.values())), ORIGINALS))


def _goes_on(state: State | None, content: Content) -> bool:
    """The quick look, for a file that still has its name: its beginning, and the last line read."""
    if state is None:
        return False
    size, digest = state["head"]
    if content.head_hash(size) != digest or len(content.head) < size:
        return False
    if "crc" not in state:  # a mark from before there were checksums: the file must be as long
        return content.crc_behind(state["offset"], min(1, state["offset"]), 0) is not None
    return content.crc_behind(state["offset"], *state["last"]) == state["crc"]


def _same(alike: Alike, content: Content) -> Known | None:
    """Which of these files that begin as it does it is: the same in everything up to where it was read, the one read furthest."""
    found = None
    for offset, crc in content.crcs_up_to(sorted(alike)):
        found = alike[offset].get(crc, found)
    return found


def _name_of(known: Known) -> str:
    return known.key.removesuffix(f"#{known.generation}") if known.generation > 1 else known.key


def _stem(name: str) -> str:
    return PurePath(name).name.split(".")[0]
