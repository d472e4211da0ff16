"""A real HTTP receiver of webhooks in a thread: it keeps what it gets, and answers what it is told to answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hook:
    """`answers`: statuses in turn, the last one for good; 0 hangs up. `location` goes with redirects."""

    answers: list[int] = field(default_factory=lambda: [200])
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    location: str = ""
    url: str = ""

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.came]


@contextmanager
def running() -> Iterator[Hook]:
    """A receiver while the block lasts."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = hook.answers.pop(0) if len(hook.answers) > 1 else hook.answers[0]
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            if hook.location:
                self.send_header("Location", hook.location)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"no" if status >= 300 else b"ok")

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_port}/alerts"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
