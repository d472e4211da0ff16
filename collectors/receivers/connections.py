"""What the waitress servers share: what they tell a browser of their answers, and room for one more connection where there are many."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from waitress.channel import HTTPChannel

# A browser that is led to what machines ask shows nothing of the answer as a page, and in no frame.
NO_PAGE = [("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")]


def make_room(server: Any, new: HTTPChannel, most: int) -> None:
    """Asked by a connection that begins. Where there are more than `most`, the idle one that was used last before all others makes room;
    those that have a request under way are never closed."""
    known = list(server.active_channels.values())
    if len(known) <= most:
        return
    idle = [each for each in known if each is not new and not each.requests and not each.will_close]
    if idle:
        min(idle, key=attrgetter("last_activity")).will_close = True
