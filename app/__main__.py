"""`python -m app` is `syncline`."""

from __future__ import annotations

import sys

from app import cli


def main() -> None:
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
