"""All checks together: every item, asked of one endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from app.conformance import data_model, json_encoding, over_grpc, over_http, transport
from app.conformance.check import CHECKS, FAILED, GRPC, NOT_SHOWN, PASSED, SEEN_INSIDE, Endpoint, Failed, Finding, NotShown
from app.conformance.items import ELSEWHERE, INSIDE, ITEMS, OF_GRPC, OF_HTTP, Item

GROUPS = (transport, over_grpc, over_http, json_encoding, data_model)  # importing them puts their checks into CHECKS


def examine(endpoint: Endpoint) -> Iterator[Finding]:
    """Every item in its order, each as soon as it is known."""
    for item in ITEMS:
        yield look(item, endpoint)


def look(item: Item, endpoint: Endpoint) -> Finding:
    """One item at one endpoint. A connection that breaks is an answer too, and a wrong one."""
    if item.shown == ELSEWHERE:
        return Finding(item, NOT_SHOWN, "no receiver shows this")
    if item.number in (OF_HTTP if endpoint.carrier == GRPC else OF_GRPC):
        return Finding(item, NOT_SHOWN, f"no matter of {endpoint.carrier}")
    if item.shown == INSIDE:
        return Finding(item, NOT_SHOWN, SEEN_INSIDE)
    try:
        return Finding(item, PASSED, CHECKS[item.number, endpoint.carrier](endpoint))
    except Failed as failed:
        return Finding(item, FAILED, str(failed))
    except NotShown as reason:
        return Finding(item, NOT_SHOWN, str(reason))
    except OSError as error:
        return Finding(item, FAILED, f"the connection broke: {error or type(error).__name__}")
