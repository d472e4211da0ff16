"""Brokers, certificates and logrotate that come as packages of Debian's; `python -m tests.servers.brokers` names those that are missing."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from tests.servers import without

PLACES = ("/usr/lib/rabbitmq/bin", "/usr/sbin", "/opt/homebrew/sbin")  # not always on the path; the first is no wrapper that changes user
NEEDED = {
    "rabbitmq-server": ("rabbitmq-server", "erl", "epmd"),
    "mosquitto": ("mosquitto", "mosquitto_passwd"),
    "openssl": ("openssl",),
    "logrotate": ("logrotate",),
}


def program(name: str) -> Path | None:
    """Where a program is, if it is here."""
    found = shutil.which(name, path=os.pathsep.join((*PLACES, os.environ.get("PATH", ""))))
    return Path(found) if found else None


def missing() -> list[str]:
    return [package for package, programs in NEEDED.items() if not all(map(program, programs))]


def without_package(package: str) -> NoReturn:
    """Ends a test that needs it."""
    without(f"No {package}: `make test` as root installs Debian's; otherwise install the package {package}.")


def main() -> int:
    """Each package on standard output; for a person, in a sentence, on the other."""
    absent = missing()
    if absent:
        print(*absent)
        print(f"syncline: without {' and '.join(absent)} some tests cannot run; install the packages of that name.", file=sys.stderr)
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main())
