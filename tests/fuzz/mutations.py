"""Inputs that are nearly right: known ones with bytes changed, taken out, put in, repeated, or another one put in between."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

TELLING = (
    b"", b"\0", b"\n", b"\r\n", b'"', b"'", b"\\", b",", b";", b"{", b"}", b"[", b"]", b"<", b"/>", b"-", b"null", b"true", b"NaN",
    b"-1", b"1e999999999", b"9223372036854775808", b"18446744073709551616", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80",
    b"\\ud800", b"\xf0\x9f\x98\x80", b"99999999999999999999999999", b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:60Z", b"[" * 200,
    b'{"a":' * 60, b"SLJ1", b"&#0;", b"*~", b"+:'?", b"${A}", b"&a [*a]",
)  # fmt: skip
Edit = tuple[int, int, bytes, int]  # where, how much is taken out, what is put in, how often


def inputs(known: Sequence[bytes], longest: int) -> st.SearchStrategy[bytes]:
    """Of nothing, or of one of `known` changed in up to eight places; at most `longest` bytes."""
    pieces = st.one_of(st.sampled_from(TELLING), st.binary(max_size=8), st.sampled_from(list(known)).flatmap(_part))
    edits = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 40), pieces, st.sampled_from((1, 1, 1, 2, 30))), max_size=8)
    changed = st.tuples(st.sampled_from(list(known)), edits).map(lambda given: _changed(*given)[:longest])
    return st.one_of(changed, changed, changed, st.binary(max_size=64))


def _part(data: bytes) -> st.SearchStrategy[bytes]:
    return st.tuples(st.integers(0, len(data)), st.integers(0, 80)).map(lambda cut: data[cut[0] : cut[0] + cut[1]])


def _changed(data: bytes, edits: Sequence[Edit]) -> bytes:
    for where, out, piece, times in edits:
        at = where % (len(data) + 1)
        data = data[:at] + piece * times + data[at + out :]
    return data
