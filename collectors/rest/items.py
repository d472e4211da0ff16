"""Reads the items of a web API round by round: every page since the last round, from a little way back, and each item once.

Where reading goes on is written down with every item. `high` is the watermark up to which everything was read; while a round is under
way, `page` is where it stands and `seen` the highest watermark it met; `delta` is the link behind which changes stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from collectors.collector import Clock, Trouble
from collectors.event import Refused
from collectors.paths import lookup_in
from collectors.relational.cells import position_of
from collectors.relational.known_rows import MOST, KnownRows
from collectors.rest.client import Answer, Client, Unanswered
from collectors.rest.pages import SINCE, Pages
from collectors.rest.request import Request, shown
from collectors.rest.watermark import Mark, Watermark
from collectors.rows import content_hash

OLDEST_FIRST, NEWEST_FIRST = "oldest_first", "newest_first"
STREAM = "items"
MOST_PAGES = 100_000
FORGOTTEN = (400, 404, 410)  # what an API answers that does not know a link or cursor any more
LONG_AGO = Mark(0, False)


class Plan(NamedTuple):
    """What is asked, and where in an answer things stand. `items` None: the answer is the list itself."""

    template: Request
    pages: Pages
    items: str | None
    key: Sequence[str]
    version: str | None
    watermark_path: str | None
    watermark: Watermark
    order: str | None
    stamps: bool  # whether each read is of its own time: what is read has no time itself


class Item(NamedTuple):
    """One item, as its record will hold it."""

    position: str
    payload: bytes
    after: str
    asked_ns: int


class State(NamedTuple):
    of: str  # what was asked: links of another question lead nowhere
    high: Mark | None = None
    seen: Mark | None = None
    page: str | None = None
    begun: int | None = None  # when the round that is under way began; what has changed since may stand on a page it had read by then
    delta: str | None = None

    def written(self) -> str:
        said = {name: list(value) if isinstance(value, Mark) else value for name, value in self._asdict().items() if value is not None}
        return orjson.dumps(said).decode()


class Items:
    """Of one source. Safe to be stopped and started again at any moment."""

    def __init__(self, client: Client, plan: Plan) -> None:
        self._client, self._plan = client, plan
        self._of = blake2b(repr((plan.template.url, plan.template.parameters, plan.template.body)).encode(), digest_size=8).hexdigest()
        self._known = KnownRows()
        self._state: State | None = None  # as it was left; it counts only while all that was given out is on disk
        self._given = self._kept = 0

    def kept(self, count: int) -> None:
        self._kept += count
        self._known.kept(count)

    def read(self, after: str | None, clock: Clock) -> Iterator[Item | Trouble]:
        """What is new since the last round. The last item says that the round is over, so each is given when the next one is there."""
        state = self._state if self._state and self._given == self._kept else self._read_back(after)
        self._known.forget_waiting()
        self._given = self._kept = 0
        held: Item | None = None
        try:
            for found in self._round(state, clock):
                if isinstance(found, State):
                    state = found
                elif isinstance(found, Trouble):
                    yield found
                else:
                    if held:
                        self._given += 1
                        yield held
                    held = found
        except Unanswered as error:
            yield from self._last(held, None)
            yield Trouble("", str(error))
        else:
            yield from self._last(held, state)
        self._state = state

    def _last(self, held: Item | None, state: State | None) -> Iterator[Item]:
        if held:
            self._given += 1
            yield held._replace(after=state.written()) if state else held

    def _read_back(self, after: str | None) -> State:
        found = orjson.loads(after) if after else {}
        high, seen = (Mark(*found[name]) if found.get(name) else None for name in ("high", "seen"))
        if found.get("of") != self._of:
            return State(self._of, high)
        return State(self._of, high, seen, found.get("page"), found.get("begun"), found.get("delta"))

    def _round(self, state: State, clock: Clock) -> Iterator[Item | State | Trouble]:
        try:
            yield from self._pages(state, clock)
        except Unanswered as error:
            if error.status not in FORGOTTEN or not (state.page or state.delta):
                raise
            yield Trouble(
                STREAM,
                f"{shown(self._plan.template.url)} does not know any more where reading was left (HTTP {error.status}). It is read from "
                "the start again; items that were read before count once all the same.",
            )
            yield from self._pages(State(self._of, state.high), clock)

    def _pages(self, state: State, clock: Clock) -> Iterator[Item | State | Trouble]:
        """The pages of a round, and behind each the state to go on from."""
        plan, asked_ns = self._plan, clock()
        state = state if state.page and state.begun else state._replace(page=None, begun=asked_ns)
        since = plan.watermark.beginning(state.high)
        template, token = plan.template.since(plan.watermark.text(since)), state.page
        met: set[str | bytes | None] = set()
        while True:
            request = self._request(template, token, state)
            answer = self._client.ask(request, clock)
            things = self._things(answer)
            page = _Page(self, state, things, clock(), asked_ns)
            yield from page.read()
            state = page.state
            if plan.pages.kind != SINCE:
                self._check_new(answer, token, page, met)
            if self._has_left(page, since):
                break
            if plan.pages.kind == SINCE:
                if plan.pages.size is None or len(things) < plan.pages.size:
                    break
                template, token = self._behind(page, template), None
                continue
            token = plan.pages.next_token(template, token, answer, len(things))
            if token is None:
                state = state._replace(delta=plan.pages.delta_link(template, answer) or state.delta)
                break
            state = state._replace(page=token if plan.pages.is_resumable and plan.order != OLDEST_FIRST else None)
            yield state
        state = self._finished(state)
        yield state
        if not self._known.leave_behind(plan.watermark.beginning(state.high) if plan.watermark_path and state.high else LONG_AGO):
            yield self.trouble(
                f"has more than {MOST:,} items that may come again. Those beyond are written with every round, and count once."
            )

    def _request(self, template: Request, token: str | None, state: State) -> Request:
        pages = self._plan.pages
        if token is not None:
            return pages.at(template, token)
        return pages.at(template, state.delta) if state.delta and pages.has_delta else pages.first(template)

    def _finished(self, state: State) -> State:
        """A round is over: all up to the highest watermark it met was read, as far as that had come when it began."""
        seen = state.seen
        if seen and seen.is_time and state.begun:
            seen = seen._replace(value=min(seen.value, state.begun))
        return State(self._of, _later(state.high, seen), delta=state.delta)

    def _things(self, answer: Answer) -> list[Any]:
        path = self._plan.items
        found = lookup_in(answer.document)(path) if path else answer.document
        if found.__class__ is list:
            return list(found)
        around = lookup_in(answer.document)(path.rpartition(".")[0]) if path and "." in path else answer.document
        if answer.document is None or (
            found is None and around.__class__ is dict and any(v == 0 and v is not False for v in around.values())
        ):
            return []  # some leave an empty list out, and say beside it that it has 0 entries
        what = f"no list at {path!r}, which `items` names" if path else "no list; `items` says where it stands"
        raise Unanswered(f"{shown(answer.url)} answers with {what}.")

    def _check_new(self, answer: Answer, token: str | None, page: _Page, met: set[str | bytes | None]) -> None:
        """Raises Unanswered where a page comes that was there before: it would be read for ever."""
        found = token if self._plan.pages.is_resumable or not page.count else page.digest.digest()
        if found in met or len(met) >= MOST_PAGES:
            raise Unanswered(
                f"{shown(answer.url)} gives the same page again and again. Does it know the parameters that `pages` names? Reading stopped."
            )
        met.add(found)

    def _has_left(self, page: _Page, since: Mark) -> bool:
        """Newest first: whether the page went back behind where the round begins."""
        return bool(self._plan.order == NEWEST_FIRST and page.lowest and page.lowest.is_time == since.is_time and page.lowest < since)

    def _behind(self, page: _Page, template: Request) -> Request:
        plan = self._plan
        text = plan.watermark.text(page.highest) if page.highest else ""
        following = plan.template.since(text)
        if not page.highest or following == template:
            raise Unanswered(
                f"{shown(template.url)} has more items with the watermark {text or 'nothing'} than a page holds. Those behind cannot be "
                "read; raise `size`, or choose other `pages`."
            )
        return following

    def trouble(self, sentence: str) -> Trouble:
        return Trouble(STREAM, f"{shown(self._plan.template.url)} {sentence}")

    # -- one item
    def record_of(self, thing: Any, payload: bytes, at: Mark | None, state: State, asked_ns: int) -> Item | None:
        """None where it is in the journal already."""
        position = position_in(thing, self._plan.key, self._plan.version, payload)
        if self._plan.stamps:
            position = f"{position}@{asked_ns}"
        if not self._known.add(position, payload, at or LONG_AGO):
            return None
        return Item(position, payload, state.written(), asked_ns)

    def mark_of(self, thing: Any) -> Mark | None:
        """The watermark of an item. Raises Refused."""
        value = lookup_in(thing)(self._plan.watermark_path) if self._plan.watermark_path else None
        return None if value is None else self._plan.watermark.of(value)

    @property
    def advances(self) -> bool:
        """Whether every item says that all before it was read."""
        return self._plan.order == OLDEST_FIRST or self._plan.pages.kind == SINCE


class _Page:
    """One page while it is read; `state` is the one behind it."""

    def __init__(self, items: Items, state: State, things: list[Any], now_ns: int, asked_ns: int) -> None:
        self._items, self.state, self._things = items, state, things
        self._now_ns, self._asked_ns = now_ns, asked_ns
        self.count, self.digest = len(things), blake2b(digest_size=16)
        self.lowest: Mark | None = None
        self.highest: Mark | None = None

    def read(self) -> Iterator[Item | Trouble]:
        wrong: list[str] = []
        for thing in self._things:
            try:
                mark = self._items.mark_of(thing)
            except Refused as error:
                mark = None
                wrong.append(str(error))
            if mark:
                self._note(mark)
            payload = payload_of(thing)
            self.digest.update(payload)
            if item := self._items.record_of(thing, payload, mark, self.state, self._asked_ns):
                yield item
        if wrong:
            yield self._items.trouble(
                f"has {len(wrong)} items on a page whose watermark cannot be read. They are read all the same: {wrong[0]}."
            )

    def _note(self, mark: Mark) -> None:
        self.highest, self.lowest = _later(self.highest, mark), _earlier(self.lowest, mark)
        self.state = self.state._replace(seen=_later(self.state.seen, mark))
        if self._items.advances:
            capped = mark._replace(value=min(mark.value, self._now_ns)) if mark.is_time else mark
            self.state = self.state._replace(high=_later(self.state.high, capped))


def payload_of(thing: Any) -> bytes:
    """An item as its record keeps it."""
    try:
        return orjson.dumps(thing)
    except TypeError:  # orjson reads what is nested 1024 deep, and writes 254
        return b'"an item that is nested too deep to be kept"'


def position_in(thing: Any, key: Sequence[str], version: str | None, payload: bytes) -> str:
    """How an item is known: by its key and version; without a key by what it says."""
    lookup = lookup_in(thing)
    parts = [lookup(path) for path in key]
    if any(part is None or part == "" for part in parts):
        return f"content:{content_hash(payload)}"
    return position_of([_plain(part) for part in parts], None if version is None or lookup(version) is None else _plain(lookup(version)))


def _plain(value: Any) -> Any:
    return value if value.__class__ in (str, int) else orjson.dumps(value).decode()


def _later(one: Mark | None, other: Mark | None) -> Mark | None:
    """Of two kinds the one met now counts: the API changed what it says."""
    if one is None or other is None or one.is_time != other.is_time:
        return other or one
    return max(one, other)


def _earlier(one: Mark | None, other: Mark) -> Mark:
    return min(one, other) if one is not None and one.is_time == other.is_time else other
