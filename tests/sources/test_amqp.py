"""Queues of a real RabbitMQ: what is taken, what comes again, what is only looked at, and what stands in the way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from app.recovery.model import Answer
from collectors.sources import check_source, open_source
from tests.processes import free_ports
from tests.recovery.attempts import BODY, MARKS, dispatch, payload, target
from tests.servers.certificates import Certificate
from tests.servers.rabbitmq import RabbitMQ
from tests.sources.plant_floor import plant
from tests.sources.queues import MAP, ingest_until, made, order, orders, put, source, waiting
from tests.waiting import until

# A handshake that fails leaves pika a socket that only the garbage collector closes.
UNCLOSED = pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
CUT_OFF = Path(__file__).parent / "cut_off.py"


def test_messages_become_events_and_leave_the_queue(rabbitmq: RabbitMQ, tmp_path: Path, queue: str) -> None:
    with made(rabbitmq, queue) as channel:
        put(channel, queue, *map(order, range(250)), message_id="a")
        with plant(tmp_path, source(rabbitmq, queue, prefetch=100)) as opened:
            ingest_until(opened, 250)
            assert orders(opened) == list(range(250))
            assert opened.column("select distinct message_id from events") == ["a"]
            assert opened.rows("select source, stream, records from source_positions") == [("mq", queue, 250)]
        assert waiting(channel, queue) == 0


def test_what_was_not_kept_comes_again_under_the_same_position(rabbitmq: RabbitMQ, tmp_path: Path, queue: str) -> None:
    with made(rabbitmq, queue) as channel:
        put(channel, queue, *map(order, range(3)))
        opened = open_source(source(rabbitmq, queue), tmp_path)
        first = [each.position for each in opened.read({}, lambda: 0) if hasattr(each, "position")]
        again = [each.position for each in opened.read({}, lambda: 0) if hasattr(each, "position")]
        opened.close()
        assert len(set(first)) == 3
        assert again == first
        until(lambda: waiting(channel, queue) == 3)


def test_a_process_killed_between_journal_and_acknowledgement_loses_and_doubles_nothing(
    rabbitmq: RabbitMQ, tmp_path: Path, queue: str
) -> None:
    entry = source(rabbitmq, queue, prefetch=10)
    with made(rabbitmq, queue) as channel:
        put(channel, queue, *map(order, range(25)))
        cut_off = subprocess.run([sys.executable, CUT_OFF, tmp_path, json.dumps(entry)], check=False)
        assert cut_off.returncode == -signal.SIGKILL
        until(lambda: waiting(channel, queue) == 25)
        with plant(tmp_path, entry) as opened:
            ingest_until(opened, 25)
            assert orders(opened) == list(range(25))
            (records,) = opened.column("select value::int from meta where key = 'journal_records'")
            assert records > 25  # some came twice, and count once
        assert waiting(channel, queue) == 0


def test_a_restart_of_the_broker_loses_and_doubles_nothing_and_is_nobodys_trouble(rabbitmq: RabbitMQ, tmp_path: Path, queue: str) -> None:
    with plant(tmp_path, source(rabbitmq, queue)) as opened:
        with rabbitmq.channel() as channel:
            channel.queue_declare(queue, durable=True)
            put(channel, queue, *map(order, range(3)))
            ingest_until(opened, 3)
            put(channel, queue, order(3))  # lent to the consumer, but not asked for yet
        rabbitmq.restart()
        with made(rabbitmq, queue) as channel:
            put(channel, queue, order(4))
            opened.ingest()
            assert opened.troubles == []
            ingest_until(opened, 5)
            assert orders(opened) == [0, 1, 2, 3, 4]


def test_one_id_for_different_messages_makes_them_two_and_equal_ones_without_an_id_are_one(
    rabbitmq: RabbitMQ, tmp_path: Path, queue: str
) -> None:
    with made(rabbitmq, queue) as channel, plant(tmp_path, source(rabbitmq, queue)) as opened:
        put(channel, queue, order(1), order(2), message_id="always the same")
        put(channel, queue, order(3), order(3))
        ingest_until(opened, 3)
        until(lambda: waiting(channel, queue) == 0)
        opened.ingest()
        assert orders(opened) == [1, 2, 3]


def test_a_stream_is_read_on_from_where_it_was_left(rabbitmq: RabbitMQ, tmp_path: Path, queue: str) -> None:
    entry = source(rabbitmq, {"name": queue, "stream": True})
    with made(rabbitmq, queue, x_queue_type="stream") as channel:
        put(channel, queue, *map(order, range(5)))
        with plant(tmp_path, entry) as opened:
            ingest_until(opened, 5)
        put(channel, queue, order(0))  # the same content, but another message: an offset tells them apart
        with plant(tmp_path, entry) as opened:
            ingest_until(opened, 6)
            assert opened.column("select position from events order by event_no")[-1] == f"{queue}:5"


def test_a_stream_that_is_taken_for_a_queue_is_told_of(rabbitmq: RabbitMQ, tmp_path: Path, queue: str) -> None:
    with made(rabbitmq, queue, x_queue_type="stream") as channel, plant(tmp_path, source(rabbitmq, queue)) as opened:
        opened.ingest()  # now it is consumed, from its end
        put(channel, queue, order(1))

        def is_told() -> bool:
            opened.ingest()
            return opened.troubles != []

        until(is_told)
        assert opened.troubles == [f"{queue!r} is a stream, and would be read from its end only. Say `{{name: {queue}, stream: true}}`."]


def test_looking_leaves_the_messages_and_their_order_and_tells_of_each_once(rabbitmq: RabbitMQ, tmp_path: Path, queue: str) -> None:
    with made(rabbitmq, queue) as channel, plant(tmp_path, source(rabbitmq, queue, mode="peek", limit=4)) as opened:
        put(channel, queue, *map(order, range(3)), message_id="a")
        assert [opened.ingest().frames for _ in range(3)] == [3, 0, 0]
        put(channel, queue, order(3), order(4))
        assert opened.ingest().frames == 1
        assert opened.troubles == [f"the queue {queue!r} holds 5 messages; only the first 4 are looked at. Empty it, or raise `limit`."]
        assert orders(opened) == [0, 1, 2, 3]
        taken = [channel.basic_get(queue) for _ in range(5)]
        assert [json.loads(body)["order"] for _, _, body in taken] == ["0", "1", "2", "3", "4"]
        assert [method.redelivered for method, _, _ in taken] == [True, True, True, True, False]


def test_a_look_that_was_cut_off_is_taken_up_after_a_restart(rabbitmq: RabbitMQ, tmp_path: Path, queue: str) -> None:
    entry = source(rabbitmq, queue, mode="peek")
    with made(rabbitmq, queue) as channel:
        put(channel, queue, *map(order, range(3)))
        with plant(tmp_path, entry) as opened:
            opened.ingest()
        put(channel, queue, order(3))
        with plant(tmp_path, entry) as opened:
            assert opened.ingest().frames == 1
            assert orders(opened) == [0, 1, 2, 3]


def test_a_quorum_queue_is_not_looked_at_again_and_again(rabbitmq: RabbitMQ, tmp_path: Path, queue: str) -> None:
    with made(rabbitmq, queue, x_queue_type="quorum") as channel:
        put(channel, queue, order(1))
        until(lambda: waiting(channel, queue) == 1)
        with plant(tmp_path, source(rabbitmq, queue, mode="peek")) as opened:
            for _ in range(3):
                opened.ingest()
                assert "is a quorum queue, which counts how often a message was looked at" in opened.troubles[0]
        with plant(tmp_path / "unlimited", source(rabbitmq, {"name": queue, "unlimited": True}, mode="peek")) as opened:
            assert [opened.ingest().frames for _ in range(2)] == [1, 0]
            assert opened.troubles == []
        until(lambda: waiting(channel, queue) == 1)
        _, properties, _ = channel.basic_get(queue, auto_ack=True)
        assert properties.headers["x-delivery-count"] == 3


def test_what_is_wrong_with_one_queue_keeps_no_other_from_being_read(rabbitmq: RabbitMQ, tmp_path: Path, queue: str) -> None:
    rabbitmq.let_in("reader", "s3cret", f"^{queue}$")
    closed = f"{queue}.closed"
    entry = source(rabbitmq, closed, queue, url=rabbitmq.url_of("reader", "s3cret"))
    where = f"amqp://127.0.0.1:{rabbitmq.port}"
    with made(rabbitmq, queue, closed) as channel, plant(tmp_path, entry) as opened:
        put(channel, queue, order(1))
        ingest_until(opened, 1)
        assert opened.troubles == [
            f"the queue {closed!r} of {where} cannot be read: ACCESS_REFUSED - access to queue {closed!r} in vhost '/' refused for user "
            "'reader'. Give the user the right to read it."
        ]
    for mode in ("consume", "peek"):
        with plant(tmp_path / mode, source(rabbitmq, "nowhere", mode=mode)) as opened:
            opened.ingest()
            assert opened.troubles == [
                f"the queue 'nowhere' of {where} cannot be read: NOT_FOUND - no queue 'nowhere' in vhost '/'. "
                "Check its name and the virtual host, and that it exists."
            ]


def test_a_queue_that_was_deleted_is_told_of_and_read_again_when_it_is_back(rabbitmq: RabbitMQ, tmp_path: Path, queue: str) -> None:
    with plant(tmp_path, source(rabbitmq, queue)) as opened:
        with made(rabbitmq, queue) as channel:
            put(channel, queue, order(1))
            ingest_until(opened, 1)

        def is_told() -> bool:
            opened.ingest()
            return opened.troubles != []

        until(is_told)
        assert f"NOT_FOUND - no queue {queue!r} in vhost '/'. Check its name" in opened.troubles[0]
        with made(rabbitmq, queue) as channel:
            put(channel, queue, order(2))
            ingest_until(opened, 2)
            assert opened.troubles == []


@pytest.mark.parametrize(
    ("user", "password", "path", "sentence"),
    [
        ("guest", "s3cret", "", "refuses the user or the password. Check both, and that this user may log in from here."),
        (
            "guest",
            "guest",
            "elsewhere",
            "'NOT_ALLOWED - vhost elsewhere not found'. Check the virtual host, the part of the address behind",
        ),
    ],
)
def test_a_broker_that_does_not_let_us_in_is_told_of_without_the_password(
    rabbitmq: RabbitMQ, tmp_path: Path, user: str, password: str, path: str, sentence: str
) -> None:
    with plant(tmp_path, source(rabbitmq, "orders", url=rabbitmq.url_of(user, password) + path)) as opened:
        assert opened.intake.poll().down == {"mq"}
        opened.ingest()
    (trouble,) = opened.troubles
    assert trouble.startswith(f"amqp://127.0.0.1:{rabbitmq.port}")
    assert sentence in trouble
    assert "s3cret" not in trouble


@UNCLOSED
def test_over_tls_the_broker_shows_who_it_is(rabbitmq: RabbitMQ, tmp_path: Path, queue: str, certificate: Certificate) -> None:
    url = rabbitmq.url_of("guest", "guest", rabbitmq.listen_with(certificate)).replace("amqp:", "amqps:")
    files = {"ca": certificate.certificate.name, "certificate": certificate.certificate.name, "key": certificate.key.name}
    with made(rabbitmq, queue) as channel, plant(tmp_path, source(rabbitmq, queue, url=url, **files)) as opened:
        put(channel, queue, order(1))
        ingest_until(opened, 1)
    with plant(tmp_path, source(rabbitmq, queue, url=url)) as opened:
        opened.ingest()
        assert "certificate verify failed" in opened.troubles[0]
    for absent in ("ca", "certificate"):
        with plant(tmp_path, source(rabbitmq, queue, url=url, **{**files, absent: "nowhere.pem"})) as opened:
            opened.ingest()
            assert "No such file" in opened.troubles[0]


def test_everything_that_is_wrong_with_the_settings_is_said_at_once() -> None:
    wrong = {
        "name": "mq",
        "kind": "amqp",
        "url": "amqp://guest:guest@broker/?heartbeat=5",
        "queues": ["orders", {"name": "orders", "dead_letter": "yes", "lazy": True}, 3],
        "mode": "browse",
        "prefetch": 0,
        "map": {"event_time": {"path": "at"}},
        "key": "key.pem",
    }
    assert check_source(wrong) == [
        ("url", "has something behind ? or #; settings have keys of their own, and in a password write %3F and %23"),
        ("queues[1].lazy", "no key is called 'lazy'. Known: name, dead_letter, stream, unlimited"),
        ("queues[1].dead_letter", "must be true or false (found 'yes')"),
        ("queues[2]", "must be the name of a queue, or a mapping with it (found 3)"),
        ("mode", "no mode is called 'browse'. Known: consume, peek"),
        ("prefetch", "must be a whole number from 1 to 10000 (found 0)"),
        ("map.event_type", "must be mapped: a row says nothing without it"),
        ("key", "is the key of a certificate; name that as well"),
        ("key", "is for TLS; write the address with amqps:// in front"),
    ]


def test_a_broker_that_is_away_is_told_of(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    entry = {"name": "mq", "kind": "amqp", "url": f"amqp://guest:s3cret@127.0.0.1:{port}", "queues": ["orders"], "map": MAP}
    for mode in ("consume", "peek"):
        with plant(tmp_path / mode, {**entry, "mode": mode}) as opened:
            opened.ingest()
            assert opened.troubles == [
                f"amqp://127.0.0.1:{port} cannot be reached: [Errno 111] Connection refused. "
                "Check that the broker runs and the address is right; it is tried again."
            ]


def test_headers_that_no_clock_can_hold_are_told_of(
    rabbitmq: RabbitMQ, tmp_path: Path, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made(rabbitmq, queue) as channel:
        with monkeypatch.context() as patched:
            patched.setattr("calendar.timegm", lambda _: 2**63)
            put(channel, queue, order(1), headers={"when": datetime(2026, 3, 23)})
        for mode in ("consume", "peek"):
            with plant(tmp_path / mode, source(rabbitmq, queue, mode=mode)) as opened:
                opened.ingest()
                assert "has a message whose headers cannot be read" in opened.troubles[0]
                assert "move it away by hand" in opened.troubles[0]
        until(lambda: waiting(channel, queue) == 1)


def test_a_recovery_goes_to_a_queue_and_is_confirmed(rabbitmq: RabbitMQ, queue: str, tmp_path: Path) -> None:
    with target(tmp_path, kind="amqp", url=rabbitmq.url, routing_key=queue) as found, rabbitmq.channel() as channel:
        sent = found.send(dispatch())
        assert (sent.answer, "No queue takes" in sent.words) == (Answer.NOT_TAKEN, True)
        channel.queue_declare(queue, durable=True)
        assert found.send(dispatch(payload=payload(BODY, **{"x-first-death-reason": "rejected", "schema": "7"}))).answer is Answer.ACCEPTED
        _, properties, body = channel.basic_get(queue, auto_ack=True)
        assert (body, properties.message_id, properties.delivery_mode) == (BODY, "effect-1", 2)
        assert properties.headers == {"schema": "7", **MARKS}
        channel.queue_delete(queue)


def test_a_recovery_to_an_exchange_that_is_not_there_takes_nothing(rabbitmq: RabbitMQ, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with target(tmp_path, kind="amqp", url=rabbitmq.url, exchange="nowhere", routing_key="a") as found:
        assert found.send(dispatch()).answer is Answer.REFUSED
    with target(tmp_path, kind="amqp", url=rabbitmq.url_of("guest", "guest", port), routing_key="a") as found:
        assert found.send(dispatch()).answer is Answer.NOT_TAKEN
