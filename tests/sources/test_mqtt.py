"""Topics of a real MQTT broker: sessions that outlive us, acknowledgements, what is retained, and what stands in the way."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from collectors.collector import Trouble
from collectors.event import Record
from collectors.message import MESSAGE, packed
from collectors.sources import check_source, open_source
from tests.servers.certificates import Certificate
from tests.servers.mosquitto import Mosquitto
from tests.servers.mqtt import Mqtt
from tests.sources.plant_floor import NOON_NS, TOLD_NS, Plant, plant, reason_of, rows_of
from tests.sources.queues import MAP, ingest_until, orders
from tests.waiting import until

VERSIONS = pytest.mark.parametrize("version", ["3.1.1", "5"])
# A handshake that fails leaves paho a socket that only the garbage collector closes.
UNCLOSED = pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
CUT_OFF = Path(__file__).parent / "cut_off.py"
ACCEPTED = bytes((0x20, 2, 0, 0))  # CONNACK


def told(number: int, **more: Any) -> bytes:
    return json.dumps({"type": "production.completed", "at": "2026-03-23T12:00:00Z", "order": str(number), **more}).encode()


def source(url: str, *topics: Any, **settings: Any) -> dict[str, Any]:
    return {"name": "floor", "kind": "mqtt", "url": url, "topics": list(topics) or ["plant/#"], "map": MAP, **settings}


def subscribed(opened: Plant) -> None:
    opened.ingest()
    assert opened.troubles == []


@VERSIONS
def test_messages_become_events_wherever_they_stand_in_the_tree(mosquitto: Mosquitto, tmp_path: Path, version: str) -> None:
    mapping = {**MAP, "site": {"path": "@level[1]"}, "payload_ref": {"path": "@topic"}}
    with mosquitto.machine() as put, plant(tmp_path, source(mosquitto.url, "plant/+/press", map=mapping, version=version)) as opened:
        subscribed(opened)
        put("plant/hamburg/press", *map(told, range(50)))
        put("plant/hamburg/oven", told(99))
        ingest_until(opened, 50)
        assert orders(opened) == list(range(50))
        assert opened.rows("select distinct site, payload_ref from events") == [("hamburg", "plant/hamburg/press")]
        assert opened.rows("select source, stream, records from source_positions") == [("floor", "plant/+/press", 50)]


@VERSIONS
def test_what_is_sent_while_we_are_away_is_not_missed(mosquitto: Mosquitto, tmp_path: Path, version: str) -> None:
    with mosquitto.machine() as put:
        with plant(tmp_path, source(mosquitto.url, version=version)) as opened:
            subscribed(opened)
        put("plant/a", *map(told, range(30)))
        with plant(tmp_path, source(mosquitto.url, version=version)) as opened:
            ingest_until(opened, 30)


def test_what_was_not_kept_comes_again_under_the_same_position(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with mosquitto.machine() as put:
        opened = open_source(source(mosquitto.url), tmp_path)
        found: list[set[str]] = [set(), set()]
        list(opened.read({}, lambda: 0))
        put("plant/a", *map(told, range(3)))
        for positions in found:

            def has_come(positions: set[str] = positions) -> bool:
                positions |= {each.position for each in opened.read({}, lambda: 0) if isinstance(each, Record)}
                return len(positions) == 3

            until(has_come)
        opened.close()
        assert found[0] == found[1]


@VERSIONS
def test_a_process_killed_between_journal_and_acknowledgement_loses_nothing(mosquitto: Mosquitto, tmp_path: Path, version: str) -> None:
    entry = source(mosquitto.url, version=version)
    with mosquitto.machine() as put:
        with plant(tmp_path, entry) as opened:
            subscribed(opened)
        put("plant/a", *map(told, range(25)))
        cut_off = subprocess.run([sys.executable, CUT_OFF, tmp_path, json.dumps(entry)], check=False)
        assert cut_off.returncode == -signal.SIGKILL
        with plant(tmp_path, entry) as opened:
            ingest_until(opened, 25)
            assert orders(opened) == list(range(25))
            until(lambda: opened.ingest().frames == 0)  # what came twice is there once, and was acknowledged
            assert opened.column("select count(*) from events") == [25]


def test_a_restart_of_the_broker_loses_and_doubles_nothing_and_is_nobodys_trouble(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with plant(tmp_path, source(mosquitto.url)) as opened:
        subscribed(opened)
        with mosquitto.machine() as put:
            put("plant/a", *map(told, range(3)))  # sent to us, but not asked for yet
        mosquitto.restart()
        subscribed(opened)
        with mosquitto.machine() as put:
            put("plant/a", told(3))
            ingest_until(opened, 4)
            assert orders(opened) == [0, 1, 2, 3]


def test_a_broker_that_forgets_its_sessions_is_subscribed_to_again(mqtt: Mqtt, tmp_path: Path) -> None:
    with plant(tmp_path, source(mqtt.url)) as opened:
        subscribed(opened)
        mqtt.restart()
        subscribed(opened)
        opened.ingest()
        mqtt.publish("plant/a", told(2))
        ingest_until(opened, 1)


def test_a_broker_that_is_away_is_told_of_and_read_again_when_it_is_back(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with plant(tmp_path, source(mosquitto.url)) as opened:
        subscribed(opened)
        mosquitto.stop()
        assert opened.intake.poll().down == {"floor"}
        opened.ingest()
        assert opened.troubles == [
            f"mqtt://127.0.0.1:{mosquitto.port} cannot be reached: [Errno 111] Connection refused. "
            "Check that the broker runs and the address is right; it is tried again."
        ]
        mosquitto.start()
        subscribed(opened)
        with mosquitto.machine() as put:
            put("plant/a", told(2))
            ingest_until(opened, 1)


@VERSIONS
def test_what_is_retained_counts_once_however_often_it_comes(mosquitto: Mosquitto, tmp_path: Path, version: str) -> None:
    with mosquitto.machine() as put:
        put("plant/a", told(1), retain=True)
        for _ in range(2):
            with plant(tmp_path, source(mosquitto.url, version=version)) as opened:
                until(lambda opened=opened: opened.ingest().frames == 1)  # type: ignore[misc]
                assert opened.column("select count(*) from events") == [1]
                heads = [json.loads(frame.record.payload.split(b"\n")[0]) for frame in opened.journal.read(0)]
    assert [head["retain"] for head in heads] == [True, True]


def test_topics_that_are_no_longer_asked_for_are_not_read(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with mosquitto.machine() as put:
        with plant(tmp_path, source(mosquitto.url, "plant/#")) as opened:
            subscribed(opened)
        with plant(tmp_path, source(mosquitto.url, "plant/a")) as opened:
            subscribed(opened)
            put("plant/b", told(1))  # the session still holds the wider subscription
            put("plant/a", told(2))
            ingest_until(opened, 1)
            assert orders(opened) == [2]


def test_a_broker_that_does_not_let_us_in_is_told_of_without_the_password(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with plant(tmp_path, source(f"mqtt://nobody:s3cret@127.0.0.1:{mosquitto.port}")) as opened:
        opened.ingest()
        (trouble,) = opened.troubles
    assert trouble.startswith(f"mqtt://127.0.0.1:{mosquitto.port} does not let us in: ")
    assert trouble.endswith(". Check the user, the password and what this user may do.")


@UNCLOSED
def test_over_tls_both_sides_show_who_they_are(mosquitto: Mosquitto, tmp_path: Path, certificate: Certificate) -> None:
    url = f"mqtts://syncline:s3cret@127.0.0.1:{mosquitto.listen_with(certificate)}"
    mosquitto.restart()
    files = {"ca": certificate.certificate.name, "certificate": certificate.certificate.name, "key": certificate.key.name}
    with plant(tmp_path, source(url, **files)) as opened, mosquitto.machine() as put:
        subscribed(opened)
        put("plant/a", told(1))
        ingest_until(opened, 1)
    with plant(tmp_path, source(url)) as opened:
        opened.ingest()
        assert "certificate verify failed" in opened.troubles[0]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "it closed the connection; does another client call itself 'syncline-floor' as well?"),
        (b"", "it closed the connection; does another client call itself 'syncline-floor' as well?"),
        (bytes((0x20, 2, 0, 5)), "does not let us in: Not authorized"),
    ],
)
def test_what_is_no_broker_or_no_good_one_is_told_of(tmp_path: Path, answer: bytes, sentence: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                line.recv(1000)
                line.sendall(answer)
                line.shutdown(socket.SHUT_WR)
                while line.recv(1000):
                    pass

        server = threading.Thread(target=serve)
        server.start()
        opened = open_source(source(f"mqtt://syncline:s3cret@127.0.0.1:{listener.getsockname()[1]}"), tmp_path)
        (trouble,) = opened.read({}, lambda: 0)
        opened.close()
        server.join()
    assert isinstance(trouble, Trouble)
    assert (trouble.stream, "s3cret" in trouble.sentence) == ("", False)
    assert sentence in trouble.sentence


def test_a_topic_that_is_refused_keeps_no_other_from_being_read(tmp_path: Path) -> None:
    """Brokers that refuse a single topic are hard to come by; the answer is that of the standard."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                line.recv(1000)
                line.sendall(ACCEPTED)
                for code in (0x80, 1):
                    mid = line.recv(1000)[2:4]
                    line.sendall(bytes((0x90, 3)) + mid + bytes((code,)))
                body = told(1)
                line.sendall(bytes((0x30, len(body) + 9)) + b"\x00\x07plant/b" + body)
                while line.recv(1000):
                    pass

        server = threading.Thread(target=serve)
        server.start()
        where = f"mqtt://127.0.0.1:{listener.getsockname()[1]}"
        with plant(tmp_path, source(where, "plant/a", "plant/b")) as opened:
            assert opened.ingest().events == 1
            assert opened.troubles == [
                f"the topic 'plant/a' of {where} cannot be read: Unspecified error. "
                "Give the user the right to subscribe to it, or take it out."
            ]
        server.join()


