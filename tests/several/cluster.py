"""Several processes that are one Syncline together, on this machine: each with a configuration and a home of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml

from tests.processes import free_ports
from tests.repository import ROOT
from tests.servers.s3 import BUCKET, KEY, SECRET, Bucket

ENVIRONMENT = {**{name: value for name, value in os.environ.items() if not name.startswith("SYNCLINE_")}, "PYTHONPATH": str(ROOT)}
PATIENCE_SECONDS = 600
RECEIVES = ("all", "receiver")


def storage(url: str, data: str, bucket: Bucket | None = None) -> dict[str, Any]:
    """The section of a configuration: state and catalogue in one database."""
    plain = url.replace("postgresql+psycopg", "postgresql")
    said: dict[str, Any] = {"kind": "ducklake", "state": plain, "catalog": plain, "data": data}
    if bucket is None:
        return said
    keys = {"endpoint": bucket.endpoint, "region": "us-east-1", "key_id": KEY, "secret": SECRET, "use_ssl": False, "url_style": "path"}
    return {**said, "data": f"s3://{BUCKET}/{data}", "s3": keys}


class Machine:
    """One process and its home. `role`: what it does."""

    def __init__(self, folder: Path, role: str, configuration: dict[str, Any], shared: dict[str, Any]) -> None:
        self.folder, self.role, self.process = folder, role, None
        self.process: subprocess.Popen[bytes] | None
        folder.mkdir()
        self.http_port, self.grpc_port, self.web_port = free_ports(3)
        said = {
            **configuration,
            "storage": {**shared, "machine": folder.name},
            "web": {"port": self.web_port},
            "otlp": {"http_port": self.http_port, "grpc_port": self.grpc_port},
        }
        (folder / "syncline.yaml").write_text(yaml.safe_dump(said))

    @property
    def log(self) -> str:
        file = self.folder / "serve.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def start(self) -> None:
        with (self.folder / "serve.log").open("ab") as log:
            command = [sys.executable, "-W", "error", "-m", "app", "serve", "--role", self.role]
            self.process = subprocess.Popen(command, cwd=self.folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process:
            self.process.send_signal(how)
            self.process.wait(PATIENCE_SECONDS)
            self.process = None

    def asked(self, path: str) -> Any:
        """What it answers; None while it does not. Who cannot have what it needs ends with 4, and a supervisor starts it again."""
        if self.process and (code := self.process.poll()) is not None:
            assert code == 4, f"{self.folder.name} ended with {code}:\n{self.log[-4000:]}"
            self.start()
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/{path}", timeout=10) as answer:
            return json.load(answer)
        return None

    def syncline(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "app", *words], cwd=self.folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"syncline {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout


class Cluster:
    """Its machines by name."""

    def __init__(self, folder: Path, configuration: dict[str, Any], shared: dict[str, Any]) -> None:
        self._folder, self._configuration, self._shared = folder, configuration, shared
        self.machines: dict[str, Machine] = {}

    def add(self, name: str, role: str) -> Machine:
        self.machines[name] = machine = Machine(self._folder / name, role, self._configuration, self._shared)
        return machine

    def with_role(self, *roles: str) -> list[Machine]:
        return [each for each in self.machines.values() if each.role in roles]

    def end(self) -> None:
        for each in self.machines.values():
            each.end()


@contextmanager
def cluster(folder: Path, configuration: dict[str, Any], shared: dict[str, Any]) -> Iterator[Cluster]:
    found = Cluster(folder, configuration, shared)
    try:
        yield found
    finally:
        for each in found.machines.values():
            if each.process:
                each.process.kill()
                each.process.wait()


def until(is_so: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"after {seconds} s not yet: {what}"
        time.sleep(0.1)
