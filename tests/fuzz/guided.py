"""One decoder under libFuzzer, guided by what it covers: `python -m tests.fuzz.guided NAME PROGRAM …flags`.

Needs atheris, which is installed by hand. libFuzzer starts PROGRAM, with other flags, where it wants to start itself again.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["collectors", "app.configuration", "app.settings", "metrics.keys", "metrics.workflows"]):
    from tests.fuzz.decoders import decoders
    from tests.fuzz.invariant import check


def main() -> None:
    name, *words = sys.argv[1:]
    decoder = next(each for each in decoders() if each.name == name)
    atheris.Setup(words, lambda data: check(decoder, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
