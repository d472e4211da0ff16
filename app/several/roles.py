"""What a process of several does: all of it, or one part."""

from __future__ import annotations

ALL, RECEIVER, WORKER, WEB = "all", "receiver", "worker", "web"
ROLES = (ALL, RECEIVER, WORKER, WEB)
RECEIVES, WORKS, SHOWS = (ALL, RECEIVER), (ALL, WORKER), (ALL, WORKER, WEB)
