"""Names of places on a page, for links with #."""

from __future__ import annotations


def anchor(kind: str, name: str) -> str:
    """`trace-4bf9…`. Ids of traces and spans are hexadecimal digits; what is not becomes so, for Dash refuses dots and braces in ids."""
    return f"{kind}-{name if name.isalnum() and name.isascii() else name.encode().hex()}"
