"""An HTTP endpoint: each attempt is one request on a connection of its own, signed, and its answer taken at its word."""

from __future__ import annotations

import hmac
import io
import re
import time
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from app.configuration.elsewhere import checked_by
from app.recovery.model import Answer, Dispatch, Sent
from app.recovery.targets.filling import NAME, SECOND_NS, Content, NothingThere, content_of, filled, marks_of, names_in, template
from app.recovery.targets.target import IDEMPOTENT, NOT_TAKEN, UNKNOWN, Kind, fingerprint_of, some_seconds
from collectors.rest.authentication import SECRET, Authentication, Denied, a_url, check_authentication
from collectors.rest.client import excerpt, reason_of, retry_after
from collectors.rest.request import shown as shown_url
from collectors.rest.settings import a_proxy, as_texts, plain_headers
from metrics.keys import Key, Place, Problem, choice, text

METHODS = ("POST", "PUT", "PATCH")
FOR_NOW = (408, 409, 425, 429, 503)  # says that nothing was done, and that it may be asked again
HIDDEN = re.compile(r"pass|pwd|secret|token|key|auth|cookie|signature", re.IGNORECASE)  # headers that are secrets, by their names
OF_BODY = ("ce-", "ce_", "content-encoding")  # headers without which a body is not what it was: of CloudEvents, and how it is packed
WHSEC = "whsec_"
FIRST_WORDS_BYTES = 4096
HERE = "x"  # stands for what is filled in, where an address is judged


