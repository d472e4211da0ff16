"""What is seen of a message: its form laid out, what is named hidden wherever it stands, the rest as it was written."""

from __future__ import annotations

import json

import pytest

from app.messages.fields import HIDDEN, Fields
from app.messages.shown import ROW, excerpt, shown
from app.recovery.model import Payload
from collectors.paths import NoPath
from tests.repository import ROOT

EDI = ROOT / "app" / "docs" / "examples" / "edi" / "edi"
ORDERS = b"UNA:+.? 'UNB+UNOC:3+A:14+B:14+260301:1200+1'UNH+1+ORDERS:D:96A:UN'NAD+BY+123::92++M?'ller GmbH'PRI+AAA:12.50'UNT+4+1'UNZ+1+1'"


def payload(body: bytes | str, kind: str = "application/octet-stream") -> Payload:
    return Payload("record", body.encode() if isinstance(body, str) else body, kind, "digest")


def seen(body: bytes | str, *fields: str, kind: str = "application/octet-stream") -> str:
    found = shown(payload(body, kind), Fields(fields))
    assert found.text is not None, found.why
    return found.text


@pytest.mark.parametrize(
    ("body", "kind", "names", "hidden", "gone", "kept"),
    [
        ('{"a": {"price": "s3cret"}, "order": "4711"}', "application/json", ["a.price"], ("a.price",), "s3cret", "4711"),
        ('{"a": [{"price": "s3cret"}, {"price": 1}]}', "text/plain", ["a[].price"], ("a[].price",), "s3cret", '"a"'),
        ('{"a": [{"price": "s3cret"}]}', "", ["$.a[*].price"], ("$.a[*].price",), "s3cret", '"a"'),
        ('[{"deep": {"iban": "s3cret"}}]', "application/json", ["iban"], ("iban",), "s3cret", "deep"),
        ('{"net_price_eur": "s3cret", "PRICE": "s3cret", "order": 4711}', "", ["*price*"], ("*price*",), "s3cret", "4711"),
        ('{"mfg.customer": "s3cret", "mfg.site": "brno"}', "", ["mfg.customer"], ("mfg.customer",), "s3cret", "brno"),
        ('{"mfg.customer": "s3cret", "mfg.site": "brno"}', "", ["customer"], ("customer",), "s3cret", "brno"),
        ('{"attributes": {"mfg.customer": "s3cret"}}', "", ["mfg.customer"], ("mfg.customer",), "s3cret", "attributes"),
        ('{"order": "4711"}', "application/json", ["iban", "a.b[0]"], (), HIDDEN, "4711"),
        ('{"pr\\u0069ce": "s3cret", "b": "4711"}', "", ["price"], ("price",), "s3cret", "4711"),
        ('{"price": "s3cret", "price": "s3cret", "b": "4711"}', "", ["price"], ("price",), "s3cret", "4711"),
        ('[{"key": "mfg.price", "value": {"s": "s3cret"}}, {"key": "a", "value": 4711}]', "", ["price"], ("price",), "s3cret", "4711"),
        ('{"body": "{\\"price\\": \\"s3cret\\", \\"order\\": 4711}"}', "", ["price"], ("price",), "s3cret", "4711"),
        ('{"body": "<o><price>s3cret</price><id>4711</id></o>"}', "", ["price"], ("price",), "s3cret", "4711"),
        ('["{\\"price\\": \\"s3cret\\"}", 4711]', "", ["price"], ("price",), "s3cret", "4711"),
        ('<o xmlns="urn:x"><iban>s3cret</iban><id>4711</id></o>', "application/xml", ["iban"], ("iban",), "s3cret", "4711"),
        ('<o iban="s3cret"><who><name>s3cret</name></who>4711</o>', "application/xml", ["iban", "who"], ("iban", "who"), "s3cret", "4711"),
        ("<x:o xmlns:x='u'><x:Price a='>s3cret'><Price>s3cret</Price></x:Price>4711</x:o>", "", ["price"], ("price",), "s3cret", "4711"),
        ("<o><!-- s3cret --><?p s3cret?><iban/><a>4711</a></o>", "", ["iban"], ("iban",), "s3cret", "4711"),
        ('<o><p name="pric&#101;">s3cret</p><p name="id">4711</p></o>', "", ["price"], ("price",), "s3cret", "4711"),
        ("<o><![CDATA[{\"price\": \"s3cret\", \"id\": 4711}]]></o>", "", ["price"], ("price",), "s3cret", "4711"),
        ("<o>&lt;price&gt;s3cret&lt;/price&gt;</o>", "", ["price"], ("price",), "s3cret", "price"),
        ("<o><E1EDP01><NETPR>s3cret</NETPR><MENGE>4711</MENGE></E1EDP01></o>", "", ["E1EDP01/NETPR"], ("E1EDP01/NETPR",), "s3cret", "4711"),
        ('id;iban\n4711;s3cret\n4712;"s3cret;"\n', "text/csv", ["iban"], ("iban",), "s3cret", "4712"),
        ("id,body\n4711,\"{\"\"price\"\": \"\"s3cret\"\"}\"\n", "text/csv", ["price"], ("price",), "s3cret", "4711"),
        ("id,price\n4711,s3cret,s3cret\n", "text/csv", ["price"], ("price",), "s3cret", "4711"),
        ('{"NETPR": "s3cret", "MATNR": "4711"}', ROW, ["netpr"], ("netpr",), "s3cret", "4711"),
        ('{"BODY": "{\\"price\\": \\"s3cret\\"}", "MATNR": "4711"}', ROW, ["price"], ("price",), "s3cret", "4711"),
    ],
)  # fmt: skip
def test_what_is_named_is_hidden_and_the_rest_is_shown(
    body: str, kind: str, names: list[str], hidden: tuple[str, ...], gone: str, kept: str
) -> None:
    found = shown(payload(body, kind), Fields(names))
    assert found.text
    assert found.hidden == hidden
    assert gone not in found.text
    assert gone not in str(found.table)
    assert kept in found.text
    assert (HIDDEN in found.text) == bool(hidden)


