"""Reads one source and dies as if by `kill -9` when the journal has the first records and nobody was told: `cut_off.py FOLDER ENTRY`."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))


def main(folder: Path, entry: dict[str, Any]) -> None:
    from collectors.sources import SOURCES
    from tests.sources.plant_floor import Plant

    SOURCES[entry["kind"]].kept = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    Plant(folder, entry).ingest()


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
