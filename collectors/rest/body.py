"""The body of an answer, unpacked as it comes: never more than allowed of it, and never for longer."""

from __future__ import annotations

import time

import requests
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

CHUNK = 1 << 16


class Broken(Exception):
    """A body that cannot be had; the text says what happened, behind the name of who answered."""


def body_of(response: requests.Response, megabytes: int, seconds: int) -> bytes:
    """Raises Broken. Whatever has come is taken at once, so that one who sends a byte now and then is noticed."""
    parts, size, end = [], 0, time.monotonic() + seconds
    try:
        while part := response.raw.read1(CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > megabytes << 20:
                raise Broken(
                    f"answers with more than {megabytes} MiB. Nothing of it was read; ask for smaller pages, or raise `max_megabytes`."
                )
            if time.monotonic() > end:
                raise Broken(f"had not answered to the end after {seconds} s. Nothing of it was read; see `timeout`.")
        response.raw.drain_conn()  # nothing is left, but only now the connection can be used again
    except DecodeError as error:
        raise Broken("answers with data that cannot be unpacked. Nothing of it was read.") from error
    except ReadTimeoutError as error:
        raise Broken(f"had not answered to the end after {seconds} s. Nothing of it was read; see `timeout`.") from error
    except (HTTPError, OSError) as error:
        raise Broken("broke off in the middle of its answer. Nothing of it was read; it is asked again.") from error
    return b"".join(parts)
