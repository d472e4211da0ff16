"""Findings as a table: for a terminal at one endpoint, for the docs at both of one receiver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.conformance.check import FAILED, PASSED, SEEN_INSIDE, Finding
from app.conformance.items import ELSEWHERE, INSIDE, LEVELS, Item

DOCUMENT = """\
# OTLP conformance

`syncline conformance URL` asks any OTLP receiver for what OTLP 1.11.0 and its data model want of it, and prints this table for it.
`http://HOST:PORT` is asked over OTLP/HTTP, `grpc://HOST:PORT` over OTLP/gRPC (needs the extra `grpc`); `--token` sends
`Authorization: Bearer …`. It sends spans and log records of the service `otlp-conformance`, and some requests of 65 MiB: do not point it at
a receiver whose data you must keep clean.

It ends with 0 when every MUST that could be seen is kept, with 3 when one is not, with 4 when nobody answers.

What only somebody inside can see (a stopped disk, a kill, the rows in the tables) is shown by the tests of Syncline that carry the item's
number, in `tests/conformance`. What is a fact about clients, files or conventions is listed, and no receiver can show it.

Level: M must, S should, O may, C what the reference Collector does; none where the specification has no such word.

## Syncline

"""


def line(finding: Finding) -> str:
    """One row for a terminal."""
    item = finding.item
    return f"{item.number:>2}  {item.level or '-'}  {finding.result:<9}  {item.sentence}: {finding.seen}"


def summary(findings: Sequence[Finding]) -> str:
    """How many passed, failed and were not shown; and the MUSTs that failed."""
    failed = [f.item for f in findings if f.result == FAILED]
    passed = sum(f.result == PASSED for f in findings)
    must = f"; MUST: {', '.join(str(item.number) for item in broken(findings))}" if broken(findings) else ""
    return f"{passed} passed, {len(failed)} failed{must}, {len(findings) - passed - len(failed)} not shown here."


def broken(findings: Iterable[Finding]) -> list[Item]:
    """The MUSTs that failed."""
    return [finding.item for finding in findings if finding.result == FAILED and finding.item.level == "M"]


def document(over_http: Sequence[Finding], over_grpc: Sequence[Finding]) -> str:
    """conformance.md: what both endpoints of one receiver show."""
    rows = [
        f"| {http.item.number} | {http.item.level} | {http.item.sentence} | {_cell(http)} | {_cell(grpc)} |"
        for http, grpc in zip(over_http, over_grpc, strict=True)
    ]
    ours = [finding.item for finding in over_http if finding.item.shown != ELSEWHERE]
    inside = sum(item.shown == INSIDE for item in ours)
    count = f"{len(ours)} of {len(rows)} items are a receiver's: {len(ours) - inside} seen from outside, {inside} only from inside.\n"
    return "\n".join([f"{DOCUMENT}{count}", "| | level | | OTLP/HTTP | OTLP/gRPC |", "|---|---|---|---|---|", *rows, ""])


def _cell(finding: Finding) -> str:
    if finding.seen == SEEN_INSIDE:
        return f"`test_otlp_{finding.item.number:02}`"
    words = finding.seen.replace("|", "\\|")
    return f"{finding.result}: {words}" if finding.result in (PASSED, FAILED) else f"– {words}"


LEGEND = "; ".join(f"{level or '-'} {words}" for level, words in LEVELS.items())
