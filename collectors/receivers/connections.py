"""Room for one more connection to a waitress server: where there are many, the one that has been idle longest is closed."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from waitress.channel import HTTPChannel


def make_room(server: Any, new: HTTPChannel, most: int) -> None:
    """Asked by a connection that begins. Where there are more than `most`, the idle one that was used last before all others makes room;
    those that have a request under way are never closed."""
    known = list(server.active_channels.values())
    if len(known) <= most:
        return
    idle = [each for each in known if each is not new and not each.requests and not each.will_close]
    if idle:
        min(idle, key=attrgetter("last_activity")).will_close = True
