"""How we ask over TLS, whoever it is: in TLS 1.2 at least, and the other side shows a certificate that is looked at."""

from __future__ import annotations

import ssl
from pathlib import Path


def tls_context(ca: Path | None = None) -> ssl.SSLContext:
    """`ca`: who vouches for the other side (None: the authorities of the system). Raises OSError, of which ssl.SSLError is one.

    What is the least is said here: else it is what the machine's OpenSSL happens to allow."""
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
