"""A value becomes another of the same shape wherever it stands by itself, in whatever a record is written in."""

from __future__ import annotations

import json
import random
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.privacy.disguise import Disguise, candidates, whole
from collectors.event import Record
from collectors.message import MESSAGE, packed
from collectors.otlp import PROTOBUF

ANNA = Disguise("Anna Müller", "qxzw køzvkx")


def record(payload: bytes, content_type: str = "application/json", stream: str = "") -> Record:
    return Record("bus", "1", payload, content_type, 0, stream)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Anna Müller", "Qxzw Køzvkx"),
        ("ANNA MÜLLER", "QXZW KØZVKX"),
        ("anna müller", "qxzw køzvkx"),
        ("for Anna Müller, c/o", "for Qxzw Køzvkx, c/o"),
        ("Ask Anna Müller.", "Ask Qxzw Køzvkx."),
        ("Anna Müllerin", "Anna Müllerin"),
        ("Johanna Müller", "Johanna Müller"),
        ("Anna Müller-Lüdenscheidt", "Anna Müller-Lüdenscheidt"),
        ("x.Anna Müller@y.de", "x.Anna Müller@y.de"),
        (json.dumps({"c": "Anna Müller"}), json.dumps({"c": "Qxzw Køzvkx"})),
        ('{"c":"Anna M\\u00FCller"}', '{"c":"Qxzw K\\u00f8zvkx"}'),
        ("NAD+BY+++Anna Müller:2'", "NAD+BY+++Qxzw Køzvkx:2'"),
    ],
)
def test_it_is_replaced_by_itself_and_never_inside_of_another_word(before: str, after: str):
    assert ANNA.text(before) == after


def test_escapes_of_json_xml_and_edifact_are_read_and_written():
    plain = Disguise("O'Neill & Söhne", "q'xzwvk & xøzvk")
    assert plain.text("<n>O&#x27;Neill &amp; Söhne</n>") == "<n>Q&#x27;Xzwvk &amp; Xøzvk</n>"
    assert plain.text("NAD+SU+++O?'Neill & Söhne'") == "NAD+SU+++Q?'Xzwvk & Xøzvk'"
    assert Disguise('the "old" one', 'qxz "wvk" xzq').text('{"a": "the \\"old\\" one"}') == '{"a": "qxz \\"wvk\\" xzq"}'


def test_a_number_keeps_the_zeros_in_front_of_it():
    number = Disguise(whole("0000471123"), "918273")
    assert number.text("KUNNR 0000471123, 471123, 1471123 and 471123.5") == "KUNNR 0000918273, 918273, 1471123 and 471123.5"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_bytes_stay_as_long_as_they_were_in_any_encoding(encoding: str):
    before = "Kunde;Anna Müller;Ä".encode(encoding)
    after = ANNA.body(record(before, "text/csv"))
    assert (len(after), after.decode(encoding)) == (len(before), "Kunde;Qxzw Køzvkx;Ä")


def test_in_protobuf_every_text_is_replaced_and_ids_are_not_touched():
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.name = b"Anna M\xc3\xbcller\0\0\0\0", "order of Anna Müller"
    span.attributes.add(key="mfg.partner").value.string_value = "ANNA MÜLLER"
    nested = span.attributes.add(key="deep").value.kvlist_value.values.add(key="Anna Müller")
    nested.value.array_value.values.add().string_value = "x" * 63 + " Anna Müller"  # its length is the letter before it
    body = request.SerializeToString()
    made = ExportTraceServiceRequest.FromString(ANNA.body(record(body, PROTOBUF, "traces")))
    found = made.resource_spans[0].scope_spans[0].spans[0]
    assert (found.trace_id, found.name, found.attributes[0].value.string_value) == (span.trace_id, "order of Qxzw Køzvkx", "QXZW KØZVKX")
    deep = found.attributes[1].value.kvlist_value.values[0]
    assert (deep.key, deep.value.array_value.values[0].string_value) == ("Qxzw Køzvkx", "x" * 63 + " Qxzw Køzvkx")


def test_what_is_no_protobuf_is_replaced_byte_by_byte_and_what_has_no_value_is_the_same():
    assert ANNA.body(record(b"\xff\xffAnna M\xc3\xbcller", PROTOBUF, "logs")) == b"\xff\xffqxzw k\xc3\xb8zvkx"
    assert ANNA.body(record(b"\xff\xff", PROTOBUF, "logs")) == b"\xff\xff"


def test_head_and_body_of_a_message_are_both_looked_through():
    payload = packed({"key": "Anna Müller"}, b'{"a":"Anna M\xc3\xbcller"}')
    assert ANNA.body(record(payload, f"{MESSAGE}; application/json")) == packed({"key": "Qxzw Køzvkx"}, b'{"a":"Qxzw K\xc3\xb8zvkx"}')


@given(st.text(st.sampled_from("aZ09 .é łß文😀-"), min_size=1, max_size=12), st.integers())
def test_what_stands_in_its_place_is_as_long_in_every_encoding(value: str, seed: int):
    for other in islice(candidates(value, random.Random(seed)), 3):
        assert len(other.encode()) == len(value.encode())
        assert len(other) == len(value)
        assert [sign.isdecimal() for sign in other] == [sign.isdecimal() for sign in value]
