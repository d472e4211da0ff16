"""Whom the mail of a report goes to, and who asked for it and does not get it, with why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.accounts import User
from app.components.tiles import name_of
from app.reports.receivers import WEEKLY, Receiver
from app.reports.sending import wants
from metrics.texts import _

if TYPE_CHECKING:
    from app.application import Application


@dataclass(frozen=True, slots=True)
class Addressed:
    """`why_not` None: they get it."""

    user: str
    why_not: str | None


def addressed(application: Application, site: str | None) -> list[Addressed]:
    """Everybody who asked for such reports, or an administrator for them, by name; of several reasons the first."""
    users, found = application.accounts.list_users(), dict[str, str | None]()
    for receiver in application.reports.receivers.every(WEEKLY):
        for user, why_not in _asked(application, receiver, users, site):
            if why_not is None or user.name not in found:
                found[user.name] = why_not
    return [Addressed(name, found[name]) for name in sorted(found)]


def _asked(application: Application, receiver: Receiver, users: list[User], site: str | None) -> Iterator[tuple[User, str | None]]:
    if receiver.site is not None and receiver.site != site:
        return  # they asked for another one
    for user in receiver.names(users):
        yield user, _why_not(application, receiver, user, site)


def _why_not(application: Application, receiver: Receiver, user: User, site: str | None) -> str | None:
    if not wants(receiver, user, site):
        if site is not None and user.sees.is_all:
            return _("gets the report of all sites")
        return _("may not see {place}", place=name_of(site)) if site is not None else _("gets those of the sites they may see")
    if application.settings.telling.mail is None:
        return _("the configuration names no mail server")
    return None if application.subscriptions.contact(user.name).mail else _("has said no e-mail address")
