"""Whether somebody can sign in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from app.accounts import Accounts
from app.application import accounts_url
from app.examination.finding import Finding, ok, warn
from app.settings import Settings


def look_at_people(settings: Settings) -> Iterator[Finding]:
    """Users, and at least one administrator among them."""
    if not settings.home.exists():
        return
    with closing(Accounts(accounts_url(settings.home))) as accounts:
        active = [user for user in accounts.list_users() if not user.disabled]
    if not active:
        yield warn("Nobody can sign in yet.", "Add a user: syncline user add NAME --role admin")
    elif not any("admin" in user.roles for user in active):
        yield warn(f"{len(active)} users can sign in, but none is an administrator.", "Add one: syncline user add NAME --role admin")
    else:
        yield ok(f"{len(active)} user{'s' * (len(active) > 1)} can sign in.")
