"""Requests that schemathesis makes from our own description of the API, asked as anybody, and what has to hold of every answer."""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus
from zipfile import ZipFile

import duckdb
import hypothesis
import pypdfium2
import schemathesis
from flask import Flask
from hypothesis import strategies
from schemathesis import Case, CheckContext, GenerationMode, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import hypothesis as changes
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.access.callers import Caller
from tests.access.plant import MARK, without_what_was_asked

# Else it changes Hypothesis for the whole process: no other test would say any more for which example it fails.
changes.setup._is_patched = True

# Any of year 1 to 9999 would nearly always be one that we do not keep.
TIMES = strategies.datetimes(datetime(1900, 1, 2), datetime(2179, 12, 30), timezones=strategies.just(UTC))
schemathesis.openapi.format("date-time", TIMES.map(datetime.isoformat))

# Not made smaller when something fails: that asks the whole plant hundreds of times for a request that is told with its curl anyway.
SETTINGS = hypothesis.settings(
    deadline=None, database=None, phases=[hypothesis.Phase.generate], suppress_health_check=list(hypothesis.HealthCheck)
)
DOCUMENT = "/api/v1/openapi.json"
LIMITED = ("far", "supplier", "token read of one site")  # see nothing of what is marked
MADE_OF_DOCUMENT = FeedbackSources()  # and not of constants in our source, which it would read for every operation
POSITIVE, NEGATIVE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
DECLARED = (status_code_conformance, content_type_conformance, response_schema_conformance, negative_data_rejection)
UNHEALTHY = {("/readyz", 503)}  # the one answer that is meant to say that we are not well


class Driven:
    """Every operation of the document, and everybody who may ask. `said`: by operation, who was answered with which status how often.
    `apart`: who asks only for what is there, because what they may is not to be tried with anything."""

    def __init__(self, server: Flask, callers: Mapping[str, Caller], apart: Mapping[str, Caller]) -> None:
        config = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
        self.schema = schemathesis.openapi.from_wsgi(DOCUMENT, server, config=config)
        found = (result.ok() for result in self.schema.get_all_operations())
        self.operations: dict[str, APIOperation[Any, Any, Any, Any]] = {operation.label: operation for operation in found}
        self.callers, self._all = callers, {**callers, **apart}
        self.said: dict[str, Counter[tuple[str, int]]] = {label: Counter() for label in self.operations}
        self._turns = cycle(callers)

    def case(self, label: str, **values: Any) -> Case[Any]:
        """A request with these values: `path_parameters`, `query`, `body`."""
        media_type = {"media_type": "application/json"} if "body" in values else {}
        return self.operations[label].Case(**values, **media_type)

    def may_be_wrong(self, label: str) -> bool:
        """Whether there is anything to send, which could be something else."""
        operation = self.operations[label]
        return bool(operation.body) or next(iter(operation.iter_parameters()), None) is not None

    def in_turn(self, most: int) -> list[str]:
        """The next ones of everybody."""
        return list(islice(self._turns, most))

    def draw(self, label: str, mode: GenerationMode, examples: int, who: Collection[str], seed: int = 0, **fixed: dict[str, Any]) -> None:
        """Asks what schemathesis makes of the operation, but for what is `fixed`, as each of those. Raises whatever does not hold."""

        @hypothesis.seed(seed)
        @hypothesis.settings(SETTINGS, max_examples=examples)
        @hypothesis.given(case=self.operations[label].as_strategy(mode, feedback=MADE_OF_DOCUMENT, **fixed))
        def each(case: Case[Any]) -> None:
            self.ask(case, who)

        each()

    def ask(self, case: Case[Any], who: Iterable[str]) -> list[int]:
        """The statuses of the answers to each of them. Raises whatever does not hold."""
        return [self._asked(case, name) for name in who]

    def answer(self, case: Case[Any], name: str) -> Response:
        """As one of them, and not packed: a mark would not be found in what is."""
        caller = self._all[name]
        return case.call(session=caller.client.http, headers={"Accept-Encoding": "identity", **caller.proof()})

    def _asked(self, case: Case[Any], name: str) -> int:
        answer = self.answer(case, name)
        self.said[case.operation.label][name, answer.status_code] += 1
        case.validate_response(answer, checks=[*DECLARED, fault_is_none_of_ours, *([nothing_leaks] if name in LIMITED else [])])
        return answer.status_code


def fault_is_none_of_ours(_context: CheckContext, answer: Response, case: Case[Any]) -> None:
    """No 5xx, but where that is what was asked for."""
    assert answer.status_code < 500 or (case.path, answer.status_code) in UNHEALTHY, f"answered {answer.status_code}: {answer.text[:500]}"


def nothing_leaks(_context: CheckContext, answer: Response, _case: Case[Any]) -> None:
    """Nothing that is marked stands in it, in whatever form it is written."""
    sent = answer.request.body or b""
    asked = f"{unquote_plus(answer.request.url or '')} {sent if isinstance(sent, str) else sent.decode(errors='replace')}"
    headers = " ".join(f"{name}: {value}" for name, values in answer.headers.items() for value in values)
    said = without_what_was_asked(f"{headers}\n{readable(answer)}", asked)
    assert MARK not in said, f"tells {said[max(0, said.index(MARK) - 200) :][:400]}"


def readable(answer: Response) -> str:
    """What a person or a program would read in it, also where it is packed."""
    kind = answer.headers.get("content-type", [""])[0].partition(";")[0]
    return READERS.get(kind, _plain)(answer.content)


def _plain(content: bytes) -> str:
    return content.decode(errors="replace")


def _parquet(content: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        (Path(folder) / "rows.parquet").write_bytes(content)
        return repr(connection.execute("from read_parquet(?)", [f"{folder}/rows.parquet"]).fetchall())


def _workbook(content: bytes) -> str:
    with ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(_plain(parts.read(name)) for name in parts.namelist())


def _pdf(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


READERS = {
    "application/vnd.apache.parquet": _parquet,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _workbook,
    "application/pdf": _pdf,
}
