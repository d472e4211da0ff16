"""Recoveries sent to real brokers and databases, those of the sources: what arrives, and what can be said when it does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from app.recovery.model import Answer, Case
from tests.processes import free_ports
from tests.recovery.attempts import BODY, CASE, MARKS, dispatch, payload, target
from tests.servers.kafka import Kafka
from tests.servers.mosquitto import Mosquitto
from tests.servers.mqtt import Mqtt
from tests.servers.postgres import Postgres
from tests.waiting import until

OUTBOX = (
    "create table outbox (id text primary key, aggregate text not null, body jsonb not null, site text, sent timestamptz, done boolean)"
)
COLUMNS = {
    "id": "{effect_id}",
    "aggregate": "{workflow}/{transaction_id}",
    "body": "{payload}",
    "site": "{site}",
    "sent": "{sent_time}",
    "done": False,
}


# ── kafka ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
def in_topic(kafka: Kafka, topic: str, count: int) -> list[Any]:
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({"bootstrap.servers": kafka.brokers, "group.id": topic, "log_level": 0})
    consumer.assign([TopicPartition(topic, 0, 0)])
    try:
        return [until(lambda: consumer.poll(1)) for _ in range(count)]
    finally:
        consumer.close()


def test_a_message_goes_to_kafka_as_it_was_and_says_that_it_is_a_recovery(kafka: Kafka, tmp_path: Path) -> None:
    topic = kafka.new_topic()
    had = {
        "@key": "4711",
        "schema": "7",
        "traceparent": "old",
        "__connect.errors.exception.message": "it failed",
        "kafka_dlt-exception-fqcn": "X",
    }
    with target(tmp_path, kind="kafka", brokers=kafka.brokers, topic=topic) as found:
        sent = found.send(dispatch(payload=payload(BODY, **had)))
    assert (sent.answer, sent.words) == (Answer.ACCEPTED, "Partition 0, offset 0.")
    (message,) = in_topic(kafka, topic, 1)
    assert (message.key(), message.value()) == (b"4711", BODY)
    assert {name: value.decode() for name, value in message.headers()} == {"content-type": "application/json", "schema": "7", **MARKS}


def test_a_message_without_a_key_of_its_own_goes_under_its_transaction(kafka: Kafka, tmp_path: Path) -> None:
    topic = kafka.new_topic()
    for number, key in enumerate((None, "{site}"), 1):
        with target(tmp_path, kind="kafka", brokers=[kafka.brokers], topic=topic, **({"key": key} if key else {})) as found:
            found.send(dispatch(number))
    assert [message.key() for message in in_topic(kafka, topic, 2)] == [b"PO/4711", b"hamburg"]


def test_a_topic_that_is_not_there_is_not_made(kafka: Kafka, tmp_path: Path) -> None:
    with target(tmp_path, kind="kafka", brokers=kafka.brokers, topic="nowhere") as found:
        for _ in range(2):
            sent = found.send(dispatch())
            assert (sent.answer, "has no topic nowhere" in sent.words) == (Answer.REFUSED, True)


def test_a_kafka_that_is_away_has_been_sent_nothing(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with target(tmp_path, kind="kafka", brokers=f"127.0.0.1:{port}", topic="orders", timeout="1s") as found:
        assert found.send(dispatch()).answer is Answer.NOT_TAKEN


# ── mqtt ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def subscribed(host_port: int, user: str, topic: str, version: str) -> Iterator[list[Any]]:
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

    client, came, granted = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion[version]), list[Any](), list[Any]()
    client.username_pw_set(user, "s3cret")
    client.on_message = lambda _client, _data, message: came.append(message)
    client.on_subscribe = lambda *_: granted.append(1)
    client.connect("127.0.0.1", host_port)
    client.loop_start()
    try:
        client.subscribe(topic, 1)
        until(lambda: granted)
        yield came
    finally:
        client.disconnect()
        client.loop_stop()


def test_a_message_goes_to_an_mqtt_broker_of_version_5(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with target(tmp_path, kind="mqtt", url=mosquitto.url, topic="orders/{site}/{transaction_id}") as found:
        assert found.send(dispatch()).words == "Nobody subscribes to orders/hamburg/PO%2F4711: the broker threw it away."
        with subscribed(mosquitto.port, "machine", "orders/#", "MQTTv5") as came:
            sent = found.send(dispatch(payload=payload(BODY, schema="7")))
            assert sent.answer is Answer.ACCEPTED
            message = until(lambda: came)[0]
        assert (message.topic, message.payload) == ("orders/hamburg/PO%2F4711", BODY)
        assert dict(message.properties.UserProperty) == {"schema": "7", **MARKS}
        mosquitto.stop()
        assert found.send(dispatch()).answer is Answer.NOT_TAKEN


def test_a_message_goes_to_an_mqtt_broker_of_version_3(mqtt: Mqtt, tmp_path: Path) -> None:
    settings = {"kind": "mqtt", "topic": "orders", "version": "3.1.1", "timeout": "20s"}
    with subscribed(mqtt.port, "machine", "orders", "MQTTv311") as came:
        with target(tmp_path, url=mqtt.url, **settings) as found:
            assert found.send(dispatch()).answer is Answer.ACCEPTED
        assert until(lambda: came)[0].payload == BODY
    with target(tmp_path, url=mqtt.url.replace("syncline:", "nobody:"), **settings) as found:
        sent = found.send(dispatch())
    assert sent.answer is Answer.NOT_TAKEN
    assert "s3cret" not in sent.words


def test_a_broker_that_dies_before_it_acknowledges_may_have_the_message(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:
        broker = pool.submit(dies_behind_a_message, listening)
        with target(tmp_path, kind="mqtt", url=f"mqtt://127.0.0.1:{listening.getsockname()[1]}", topic="orders", version="3.1.1") as found:
            sent = found.send(dispatch())
        assert BODY in broker.result(20)
    assert sent.answer is Answer.UNKNOWN
    assert "did not acknowledge it" in sent.words


def dies_behind_a_message(listening: socket.socket) -> bytes:
    """Lets a client in, as MQTT 3.1.1 has it, takes what it publishes, and is gone."""
    connection, _ = listening.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"\x20\x02\0\0")
        return connection.recv(4096)


# ── sql ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def outbox(postgres: Postgres) -> Iterator[Engine]:
    with postgres.database() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text(OUTBOX))
        yield engine
        engine.dispose()


def rows(outbox: Engine) -> list[Any]:
    with outbox.connect() as connection:
        found = connection.execute(text("select id, aggregate, body, site, extract(epoch from sent)::bigint, done from outbox order by id"))
        return [tuple(row) for row in found]


def url_of(outbox: Engine) -> str:
    return outbox.url.render_as_string(hide_password=False)


def test_a_row_goes_into_an_outbox_once(outbox: Engine, tmp_path: Path) -> None:
    with target(tmp_path, kind="sql", url=url_of(outbox), table="outbox", columns=COLUMNS) as found:
        assert found.idempotent
        first, again = found.send(dispatch()), found.send(dispatch(2, item=1))
        other = found.send(dispatch(3, case=Case("failed", "w", "4712", "m")))
    assert [sent.answer for sent in (first, again, other)] == [Answer.ACCEPTED] * 3
    assert again.words == "The row of effect-1 was there before; nothing was written again."
    assert rows(outbox) == [
        ("effect-1", "purchase_to_pay/PO/4711", {"order": "4711"}, "hamburg", 1_774_262_400, False),
        ("effect-3", "w/4712", {"order": "4711"}, None, 1_774_262_400, False),
    ]


def test_a_row_that_another_attempt_has_just_written_is_not_written_again(outbox: Engine, tmp_path: Path) -> None:
    """Its transaction ends between our look and our row: the table's own key finds it."""
    other = outbox.connect()
    with target(tmp_path, kind="sql", url=url_of(outbox), table="outbox", columns=COLUMNS, timeout="60s") as found:
        other.execute(text("insert into outbox values ('effect-1', 'theirs', '{}')"))
        waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'INSERT INTO outbox%'"

        def end_theirs() -> None:
            with outbox.connect() as connection:
                until(lambda: connection.execute(text(waiting)).first() or connection.rollback())
            other.commit()
            other.close()

        thread = Thread(target=end_theirs)
        thread.start()
        sent = found.send(dispatch())
        thread.join()
    assert (sent.answer, sent.words) == (Answer.ACCEPTED, "The row was there before; nothing was written again.")
    assert [row[1] for row in rows(outbox)] == ["theirs"]


