"""What becomes of a closed case outside recovery: its transaction is abandoned, told as Syncline's own event; until it is opened again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, insert, select, update

from app.recovery.run_tables import closings
from collectors.event import Record
from collectors.own import Remark
from metrics.workflows import Workflow

KINDS = ("failed", "missing")  # of cases that are about a step


def mark(connection: Connection, item: Row[Any], *, is_closed: bool, words: str, at_ns: int) -> None:
    """In the transaction that closes or opens the case; the event is told afterwards, as often as it takes."""
    case = orjson.loads(item.case_json)
    if case["kind"] not in KINDS:
        return
    position = f"{item.recovery_id}:{item.place}:{'closed' if is_closed else 'reopened'}"
    after_ns = max(at_ns, case["event_ns"] + 1)  # by a clock that was ahead
    values = {"case_json": item.case_json, "event_ns": after_ns, "is_closed": is_closed, "words": words, "is_told": False}
    connection.execute(insert(closings).values(position=position, **values))


def tell(engine: Engine, workflows: Iterable[Workflow], append: Callable[[list[Record]], Any], now_ns: int) -> int:
    """Puts what is not told yet into the journal; how many. Said twice, after a crash in between, it is one event all the same."""
    with engine.connect() as connection:
        waiting = connection.execute(select(closings).where(closings.c.is_told.is_(False)).order_by(closings.c.event_ns)).all()
    if not waiting:
        return 0
    known = {workflow.name: workflow for workflow in workflows}
    remarks = [remark for row in waiting if (remark := _remark(row, orjson.loads(row.case_json), known))]
    if remarks:
        append([remark.record(now_ns) for remark in remarks])
    with engine.begin() as connection:
        told = closings.c.position.in_([row.position for row in waiting])
        connection.execute(update(closings).where(told).values(is_told=True))
    return len(remarks)


def _remark(row: Row[Any], case: Mapping[str, Any], known: Mapping[str, Workflow]) -> Remark | None:
    """None where the configuration has no such step any more: nothing is judged by it then."""
    workflow = known.get(case["workflow"])
    step = next((each for each in workflow.milestones if each.name == case["milestone"]), None) if workflow else None
    if workflow is None or step is None:
        return None
    return Remark(
        row.position, step.event, step.system, case["site"], workflow.object, case["transaction_id"], row.event_ns, row.is_closed, row.words
    )
