"""The machines that are one Syncline together: how far each is, what it reads, and whether they compute alike."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components.page import card, note, scrolling
from app.figures import words
from app.several.presence import Instance
from app.several.roles import ALL, RECEIVER, WEB, WORKER
from metrics.texts import _, _later, _n

ROLE_WORDS = {
    ALL: _later("does everything"),
    RECEIVER: _later("receives"),
    WORKER: _later("reads and acts"),
    WEB: _later("shows pages"),
}


def machines(now_ns: int) -> Component | None:
    """None where a Syncline is alone."""
    together = reader.application().together
    if together is None or together.presence is None:
        return None
    found = together.presence.all
    newest = max((each.said.followed for each in found), default=0)
    heads = (_("Machine"), _("Role"), _("Seen"), _("Behind"), _("Not in the lake yet"), _("Reads"))
    rows = [html.Tr([html.Td(cell) for cell in _cells(each, newest, now_ns)]) for each in found]
    listed = html.Table([html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)], className="table")
    troubles = [_trouble(each) for each in found if each.said.trouble]
    return card(_("Machines"), scrolling(listed, _("Machines")), *_differing(found, now_ns), *troubles, id="machines")


def version() -> list[tuple[str, int, str]]:
    """Another whenever something other is to be shown."""
    together = reader.application().together
    found = together.presence.all if together and together.presence else ()
    return [(each.id, each.said.waiting, each.said.trouble) for each in found]


def _cells(each: Instance, newest: int, now_ns: int) -> list[str]:
    behind, is_receiver = max(0, newest - each.said.loaded), each.role == RECEIVER
    return [
        each.machine,
        _(ROLE_WORDS[each.role]) if each.role in ROLE_WORDS else each.role,
        _("now") if each.is_there(now_ns) else _("{age} ago", age=words.duration((now_ns - each.seen_ns) / 1e9)),
        "" if is_receiver else _n("{number} record", "{number} records", behind),
        _n("{number} record", "{number} records", each.said.waiting),
        ", ".join(sorted(each.said.sources)),
    ]


def _differing(found: tuple[Instance, ...], now_ns: int) -> list[Component]:
    there = [each for each in found if each.is_there(now_ns)]
    if len({each.definitions for each in there}) < 2:
        return []
    return [
        note("late", _("These machines do not have the same definitions, so they say different things. Give all of them the same files."))
    ]


def _trouble(each: Instance) -> Component:
    return note("late", f"{each.machine}: {each.said.trouble}")
