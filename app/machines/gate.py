"""Which token may send what to the receivers: those of scope ingest, each to its sources."""

from __future__ import annotations

from app.accounts.tokens import INGEST
from app.machines.kept import Machines, NoAccess
from app.storage.engine import AWAY
from collectors.receivers.admission import Admission, Denied
from collectors.receivers.reception import Unavailable

NOTHING_SHOWN = "a token is needed, as in `Authorization: Bearer …`; `syncline token add NAME --scope ingest` makes one"

AWAY_NOW = "the database that tokens are kept in does not answer at the moment; send again later"


def admission(machines: Machines) -> Admission:
    """What receivers ask with each request: nothing is remembered, so what was revoked is refused with the next."""

    def admit(secret: str, source: str, address: str) -> Denied | None:
        try:
            _check(machines, secret, source, address)
        except NoAccess as refused:
            machines.refusals.note(source, refused.token, refused.why, address)
            return Denied(refused.is_known, str(refused))
        except AWAY as error:
            raise Unavailable(AWAY_NOW) from error
        return None

    return admit


def _check(machines: Machines, secret: str, source: str, address: str) -> None:
    if not secret:
        raise NoAccess(NOTHING_SHOWN, why="No token was sent.")
    token = machines.behind(secret, address).token
    if not token.allows(INGEST):
        raise NoAccess(f"This token is of scope {token.scope}; sending needs one of scope {INGEST}.", token.name, is_known=True)
    if not token.takes(source):
        sources = " and ".join(sorted(token.sources or ()))
        raise NoAccess(f"This token may send to {sources}, not to {source}.", token.name, is_known=True)
