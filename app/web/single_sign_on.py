"""Single sign-on: leads people to their provider, takes what it says of them when they come back, and ends what it no longer covers."""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.administration import Rights
from app.accounts.federated import Federated, Identity, Taken
from app.accounts.people import User
from app.accounts.sessions import TOO_OLD, Sessions, provider_session
from app.single_sign_on.refused import Away, Refused
from app.single_sign_on.rights import rights_of
from app.single_sign_on.said import groups_in, user_in
from app.single_sign_on.settings import PROVIDER, SingleSignOn
from app.web import proving
from app.web.audited import NOT_SIGNED_IN
from app.web.login import close_session, open_session, safe_next
from app.web.proving import ISSUER
from metrics.texts import _

if TYPE_CHECKING:
    from app.application import Application
    from app.single_sign_on.provider import Provider, Question

log = logging.getLogger("syncline.single_sign_on")

BEGIN, ANSWER, LEFT, AGAIN = "single_sign_on", "single_sign_on_answer", "single_sign_on_left", "single_sign_on_again"
ASKED = "asked"  # of a session: what was asked of the provider, by state
MOST_ASKED = 4  # tabs in which somebody began
MOST_LETTERS = 2500  # of all that: a browser forgets a cookie that is longer than 4096
ANSWERED_WITHIN_SECONDS = 600
UNTIL = "until"  # of a session: until when who vouches for it does
SECOND_NS = 10**9
LATEST_SECONDS = 1 << 33
LEEWAY_SECONDS = 60  # by which the provider's clock may differ


@dataclass(frozen=True, slots=True)
class SignOn:
    """What is there while a server runs with single sign-on."""

    settings: SingleSignOn
    provider: Provider
    people: Federated
    now_ns: Any
    sessions: Sessions


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who comes back from the provider. `proved_ns`: when it saw that it was them, `session`: what it calls theirs, where it says so."""

    account: User
    proved_ns: int | None
    session: str | None


def install(server: Flask, application: Application) -> None:
    """Adds the way to the provider and back, where one is configured. Before the guard: it ends sessions that are not covered any more."""
    server.extensions["syncline_single_sign_on"] = _opened(application)
    server.before_request(_end_what_is_over)
    if application.settings.single_sign_on is None:
        return
    prefix = server.config["SYNCLINE_PREFIX"]
    server.before_request(_refuse_passwords)
    server.context_processor(_offered)
    server.add_url_rule(f"{prefix}login/single-sign-on", BEGIN, _begin)
    server.add_url_rule(f"{prefix}login/single-sign-on/answer", ANSWER, _answer)
    server.add_url_rule(f"{prefix}login/single-sign-on/left", LEFT, _left)
    server.add_url_rule(f"{prefix}login/single-sign-on/again", AGAIN, _again)
    signed_out = server.view_functions["logout"]
    server.view_functions["logout"] = lambda: _leave(signed_out)


def _opened(application: Application) -> SignOn | None:
    settings = application.settings.single_sign_on
    if settings is None:
        return None
    from app.single_sign_on.provider import Provider  # needs packages that are there where it is configured

    people = Federated(application.accounts.engine, application.now_ns, application.settings.roles)
    return SignOn(settings, Provider(settings, application.now_ns), people, application.now_ns, application.sessions)


def _here() -> SignOn:
    return current_app.extensions["syncline_single_sign_on"]


def _end_what_is_over() -> None:
    """A session holds while what opened it is still configured, and not longer than a provider's word."""
    if "_user_id" in session and _is_over():
        close_session(TOO_OLD)


def _is_over() -> bool:
    here: SignOn | None = current_app.extensions["syncline_single_sign_on"]
    if ISSUER not in session:
        return here is not None and not here.settings.local_accounts
    if here is None or session[ISSUER] != here.settings.issuer:
        return True
    # A screen that only shows the wall has a lifetime of its own, and shows what whoever stands before it may see anyway.
    is_old = here.now_ns() >= session.get(UNTIL, 0) * SECOND_NS
    return is_old and not (current_user.is_authenticated and current_user.is_wall)


def _refuse_passwords() -> ResponseReturnValue | None:
    settings = _here().settings
    if request.endpoint != "login" or request.method != "POST" or settings.local_accounts:
        return None
    return _said(None, _("People sign in with {provider} here, not with a password.", provider=settings.name)), 403


def _offered() -> dict[str, Any]:
    """What the form of the sign-in shows of it."""
    return {"single_sign_on": _here().settings, "begin": url_for(BEGIN, next=_target())}