@pytest.mark.parametrize(
    "body", [b"order 4711", b"<a><b></a>", b'{"half', b"\xff\xfe\x00", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', b"\0\1", b'"a"']
)
def test_what_nothing_can_be_found_in_is_not_shown_where_something_must_be_hidden(body: bytes) -> None:
    found = shown(payload(body), Fields(["iban"]))
    assert (found.text, found.size, found.digest) == (None, len(body), "digest")
    assert found.why


def test_while_a_break_glass_lasts_all_of_it_is_shown_and_what_would_be_hidden_is_told() -> None:
    found = shown(payload('{"price": 12.50, "id": 1}'), Fields(["*price*", "iban"], is_open=True))
    assert found.text == '{\n  "price": 12.50,\n  "id": 1\n}'
    assert (found.hidden, found.unmasked) == ((), ("*price*",))
    plain = shown(payload("order 4711"), Fields(["iban"], is_open=True))
    assert (plain.text, plain.unmasked) == ("order 4711", ("iban",))


def test_json_is_laid_out_with_numbers_as_they_were_written() -> None:
    written = '{"id":123456789012345678901234567890,"price":100.00,"e":1E+2,"a":[],"o":{},"l":[1,"ü\\u00fc"],"t":true,"n":null}'
    assert seen(written) == "\n".join(
        [
            "{",
            '  "id": 123456789012345678901234567890,',
            '  "price": 100.00,',
            '  "e": 1E+2,',
            '  "a": [],',
            '  "o": {},',
            '  "l": [',
            "    1,",
            '    "üü"',
            "  ],",
            '  "t": true,',
            '  "n": null',
            "}",
        ]
    )


def test_xml_is_laid_out_in_its_own_words() -> None:
    written = "<?xml version='1.0'?><x:a xmlns:x='urn:x'><!-- note --><x:b c=\"1 > 0\">text &amp; more</x:b><d/><e><f>1</f></e></x:a>"
    assert seen(written).splitlines() == [
        "<?xml version='1.0'?>",
        "<x:a xmlns:x='urn:x'>",
        "  <!-- note -->",
        '  <x:b c="1 > 0">text &amp; more</x:b>',
        "  <d/>",
        "  <e>",
        "    <f>1</f>",
        "  </e>",
        "</x:a>",
    ]


def test_edi_is_laid_out_a_segment_a_line_and_its_elements_are_hidden_by_name_or_by_place() -> None:
    assert seen(ORDERS).splitlines()[3:6] == ["NAD+BY+123::92++M?'ller GmbH'", "PRI+AAA:12.50'", "UNT+4+1'"]
    masked = seen(ORDERS, "*price*", "NAD04", "party_name")
    assert f"PRI+AAA:{HIDDEN}'" in masked
    assert f"NAD+BY+123::92++{HIDDEN}'" in masked
    assert "12.50" not in masked
    assert "ller" not in masked
    order = (EDI / "1-orders-castco.edi").read_bytes()
    lines = seen(order, "unit_price", "BEG[00]03").splitlines()
    assert lines[0].startswith("ISA*00*")
    assert next(line for line in lines if line.startswith("BEG")) == f"BEG*00*SA*{HIDDEN}**20260302~"
    assert all(line.split("*")[4] == HIDDEN for line in lines if line.startswith("PO1"))


def test_a_table_keeps_its_head_and_a_row_of_a_table_is_column_and_value() -> None:
    found = shown(payload("id;price\n1;2\n", "text/csv"), Fields(["price"]))
    assert found.table == (("id", "price"), ("1", HIDDEN))
    row = shown(payload('{"ID": "1", "N": null, "OK": true}', ROW), Fields())
    assert row.table == (("Column", "Value"), ("ID", "1"), ("N", ""), ("OK", "true"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig", "latin-1"])
def test_a_message_is_read_in_the_encoding_it_names(encoding: str) -> None:
    declared = "<?xml version='1.0' encoding='ISO-8859-1'?>" if encoding == "latin-1" else ""
    assert "<a>Müller</a>" in seen(f"{declared}<a>Müller</a>".encode(encoding))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"id": 1, "price": 99, "name": "cut o', '{"id": 1, "price": "•••"}'),
        ('{"lines": [{"price": 99, "qty": 1}, {"pr', '{"lines": [{"price": "•••", "qty": 1}, {}]}'),
        ('{"a": {"price": 9', '{"a": {}}'),
        ("order 4711 costs 99", None),
        ("<o><price>99</price", None),
        ('{"a": 1}}} 99', '{"a": 1}'),
        ('} {"price": 99', None),
    ],
)
def test_of_the_beginning_of_a_message_what_is_whole_is_shown(text: str, told: str | None) -> None:
    assert excerpt(text, Fields(["price"])) == told
    assert excerpt(text, Fields()) == text


@pytest.mark.parametrize("written", ["", "   ", "a..b", "[]", "/", "a[x]b"])
def test_what_names_no_field_is_refused(written: str) -> None:
    with pytest.raises(NoPath):
        Fields([written])


def test_a_name_with_signs_of_patterns_means_itself() -> None:
    assert json.loads(seen('{"a.b": 1, "axb": 2}', "['a.b']")) == {"a.b": HIDDEN, "axb": 2}
