"""The application of tests of telling, with a roster; its clock, mail server and receiver belong to the test."""

from __future__ import annotations

from tests.telling.conftest import clock, hook, mailbox, make

__all__ = ["clock", "hook", "mailbox", "make"]