def _begin() -> ResponseReturnValue:
    target = _target()
    if current_user.is_authenticated:
        return redirect(target or url_for("login"))
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return redirect(url_for("login", next=target))  # no link of another site signs somebody in who did not ask for it
    return _asked(target)


def _again() -> ResponseReturnValue:
    """In a tab of its own: who is signed in says once more that it is them."""
    return _asked(None, current_user.name) if ISSUER in session else redirect(url_for("login"))


def _asked(target: str | None, again: str | None = None) -> ResponseReturnValue:
    from app.single_sign_on.provider import Question

    here = _here()
    question = Question(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), _address_of(ANSWER), again)
    try:
        address = here.provider.address(question)
    except Away as away:
        return _away(target, away)
    _remember(question, target, here.now_ns() // SECOND_NS)
    return redirect(address)


def _remember(question: Question, target: str | None, begun: int) -> None:
    """For when the answer comes. Where somebody wanted to go is given up before the way back is."""
    kept = target if target is None or len(target) <= MOST_LETTERS // 2 else None
    known = [question.nonce, question.verifier, question.return_to, kept, begun, *([question.again] if question.again else [])]
    asked = [*session.get(ASKED, {}).items(), (question.state, known)]
    asked = asked[-MOST_ASKED:]
    while len(asked) > 1 and len(json.dumps(asked)) > MOST_LETTERS:
        asked = asked[1:]
    session[ASKED] = dict(asked)


def _answer() -> ResponseReturnValue:
    here, target = _here(), None
    try:
        question, target, begun = _question()
        vouched = _signed_in(here, question)
        if question.again:
            return _proved(vouched, question, begun)
    except Refused as refused:
        log.warning("Nobody was signed in from %s: %s", here.settings.issuer, refused.why)
        told = {"issuer": here.settings.issuer, "status": refused.status}
        current_app.extensions["syncline"].seen.tell("nobody", NOT_SIGNED_IN, "single sign-on", told, each=refused.status == 403)
        return _said(target, str(refused)), refused.status
    except Away as away:
        return _away(target, away)
    open_session(vouched.account, vouched.session, is_proved=False)
    if vouched.proved_ns is not None:
        here.sessions.prove(current_user.place, vouched.proved_ns)
    session[ISSUER] = here.settings.issuer
    session[UNTIL] = here.now_ns() // SECOND_NS + here.settings.longest
    return redirect(target or url_for("login"))


def _proved(vouched: Vouched, question: Question, begun: int) -> ResponseReturnValue:
    """Who was asked to say once more that it is them has done so, at the provider, since they were asked. Raises Refused."""
    here, account, proved_ns = _here(), vouched.account, vouched.proved_ns
    if not current_user.is_authenticated or current_user.name != question.again or account.name != question.again:
        raise Refused(
            _(
                "You were asked whether you are {name}, and {provider} says somebody else.",
                name=question.again,
                provider=here.settings.name,
            ),
            "who was asked again is another one, or not signed in",
        )
    if proved_ns is None or proved_ns < (begun - LEEWAY_SECONDS) * SECOND_NS:
        raise Refused(
            _(
                "{provider} does not say that you signed in just now. Your administrator finds the reason in the log.",
                provider=here.settings.name,
            ),
            "the ID token has no auth_time, or one from before it was asked for",
        )
    here.sessions.prove(current_user.place, proved_ns)
    proving.tell(proving.PROVED)
    return render_template("proved.html", prefix=current_app.config["SYNCLINE_PREFIX"], name=account.name)


def _question() -> tuple[Question, str | None, int]:
    """What this browser asked, where it wants to go, and when it began; once. Raises Refused."""
    from app.single_sign_on.provider import Question

    here, state = _here(), request.args.get("state", "")
    asked = dict(session.get(ASKED, {}))
    found = asked.pop(state, None)
    session[ASKED] = asked
    # The browser's own memory of it may be put back, so that it counts once is remembered here.
    if found is None or not here.people.use(state, ANSWERED_WITHIN_SECONDS * SECOND_NS * 2):
        raise Refused(_("This sign-in was not begun in this browser, or was answered already. Begin again."), "unknown or used state", 400)
    nonce, verifier, return_to, target, begun, *again = found
    if here.now_ns() // SECOND_NS - begun > ANSWERED_WITHIN_SECONDS:
        raise Refused(_("This sign-in took too long. Begin again."), "state older than ten minutes", 400)
    return Question(state, nonce, verifier, return_to, *again), safe_next(target, current_app.config["SYNCLINE_PREFIX"]), begun


def _signed_in(here: SignOn, question: Question) -> Vouched:
    """Who comes back. Raises Refused and Away."""
    from app.single_sign_on.id_tokens import Untrusted

    provider = here.settings.name
    _check_issuer(here)
    if error := request.args.get("error"):
        word = error if error.isascii() and error.replace("_", "").isalnum() and len(error) <= 40 else "?"
        raise Refused(_("{provider} did not sign you in ({reason}).", provider=provider, reason=word.replace("_", " ")), word)
    try:
        claims = here.provider.claims(request.args.get("code", ""), question)
    except Untrusted as wrong:
        raise Refused(_untrusted(provider), f"the ID token {wrong}", 502) from None
    who = Identity(here.settings.issuer, claims["sub"])
    signed_in, called = claims.get("auth_time") or 0, claims.get("sid")
    proved_ns = int(signed_in * SECOND_NS) if 0 < signed_in < LATEST_SECONDS else None
    at_provider = provider_session(who.issuer, called) if isinstance(called, str) and called else None
    try:
        return Vouched(_admitted(here, who, claims), proved_ns, at_provider)
    except Refused as refused:
        raise Refused(str(refused), f"{who.subject!r} was told: {refused}", refused.status) from None


def _check_issuer(here: SignOn) -> None:
    """As RFC 9207 says: an answer that names another provider, or none where ours always does, is from somebody else."""
    said = request.args.get("iss")
    if said is None and here.provider.metadata().get("authorization_response_iss_parameter_supported") is not True:
        return
    if said != here.settings.issuer:
        raise Refused(_untrusted(here.settings.name), "the answer names another issuer, or none", 502)


def _admitted(here: SignOn, who: Identity, claims: dict[str, Any]) -> User:
    groups, called = groups_in(claims, here.settings), user_in(claims, here.settings)
    try:
        grant = rights_of(groups, here.settings)
    except Refused:
        here.people.strip(who)
        raise
    try:
        account = here.people.admit(who, called, Rights(grant.roles, grant.sees))
    except Taken as taken:
        sentence = _(
            "An account called {name} is here already, and not known to be yours. Your administrator can give it to you, or remove it.",
            name=f"“{taken.name}”",
        )
        raise Refused(sentence) from None
    if account.disabled:
        raise Refused(_("Your account is disabled here. Ask your administrator."))
    return account


def _leave(signed_out: Any) -> ResponseReturnValue:
    """Signs out here, and leads on to the provider from where somebody came from it."""
    goes_on = ISSUER in session and _here().settings.logout == PROVIDER
    answer: ResponseReturnValue = signed_out()
    return redirect(url_for(LEFT)) if goes_on and not current_user.is_authenticated else answer


def _left() -> ResponseReturnValue:
    """A page of its own: browsers do not let a form, such as the one that signs out, be redirected to another host."""
    here = _here()
    try:
        address = here.provider.end_session(_address_of("login"))
    except Away as away:
        log.warning("The session at %s stays open: %s", here.settings.issuer, away)
        address = None
    if address is None:
        return redirect(url_for("login"))
    prefix = current_app.config["SYNCLINE_PREFIX"]
    return render_template("left.html", prefix=prefix, address=address, provider=here.settings.name)


def _away(target: str | None, away: Away) -> ResponseReturnValue:
    here = _here()
    log.warning("Single sign-on with %s: %s", here.settings.issuer, away)
    said = _("{provider} cannot be asked at the moment. Try again in a minute.", provider=here.settings.name)
    if here.settings.local_accounts:
        said = f"{said} {_('Who has a password here can sign in with it.')}"
    return _said(target, said), 503


def _untrusted(provider: str) -> str:
    return _(
        "The answer of {provider} cannot be trusted, so nobody was signed in. Your administrator finds the reason in the log.",
        provider=provider,
    )


def _said(target: str | None, sentence: str) -> str:
    """The form of the sign-in, with what went wrong."""
    prefix = current_app.config["SYNCLINE_PREFIX"]
    return render_template("login.html", prefix=prefix, target=target, error=sentence, typed="", begin=url_for(BEGIN, next=target))


def _target() -> str | None:
    return safe_next(request.values.get("next"), current_app.config["SYNCLINE_PREFIX"])


def _address_of(endpoint: str) -> str:
    """For the provider, as people reach it from outside."""
    if (url := _here().settings.url) is None:
        return url_for(endpoint, _external=True)
    return url + url_for(endpoint).removeprefix(current_app.config["SYNCLINE_PREFIX"])