def record(head: dict[str, Any], body: bytes) -> Record:
    return Record("traces", "plant/a:1", packed(head, body), f"{MESSAGE}; application/json", TOLD_NS, "plant/#", "{}")


def test_a_message_is_known_by_the_number_that_position_finds() -> None:
    entry = {**source("mqtt://broker"), "position": "header.id"}
    one, again = (record({"topic": "plant/a"}, told(1, header={"id": 7}, tried=tried)) for tried in (1, 2))
    other, none = record({"topic": "plant/b"}, told(2, header={"id": 7})), record({"topic": "plant/a"}, told(3))
    assert [event.position for event in rows_of(entry, one, again, other, none).events] == ["plant/a:7", "plant/b:7", "plant/a:1"]


def test_a_message_that_takes_back_a_retained_one_says_nothing_and_one_that_is_no_json_is_rejected() -> None:
    entry = source("mqtt://broker")
    assert rows_of(entry, record({"topic": "plant/a"}, b"")).rejected == []
    assert reason_of(rows_of(entry, record({"topic": "plant/a"}, b"on"))).startswith("the message is no JSON")


def test_properties_of_version_five_can_be_mapped() -> None:
    head = {"topic": "plant/a", "property": {"when": "2026-03-23T12:00:00Z", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}}
    entry = source("mqtt://broker", map={**MAP, "event_time": {"path": "@property.when"}})
    (event,) = rows_of(entry, record(head, told(1, at=None))).events
    assert (event.event_ns, event.trace_id) == (NOON_NS, "a" * 32)


