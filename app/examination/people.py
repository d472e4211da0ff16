"""Whether somebody can sign in."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.exc import DatabaseError

from app.access.roles import ADMIN
from app.accounts import users_in
from app.accounts.gone import gone_in
from app.examination.finding import Finding, fail, ok, warn
from app.settings import Settings

FROM_BACKUP = "Bring it back from a backup, or move it away and add the people anew."

ELSEWHERE = "Correct `storage.state`, or see to the database; docs/several-machines.md says what its user needs to be allowed."


def look_at_people(settings: Settings) -> Iterator[Finding]:
    """Users, and at least one administrator among them."""
    state = settings.state
    try:
        if state.shared is None and not settings.home.is_dir():
            return
        active = [user for user in users_in(state, settings.roles) if not user.disabled]
        strange = gone_in(state, settings.roles)
    except DatabaseError as error:
        yield fail(f"{state.place} cannot be read: {state.words(error)}.", FROM_BACKUP if state.shared is None else ELSEWHERE)
        return
    except OSError:  # a finding about the home already
        return
    if not active and settings.single_sign_on is not None:
        yield ok(f"Nobody has signed in yet; people come in with {settings.single_sign_on.name}.")
    elif not active:
        yield warn("Nobody can sign in yet.", "Add a user: syncline user add NAME --role admin")
    elif not any(ADMIN in user.roles for user in active):
        yield warn(f"{len(active)} users can sign in, but none is an administrator.", "Add one: syncline user add NAME --role admin")
    else:
        yield ok(f"{len(active)} user{'s' * (len(active) > 1)} can sign in.")
    yield from (warn(str(each), each.advice) for each in strange)
