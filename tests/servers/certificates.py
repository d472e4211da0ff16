"""A certificate for 127.0.0.1 that vouches for itself, made anew for each test: of a server, of a client, and the authority of both."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.servers.brokers import program, without_package


class Certificate(NamedTuple):
    certificate: Path
    key: Path

    @classmethod
    def made(cls, folder: Path) -> Certificate:
        made = cls(folder / "certificate.pem", folder / "key.pem")
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
        command = ["openssl", "req", "-x509", *curve, *subject, "-keyout", made.key, "-out", made.certificate]
        subprocess.run(command, check=True, capture_output=True)
        return made


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    if not program("openssl"):
        without_package("openssl")
    return Certificate.made(tmp_path)
