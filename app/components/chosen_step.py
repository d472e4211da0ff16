"""The steps of a path, with what was done here between them, and the panel of the one that is chosen."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import message
from app.components.recoveries import me
from app.figures.boxes import Box, boxes_of
from app.figures.detail import detail_panel
from app.figures.ours import by_recovery, ours_boxes, ours_panel
from app.recovery.attempts import Attempt, Queued, of_path, of_recovery
from metrics.path import Path

# What needs somebody first, when nobody has chosen a step yet.
_FIRST = ("failed", "retrying", "missing", "unjudged", "early", "expected")


@dataclass(frozen=True, slots=True)
class Ours:
    """What was done here about a transaction, what is about to be, and the recoveries that its events say they come from."""

    attempts: dict[str, Attempt]
    queued: list[Queued]
    recoveries: dict[str, tuple[str, str]]


def ours_of(path: Path) -> Ours:
    said = {each for each in path.events["recovery_id"] if isinstance(each, str)}
    with reader.application().accounts.engine.connect() as connection:
        done, queued = of_path(connection, path, me())
        return Ours({each.key: each for each in done}, queued, of_recovery(connection, said, me()) if said else {})


def steps_of(path: Path, each: bool, ours: Ours) -> list[Box]:
    return boxes_of(path, each, ours_boxes(path, list(ours.attempts.values())))


def panel_of(path: Path, box: Box | None, ours: Ours) -> Component:
    """What was said about the box; of what was done here, by whom, and below what a recovery caused, which one."""
    if box is not None and box.key in ours.attempts:
        return ours_panel(path, box, ours.attempts[box.key])
    events = path.events[path.events["event_id"].isin(box.events if box else ())]
    caused = dict.fromkeys(each for each in events["recovery_id"] if isinstance(each, str))
    return html.Div([detail_panel(path, box, message.block), *(by_recovery(each, ours.recoveries.get(each)) for each in caused)])


def chosen_box(boxes: list[Box], key: str | None) -> Box | None:
    """The box the address names (an event inside a folded box counts), else the one that needs somebody, else the newest."""
    named = next((box for box in boxes if key and (box.key == key or key in box.events)), None)
    needy = next((box for tone in _FIRST for box in boxes if box.tone == tone), None)
    return named or needy or (boxes[-1] if boxes else None)
