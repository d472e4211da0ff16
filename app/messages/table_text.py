"""Tables: delimited text with its head, and single rows of a table, with the columns that must not be seen hidden."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from app.formulas import harmless
from app.messages import json_text
from app.messages.fields import HIDDEN, Fields

DELIMITERS = ",;\t|"
Line = tuple[str, ...]


def of_text(text: str, fields: Fields, hidden: dict[str, None]) -> Iterator[Line]:
    """The lines of a delimited text, the first with the names of the columns; `hidden` as of JSON. Raises ValueError for what is none."""
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = next(rows, [])
        if not any(name.strip() for name in names):
            raise ValueError("it has no head")
        found = [fields.last(name.strip()) for name in names]
        hidden |= {name: None for name in found if name}
        yield tuple(names)
        for row in rows:
            # What is behind the last column has no name, so nobody knows that it may be seen.
            yield tuple(
                HIDDEN if fields.hides and (number >= len(found) or found[number]) else _cell(value, fields, hidden)
                for number, value in enumerate(row)
            )
    except csv.Error as error:
        raise ValueError(str(error)) from error


def of_row(pairs: json_text.Pairs, fields: Fields, hidden: dict[str, None]) -> Iterator[Line]:
    """A row of a table as column and value, a line each."""
    yield "Column", "Value"
    for name, value in pairs:
        yield name, json_text.value_of(name, value, fields, hidden)


def _cell(value: str, fields: Fields, hidden: dict[str, None]) -> str:
    return json_text.inner(value, fields, hidden) if fields else value


def written(lines: Iterable[Sequence[str]]) -> str:
    """Lines as delimited text; none of it is a formula, as in exports."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([harmless(cell) for cell in line] for line in lines)
    return out.getvalue()
