"""The section `masking`: which fields nobody sees without giving a reason, and who may see messages."""

from __future__ import annotations

from typing import Any

from app.messages.settings import Masking
from metrics.keys import Key, Place, Problem, list_of, record_of, text


def field(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """A name, a path or a place, as app.messages.fields reads it."""
    from app.messages.fields import steps_in  # it needs what reads EDI, which a configuration without masking does not

    before = len(problems)
    found = text(value, place, problems)
    if found is None:
        return None
    try:
        steps_in(found)
    except ValueError as error:
        problems.append(Problem(place, f"{error}."))
    return found if len(problems) == before else None


USUAL = Masking()
MASKING = (
    Key(
        "fields",
        list_of(field, "fields"),
        "list",
        "What is hidden of messages and of attributes: names (`iban`, `*price*`), paths (`customer.name`, `lines[].price`), places in EDI "
        "(`PO104`).",
        default=(),
    ),
    Key("roles", list_of(text, "roles"), "list", "Who may see messages, beside administrators. Absent: whose role has `see_messages`."),
)
masking = record_of(MASKING, Masking)


def masking_of(found: Masking, also: tuple[str, ...]) -> Masking:
    """The section as it is used, with what `recovery.payloads.masks` names as well."""
    return Masking(tuple(dict.fromkeys((*found.fields, *also))), found.roles)
