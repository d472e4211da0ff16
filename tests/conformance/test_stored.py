"""Items of the data model whose keeping is in the tables: what is stored of a request, after either transport."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from app.conformance.bodies import NANOSECONDS, logs, record, span, traces
from app.conformance.check import expect_all
from app.serve import Service
from tests.conformance.served import rows

FRESH = count(0xD0001)


def sent(endpoint: Any, **fields: Any) -> str:
    """The id of a span that was accepted and is no other test's."""
    number = next(FRESH)
    expect_all(endpoint.export("traces", traces(span(number, **fields))), "a span")
    return f"{b'conformance-test'.hex()}{number:016x}"


def logged(endpoint: Any, **fields: Any) -> str:
    """The body of a log record that was accepted and is no other test's."""
    words = f"record {next(FRESH)}"
    expect_all(endpoint.export("logs", logs(record(body=AnyValue(string_value=words), **fields))), "a log record")
    return words


def test_otlp_09_what_comes_again_is_stored_once(endpoint: Any, service: Service) -> None:
    number = next(FRESH)
    body, line = traces(span(number)), logs(record(body=AnyValue(string_value=f"twice {number}")))
    for _ in range(3):
        expect_all(endpoint.export("traces", body), "the same spans")
        expect_all(endpoint.export("logs", line), "the same log records")
    assert rows(service, f"select count(*) from spans where span_id like '%{number:016x}'") == [(1,)]
    assert rows(service, f"select count(*) from log_rows where body = 'twice {number}'") == [(1,)]


def test_otlp_11_an_enum_number_of_a_newer_version_is_kept(endpoint: Any, service: Service) -> None:
    assert rows(service, f"select kind from spans where span_id = '{sent(endpoint, kind=99)}'") == [(99,)]


def test_otlp_39_a_log_record_with_bad_ids_belongs_to_no_trace(endpoint: Any, service: Service) -> None:
    words = logged(endpoint, trace_id=b"short", span_id=b"shorter")
    assert rows(service, f"select trace_id, span_id from log_rows where body = '{words}'") == [(None, None)]


def test_otlp_40_without_a_time_it_is_the_time_observed_or_received(endpoint: Any, service: Service) -> None:
    observed = logged(endpoint, time_unix_nano=0, observed_time_unix_nano=NANOSECONDS)
    assert rows(service, f"select log_ns from log_rows where body = '{observed}'") == [(NANOSECONDS,)]
    received = logged(endpoint, time_unix_nano=0)
    assert rows(service, f"select log_ns = recorded_ns, log_ns > {NANOSECONDS} from log_rows where body = '{received}'") == [(True, True)]


def test_otlp_42_an_end_before_the_start_is_stored_as_it_was_sent(endpoint: Any, service: Service) -> None:
    span_id = sent(endpoint, kind=0, end_time_unix_nano=NANOSECONDS - 10**9)
    assert rows(service, f"select kind, end_ns - start_ns, is_error from spans where span_id = '{span_id}'") == [(0, -(10**9), False)]


def test_otlp_43_of_two_with_one_key_the_last_counts(endpoint: Any, service: Service) -> None:
    twins = [KeyValue(key="twin", value=AnyValue(string_value=words)) for words in ("first", "second")]
    indexed = KeyValue(key="index", value=AnyValue.FromString(b"\x42\x01\x07"))
    ((found,),) = rows(service, f"select attributes from spans where span_id = '{sent(endpoint, attributes=[*twins, indexed])}'")
    assert json.loads(found) == {"twin": "second", "index": None}


def test_otlp_44_what_is_rarely_sent_is_in_the_table_or_in_the_journal(endpoint: Any, service: Service) -> None:
    words = f"record {next(FRESH)}"
    named = record(event_name="conformance.tested", dropped_attributes_count=3, body=AnyValue(string_value=words))
    request = ExportLogsServiceRequest.FromString(logs(named))
    request.resource_logs[0].schema_url = "https://opentelemetry.io/schemas/1.44.0"
    body = request.SerializeToString()
    expect_all(endpoint.export("logs", body), "a named log record under a schema")
    assert rows(service, f"select event_name from log_rows where body = '{words}'") == [("conformance.tested",)]
    assert body in [frame.record.payload for frame in service.application.journal.read(0)], "kept as it came"


def test_otlp_45_nanoseconds_are_exact(endpoint: Any, service: Service) -> None:
    span_id = sent(endpoint, start_time_unix_nano=NANOSECONDS, end_time_unix_nano=NANOSECONDS + 2)
    assert rows(service, f"select start_ns, end_ns from spans where span_id = '{span_id}'") == [(1705327800000000001, 1705327800000000003)]


def test_otlp_46_what_was_sent_to_the_wrong_place_is_not_stored_as_rubbish(endpoint: Any, service: Service) -> None:
    before = rows(service, "select (select count(*) from spans), (select count(*) from log_rows)")
    endpoint.export("traces", logs(record(body=AnyValue(string_value="no span"))))
    endpoint.export("logs", traces(span(next(FRESH))))
    assert rows(service, "select (select count(*) from spans), (select count(*) from log_rows)") == before
