"""Asks a web API and takes its answers with care: never too much, never for too long, and with no secret given to another host."""

from __future__ import annotations

import codecs
import re
import ssl
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import requests
from requests.structures import CaseInsensitiveDict

from collectors.collector import Clock
from collectors.files.tail import as_text
from collectors.rest.authentication import Authentication, Denied
from collectors.rest.body import Broken, body_of
from collectors.rest.peer import WrongPeer, look_at_peers
from collectors.rest.request import Request, link_from, origin_of, shown

MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
NO_CONTENT, TOO_OFTEN, NOT_NOW = 204, 429, 503
LONGEST_PAUSE_SECONDS = 3600  # a longer Retry-After is a mistake sooner than an order
EXCERPT = 200
SECOND_NS = 10**9


class Unanswered(Exception):
    """No answer that can be used; the text says where, what happened, and what to do. `status` is that of the answer, if there was one."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


class Answer(NamedTuple):
    """A document, and the URL it came from in the end."""

    document: Any
    url: str
    headers: Mapping[str, str]


class Limits(NamedTuple):
    seconds: int
    megabytes: int


class Encryption(NamedTuple):
    """Whom we trust, and what we identify ourselves with: the file of the certificate and of its key."""

    ca_file: Path | None = None
    certificate: tuple[Path, Path] | None = None

    def check(self) -> None:
        """Raises OSError with a sentence where a file is missing or is not what it should be."""
        files = [*([self.ca_file] if self.ca_file else []), *(self.certificate or ())]
        if absent := [file for file in files if not file.is_file()]:
            raise FileNotFoundError(2, f"there is no file {as_text(str(absent[0]))}")
        if self.certificate:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(*self.certificate, password="")
            except ssl.SSLError as error:
                names = " and ".join(as_text(str(file)) for file in dict.fromkeys(self.certificate))
                raise OSError(5, f"{names} hold no certificate and the key to it, in PEM and without a password") from error


class Client:
    """Keeps its connections between two requests. `proxy` and `encryption` as the configuration says; nothing is taken from elsewhere."""

    def __init__(self, authentication: Authentication, limits: Limits, encryption: Encryption, proxy: str | None) -> None:
        self._authentication, self._limits = authentication, limits
        self._session, self._elsewhere = (_session(encryption.ca_file, proxy) for _ in range(2))
        look_at_peers(self._elsewhere)  # where an answer leads, nobody here has chosen
        if encryption.certificate:
            certificate, key = map(str, encryption.certificate)
            self._session.cert = certificate, key
        self._not_before_ns = 0

    def close(self) -> None:
        self._session.close()
        self._elsewhere.close()

    def ask(self, request: Request, clock: Clock) -> Answer:
        """Raises Unanswered."""
        where = shown(request.url)
        wait_ns = self._not_before_ns - clock()
        if wait_ns > 0:
            raise Unanswered(f"{where} asked for a pause; it is asked again in {-(-wait_ns // SECOND_NS)} s.", NOT_NOW)
        try:
            status, headers, body, url = self._answer(request, clock)
            if status == 401 and self._authentication.renew():  # a token may be revoked before its time is over
                status, headers, body, url = self._answer(request, clock)
        except Broken as error:
            raise Unanswered(f"{where} {error}") from error
        except Denied as error:
            raise Unanswered(f"{where} cannot be asked: {error}") from error
        except WrongPeer as error:
            raise Unanswered(f"{where} leads to another host: {error}. It was not followed.") from error
        except requests.RequestException as error:
            raise Unanswered(f"{where} {self._failure(error)}") from error
        if status == NO_CONTENT:
            return Answer(None, url, headers)
        if status == 200:
            return Answer(_document(where, body), url, headers)
        raise Unanswered(self._refusal(where, status, headers, body, clock), status)

    def _answer(self, request: Request, clock: Clock) -> tuple[int, CaseInsensitiveDict[str], bytes, str]:
        """The answer behind all redirects. Another origin is not told who we are, nor what we ask in a body or header."""
        home, url, original = origin_of(request.url), request.whole_url(), request
        for _ in range(MOST_REDIRECTS + 1):
            is_home = origin_of(url) == home
            response = self._sent(request, url, is_home, clock)
            with response:
                if response.status_code not in REDIRECTS or "Location" not in response.headers:
                    return response.status_code, response.headers, body_of(response, self._limits.megabytes, self._limits.seconds), url
                target = self._target(url, response.headers["Location"])
            if not target.lower().startswith(("https://", "http://")) or (home.scheme == "https" and origin_of(target).scheme != "https"):
                raise Unanswered(f"{shown(original.url)} leads to {shown(target)}, which is not encrypted. It was not followed.")
            if response.status_code not in (307, 308):
                request = replace(request, method="GET", body=None)
            elif origin_of(target) != home and request.body is not None:
                raise Unanswered(f"{shown(original.url)} leads to another host, {shown(target)}. What is asked is not sent there.")
            url = target
        raise Unanswered(f"{shown(original.url)} leads from one address to the next, more than {MOST_REDIRECTS} times.")

    @staticmethod
    def _target(url: str, location: str) -> str:
        """Where a redirect leads. Raises Unanswered for what is no address."""
        try:
            target = link_from(url, location)
            origin_of(target)
        except ValueError:
            raise Unanswered(f"{shown(url)} leads to an address that is none. It was not followed.") from None
        return target

    def _sent(self, request: Request, url: str, is_home: bool, clock: Clock) -> requests.Response:
        body, headers = request.payload()
        kept = {**headers, **self._authentication.headers(self._session, clock)} if is_home else {}
        session = self._session if is_home else self._elsewhere
        return self._again(lambda: session.request(
            request.method, url, headers=kept, data=body, timeout=self._limits.seconds, stream=True, allow_redirects=False
        ))  # fmt: skip

    @staticmethod
    def _again(send: Any) -> requests.Response:
        """A connection kept open may have been closed by the other side just now: asked once more, on a new one."""
        try:
            response: requests.Response = send()
        except requests.Timeout:
            raise
        except requests.ConnectionError as error:
            if "NewConnectionError" in repr(error) or isinstance(error, requests.exceptions.SSLError | requests.exceptions.ProxyError):
                raise
            response = send()
        return response

    def _failure(self, error: requests.RequestException) -> str:
        """What kept the answer away. The text of the error itself may hold the URL with everything in it."""
        if isinstance(error, requests.exceptions.SSLError):
            reason = reason_of(error)
            if any(word in reason.lower() for word in ("alert", "eof occurred")):  # the other side ended the handshake
                return f"does not accept who we are: {reason}. See `certificate_file` and `key_file`."
            return f"cannot be trusted: {reason}. Is its certificate from an authority of your own? Then name that one's file as `ca_file`."
        if isinstance(error, requests.exceptions.ProxyError):
            return f"cannot be reached through the proxy: {reason_of(error)}."
        if isinstance(error, requests.Timeout):
            return f"had not answered after {self._limits.seconds} s; see `timeout`."
        if isinstance(error, requests.ConnectionError):
            return f"cannot be reached: {reason_of(error)}."
        return f"cannot be asked: {type(error).__name__}."

    def _refusal(self, where: str, status: int, headers: Mapping[str, str], body: bytes, clock: Clock) -> str:
        said = f" It says: {text}" if (text := self._authentication.without_secrets(excerpt(body))) else ""
        if status in (TOO_OFTEN, NOT_NOW):
            seconds = retry_after(headers.get("Retry-After"), clock)
            self._not_before_ns = clock() + seconds * SECOND_NS
            pause = f" and asks for a pause of {seconds} s" if seconds else ""
            reason = "is asked too often" if status == TOO_OFTEN else "is not available now"
            return f"{where} {reason} (HTTP {status}){pause}; reading goes on later.{said}"
        if status == 401:
            return f"{where} does not accept who we are (HTTP 401): see `auth`.{said}"
        if status == 403:
            return f"{where} does not allow us to read this (HTTP 403): its owner has to grant it.{said}"
        return f"{where} answers with HTTP {status}.{said}"


def _document(where: str, body: bytes) -> Any:
    try:
        return orjson.loads(body.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as error:
        kind = "a page of HTML" if body.lstrip()[:1] == b"<" else "no JSON"
        raise Unanswered(f"{where} answers with {kind}, or with half an answer: {error}. Nothing of it was read.", 200) from error


def retry_after(text: str | None, clock: Clock) -> int:
    """Seconds, from seconds or a date."""
    if not text:
        return 0
    if re.fullmatch(r"\d{1,12}", text.strip(), re.ASCII):
        return min(int(text), LONGEST_PAUSE_SECONDS)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0
    seconds = int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()) - clock() // SECOND_NS
    return max(0, min(seconds, LONGEST_PAUSE_SECONDS))


def excerpt(body: bytes) -> str:
    """The first words of an answer, in one line."""
    text = re.sub(r"<[^>]*>", " ", body[: 8 * EXCERPT].decode(errors="replace"))
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())[:EXCERPT]


def _session(ca_file: Path | None, proxy: str | None) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy, no password of ~/.netrc that the configuration does not name
    session.verify = str(ca_file) if ca_file else True
    session.headers.update({"Accept": "application/json", "User-Agent": "Syncline"})
    if proxy:
        session.proxies = {"http": proxy, "https": proxy}
    return session


def reason_of(error: BaseException) -> str:
    """The words of what lies at the bottom of an error of the library."""
    found: Any = error
    while True:
        inner = getattr(found, "reason", None) or next((each for each in found.args if isinstance(each, BaseException)), None)
        if not isinstance(inner, BaseException) or inner is found:
            break
        found = inner
    text = getattr(found, "verify_message", "") or getattr(found, "strerror", "") or str(found)
    return re.sub(r"^\[[^\]]*\] *", "", str(text).rpartition(": ")[2])[:EXCERPT].rstrip(".") or type(found).__name__