class HttpTarget:
    """`settings` as KIND's keys read them."""

    kind = "http"

    def __init__(self, name: str, settings: Mapping[str, Any], folder: Path) -> None:
        self.name, self.idempotent = name, settings["idempotent"]
        self._settings, self._headers = settings, as_texts(settings["headers"])
        self._seconds = (settings["connect_timeout"], settings["timeout"])
        self._authentication = Authentication(settings["auth"], settings["timeout"])
        files = {key: str(folder / settings[key]) if settings[key] else None for key in ("ca", "certificate", "key")}
        self._verify: str | bool = files["ca"] or True
        certificate, key = files["certificate"], files["key"]
        self._certificate = (certificate, key) if certificate and key else certificate
        self._proxies = dict.fromkeys(("http", "https"), settings["proxy"]) if settings["proxy"] else {}

    def describe(self) -> str:
        once = "It does nothing twice for one key." if self.idempotent else "It may do twice what it is sent twice."
        return f"{self._settings['method']} to {_readable(self._settings['url'])}. {once}"

    def fingerprint(self) -> str:
        auth = {key: value for key, value in (self._settings["auth"] or {}).items() if key not in SECRET}
        headers = {name: "" if HIDDEN.search(name) else value for name, value in self._headers.items()}
        proxy = shown_url(self._settings["proxy"]) if self._settings["proxy"] else None
        said = {"url": self._settings["url"], "method": self._settings["method"], "headers": headers, "auth": auth, "proxy": proxy}
        return fingerprint_of(self.kind, said)

    def send(self, dispatch: Dispatch) -> Sent:
        try:
            url = filled(self._settings["url"], dispatch, lambda value: quote(value, safe=""))
            content = content_of(dispatch)
            headers = {name: filled(value, dispatch, _printable) for name, value in self._headers.items()}
        except NothingThere as nothing:
            return Sent(Answer.REFUSED, str(nothing))
        body = _Body(content.body)
        with requests.Session() as session:
            session.trust_env = False  # no proxy, no password of ~/.netrc that the configuration does not name
            session.proxies, session.verify, session.cert = dict(self._proxies), self._verify, self._certificate
            try:
                headers |= self._own_headers(dispatch, content) | self._authentication.headers(session, time.time_ns)
            except Denied as denied:
                return Sent(Answer.NOT_TAKEN, f"Nothing was sent: {denied}")
            try:
                answer = session.request(
                    self._settings["method"], url, headers=headers, data=body, timeout=self._seconds, stream=True, allow_redirects=False
                )
            except (requests.RequestException, OSError) as error:
                return self._unanswered(error, body.has_begun)
            with answer:
                return self._answered(answer)

    def close(self) -> None:
        """Nothing is kept between two attempts: a connection that was, may be closed by the other side just as it is used, and then nobody
        knows what had arrived."""

    def _own_headers(self, dispatch: Dispatch, content: Content) -> dict[str, str]:
        had = dispatch.payload.headers if dispatch.payload else {}
        kept = {name.lower().replace("ce_", "ce-", 1): text for name, text in had.items() if name.lower().startswith(OF_BODY)}
        own = {"User-Agent": "Syncline", "Connection": "close", "Content-Type": content.content_type, **marks_of(dispatch)}
        found = {name: _printable(text) for name, text in kept.items()} | own
        if self._settings["signing_secret"]:
            found |= signature_headers(self._settings["signing_secret"], dispatch.effect_id, dispatch.sent_ns // SECOND_NS, content.body)
        return found

    def _unanswered(self, error: Exception, has_begun: bool) -> Sent:
        where = _host(self._settings["url"])
        if isinstance(error, requests.Timeout) and has_begun:
            return Sent(Answer.UNKNOWN, f"{where} had not answered after {self._seconds[1]} s.")
        why = self._authentication.without_secrets(reason_of(error))
        if has_begun:
            return Sent(Answer.UNKNOWN, f"The connection to {where} was lost before an answer came: {why}.")
        return Sent(Answer.NOT_TAKEN, f"{where} cannot be reached, nothing was sent: {why}.")

    def _answered(self, answer: requests.Response) -> Sent:
        status = answer.status_code
        said = self._authentication.without_secrets(excerpt(_first_words(answer)))
        words = f"HTTP {status}: {said}" if said else f"HTTP {status}"
        if 200 <= status < 300:
            return Sent(Answer.ACCEPTED, words)
        if status in FOR_NOW or (status >= 500 and self._settings["errors"] == NOT_TAKEN):
            return Sent(Answer.NOT_TAKEN, words, float(retry_after(answer.headers.get("Retry-After"), time.time_ns)) or None)
        if status >= 500:
            return Sent(Answer.UNKNOWN, words)
        if status == 401 and self._authentication.renew():  # a token may be revoked before its time is over
            return Sent(Answer.NOT_TAKEN, f"{words} The next attempt brings a new token.")
        if 300 <= status < 400:
            return Sent(
                Answer.REFUSED, f"HTTP {status}: it is somewhere else, {_readable(answer.headers.get('Location', ''))}; not followed."
            )
        return Sent(Answer.REFUSED, words)


class _Body(io.BytesIO):
    """Knows whether anything of it was asked for: before that, nothing had left."""

    has_begun = False

    def read(self, size: int | None = -1, /) -> bytes:
        self.has_begun = True
        return super().read(size)

    def __iter__(self) -> Any:
        self.has_begun = True
        return super().__iter__()


def signature_headers(secrets: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Of Standard Webhooks 1.0. While one secret takes the place of another, both stand in `secrets`, with a space between."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    signatures = (b64encode(hmac.digest(_key_of(secret), signed, sha256)).decode() for secret in secrets.split())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def _key_of(secret: str) -> bytes:
    return b64decode(secret.removeprefix(WHSEC), validate=True)


def _first_words(answer: requests.Response) -> bytes:
    """The status says what came of it; where the words are lost, it counts all the same."""
    try:
        return bytes(answer.raw.read1(FIRST_WORDS_BYTES, decode_content=True))
    except Exception as error:  # noqa: BLE001  of what is sent as a body anything may be wrong
        return f"(its words were lost: {type(error).__name__})".encode()


def _readable(url: str) -> str:
    return quote(shown_url(url), safe="/:[]{}~%+,;=@!$'()*&-._")


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _printable(value: str) -> str:
    return quote(value, safe=" /:;,.+-_~=@()[]{}|")


def an_address(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """A URL, in whose path and parameters names in braces may stand."""
    found: str | None = template()(value, place, problems)
    if found is None:
        return None
    wrong = a_url(NAME.sub(HERE, found))
    if not wrong and names_in(_host(found)):
        wrong = [("", "names in braces may stand behind the host only")]
    problems += [Problem(place, f"{sentence}.") for _, sentence in wrong]
    return None if wrong else found


def a_signing_secret(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """No problem shows it."""
    try:
        if isinstance(value, str) and value.split() and all(len(_key_of(secret)) >= 24 for secret in value.split()):
            return value
    except (NoBase64, ValueError):
        pass
    problems.append(
        Problem(place, "must be Base64 of at least 24 bytes, with or without whsec_ in front; two of them with a space between.")
    )
    return None


def _check(found: dict[str, Any]) -> Iterable[tuple[str, str]]:
    if found["key"] and not found["certificate"]:
        yield "key", "is the key of a certificate; name that as well."
    if (found["ca"] or found["certificate"]) and str(found["url"]).lower().startswith("http:"):
        yield "ca" if found["ca"] else "certificate", "is for TLS; write the address with https:// in front."
    for name, value in as_texts(found["headers"]).items():
        problems: list[Problem] = []
        template()(value, (), problems)
        yield from ((f"headers.{name}", problem.text) for problem in problems)


KIND = Kind(
    keys=(
        Key("url", an_address, "text", "Where each attempt goes; names such as `{message_id}` may stand in it.", required=True),
        Key("method", choice(METHODS), "word", f"{', '.join(METHODS)}.", default="POST"),
        Key(
            "headers", checked_by(plain_headers, dict), "mapping", "Further headers; names such as `{site}` may stand in them.", default={}
        ),
        Key(
            "auth", checked_by(check_authentication, dict), "mapping", "Who we are, as in [rest](sources/rest.md): basic, bearer or oauth2."
        ),
        Key("signing_secret", a_signing_secret, "text", "The secret that requests are signed with, as Standard Webhooks says: `whsec_…`."),
        Key("ca", text, "file", "Who vouches for the receiver. Absent: the usual authorities."),
        Key("certificate", text, "file", "Who we are, for a receiver that wants a certificate."),
        Key("key", text, "file", "The key of the certificate, where it is in a file of its own."),
        Key("proxy", checked_by(a_proxy, str), "URL", "The proxy on the way."),
        Key("connect_timeout", some_seconds, "duration", "How long connecting may take.", default=10),
        Key("timeout", some_seconds, "duration", "How long the receiver may take to answer.", default=30),
        Key(
            "errors",
            choice((UNKNOWN, NOT_TAKEN)),
            "word",
            "What HTTP 500 means: `unknown`, or `not_taken` where the receiver promises that an error had no effect.",
            default=UNKNOWN,
        ),
        IDEMPOTENT,
    ),
    open=HttpTarget,
    check=_check,
)
