"""The section `access.oidc`: the provider of single sign-on, and what its groups may here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.configuration.approved import Known
from app.configuration.document import Document
from app.configuration.elsewhere import checked_by
from app.configuration.recovery import NAMES
from app.configuration.telling import some_seconds, web_address
from app.single_sign_on.settings import HERE, PROVIDER, SCOPES, Claims, Grant, SingleSignOn
from collectors.rest.settings import a_proxy
from metrics.keys import Key, Place, Problem, choice, flag, list_of, mapping_of, read_keys, record_of, shown, text, unknown
from metrics.scope import KINDS, Scope

AT = ("access", "oidc")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
NOBODY = "none"
LONGEST_TIMEOUT_SECONDS = 60  # each one who signs in waits for it, in a thread of ours
FOR_ALL = ("common", "organizations", "consumers")


def issuer(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """The address of a provider, exactly as it calls itself."""
    try:
        parts = urlsplit(value) if isinstance(value, str) and value.isascii() and value.isprintable() else None
        host = parts.hostname if parts else None
    except ValueError:
        parts = host = None
    if not parts or not host or parts.query or parts.fragment or parts.username or parts.scheme not in ("https", "http"):
        problems.append(Problem(place, f"must be an address such as https://login.example.com/realms/plant (found {shown(value)})."))
        return None
    if parts.scheme == "http" and host not in LOOPBACK:
        problems.append(Problem(place, f"must begin with https://: who reads along could sign in as anybody (found {shown(value)})."))
        return None
    if host == "login.microsoftonline.com" and parts.path.strip("/").partition("/")[0] in FOR_ALL:
        problems.append(Problem(place, f"lets in people of every company; name your own tenant instead (found {shown(value)})."))
        return None
    return str(value)


def timeout(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """A short duration, in seconds."""
    found: int | None = some_seconds(value, place, problems)
    if found is not None and found > LONGEST_TIMEOUT_SECONDS:
        problems.append(Problem(place, f"must be at most {LONGEST_TIMEOUT_SECONDS}s (found {shown(value)})."))
        return None
    return found


CLAIMS = (
    Key(
        "user",
        text,
        "claim",
        "What somebody is called here. The usual one is `email` where there is no such claim.",
        default=Claims().user,
    ),
    Key("groups", text, "claim", "Their groups; dots lead into what is nested: `realm_access.roles`.", default=Claims().groups),
)
GRANT = (
    Key("roles", NAMES, "list", "The roles it gives.", required=True),
    Key("sites", NAMES, "list", "At which sites. Absent: all."),
    Key("workflows", NAMES, "list", "Of which workflows. Absent: all."),
    Key("suppliers", NAMES, "list", "Of which suppliers and carriers. Absent: all."),
)


def _make_grant(*, roles: tuple[str, ...], **sees: tuple[str, ...] | None) -> Grant:
    return Grant(frozenset(roles), Scope(**{kind: None if names is None else frozenset(names) for kind, names in sees.items()}))


_grant = record_of(GRANT, _make_grant)


def default(value: Any, place: Place, problems: list[Problem]) -> Grant | None:
    """`none`, or what a group would give."""
    if value == NOBODY:
        return None
    if not isinstance(value, dict):
        problems.append(Problem(place, f"must be {NOBODY}, or a mapping with roles and sites (found {shown(value)})."))
        return None
    found: Grant | None = _grant(value, place, problems)
    return found


OIDC = (
    Key("name", text, "text", "What the provider is called where people sign in: `Example AG`.", required=True),
    Key("issuer", issuer, "URL", "Who it is, exactly as it says itself, with or without the slash at the end.", required=True),
    Key("client_id", text, "text", "Who we are there.", required=True),
    Key("client_secret", text, "text", 'And our secret: `"${OIDC_SECRET}"`. Absent, also as a file: a client without one.'),
    Key("client_secret_file", text, "file", "A file that holds the secret, relative to this one."),
    Key("scopes", list_of(text, "scopes"), "list", "What we ask to be told.", default=SCOPES),
    Key("claims", record_of(CLAIMS, Claims), "mapping", "Where the provider says who somebody is.", default=Claims()),
    Key("groups", mapping_of(_grant, "groups"), "mapping", "What groups give, by their names at the provider.", default={}),
    Key("default", default, f"`{NOBODY}` or a mapping", f"What people in none of them get. Absent, as `{NOBODY}`: they may not enter."),
    Key("local_accounts", flag, "true or false", "Whether people with a password here may sign in as well.", default=True),
    Key(
        "logout",
        choice((PROVIDER, HERE)),
        "word",
        f"`{PROVIDER}`: signing out here leads to the provider, to sign out there as well; `{HERE}`: it does not.",
        default=PROVIDER,
    ),
    Key(
        "longest",
        some_seconds,
        "duration",
        "After how long the provider is asked again whether somebody may still enter.",
        default=12 * 3600,
    ),
    Key("url", web_address, "URL", "Where people reach Syncline, for the way back from the provider. Absent: the address they came by."),
    Key("ca", text, "file", "Who vouches for the provider. Absent: the usual authorities."),
    Key("proxy", checked_by(a_proxy, str), "URL", "The proxy on the way to it."),
    Key("timeout", timeout, "duration", "How long it may take to answer.", default=5),
)
_read = record_of(OIDC, SingleSignOn)


def oidc(value: Any, place: Place, problems: list[Problem]) -> SingleSignOn | None:
    """The section; also says which package it needs."""
    found: SingleSignOn | None = _read(value, place, problems)
    if find_spec("authlib") is None or find_spec("joserfc") is None:
        problems.append(Problem(place, "needs a package that is not installed: pip install 'syncline[sso]'."))
    return found


def single_sign_on_problems(document: Document, folder: Path, known: Known) -> list[Problem]:
    """What does not go together, in what can be read of the section: names that nothing has, files that cannot be read."""
    section = document.data.get("access") if isinstance(document.data, dict) else None
    written = section.get("oidc") if isinstance(section, dict) else None
    if not isinstance(written, dict):
        return []
    found = SingleSignOn(**read_keys(written, OIDC, AT, []))
    return [*_of_keys(found, written), *_of_names(found, known), *_of_files(found, folder)]


def _of_keys(found: SingleSignOn, written: Mapping[str, Any]) -> Iterator[Problem]:
    if found.client_secret and found.client_secret_file:
        yield Problem((*AT, "client_secret_file"), "and client_secret are two places for one secret; keep one of them.")
    if "openid" not in found.scopes:
        yield Problem((*AT, "scopes"), "must name openid; without it nobody is told who signs in.")
    if not written.get("groups") and written.get("default") in (None, NOBODY):
        yield Problem((*AT, "groups"), "is missing, and so is `default`: nobody could enter. Say what which group may.")


def _of_names(found: SingleSignOn, known: Known) -> Iterator[Problem]:
    grants = [(("groups", group), grant) for group, grant in found.groups.items()]
    for at, grant in [*grants, *([(("default",), found.default)] if found.default else [])]:
        if not grant.roles:
            yield Problem((*AT, *at, "roles"), "names no role; it would give nothing.")
        for role in sorted(grant.roles - set(known.roles)):
            yield Problem((*AT, *at, "roles"), unknown("role", role, known.roles))
        for kind in KINDS:
            if getattr(grant.sees, kind) == frozenset():
                yield Problem((*AT, *at, kind), f"names none of the {kind}. Leave it out for all of them.")
        for noun, names, allowed in (("site", grant.sees.sites, known.sites), ("workflow", grant.sees.workflows, tuple(known.milestones))):
            for name in sorted((names or frozenset()) - set(allowed)):
                yield Problem((*AT, *at, f"{noun}s"), unknown(noun, name, allowed))


def _of_files(found: SingleSignOn, folder: Path) -> Iterator[Problem]:
    named = [("ca", found.ca), ("client_secret_file", found.client_secret_file)]
    missing = [(key, name) for key, name in named if name and not (folder / name).is_file()]
    yield from (Problem((*AT, key), f"there is no file {name}.") for key, name in missing)
    if missing:
        return
    try:
        opened = found.opened(folder)
    except OSError as error:
        yield Problem((*AT, "client_secret_file"), f"cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        yield Problem((*AT, "client_secret_file"), "is not UTF-8 text.")
    else:
        if found.client_secret_file and not opened.client_secret:
            yield Problem((*AT, "client_secret_file"), f"{found.client_secret_file} is empty.")
