"""Interchanges and the documents in them: what is whole is read, and what is wrong with an envelope is told beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from collectors.edi.tokens import BEGIN, BLANKS, EDIFACT, X12, Marks, Segment, decoded, marks_at, segments, skipped, stretches, unwrapped

TRAILERS = {X12: "IEA", EDIFACT: "UNZ"}
HEADERS = ("ISA", "UNA", "UNB")
LONGEST_SHOWN = 60
MOST_SEGMENTS = 500_000  # of an interchange; in memory each takes about 500 bytes


@dataclass(slots=True)
class Document:
    """A transaction set of X12 or a message of EDIFACT; `segments` are all of it, `group` the GS or UNG it stands under."""

    kind: str
    control: str
    group: Segment | None
    segments: list[Segment]
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Interchange:
    """One interchange. `receipts` are its TA1; `problems` are those of the envelope, beside those of each document."""

    header: Segment
    documents: list[Document] = field(default_factory=list)
    receipts: list[Segment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def dialect(self) -> str:
        return self.header.marks.dialect

    @property
    def sender(self) -> str:
        return self.header.value(6 if self.dialect == X12 else 2)

    @property
    def receiver(self) -> str:
        return self.header.value(8 if self.dialect == X12 else 3)

    @property
    def control(self) -> str:
        return self.header.value(13 if self.dialect == X12 else 5)

    @property
    def stamp(self) -> str:
        """When it was made, as YYMMDDHHMM (or with a century)."""
        return self.header.value(9) + self.header.value(10) if self.dialect == X12 else self.header.value(4, 1) + self.header.value(4, 2)


@dataclass(frozen=True, slots=True)
class Junk:
    """Something between or instead of interchanges."""

    excerpt: str
    reason: str


@dataclass(frozen=True, slots=True)
class Extent:
    """Where an interchange (or junk) stands in a text. Not `is_whole`: its trailer has not come."""

    start: int
    end: int
    is_whole: bool = True


def extents(text: str) -> Iterator[Extent]:
    """Where the interchanges of a text stand, in order; what is none is told as well."""
    at = skipped(text, 0)
    while at < len(text):
        begin = _next_begin(text, at)
        if begin > at:
            yield Extent(at, begin, is_whole=begin < len(text))
        else:
            marks, header = marks_at(text, at)
            begin, is_whole = _end_of(text, header, marks) if marks else (len(text), False)
            yield Extent(at, begin, is_whole)
        at = skipped(text, begin)


def _next_begin(text: str, at: int) -> int:
    """The place from `at` on where an interchange begins whose separators are known; the end of the text where none does."""
    for found in BEGIN.finditer(text, at):
        if marks_at(text, found.start())[0]:
            return found.start()
    return len(text)


def cuts(data: bytes) -> Iterator[tuple[int, int, bool]]:
    """The extents in bytes. Of a text in UTF-8 a character may be several."""
    text = decoded(data)
    wide, at, offset = not text.isascii() and _is_utf8(data), 0, 0
    for extent in extents(text):
        if not wide:
            yield extent.start, extent.end, extent.is_whole
            continue
        start = offset + len(text[at : extent.start].encode())
        at, offset = extent.end, start + len(text[extent.start : extent.end].encode())
        yield start, offset, extent.is_whole


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def interchanges(data: bytes) -> Iterator[Interchange | Junk]:
    """What the bytes hold. Never fails."""
    text = decoded(data)
    for extent in extents(text):
        marks, begin = marks_at(text, extent.start) if BEGIN.match(text, extent.start) else (None, 0)
        if marks is None:
            yield _junk(text[extent.start : extent.start + LONGEST_SHOWN])
        else:
            yield _interchange(text[begin : extent.end], marks)


def _junk(text: str) -> Junk:
    shown = text.rstrip(BLANKS)
    if text.startswith("ISA"):
        return Junk(
            text, "the ISA segment has not its 16 elements, so nothing says what separates the others; ask the partner to send it again"
        )
    return Junk(text, f"no interchange of X12 (ISA) or EDIFACT (UNB) begins here (found {shown!r})")


def _end_of(text: str, header: int, marks: Marks) -> tuple[int, bool]:
    """The place behind the interchange whose header stands at `header`, and whether its trailer is there with its end."""
    trailer = TRAILERS[marks.dialect]
    for begin, end, behind in stretches(text, header, marks):
        if begin > header and text.startswith(HEADERS, begin) and BEGIN.match(text, begin):
            return begin, True  # the next one begins, and this one has no trailer
        if text.startswith(trailer[0], begin) and _tag_at(text, begin, end, marks) == trailer:
            return behind, end < behind
    return len(text), False


def _tag_at(text: str, begin: int, end: int, marks: Marks) -> str:
    return unwrapped(text[begin : min(end, begin + 9)]).partition(marks.element)[0].strip()


class _Walk:
    """Goes through the segments of one interchange and counts."""

    def __init__(self, header: Segment) -> None:
        self.found = Interchange(header)
        self.group: Segment | None = None
        self.in_group = self.groups = 0
        self.document: Document | None = None
        self.is_closed = False
        self.loose = 0

    def open_group(self, segment: Segment) -> None:
        self.close_document(None)
        if self.group:
            self.found.problems.append(f"group {_group_control(self.group)} has no {_trailer(self.group)}; the next one begins")
        self.group, self.in_group = segment, 0
        self.groups += 1

    def close_group(self, segment: Segment) -> None:
        self.close_document(None)
        if self.group is None:
            self.found.problems.append(f"{segment.tag} closes a group that was not opened")
            return
        self._compare(segment.value(1), self.in_group, f"{segment.tag} says", "documents in the group", self.found.problems)
        _same(segment.value(2), _group_control(self.group), segment.tag, self.group.tag, self.found.problems)
        self.group = None

    def open_document(self, segment: Segment) -> None:
        self.close_document(None)
        is_x12 = segment.tag == "ST"
        kind, control = (segment.value(1), segment.value(2)) if is_x12 else (segment.value(2, 1), segment.value(1))
        self.document = Document(kind, control, self.group, [segment])
        self.found.documents.append(self.document)
        self.in_group += 1

    def close_document(self, segment: Segment | None) -> None:
        """With its trailer, or None when something else comes where it should stand."""
        document, self.document = self.document, None
        if document is None:
            if segment:
                self.found.problems.append(f"{segment.tag} closes a document that was not opened")
            return
        if segment is None:
            document.problems.append(f"{document.kind} {document.control} has no {_trailer(document.segments[0])}: it may be cut off")
            return
        document.segments.append(segment)
        self._compare(segment.value(1), len(document.segments), f"{segment.tag} says", "segments", document.problems)
        _same(segment.value(2), document.control, segment.tag, document.segments[0].tag, document.problems)

    def close(self, segment: Segment) -> None:
        self.close_document(None)
        if self.group:
            self.found.problems.append(f"group {_group_control(self.group)} has no {_trailer(self.group)}")
        self.is_closed = True
        parts = self.groups if self.found.dialect == X12 or self.groups else len(self.found.documents)
        what = "groups" if self.found.dialect == X12 or self.groups else "messages"
        if parts or not self.found.receipts:  # of an interchange of nothing but TA1 some count these, and some nothing
            self._compare(segment.value(1), parts, f"{segment.tag} says", what, self.found.problems)
        _same(segment.value(2), self.found.control, segment.tag, self.found.header.tag, self.found.problems)

    def end(self) -> Interchange:
        if not self.is_closed:
            self.close_document(None)
            self.found.problems.append(f"the interchange has no {TRAILERS[self.found.dialect]}: it may be cut off")
        if self.loose:
            self.found.problems.append(f"{self.loose} segments stand outside of any document")
        return self.found

    @staticmethod
    def _compare(said: str, counted: int, who: str, what: str, problems: list[str]) -> None:
        digits = said.lstrip("0") or "0"
        if digits != str(counted):
            problems.append(f"{who} {said[:20] or 'nothing'}, but there are {counted} {what}")


def _interchange(text: str, marks: Marks) -> Interchange:
    walk: _Walk | None = None
    for count, segment in enumerate(segments(text, 0, marks)):
        if walk is None:
            walk = _Walk(segment)
        elif count < MOST_SEGMENTS:
            _take(walk, segment)
        else:
            walk.found.problems.append(f"it has more than {MOST_SEGMENTS:,} segments, and only these were read")
            break
    return walk.end() if walk else Interchange(Segment(text, marks))


def _take(walk: _Walk, segment: Segment) -> None:
    tag, is_x12 = segment.tag, walk.found.dialect == X12
    if tag == ("GS" if is_x12 else "UNG"):
        walk.open_group(segment)
    elif tag == ("GE" if is_x12 else "UNE"):
        walk.close_group(segment)
    elif tag == ("ST" if is_x12 else "UNH"):
        walk.open_document(segment)
    elif tag == ("SE" if is_x12 else "UNT"):
        walk.close_document(segment)
    elif tag == TRAILERS[walk.found.dialect]:
        walk.close(segment)
    elif walk.document is not None:
        walk.document.segments.append(segment)
    elif is_x12 and tag in ("TA1", "ISB", "ISE", "TA3"):
        walk.found.receipts += [segment] if tag == "TA1" else []
    elif tag:
        walk.loose += 1


def _group_control(group: Segment) -> str:
    return group.value(6 if group.tag == "GS" else 5)


def _trailer(segment: Segment) -> str:
    return {"GS": "GE", "UNG": "UNE", "ST": "SE", "UNH": "UNT"}[segment.tag]


def _same(said: str, opened: str, trailer: str, header: str, problems: list[str]) -> None:
    if said.lstrip("0") != opened.lstrip("0"):
        problems.append(f"{trailer} has the control number {said[:40]!r}, {header} has {opened[:40]!r}")
