"""Where what is done just now comes from: the address of a request, or the command line. The audit writes it beside everything."""

from __future__ import annotations

from contextvars import ContextVar

LONGEST = 80
COMMAND_LINE = "command line"
came_from: ContextVar[str] = ContextVar("came_from", default="")  # empty: Syncline itself
