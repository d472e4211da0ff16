"""On a source that is sent to us: which senders were refused since the start, and whose token ends soon, for who may connect sources."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.accounts.tokens import INGEST, REPLACED, Token
from app.components import arrivals, links
from app.components.page import note
from app.figures import times, words
from app.machines.refusals import Refused
from app.machines.terms import SOON_NS
from app.machines.wanted import SOURCES, keeps
from metrics.texts import _, _n, _parts


def senders(source: str, zone: str, now_ns: int) -> list[Component]:
    """Notes for the card of the source."""
    if source not in SOURCES or not arrivals.may_connect():
        return []
    refused = reader.application().machines.refusals.of(source)
    notes = (
        [note("failed", html.Ul([html.Li(_refused(each, zone, now_ns)) for each in refused], className="plain"), "key-round")]
        if refused
        else []
    )
    return [*notes, *_ending(source, now_ns)]


def version() -> list[int]:
    """Another one whenever the notes are."""
    return [each.number for each in reader.application().machines.refusals.every()] if arrivals.may_connect() else []


def _refused(each: Refused, zone: str, now_ns: int) -> str:
    who = _("Token {name}", name=each.token) if each.token else _("Unknown senders")
    return _n(
        "{who}: refused {number} time since the start, newest {time} from {address}: {why}",
        "{who}: refused {number} times since the start, newest {time} from {address}: {why}",
        each.number,
        who=who,
        time=times.brief(each.newest_ns, zone, now_ns),
        address=each.address or _("somewhere"),
        why=each.why,
    )


def _named(token: Token) -> Component | str:
    """With the way to it for who may go there."""
    return html.A(token.name, href=links.to("access", token=token.name)) if keeps(current_user.account, token) else token.name


def _ending(source: str, now_ns: int) -> list[Component]:
    """One sentence for each token that sends here and ends within two weeks; one that was replaced shall end."""
    machines = reader.application().machines
    soon = [
        token
        for token in machines.every()
        if token.works(now_ns) and token.state(now_ns) != REPLACED and token.scope == INGEST and token.takes(source)
        if token.expires_ns is not None and token.expires_ns <= now_ns + SOON_NS
    ]
    return [
        note(
            "late",
            _parts(
                "Token {name} ends in {duration}. What it sends is refused then; a new secret for it is made before.",
                name=_named(token),
                duration=words.span_of(now_ns, token.expires_ns or now_ns),
            ),
            "clock-alert",
        )
        for token in soon
    ]
