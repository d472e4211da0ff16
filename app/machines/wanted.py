"""What a new token is to be, and what one may do for the person it acts for, as that person is now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.access import rights
from app.access.roles import ADMIN, Roles
from app.accounts.people import AccountError, User, checked_roles, checked_scope
from app.accounts.tokens import ANNOTATE, INGEST, READ, RECOVER, SCOPES, WHOLE, Token
from app.configuration.sections import RECEIVED, SENT_EVENTS
from metrics.keys import unknown
from metrics.scope import EVERYTHING, Names, Scope
from metrics.texts import _said

SOURCES = (RECEIVED, SENT_EVENTS)  # what is sent to the receivers
NEEDED = {READ: rights.EXPORT, RECOVER: rights.EXPORT, INGEST: rights.CONNECT_SOURCES, ANNOTATE: rights.ANNOTATE}  # scope → right


@dataclass(frozen=True, slots=True)
class Wanted:
    """`user`: for whom it acts; None: a service of its own. `sources` None: all. `expires`: as `Terms` reads it."""

    name: str
    scope: str
    sees: Scope = EVERYTHING
    sources: Collection[str] | None = None
    roles: Collection[str] = ()
    user: str | None = None
    expires: str | None = None


def checked(wanted: Wanted, access: Roles) -> dict[str, str | None]:
    """What of it is kept as words. Raises AccountError."""
    scope = wanted.scope
    if scope not in SCOPES:
        raise AccountError(_said("No scope is called '{scope}'. Known: {known}.", scope=scope, known=", ".join(SCOPES)))
    if wanted.roles and scope != RECOVER:
        raise AccountError(_said("Only a token of scope recover has roles."))
    if wanted.sources is not None and scope != INGEST:
        raise AccountError(_said("Only a token of scope ingest is for sources."))
    if not wanted.sees.is_all and scope == INGEST:
        raise AccountError(
            _said("What a token of scope ingest sends is limited by source, by nothing else: records say themselves whose they are.")
        )
    if strange := [name for name in wanted.sources or () if name not in SOURCES]:
        raise AccountError(unknown("source that is sent to us", strange[0], SOURCES))
    return {
        "scope": scope,
        **checked_scope(wanted.sees),
        "sources": " ".join(sorted(set(wanted.sources))) if wanted.sources else None,
        "roles": checked_roles(wanted.roles, access) if scope == RECOVER else "",
    }


def why_not(scope: str, roles: Collection[str], user: User) -> str | None:
    """Why a token like this may not act for the person as they are now; None: it may."""
    if user.disabled:
        return _said("{user} can no longer sign in.", user=user.name)
    if scope == WHOLE and ADMIN not in user.roles:
        return _said("{user} is no administrator, and scope admin is for those.", user=user.name)
    if (needed := NEEDED.get(scope)) is not None and not user.may(needed):
        holders = user.access.only_said(needed)
        return _said("{user} holds no role that scope {scope} needs: {roles}.", user=user.name, scope=scope, roles=holders)
    if scope == RECOVER and not roles_of(roles, user):
        return _said("{user} holds none of its roles: {roles}.", user=user.name, roles=", ".join(sorted(roles)))
    if scope in (INGEST, WHOLE) and not user.sees.is_all:
        return _said("{user} does not see everything, and scope {scope} is for who does.", user=user.name, scope=scope)
    return None


def roles_of(roles: Collection[str], user: User | None) -> frozenset[str]:
    """Of the roles of a token those that the person holds now. Administrators may do what every role may."""
    held = frozenset(roles)
    return held if user is None or ADMIN in user.roles else held & user.roles


def oversees(user: User) -> bool:
    """Whether somebody keeps all tokens: administrators who see everything. Others keep what reads for themselves."""
    return ADMIN in user.roles and user.sees.is_all


def keeps(user: User, token: Token) -> bool:
    """Whether somebody may see, rotate and revoke this one."""
    return oversees(user) or token.user == user.name


def refused_to(user: User, wanted: Wanted) -> str | None:
    """Why somebody may not make this on the page; None: they may."""
    if oversees(user):
        return None
    if wanted.user != user.name or wanted.scope != READ:
        return _said("You may make tokens that read for yourself. Others are made by administrators who see everything.")
    asked, mine = wanted.sees, user.sees
    if strange := _beyond(asked.sites, mine.sites):
        return _said("There is no site '{site}', or you may not see it.", site=strange)
    if strange := _beyond(asked.workflows, mine.workflows):
        return _said("There is no workflow '{workflow}', or you may not see it.", workflow=strange)
    if strange := _beyond(asked.suppliers, mine.suppliers):
        return _said("There is no supplier '{supplier}', or you may not see them.", supplier=strange)
    return None


def _beyond(asked: Names, mine: Names) -> str | None:
    """The first name that is asked for and not theirs; None: there is none."""
    return None if asked is None or mine is None else min(asked - mine, default=None)