def test_everything_that_is_wrong_with_the_settings_is_said_at_once() -> None:
    wrong = {
        "name": "floor",
        "kind": "mqtt",
        "url": "mqtt://broker/plant",
        "topics": ["plant/#/a", {"topic": "plant/a", "qos": 2, "shared": True}, ""],
        "map": MAP,
        "version": 5,
        "session_hours": 0,
        "position": "a[",
        "ca": "ca.pem",
        "key": "key.pem",
    }
    assert check_source(wrong) == [
        ("topics[0]", "+ stands for one level and # for all that follow, each alone between slashes, # at the end (found 'plant/#/a')"),
        ("topics[1].shared", "no key is called 'shared'. Known: topic, qos"),
        ("topics[1].qos", "must be 0 or 1 (found 2); what is sent with 2 comes with 1, and counts once all the same"),
        ("topics[2]", "must be a topic, or a mapping with one (found '')"),
        (
            "position",
            "must be a path into the message, as in header.id: 'a[' is no path behind 'a'; "
            "write it as in header.order.id, lines[0].qty, lines[].qty or ['a.b'].c",
        ),
        ("version", 'must be "3.1.1" or "5", in quotes (found 5)'),
        ("session_hours", "must be a whole number of hours from 1 to 1193045 (found 0)"),
        ("url", "names only the broker; what is behind the port belongs under `topics`"),
        ("key", "is the key of a certificate; name that as well"),
        ("ca", "is for TLS; write the address with mqtts:// in front"),
    ]
