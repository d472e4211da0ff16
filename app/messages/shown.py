"""A message as it may be seen: laid out by its form, its fields masked, cut where it is long, safe whatever it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.messages import edi_text, json_text, plain, table_text, xml_text
from app.messages.fields import HIDDEN, Fields, steps_in
from app.recovery.model import Payload

MOST_SHOWN = 64 << 10  # characters on a page; all of it is in the file
MOST_LINES = 500  # of a table
WHOLE = 1 << 62
NOT_FOUND = "Some of it must not be seen, and it is neither JSON nor XML nor EDI nor a table in which that could be found."
NO_TEXT = "It is no text."
ROW = "row"  # of `Payload.content_type`: JSON that is one row of a table


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as it may be seen. `text` None: only its size and digest may, and `why` is the sentence that says so.

    `form`: JSON, XML, EDI, table or text. `table`: its lines, the first with the heads. `hidden`: the configured names under which
    something was hidden; `unmasked`: those under which something would have been. `signs`: characters nobody sees, shown as signs."""

    text: str | None
    size: int
    digest: str
    hidden: tuple[str, ...] = ()
    why: str = ""
    unmasked: tuple[str, ...] = ()
    form: str = ""
    table: tuple[table_text.Line, ...] = ()
    is_cut: bool = False
    signs: int = 0


def shown(payload: Payload, fields: Fields, most: int = MOST_SHOWN) -> Shown:
    """What of the message is seen, `most` characters of it."""
    told = Shown(None, len(payload.body), payload.digest)
    text = plain.text_of(payload.body, payload.content_type)
    if text is None:
        return replace(told, why=NO_TEXT)
    for form in (_json, _xml, _edi, _table):
        found: dict[str, None] = {}
        try:
            made = form(text, payload.content_type, fields, found, most)
        except ValueError:
            continue
        safe, signs = plain.seen(made.text or "")
        names = tuple(found)
        table = tuple(tuple(plain.seen(cell)[0] for cell in line) for line in made.table)
        kept = replace(made, text=safe, size=told.size, digest=told.digest, table=table, signs=signs)
        return replace(kept, unmasked=names) if fields.is_open else replace(kept, hidden=names)
    if fields.hides:
        return replace(told, why=NOT_FOUND)
    safe, signs = plain.seen(text[:most])
    unmasked = fields.written if fields else ()  # nobody can tell which of them are in it
    return replace(told, text=safe, form="text", is_cut=len(text) > most, signs=signs, unmasked=unmasked)


def excerpt(text: str, fields: Fields) -> str | None:
    """The beginning of a message in one line; None: it must not be seen, because nothing tells what stands where in it."""
    if not fields.hides:
        return plain.seen(text)[0]
    try:
        document = json_text.read(json_text.mended(text))
    except ValueError:
        return None
    return plain.seen(json_text.one_line(document, fields, {}))[0]


def value_of(name: str, value: str, fields: Fields) -> str:
    """The value of one field with this name or path, masked."""
    try:
        path = tuple(step for step in steps_in(name) if step is not None)
    except ValueError:
        path = (name,)
    if fields.hides and fields.of(path):
        return HIDDEN
    is_message = fields.hides and value.lstrip()[:1] in ("{", "[", "<")
    return (excerpt(value, fields) or HIDDEN) if is_message else plain.seen(value)[0]


_EMPTY = Shown(None, 0, "")


def _json(text: str, content_type: str, fields: Fields, found: dict[str, None], most: int) -> Shown:
    document = json_text.read(text)
    if content_type == ROW and isinstance(document, json_text.Pairs):
        lines = tuple(table_text.of_row(document, fields, found))
        return replace(_EMPTY, text=table_text.written(lines), form="table", table=lines)
    told, is_cut = _joined(json_text.lines(document, fields, found), most)
    return replace(_EMPTY, text=told, form="JSON", is_cut=is_cut)


def _xml(text: str, _content_type: str, fields: Fields, found: dict[str, None], most: int) -> Shown:
    xml_text.check(text)
    told, is_cut = _joined(xml_text.lines(text, fields, found, json_text.inner), most)
    return replace(_EMPTY, text=told, form="XML", is_cut=is_cut)


def _edi(text: str, _content_type: str, fields: Fields, found: dict[str, None], most: int) -> Shown:
    if not edi_text.is_edi(text):
        raise ValueError("it is no EDI")
    told, is_cut = _joined(edi_text.lines(text, fields, found), most)
    return replace(_EMPTY, text=told, form="EDI", is_cut=is_cut)


def _table(text: str, content_type: str, fields: Fields, found: dict[str, None], most: int) -> Shown:
    if "csv" not in content_type.lower():
        raise ValueError("nothing says that it is a table")
    lines: list[table_text.Line] = []
    size, is_cut = 0, False
    for line in table_text.of_text(text, fields, found):
        size += sum(len(cell) + 1 for cell in line)
        if size > most or (most < WHOLE and len(lines) > MOST_LINES):
            is_cut = True
            break
        lines.append(line)
    return replace(_EMPTY, text=table_text.written(lines), form="table", table=tuple(lines), is_cut=is_cut)


def _joined(lines: Iterable[str], most: int) -> tuple[str, bool]:
    """The lines until there are `most` characters, and whether that is not all."""
    kept, size = [], 0
    for line in lines:
        if size + len(line) > most:
            kept.append(line[: most - size])
            return "\n".join(kept), True
        kept.append(line)
        size += len(line) + 1
    return "\n".join(kept), False
