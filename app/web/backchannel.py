"""Where a provider of single sign-on says that somebody left there: what they have open here ends, and nobody is told anything else."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, jsonify, request

from app.accounts.throttle import network_of
from app.single_sign_on.refused import Away

if TYPE_CHECKING:
    from app.application import Application

log = logging.getLogger("syncline.single_sign_on")

ENDPOINT = "single_sign_on_ended"
MOST_REFUSED, WITHIN_NS = 20, 60 * 10**9  # of one network: looking at a signature takes a moment of ours
MOST_NETWORKS = 1000
REMEMBERED_NS = 1200 * 10**9  # longer than a token may be old
REFUSED = "The logout token is not valid. Why stands in the log of Syncline."


class Pace:
    """How many tokens of each network were worth nothing lately."""

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._found: dict[str, list[int]] = {}

    def is_too_fast(self, address: str, now_ns: int) -> bool:
        return len(self._lately(network_of(address), now_ns)) >= MOST_REFUSED

    def count(self, address: str, now_ns: int) -> None:
        network = network_of(address)
        with self._counting:
            found = [*self._lately(network, now_ns), now_ns]
            self._found.pop(network, None)
            if len(self._found) >= MOST_NETWORKS:
                self._found.pop(next(iter(self._found)))
            self._found[network] = found

    def _lately(self, network: str, now_ns: int) -> list[int]:
        return [each for each in self._found.get(network, ()) if each > now_ns - WITHIN_NS]


def install(server: Flask, application: Application) -> Any:
    """Adds the address, where single sign-on is configured. What comes back the caller exempts from the CSRF check: a provider has no
    session, and its signature says who asks."""
    server.extensions["syncline_backchannel"] = Pace()
    if application.settings.single_sign_on is not None:
        server.add_url_rule(f"{server.config['SYNCLINE_PREFIX']}login/single-sign-on/ended", ENDPOINT, end, methods=["POST"])
    return end


def end() -> Response:
    """200 where the token is right, whether anything was open or not; else 400."""
    from app.single_sign_on.id_tokens import Untrusted  # needs packages that are there where it is configured

    application, here = current_app.extensions["syncline"], current_app.extensions["syncline_single_sign_on"]
    pace, address = current_app.extensions["syncline_backchannel"], request.remote_addr or ""
    if pace.is_too_fast(address, application.now_ns()):
        return _answer(429, "Too many logout tokens were not valid. Come back in a minute.")
    try:
        left = here.provider.left(request.form.get("logout_token"))
        if not here.people.use(f"logout {here.settings.issuer} {left.token}", REMEMBERED_NS):
            raise Untrusted("was used already")
    except Untrusted as wrong:
        pace.count(address, application.now_ns())
        log.warning("Nobody was signed out for %s: the logout token %s", here.settings.issuer, wrong)
        return _answer(400, REFUSED)
    except Away as away:
        log.warning("Nobody was signed out for %s: %s", here.settings.issuer, away)
        return _answer(400, REFUSED)
    here.people.end(here.settings.issuer, left.subject, left.session)
    return _answer(200)


def _answer(status: int, sentence: str | None = None) -> Response:
    answer = jsonify(error="invalid_request", error_description=sentence) if sentence else Response()
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    if status == 429:
        answer.headers["Retry-After"] = "60"
    return answer
