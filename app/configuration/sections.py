"""Every key of `syncline.yaml`, declared once: how it is read, its default, and the sentence that explains it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from app.configuration.access import access
from app.configuration.calendars import calendar, exclusion_with
from app.configuration.elsewhere import checked_by, located
from app.configuration.inventory import inventory_in
from app.configuration.languages import texts_in
from app.configuration.masking import USUAL, masking
from app.configuration.model import Access, Otlp, Source, Texts, Web
from app.configuration.recovery import NAMES, code, recovery_in
from app.configuration.reports import reports
from app.configuration.retention import retention
from app.configuration.rosters import roster
from app.configuration.storage import storage_in
from app.configuration.telling import alerts
from app.configuration.zones import zone
from app.instants import instant_ns
from app.reports.settings import Reporting
from app.retention.settings import Retention
from app.storage.settings import Storage
from app.telling.settings import Telling
from collectors import own
from collectors.classify import check_error_rules
from collectors.identifiers import check_objects
from collectors.sources import COMMON, SOURCES, check_source, open_source
from metrics.impact_settings import Costs, Impact, costs, impact
from metrics.inventory_settings import Inventory
from metrics.keys import (
    Key,
    Place,
    Problem,
    Read,
    duration_seconds,
    flag,
    list_of,
    mapping_of,
    name,
    read_keys,
    record_of,
    shown,
    text,
    version,
    whole,
)
from metrics.metric_settings import read_metric
from metrics.workflows import Site

HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*", re.ASCII)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def prefix(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """A path that starts and ends with a slash."""
    if isinstance(value, str) and re.fullmatch(r"(/[A-Za-z0-9._~-]+)*/?", value) and value:
        return value.rstrip("/") + "/"
    problems.append(Problem(place, f"must be a path such as /syncline/ (found {shown(value)})."))
    return None


def moment(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """An instant with its offset from UTC, as ns since 1970."""
    try:
        return instant_ns(str(value))
    except ValueError as error:
        problems.append(Problem(place, str(error)))
        return None


def host_name(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """The name of a machine, without a port."""
    if isinstance(value, str) and HOST_NAME.fullmatch(value):
        return value
    problems.append(Problem(place, f"must be the name of a host such as syncline.example.com, without a port (found {shown(value)})."))
    return None


def host_names(value: Any, place: Place, problems: list[Problem]) -> tuple[str, ...] | None:
    """A list of them, or a text with commas between: a variable of the environment holds no list."""
    found: tuple[str, ...] | None = list_of(host_name, "hosts")(
        value.replace(",", " ").split() if isinstance(value, str) else value, place, problems
    )
    return found


PORT = whole(0, 65535)

SITE = (
    Key("name", name, "name", "What `mfg.site` says.", required=True),
    Key("timezone", zone, "time zone", "The IANA zone of the plant.", required=True),
    Key("calendar", name, "name", "Which of `calendars` holds here.", default="default"),
)
PARTNER = (
    Key("title", text, "text", "What the supplier or carrier is called on the screen."),
    Key("timezone", zone, "time zone", "Its IANA zone.", required=True),
    Key("calendar", name, "name", "Which of `calendars` holds for what is asked of it.", default="default"),
)
OWNER = (
    Key("title", text, "text", "What the owner is called on the screen."),
    Key("contact", text, "text", "How to reach them: an address, a number, a channel."),
    Key(
        "codes",
        list_of(code, "codes"),
        "list",
        "What fails with these codes, `system:code`, is theirs; `*` is the rest of one.",
        default=(),
    ),
    Key("sites", NAMES, "list", "What needs somebody at these sites is theirs; with `codes`, only what has both.", default=()),
)
WEB = (
    Key("host", text, "address", "The address the web app and the API listen on.", default="127.0.0.1"),
    Key("port", PORT, "port", "Their port; 0 takes a free one.", default=8050),
    Key("prefix", prefix, "path", "The path they are served under, behind a proxy.", default="/"),
    Key("trusted_proxies", whole(0, 10), "number", "How many proxies in front may say who the caller is; 0 trusts nobody.", default=0),
    Key("secure_cookies", flag, "true or false", "true: cookies travel over https only.", default=False),
    Key(
        "hosts",
        host_names,
        "list",
        "The names people reach it by, such as `syncline.example.com`; addresses, localhost and `host` always are. Absent:"
        " behind a trusted proxy all, else those of this machine and of `alerts.url`.",
        default=(),
    ),
)
OTLP = (
    Key("http_host", text, "address", "The address OTLP/HTTP is received on.", default="127.0.0.1"),
    Key("http_port", PORT, "port", "Its port; 0 takes a free one.", default=4318),
    Key("grpc_host", text, "address", "The address OTLP/gRPC is received on, where `grpcio` is installed.", default="127.0.0.1"),
    Key("grpc_port", PORT, "port", "Its port; 0 takes a free one.", default=4317),
    Key("token_required", flag, "true or false", "Whether senders need a token of scope `ingest`. Absent: only when not on loopback."),
    Key("max_request_bytes", whole(1024, 2**31), "bytes", "The largest request, also after decompression.", default=64 * 2**20),
)


def _make_otlp(*, token_required: bool | None, **rest: Any) -> Otlp:
    is_reached = not {rest["http_host"], rest["grpc_host"]} <= set(LOOPBACK)
    return Otlp(token_required=is_reached if token_required is None else token_required, **rest)


web = record_of(WEB, Web)
otlp = record_of(OTLP, _make_otlp)


def interval_seconds(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """A duration above nothing, in seconds."""
    found = duration_seconds(value, place, problems)
    if found == 0:
        problems.append(Problem(place, f"must be longer than nothing (found {shown(value)})."))
    return found or None


SOURCE = (
    Key("name", name, "name", "What the source is called; records are known under it for good.", required=True),
    Key("kind", text, "word", f"What it is: {', '.join(SOURCES)}.", required=True),
    Key(
        "complete",
        flag,
        "true or false",
        "true: it holds everything up to any moment asked for, so nothing has to be waited for.",
        default=False,
    ),
    Key("allowed_lateness", duration_seconds, "duration", "How late its events may come before something counts as missing.", default=300),
    Key(
        "silent_after",
        interval_seconds,
        "duration",
        "After how much working time without news its feeds are silent. Absent: as long as their own gaps usually are.",
    ),
    Key("every", interval_seconds, "duration", "How often it is read while serving. Absent: 30s, of a broker 1s."),
)
RECEIVED = "otlp"  # the kind, and the name, of what the OTLP receivers are sent
SENT_EVENTS = "cloudevents"  # the same of CloudEvents; with a `path` such a source reads files instead


def is_received(entry: dict[str, Any]) -> bool:
    """Whether what an entry of `sources` describes comes by itself."""
    return entry.get("kind") == RECEIVED or (entry.get("kind") == SENT_EVENTS and "path" not in entry)


def source_in(folder: Path) -> Read:
    """Reads one source: the keys of every source here, those of its kind by the collectors."""

    def read(value: Any, place: Place, problems: list[Problem]) -> Source | None:
        if not isinstance(value, dict):
            problems.append(Problem(place, f"must be a mapping with at least name and kind (found {shown(value)})."))
            return None
        before = len(problems)
        found = read_keys({name: value[name] for name in COMMON if name in value}, SOURCE, place, problems)
        if is_received(value) and found["name"] not in (None, found["kind"]):
            text = f"must be '{found['kind']}': what is sent to the receivers is recorded under this name."
            problems.append(Problem((*place, "name"), text))
        if found["name"] == own.SOURCE:
            problems.append(Problem((*place, "name"), "is the name under which Syncline records what it says itself; take another."))
        if found["kind"]:
            problems += located(check_source(value), place)
        return _make_source(found, value, folder) if len(problems) == before else None

    return read


def _make_source(found: dict[str, Any], entry: dict[str, Any], folder: Path) -> Source:
    every = found["every"] or SOURCES[found["kind"]].every_seconds
    return Source(
        found["name"],
        found["kind"],
        found["complete"],
        found["allowed_lateness"],
        found["silent_after"],
        every,
        entry,
        open_source(entry, folder),
    )


DEFAULT_WEB = web({}, (), [])
DEFAULT_OTLP = otlp({}, (), [])


PLACES = (
    Key("version", version, "1", "The version of this format: write `version: 1`.", required=True),
    Key("home", text, "folder", "Where Syncline keeps its data, relative to this file.", default="home"),
    Key("timezone", zone, "time zone", "The zone of the enterprise, for whatever has no site.", default="UTC"),
    Key("sites", list_of(record_of(SITE, Site), "sites"), "list", "The plants.", default=()),
    Key(
        "calendars",
        mapping_of(calendar, "calendars"),
        "mapping",
        "Working hours by name; `default` holds where a site names none.",
        default={},
    ),
    Key(
        "partners",
        mapping_of(record_of(PARTNER, dict), "partners"),
        "mapping",
        "Suppliers and carriers with a calendar of their own, by what `mfg.partner` says; `objects: {partner: …}` makes it canonical.",
        default={},
    ),
    Key(
        "exclusions",
        list_of(exclusion_with(moment), "exclusions"),
        "list",
        "What is agreed not to count in the adjusted figures of metrics.",
        default=(),
    ),
    Key(
        "owners",
        mapping_of(record_of(OWNER, dict), "owners"),
        "mapping",
        "Who the owners named in workflows are, and what is theirs beside that.",
        default={},
    ),
    Key(
        "rosters",
        mapping_of(roster, "rosters"),
        "mapping",
        "Who is on shift when, and who is told next, of an owner and site; see [alerts](alerts.md#on-shift).",
        default={},
    ),
)
JUDGED_BY = (
    Key(
        "workflows",
        list_of(text, "files"),
        "list of files",
        "Workflow packs; `default` is the one that ships with Syncline, and holds when none is named.",
        default=(),
    ),
    Key(
        "rules",
        list_of(text, "files or folders"),
        "list of files or folders",
        "Integrity rules of your own, beside those that ship with Syncline; one SQL file each, see [rules](rules.md).",
        default=(),
    ),
    Key("metrics", mapping_of(read_metric, "metrics"), "mapping", "Other promises than the usual ones, and own metrics.", default={}),
    Key(
        "objectives",
        list_of(text, "files"),
        "list of files",
        "Promises in OpenSLO v1: files, or folders of them; see [objectives](objectives.md). Absent: one for every metric, over 28 days.",
    ),
)
SERVED_AT = (
    Key("web", web, "mapping", "The web app and the API.", default=DEFAULT_WEB),
    Key("otlp", otlp, "mapping", "Receiving OpenTelemetry.", default=DEFAULT_OTLP),
)
WHAT_IS_KEPT = (
    Key(
        "reports",
        reports,
        "mapping",
        "When the weekly report is published by itself, and when digests are sent; see [reports](report.md).",
        default=Reporting(),
    ),
    Key(
        "retention",
        retention,
        "mapping",
        "How long alerts, messages to people, notes and the audit are kept; see [privacy](privacy.md).",
        default=Retention(),
    ),
)


def configuration(folder: Path) -> tuple[Key, ...]:
    """The keys of the whole file, whose relative paths are relative to `folder`."""
    return (
        *PLACES,
        *JUDGED_BY,
        Key(
            "inventory",
            inventory_in(folder),
            "mapping",
            "Whose stock is compared, how exactly, and in which units; see [inventory](inventory.md).",
            default=Inventory(),
        ),
        Key("impact", impact, "mapping", "What counts as an order, and what fulfils it; see [impact](impact.md).", default=Impact()),
        Key("costs", costs, "mapping", "What trouble costs, for the business case; see [impact](impact.md).", default=Costs()),
        Key(
            "objects",
            checked_by(check_objects, dict),
            "mapping",
            "How ids become canonical before they are compared, per object type.",
            default={},
        ),
        Key("sources", list_of(source_in(folder), "sources"), "list", "Where data comes from, beside what is sent over OTLP.", default=()),
        Key(
            "error_rules", checked_by(check_error_rules, list), "list", "Own rules for error classes, before the default ones.", default=[]
        ),
        Key(
            "recovery",
            recovery_in(folder),
            "mapping",
            "What may be done with which failures, where it is sent, who has to agree; see [recovery](recovery.md).",
        ),
        Key(
            "alerts",
            alerts,
            "mapping",
            "When an alert ends, and the ways in which people are told of one; see [alerts](alerts.md).",
            default=Telling(),
        ),
        Key("access", access, "mapping", "Roles, signing in, tokens; see [people](people.md), [machines](machines.md).", default=Access()),
        Key("masking", masking, "mapping", "What is hidden of messages, and who may see them; see [messages](messages.md).", default=USUAL),
        Key("texts", texts_in(folder), "mapping", "The language of the pages; see [languages](languages.md).", default=Texts()),
        *WHAT_IS_KEPT,
        Key(
            "storage",
            storage_in(folder),
            "mapping",
            "Where state is kept that several machines share; see [several machines](several-machines.md).",
            default=Storage(),
        ),
        *SERVED_AT,
    )
