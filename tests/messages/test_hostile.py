"""Messages that mean harm: nothing of them runs, turns the page around, hides itself, or takes the server down."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from app.messages.fields import HIDDEN, Fields
from app.messages.shown import MOST_SHOWN, WHOLE, Shown, shown
from app.recovery.model import Payload

MEGABYTE = 1 << 20


def seen(body: bytes | str, *fields: str, kind: str = "", most: int = MOST_SHOWN) -> Shown:
    data = body.encode() if isinstance(body, str) else body
    return shown(Payload("record", data, kind, "digest"), Fields(fields), most)


def test_characters_that_nobody_sees_are_shown_as_signs_and_counted() -> None:
    found = seen('{"a": "\u202egnp.exe\u2066\u200b\x7f", "b": "\\u0000\\u001b[31m\\ud800"}')
    assert found.text == '{\n  "a": "⟨U+202E⟩gnp.exe⟨U+2066⟩⟨U+200B⟩⟨U+007F⟩",\n  "b": "\\u0000\\u001b[31m⟨U+D800⟩"\n}'
    assert found.signs == 5
    assert seen("a\x1b[2J\x07\r\nb\tc").text == "a␛[2J␇\nb\tc"
    assert seen("id,\u202ename\n1,\x1b\n", kind="text/csv").table == (("id", "⟨U+202E⟩name"), ("1", "␛"))


def test_markup_stays_text() -> None:
    written = '{"a": "</pre><script>alert(1)</script>"}'
    assert seen(written).text == '{\n  "a": "</pre><script>alert(1)</script>"\n}'


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"<a>" * 200_000 + b"</a>" * 200_000,
        b"<" * 500_000,
        b"<a " + b'b="' * 200_000,
        b'"' + b"\\" * 500_000,
        b"UNA:+.? '" + b"?" * 300_000,
        b"ISA*" * 100_000,
        b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*1200*U*00401*000000001*0*P*>~" + b"PO1*" * 200_000,
        b",".join([b"x"] * 300_000),
        b'"' * 300_001,
    ],
)
@pytest.mark.parametrize("kind", ["", "text/csv"])
def test_deep_long_and_broken_messages_are_answered_and_never_grow(body: bytes, kind: str) -> None:
    tracemalloc.start()
    for fields in ((), ("price",)):
        found = seen(body, *fields, kind=kind)
        assert found.size == len(body)
        assert len(found.text or "") <= MOST_SHOWN * 2
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 400 * MEGABYTE


def test_of_ten_megabytes_the_beginning_is_shown_and_the_file_has_all_of_it() -> None:
    lines = [{"item": f"M-{number}", "price": number, "text": "x" * 80} for number in range(90_000)]
    body = json.dumps({"lines": lines})
    assert len(body) > 10 * MEGABYTE
    found = seen(body, "price")
    assert found.is_cut
    assert len(found.text or "") <= MOST_SHOWN
    whole = seen(body, "price", most=WHOLE)
    assert not whole.is_cut
    assert [line["price"] for line in json.loads(whole.text or "")["lines"]] == [HIDDEN] * 90_000


def test_indentation_does_not_multiply_what_is_deep() -> None:
    deep = "[" * 400 + "1" + "]" * 400
    found = seen("[" + ",".join([deep] * 20) + "]", most=WHOLE)
    assert len(found.text or "") < 20 * 800 * 90


def test_messages_within_messages_end_where_nobody_looks_any_further() -> None:
    text = '{"price": "s3cret"}'
    for _ in range(7):
        text = json.dumps({"body": text})
    assert "s3cret" not in (seen(text, "price").text or "")
    inner = "<price>s3cret</price>"
    for _ in range(12):
        inner = f"<o>{inner.replace('&', '&amp;').replace('<', '&lt;')}</o>"
    assert "s3cret" not in (seen(inner, "price").text or "")


def test_a_table_of_formulas_is_no_danger_to_a_spreadsheet() -> None:
    assert seen("id,name\n1,=cmd|'/C calc'!A0\n", kind="text/csv").text == "id,name\n1,'=cmd|'/C calc'!A0\n"
