"""`syncline doctor`: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from app.examination.audit import look_at_audit
from app.examination.erasure import look_at_erasure
from app.examination.finding import Finding, fail, ok, warn
from app.examination.home import look_at_home
from app.examination.lake import look_at_lake
from app.examination.machine import look_at_machine
from app.examination.network import look_at_network
from app.examination.payloads import look_at_payloads
from app.examination.people import look_at_people
from app.examination.single_sign_on import look_at_single_sign_on
from app.examination.sources import look_at_sources
from app.examination.tokens import look_at_tokens
from app.remote import find_server
from app.settings import Settings
from app.trouble import Unreachable
from app.web.speaking import catalogues_of


def examine_machine() -> Iterator[Finding]:
    """What can be said without a configuration."""
    return look_at_machine(datetime.now(UTC))


def examine(settings: Settings) -> Iterator[Finding]:
    """The findings about a configuration that can be used, each as soon as it is known."""
    yield ok(f"{settings.file} is right.")
    yield from (warn(note, "") for note in settings.notes)
    yield from (warn(problem, "") for problem in catalogues_of(settings.texts).problems)
    try:
        server = find_server(settings.home)
    except Unreachable as trouble:
        server = None
        yield fail(f"{str(trouble)[0].upper()}{str(trouble)[1:]}", "")
    yield from look_at_home(settings, server)
    yield from look_at_lake(settings, time.time_ns())
    yield from look_at_sources(settings, server)
    yield from look_at_people(settings)
    yield from look_at_single_sign_on(settings)
    yield from look_at_tokens(settings, time.time_ns())
    yield from look_at_audit(settings.state)
    yield from look_at_erasure(settings.home)
    yield from look_at_payloads(settings.state, settings.recovery)
    yield from look_at_network(settings, server)
