"""The Syncline that serves a home right now, as commands on the same machine reach it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.trouble import Mistake, Unreachable

CARD = "serve.json"  # who serves this home, and where
SECRET_FILE = "local.token"  # noqa: S105  what shows that a command runs here, by this user


@dataclass(frozen=True, slots=True)
class Server:
    """A running `syncline serve`: its process and its address with the prefix."""

    pid: int
    url: str
    token: str

    def export(self, name: str, **parameters: str | None) -> Iterator[bytes]:
        """The bytes of an export."""
        query = urlencode({key: value for key, value in parameters.items() if value is not None})
        with self._open("GET", f"api/v1/{name}?{query}") as answer:
            while piece := answer.read(1 << 16):
                yield piece

    def order(self, what: str, **body: Any) -> dict[str, Any]:
        """What the server answers when told to ingest, refresh, retry or rebuild; waits until it is done."""
        with self._open("POST", f"api/v1/{what}", json.dumps(body).encode()) as answer:
            return dict(json.load(answer))

    def readiness(self) -> dict[str, Any]:
        """What the server says of its own state."""
        with self._open("GET", "readyz", also=503) as answer:
            return dict(json.load(answer))

    @contextmanager
    def _open(self, method: str, path: str, body: bytes | None = None, also: int = 200) -> Iterator[Any]:
        """The answer, when its status is a success or `also`."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, body, headers, method=method)  # noqa: S310  a file of the owner
        try:
            with _DIRECT.open(request) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            if error.code != also:
                raise _refused(error) from error
            yield error
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(
                f"process {self.pid} serves this home at {self.url} but does not answer ({error}). Look at its log, or stop it."
            ) from error


# A proxy of the environment must never see what stays on this machine.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def find_server(home: Path) -> Server | None:
    """The server of `home`, when there is one. A card left behind by a process that was killed is none."""
    try:
        card = json.loads((home / CARD).read_text())
        server = Server(int(card["pid"]), str(card["url"]), (home / SECRET_FILE).read_text().strip())
    except PermissionError as error:
        raise Unreachable(f"the home {home} belongs to another user. Run the command as that user.") from error
    except (OSError, ValueError, TypeError, KeyError):  # no card, or no whole one; what else is wrong with a home says who opens it
        return None
    return server if _lives(server.pid) and _listens(server.url) else None


def write_card(home: Path, url: str, token: str) -> None:
    """Tells commands on this machine where the server is. Readable by its owner only."""
    for name, text in ((SECRET_FILE, token), (CARD, json.dumps({"pid": os.getpid(), "url": url}))):
        draft = home / f".{name}.new"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        draft.rename(home / name)


def remove_card(home: Path) -> None:
    """The server of this home is going away."""
    for name in (CARD, SECRET_FILE):
        (home / name).unlink(missing_ok=True)


def is_this_machine(address: str) -> bool:
    """Whether a request from that address was made here: nobody can be bound to an address of others."""
    try:
        family, *_, where = socket.getaddrinfo(address, 0, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind(where)
    except OSError:
        return False
    return True


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _listens(url: str) -> bool:
    """False when nobody listens: the process of that number is another by now. Who is slow to answer does listen."""
    address = urlsplit(url)
    try:
        with socket.create_connection((address.hostname, address.port), 2):
            return True
    except ConnectionRefusedError:
        return False
    except OSError:
        return True


def _refused(error: urllib.error.HTTPError) -> Exception:
    text = error.read().decode(errors="replace")
    try:
        sentence = json.loads(text)["error"]
    except (ValueError, KeyError, TypeError):
        sentence = text[:300]
    return Unreachable(f"the running server could not do it: {sentence}") if error.code >= 500 else Mistake(str(sentence))
