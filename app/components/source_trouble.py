"""What keeps a source from being read: since when, what to do, and when it is tried again."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from app.components.page import note
from app.figures import times, words
from app.source_state import SourceState


def trouble_of(state: SourceState | None, zone: str, now_ns: int) -> Component | None:
    """A note for a source in trouble; None while all is well."""
    if state is None or not state.troubles or state.since_ns is None:
        return None
    since = html.B(f"{'Cannot be read' if state.is_down else 'Not read wholly'} since {times.short(state.since_ns, zone, now_ns)}")
    lasting = f", for {words.span_of(state.since_ns, now_ns)} and {words.count(state.tries, 'try', 'tries')}. "
    again = f"It is tried again at {times.clock(state.next_ns, zone)}. " if state.next_ns else ""
    read = (
        f"Last read to its end at {times.short(state.read_ns, zone, now_ns)}."
        if state.read_ns
        else "It has not been read to its end since the start."
    )
    told = html.Ul([html.Li(sentence) for sentence in state.troubles], className="source-troubles")
    return note(
        "failed" if state.is_down else "late", [since, lasting, again, read, told], picture="unplug" if state.is_down else "circle-alert"
    )
