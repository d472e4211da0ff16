"""Recoveries dropped as files: whole or not at all, and once, whoever fetches them and wherever an attempt was cut off."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from app.recovery.model import Answer, Case
from app.recovery.targets.file import BESIDE, UNFINISHED
from app.recovery.targets.settings import target_of
from app.recovery.targets.target import Target
from metrics.keys import Problem, written
from tests.recovery.attempts import BODY, dispatch, opened

SETTINGS = {"kind": "file", "folder": "drop", "name": "ORDERS_{transaction_id}_{effect_id}.json"}
NAME = "ORDERS_PO%2F4711_effect-1.json"


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


@pytest.fixture
def target(drop: Path) -> Target:
    return opened(drop.parent, **SETTINGS)


def fetched(drop: Path) -> list[str]:
    """What whoever fetches sees."""
    return sorted(path.name for path in drop.iterdir() if path.is_file())


def test_a_file_is_dropped_once_also_when_it_was_fetched_meanwhile(target: Target, drop: Path) -> None:
    assert target.send(dispatch()).words == f"Dropped as {NAME}."
    assert (drop / NAME).read_bytes() == BODY
    (drop / NAME).unlink()
    again = target.send(dispatch(2, item=1))
    assert (again.answer, again.words) == (Answer.ACCEPTED, f"{NAME} was dropped before; nothing was written again.")
    assert fetched(drop) == []


@pytest.mark.parametrize("left", ["half a file", "a whole file", "a whole file with its mark"])
def test_an_attempt_that_was_cut_off_before_the_file_was_there_is_gone_on_with(target: Target, drop: Path, left: str) -> None:
    (drop / BESIDE).mkdir()
    (drop / BESIDE / f"effect-1{UNFINISHED}").write_bytes(BODY[:5] if "half" in left else BODY)
    if "mark" in left:
        (drop / BESIDE / "effect-1").write_text(NAME)
    assert target.send(dispatch()).words == f"Dropped as {NAME}."
    assert fetched(drop) == [NAME]
    assert (drop / NAME).read_bytes() == BODY


def test_no_name_leads_out_of_the_folder(target: Target, drop: Path) -> None:
    case = Case("failed", "w", "../../etc/passwd", "m")
    assert target.send(dispatch(case=case)).answer is Answer.ACCEPTED
    assert fetched(drop) == ["ORDERS_..%2F..%2Fetc%2Fpasswd_effect-1.json"]


def test_a_folder_that_is_not_there_takes_nothing(tmp_path: Path) -> None:
    sent = opened(tmp_path, **SETTINGS).send(dispatch())
    assert sent.answer is Answer.NOT_TAKEN
    assert sent.words == f"There is no folder {tmp_path / 'drop'}; is it mounted? Nothing was written."


def test_what_stands_in_the_way_is_told_and_nothing_is_lost(target: Target, drop: Path) -> None:
    (drop / NAME).mkdir()
    (drop / NAME / "full").touch()
    assert target.send(dispatch()).answer is Answer.NOT_TAKEN
    (drop / NAME / "full").unlink()
    os.rmdir(drop / NAME)  # noqa: PTH106
    assert target.send(dispatch(2, item=1)).words == f"Dropped as {NAME}."
    assert fetched(drop) == [NAME]


@pytest.mark.parametrize(
    ("said", "place", "words"),
    [
        ("mes", "mes", "must be a mapping with at least kind, one of amqp, file, http, kafka, mqtt, sql (found 'mes')."),
        ({"kind": "htpp"}, "mes.kind", "no kind of target is called 'htpp'. Did you mean 'http'?"),
        ({"kind": "http"}, "mes.url", "is missing."),
        ({"kind": "http", "url": "https://{site}/orders"}, "mes.url", "names in braces may stand behind the host only."),
        ({"kind": "http", "url": "https://mes/{order}"}, "mes.url", "no part of an attempt is called 'order'."),
        ({"kind": "http", "url": "https://mes/", "headers": {"X-Order": "{order}"}}, "mes.headers.X-Order", "called 'order'"),
        ({"kind": "http", "url": "https://mes/", "signing_secret": "s3cret"}, "mes.signing_secret", "must be Base64 of at least 24 bytes"),
        ({"kind": "http", "url": "http://mes/", "ca": "ca.pem"}, "mes.ca", "is for TLS; write the address with https:// in front."),
        ({"kind": "http", "url": "https://mes/", "key": "key.pem"}, "mes.key", "is the key of a certificate; name that as well."),
        ({"kind": "http", "url": "https://mes/", "timeout": "0s"}, "mes.timeout", "must be longer than nothing"),
        ({"kind": "http", "url": "https://mes/", "auth": {"kind": "basic"}}, "mes.auth.username", "is missing."),
        ({"kind": "kafka", "brokers": "kafka", "topic": "a b"}, "mes.brokers", "must be host:port, or a list of such"),
        ({"kind": "kafka", "brokers": "kafka:9092", "topic": "a b"}, "mes.topic", "must be the name of a topic (found 'a b')."),
        (
            {"kind": "mqtt", "url": "mqtt://broker", "topic": "orders/+"},
            "mes.topic",
            "must be one topic; + and # are for who reads several.",
        ),
        ({"kind": "mqtt", "url": "mqtt://broker/orders", "topic": "a"}, "mes.url", "what is behind the port belongs under `topic`."),
        ({"kind": "amqp", "url": "http://broker", "routing_key": "a"}, "mes.url", "with amqp:// or amqps:// in front"),
        (
            {"kind": "sql", "url": "sqlite:///a", "table": "t", "columns": {"a": "{payload}"}},
            "mes.columns",
            "one column that is {effect_id}",
        ),
        (
            {"kind": "sql", "url": "sqlite:///a", "table": "t", "columns": {"i": "{effect_id}", "a": "x{payload}"}},
            "mes.columns.a",
            "must be {payload} alone",
        ),
        ({"kind": "file", "folder": "drop", "name": "{transaction_id}.xml"}, "mes.name", "needs {effect_id}"),
        ({"kind": "file", "folder": "drop", "name": "a/{effect_id}"}, "mes.name", "without folders"),
    ],
)
def test_what_is_wrong_with_a_target_is_told_with_its_place(said: Any, place: str, words: str) -> None:
    problems: list[Problem] = []
    assert target_of(said, ("mes",), problems) is None
    assert any(written(problem.place) == place and words in problem.text for problem in problems), problems
    assert "s3cret" not in str(problems)
