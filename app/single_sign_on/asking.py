"""Asks a provider over HTTP, with care: never for long, never much, never elsewhere than the configuration says."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter

from app.single_sign_on.refused import Away
from app.single_sign_on.settings import SingleSignOn
from collectors.rest.body import Broken, body_of
from collectors.rest.client import reason_of

MOST_MEGABYTES = 1
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class _Bounded(HTTPAdapter):
    """Answers come whole and in time, or not at all, whatever of the library has asked for them."""

    def __init__(self, seconds: int) -> None:
        super().__init__(max_retries=0)
        self._seconds = seconds

    def send(self, request: requests.PreparedRequest, *_given: Any, **options: Any) -> requests.Response:
        where = host_of(str(request.url))
        try:
            answer = super().send(request, **{**options, "stream": True, "timeout": self._seconds})
            with answer:
                if 300 <= answer.status_code < 400:
                    raise Away(f"{where} leads elsewhere (HTTP {answer.status_code}), which is not followed.")
                answer._content = body_of(answer, MOST_MEGABYTES, self._seconds)
                answer._content_consumed = True  # type: ignore[attr-defined]
        except Broken:
            raise Away(f"{where} did not answer to the end within {self._seconds} s, or with more than {MOST_MEGABYTES} MiB.") from None
        except requests.Timeout:
            raise Away(f"{where} had not answered after {self._seconds} s.") from None
        except requests.exceptions.SSLError as error:
            raise Away(f"{where} cannot be trusted: {reason_of(error)}. An authority of your own is named as `ca`.") from None
        except requests.RequestException as error:
            raise Away(f"{where} cannot be reached: {reason_of(error)}.") from None
        return answer


def prepared(session: requests.Session, settings: SingleSignOn) -> requests.Session:
    """The session, so that it keeps to what the configuration says."""
    session.trust_env = False  # no proxy, no password of ~/.netrc that the configuration does not name
    session.verify = settings.ca or True
    session.proxies = {"http": settings.proxy, "https": settings.proxy} if settings.proxy else {}
    session.headers.update({"Accept": "application/json", "User-Agent": "Syncline"})
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Bounded(settings.timeout))
    return session


def document(settings: SingleSignOn, url: str, bearer: str | None = None) -> dict[str, Any]:
    """What stands at an address of the provider. Raises Away."""
    with prepared(requests.Session(), settings) as session:
        answer = session.get(url, headers={"Authorization": f"Bearer {bearer}"} if bearer else {})
    if answer.status_code != 200:
        raise Away(f"{host_of(url)} answers with HTTP {answer.status_code} at {urlsplit(url).path}.")
    try:
        found = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Away(f"{host_of(url)} answers at {urlsplit(url).path} with something that is no JSON object.")
    return found


def is_safe(url: object) -> bool:
    """Whether an address may be asked: encrypted, or on this machine."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        host = parts.hostname if parts else None
    except ValueError:
        return False
    if not parts or not host or parts.username or not str(url).isascii() or not str(url).isprintable():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def host_of(url: str) -> str:
    """For sentences."""
    return urlsplit(url).netloc.rpartition("@")[2]
