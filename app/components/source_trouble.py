"""What keeps a source from being read: since when, what to do, and when it is tried again."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from app.components.page import note
from app.figures import times, words
from app.source_state import SourceState
from metrics.texts import _, _parts_n


def trouble_of(state: SourceState | None, zone: str, now_ns: int) -> Component | None:
    """A note for a source in trouble; None while all is well."""
    if state is None or not state.troubles or state.since_ns is None:
        return None
    time = times.short(state.since_ns, zone, now_ns)
    since = html.B(_("Cannot be read since {time}", time=time) if state.is_down else _("Not read wholly since {time}", time=time))
    lasting = _parts_n(
        "{trouble}, for {duration} and {number} try.",
        "{trouble}, for {duration} and {number} tries.",
        state.tries,
        trouble=since,
        duration=words.span_of(state.since_ns, now_ns),
    )
    again = f"{_('It is tried again at {time}.', time=times.clock(state.next_ns, zone))} " if state.next_ns else ""
    read = (
        _("Last read to its end at {time}.", time=times.short(state.read_ns, zone, now_ns))
        if state.read_ns
        else _("It has not been read to its end since the start.")
    )
    told = html.Ul([html.Li(sentence) for sentence in state.troubles], className="source-troubles")
    return note(
        "failed" if state.is_down else "late", [*lasting, " ", again, read, told], picture="unplug" if state.is_down else "circle-alert"
    )