@pytest.mark.parametrize(
    ("settings", "given", "answer", "words"),
    [
        ({"table": "nowhere"}, {}, Answer.REFUSED, "has no table nowhere; nothing was written."),
        ({"columns": {"id": "{effect_id}", "colour": "red"}}, {}, Answer.REFUSED, "has no column colour; nothing was written."),
        ({}, {"payload": payload(b"no json")}, Answer.REFUSED, "The payload is no JSON, which the column body holds; nothing was written."),
        ({"columns": {"id": "{effect_id}", "body": "{payload}"}}, {}, Answer.REFUSED, "does not take it: null value in column"),
    ],
)
def test_a_row_that_the_table_does_not_take_is_refused(
    outbox: Engine, tmp_path: Path, settings: dict[str, Any], given: dict[str, Any], answer: Answer, words: str
) -> None:
    with target(tmp_path, **{"kind": "sql", "url": url_of(outbox), "table": "outbox", "columns": COLUMNS, **settings}) as found:
        sent = found.send(dispatch(**given))
    assert (sent.answer, words in sent.words) == (answer, True), sent.words
    assert rows(outbox) == []


def test_a_database_that_is_away_has_been_written_nothing(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    url = f"postgresql+psycopg://syncline:s3cret@127.0.0.1:{port}/plant"
    with target(tmp_path, kind="sql", url=url, table="outbox", columns=COLUMNS) as found:
        sent = found.send(dispatch(case=CASE))
    assert sent.answer is Answer.NOT_TAKEN
    assert "s3cret" not in sent.words + found.describe()
