"""The settings of one Syncline, typed: what `syncline.yaml` and the environment say, defaults filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.access.roles import Roles
from app.duty.roster import Roster
from app.machines.settings import Terms
from app.messages.settings import Masking
from app.recovery.settings import Recovery
from app.reports.settings import Reporting
from app.retention.settings import Retention
from app.single_sign_on.settings import SingleSignOn
from app.storage.settings import Storage
from app.storage.state import State
from app.telling.settings import Telling
from collectors.classify import ErrorRules
from collectors.collector import Collector
from collectors.identifiers import Identifiers
from metrics.impact_settings import Costs
from metrics.objectives.model import Objective
from metrics.workflows import Definitions


@dataclass(frozen=True, slots=True)
class Web:
    """Where the web app and the API are served, and what stands in front of them."""

    host: str
    port: int
    prefix: str  # starts and ends with "/"
    trusted_proxies: int
    secure_cookies: bool
    hosts: tuple[str, ...] = ()  # empty: see app.web.hosts


@dataclass(frozen=True, slots=True)
class Otlp:
    """Where OTLP is received. A token is required when the file says so, and always off loopback unless it says not."""

    http_host: str
    http_port: int
    grpc_host: str
    grpc_port: int
    token_required: bool
    max_request_bytes: int


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long sessions last, in seconds: without anybody's doing, at the longest, and those of a screen that only shows the wall."""

    idle: int = 8 * 3600
    longest: int = 7 * 86_400
    wall: int = 90 * 86_400


@dataclass(frozen=True, slots=True)
class Access:
    """Who gets in, and for how long. `roles` and `only` are as they are written; what comes of them are the roles of the settings."""

    sessions: Lifetimes = Lifetimes()
    password_link: int = 86_400  # seconds
    tokens: Terms = Terms()
    roles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    only: tuple[str, ...] | None = None
    oidc: SingleSignOn | None = None  # as it is written; what is used is `single_sign_on` of the settings


@dataclass(frozen=True, slots=True)
class Texts:
    """What is spoken with whom nobody knows better, and where catalogues beside the installed ones are."""

    language: str | None = None  # None: what the browser asks for
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One configured place that data comes from, and the collector that reads it."""

    name: str
    kind: str
    complete: bool
    allowed_lateness_seconds: int
    silent_after_seconds: int | None
    every_seconds: int
    options: dict[str, Any]  # its entry in the file
    collector: Collector


@dataclass(frozen=True, slots=True)
class Owner:
    """Who acts: the name used in workflows, how to show it and how to reach it; and which error codes, at which sites, are theirs
    whatever the workflow says."""

    name: str
    title: str
    contact: str | None
    codes: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything configured. `file` is where it was read from; relative paths were taken relative to its folder."""

    file: Path
    home: Path
    definitions: Definitions
    identifiers: Identifiers
    error_rules: ErrorRules
    sources: tuple[Source, ...]
    web: Web
    otlp: Otlp
    owners: tuple[Owner, ...]
    notes: tuple[str, ...]  # harmless, but probably not what was meant
    objectives: tuple[Objective, ...] = ()
    costs: Costs = Costs()
    recovery: Recovery = Recovery()
    telling: Telling = Telling()
    access: Access = Access()
    roles: Roles = Roles()
    masking: Masking = Masking()
    texts: Texts = Texts()
    reporting: Reporting = Reporting()
    rosters: tuple[Roster, ...] = ()
    retention: Retention = Retention()
    single_sign_on: SingleSignOn | None = None
    storage: Storage = Storage()

    @property
    def folder(self) -> Path:
        return self.file.parent

    @property
    def state(self) -> State:
        """Where people, tokens, the audit and all that is done lie."""
        return State(self.home, self.storage.state)

    @property
    def timezone(self) -> str:
        return self.definitions.timezone
