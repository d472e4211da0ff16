"""Recoveries sent over HTTP, to a real receiver: slow, refusing, lying, dying, applying twice; every answer is what can be known of it."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.recovery.model import Answer, Case
from tests.processes import free_ports
from tests.recovery.attempts import BODY, dispatch, opened, payload
from tests.recovery.receiver import Receiver, running
from tests.servers.certificates import Certificate, certificate
from tests.waiting import until

__all__ = ["certificate"]

SECRET = f"whsec_{b64encode(b'k' * 32).decode()}"


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with running(tmp_path_factory.mktemp("receiver")) as found:
        yield found


@pytest.mark.parametrize(
    ("path", "settings", "answer", "words", "applied"),
    [
        ("twice", {}, Answer.ACCEPTED, 'HTTP 200: {"said": "200"}', True),
        ("lying", {}, Answer.ACCEPTED, 'HTTP 200: {"said": "200"}', False),
        ("refusing", {}, Answer.REFUSED, 'HTTP 422: {"said": "422"}', False),
        ("busy", {}, Answer.NOT_TAKEN, 'HTTP 503: {"said": "503"}', False),
        ("broken", {}, Answer.UNKNOWN, 'HTTP 500: {"said": "500"}', True),
        ("broken", {"errors": "not_taken"}, Answer.NOT_TAKEN, 'HTTP 500: {"said": "500"}', True),
        ("elsewhere", {}, Answer.REFUSED, "HTTP 307: it is somewhere else, http://192.0.2.1/somewhere; not followed.", False),
        ("slow", {"timeout": "1s"}, Answer.UNKNOWN, "had not answered after 1 s.", True),
        ("dying", {}, Answer.UNKNOWN, "was lost before an answer came", True),
    ],
)
def test_an_answer_says_no_more_than_is_known(
    receiver: Receiver, tmp_path: Path, path: str, settings: dict[str, Any], answer: Answer, words: str, applied: bool
) -> None:
    before = len(receiver.seen())
    sent = opened(tmp_path, kind="http", url=f"{receiver.url}/{path}", **settings).send(dispatch())
    assert sent.answer is answer
    assert words in sent.words
    until(lambda: len(receiver.seen()) > before)
    (seen,) = receiver.seen()[before:]
    assert seen.applied == applied


def test_a_pause_that_the_receiver_asks_for_is_told(receiver: Receiver, tmp_path: Path) -> None:
    assert opened(tmp_path, kind="http", url=f"{receiver.url}/busy").send(dispatch()).retry_after_seconds == 2.0


def test_a_body_that_nobody_may_have_read_may_have_arrived(receiver: Receiver, tmp_path: Path) -> None:
    big = payload(b"x" * (4 << 20))
    assert opened(tmp_path, kind="http", url=f"{receiver.url}/deaf").send(dispatch(payload=big)).answer is Answer.UNKNOWN


def test_where_nobody_listens_nothing_was_sent(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    sent = opened(tmp_path, kind="http", url=f"http://127.0.0.1:{port}/").send(dispatch())
    assert sent.answer is Answer.NOT_TAKEN
    assert sent.words == f"127.0.0.1:{port} cannot be reached, nothing was sent: Connection refused."


def test_a_receiver_that_knows_the_key_applies_two_attempts_once(receiver: Receiver, tmp_path: Path) -> None:
    target = opened(tmp_path, kind="http", url=f"{receiver.url}/once", idempotent=True)
    assert target.idempotent
    assert [target.send(dispatch(number, item="known")).answer for number in (1, 2)] == [Answer.ACCEPTED] * 2
    mine = [seen for seen in receiver.seen() if seen.key == "effect-known"]
    assert [(seen.attempt, seen.applied) for seen in mine] == [("send-1", True), ("send-2", False)]


def test_every_request_says_which_attempt_it_is_and_is_signed(receiver: Receiver, tmp_path: Path) -> None:
    target = opened(
        tmp_path,
        kind="http",
        url=f"{receiver.url}/twice/{{site}}?id={{message_id}}",
        method="PUT",
        headers={"sap-client": 100, "X-Order": "{transaction_id}"},
        auth={"kind": "basic", "username": "syncline", "password": "s3cret"},
        signing_secret=f"{SECRET} {b64encode(b'n' * 32).decode()}",
    )
    target.send(dispatch(payload=payload(BODY, **{"ce-type": "order", "other": "left out"})))
    seen = receiver.seen()[-1]
    assert (seen.path, seen.body.encode()) == ("/twice/hamburg?id=m%201%262", BODY)
    signed = b"effect-1.1774262400." + BODY
    signatures = [b64encode(hmac.digest(secret * 32, signed, "sha256")).decode() for secret in (b"k", b"n")]
    expected = {
        "idempotency-key": "effect-1",
        "syncline-attempt": "send-1",
        "mfg-recovery-id": "R-1",
        "baggage": "mfg.recovery.id=R-1",
        "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01",
        "content-type": "application/json",
        "sap-client": "100",
        "x-order": "PO/4711",
        "ce-type": "order",
        "webhook-id": "effect-1",
        "webhook-timestamp": "1774262400",
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }
    assert expected.items() <= seen.headers.items()
    assert b64decode(seen.headers["authorization"].removeprefix("Basic ")) == b"syncline:s3cret"
    assert "other" not in seen.headers
    assert "s3cret" not in target.describe()


def test_the_middleware_is_told_which_message_to_send_again(receiver: Receiver, tmp_path: Path) -> None:
    opened(tmp_path, kind="http", url=f"{receiver.url}/twice").send(dispatch(payload=None, action="retry"))
    seen = receiver.seen()[-1]
    assert '"message_id":"m 1&2"' in seen.body
    assert '"effect_id":"effect-1"' in seen.body
    assert seen.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"payload": None}, "There is no payload of PO/4711; nothing was sent."),
        (
            {"case": Case("failed", "w", "4712", "m")},
            "The target needs {message_id}, and 4712 has none; nothing was sent.",
        ),
    ],
)
def test_what_cannot_be_sent_as_configured_is_not_sent(receiver: Receiver, tmp_path: Path, given: dict[str, Any], words: str) -> None:
    before = len(receiver.seen())
    sent = opened(tmp_path, kind="http", url=f"{receiver.url}/twice/{{message_id}}").send(dispatch(**given))
    assert (sent.answer, sent.words) == (Answer.REFUSED, words)
    assert len(receiver.seen()) == before


def test_a_receiver_is_trusted_and_trusts_by_certificates(tmp_path: Path, certificate: Certificate) -> None:
    own = {"ca": certificate.certificate.name, "certificate": certificate.certificate.name, "key": certificate.key.name}
    with running(tmp_path, certificate, wants_certificate=True) as receiver:
        url = f"{receiver.url}/twice"
        assert opened(tmp_path, kind="http", url=url, **own).send(dispatch()).answer is Answer.ACCEPTED
        stranger = opened(tmp_path, kind="http", url=url).send(dispatch())
        assert stranger.answer is Answer.NOT_TAKEN
        assert "self-signed certificate" in stranger.words
        assert len(receiver.seen()) == 1


def test_the_fingerprint_is_of_where_it_sends_and_of_no_secret(tmp_path: Path) -> None:
    def of(**more: Any) -> str:
        said = {"url": "https://mes/orders", "headers": {"sap-client": "100", "X-Api-Key": "one"}, **more}
        return opened(tmp_path, kind="http", **said).fingerprint()

    token = {"kind": "bearer", "token": "one"}
    assert of() == of(headers={"sap-client": "100", "X-Api-Key": "two"}) == of(signing_secret=SECRET) == of(timeout="5s")
    assert of(auth=token) == of(auth={**token, "token": "two"})
    changed = [of(), of(url="https://mes/other"), of(method="PUT"), of(headers={"sap-client": "200"}), of(auth=token)]
    assert len(set(changed)) == len(changed)
