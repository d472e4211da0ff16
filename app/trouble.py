"""What goes wrong without being our fault: sentences for a person, each with the exit code the command line ends with."""

from __future__ import annotations


class Trouble(Exception):
    """Shown as it is, without a traceback."""

    exit_code = 2


class Mistake(Trouble):
    """The command line or the configuration is wrong; the same again will fail again."""

    exit_code = 2


class PartlyRejected(Trouble):
    """Some input was refused and kept with its reason; everything else is stored."""

    exit_code = 3


class Unreachable(Trouble):
    """Something that is needed cannot be had right now: a port, a folder in use, a server. Later the same may work."""

    exit_code = 4
