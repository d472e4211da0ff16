"""The W3C trace context in headers: what counts, and what is as if it were not there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.trace_context import TraceContext, ids_in, trace_context

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"


def test_trace_and_span_are_found() -> None:
    assert trace_context({"traceparent": PARENT}) == TraceContext(TRACE, SPAN, is_sampled=True)
    assert ids_in({"traceparent": PARENT}) == (TRACE, TRACE + SPAN)


@pytest.mark.parametrize(
    ("flags", "is_sampled", "is_random"), [("00", False, False), ("02", False, True), ("ff", True, True), ("fc", False, False)]
)
def test_only_the_two_known_flags_are_read(flags: str, is_sampled: bool, is_random: bool) -> None:
    found = trace_context({"traceparent": f"00-{TRACE}-{SPAN}-{flags}"})
    assert found == TraceContext(TRACE, SPAN, is_sampled, is_random)


@pytest.mark.parametrize("text", [f"01-{TRACE}-{SPAN}-01", f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be", f"fe-{TRACE}-{SPAN}-01-"])
def test_a_later_version_is_read_as_far_as_it_is_known(text: str) -> None:
    assert ids_in({"traceparent": text}) == (TRACE, TRACE + SPAN)


@pytest.mark.parametrize(
    "text",
    [
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01-",
        f"cc-{TRACE}-{SPAN}-01.more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN.upper()}-01",
        f"0-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-0٣",
        f" 00-{TRACE}-{SPAN}-01",
        "",
        None,
        [PARENT, PARENT],
    ],
)
def test_a_parent_that_is_wrong_anywhere_is_as_if_it_were_not_there(text: Any) -> None:
    assert trace_context({"traceparent": text, "tracestate": "a=1"}) is None
    assert ids_in({"traceparent": text}) == (None, None)


@pytest.mark.parametrize(
    ("state", "members"),
    [
        ("foo=1,bar=2", (("foo", "1"), ("bar", "2"))),
        (["foo=1", "bar=2"], (("foo", "1"), ("bar", "2"))),
        ("foo=1 \t , \t bar=2,,", (("foo", "1"), ("bar", "2"))),
        ("fw529a3039@dt=FfAA/a", (("fw529a3039@dt", "FfAA/a"),)),
        ("a=" + "v" * 256, (("a", "v" * 256),)),
        ("k" * 256 + "=1", (("k" * 256, "1"),)),
        (",".join(f"k{n}=1" for n in range(32)), tuple((f"k{n}", "1") for n in range(32))),
        ("", ()),
        (None, ()),
        ("foo=1,foo=2", ()),
        ("foo=1,bar", ()),
        ("Foo=1", ()),
        ("foo=", ()),
        ("foo=1=2", ()),
        ("ü=3", ()),
        ("a=" + "v" * 257, ()),
        ("k" * 257 + "=1", ()),
        (",".join(f"k{n}=1" for n in range(33)), ()),
        (["foo=1", 5], ()),
    ],
)
def test_a_state_is_read_whole_or_not_at_all_and_never_spoils_the_parent(state: Any, members: tuple[tuple[str, str], ...]) -> None:
    assert trace_context({"traceparent": PARENT, "tracestate": state}) == TraceContext(TRACE, SPAN, is_sampled=True, state=members)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_read_or_ignored(parent: str, state: str) -> None:
    trace_context({"traceparent": parent, "tracestate": state})
    assert trace_context({"traceparent": PARENT, "tracestate": state}) is not None
