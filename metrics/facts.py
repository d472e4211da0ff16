"""The one computation: from the events in scope to a row per transaction, and what hangs on it."""

from __future__ import annotations

import re
from functools import cache

import duckdb

from metrics import minutes
from sql import models

IN_SCOPE = "exists (from scope s where s.workflow = b.workflow and s.transaction_id = b.transaction_id)"
# What hangs on a transaction's number: the table `transaction_NAME`, filled from what `sql/facts` leaves as `fresh_NAME`, read as NAME.
DETAILS = ("open_facts", "open_steps", "measures", "stock_causes", "stock_passages", "passages")
# What was last said is decided by all that orders events. Of many the time alone decides first: that is right where every event has a
# moment of its own, twice as fast, and only the others are looked at again.
EXACTLY = {"members": "crooked", "moment": "{ns: event_ns, attempt: attempt, id: event_id}"}
BY_TIME = {"members": "belonging join scoped_events using (event_no)", "moment": "event_ns"}
NOT_STRAIGHT = "(select transaction_no, workflow from stated where places is null or (adds_up and ordered_quantity is not null))"
MANY = 20_000  # events
STOCK_WORKFLOW = "stock_movement_sync"  # differences in stock belong to it
STATING = ("crooked", "replaced")  # what states the transactions is computed in another order when they are many
STOCK = ("stock_passages", "stock_causes")  # what only a comparison of stock asks for; computed from what the others leave
AT_ONCE = ("facts", *(detail for detail in DETAILS if detail not in STOCK))


def compute(cursor: duckdb.DuckDBPyConnection, *, everything: bool) -> None:
    """Leaves `fresh_facts` and the fresh details, but those of stock, for the transactions of `scoped_events`: all, or those in `scope`.

    Numbers go on behind the variable `last_transaction`. When everything is computed, it goes into the facts at once and is read from
    there: first into a table of its own, all in all an eighth more time was spent."""
    (steps,) = cursor.execute("select coalesce(max(len(steps)), 0) from def_workflows").fetchall()[0]
    for name in models.order("facts"):
        short = name.removeprefix("facts/")
        detail = short.removeprefix("transaction_")
        if short == "stated":
            _state(cursor, steps)
        elif detail in AT_ONCE:
            into = f"insert into transaction_{detail} by name" if everything else f"create or replace temp table fresh_{detail} as"
            _run(cursor, name, steps, into=into)
            if everything:
                cursor.execute(f"create temp view fresh_{detail} as from transaction_{detail}")
        elif short not in (*STATING, *STOCK):
            _run(cursor, name, steps, in_scope="true" if everything else IN_SCOPE)


def _state(cursor: duckdb.DuckDBPyConnection, steps: int) -> None:
    """Leaves `stated` and `crooked`."""
    if cursor.execute(f"select count(*) > {MANY} from belonging").fetchall()[0][0]:
        _run(cursor, "facts/stated", steps, stated="stated", **BY_TIME)
        _run(cursor, "facts/crooked", steps, crooked=NOT_STRAIGHT)
        _run(cursor, "facts/stated", steps, stated="stated_exactly", **EXACTLY)
        _run(cursor, "facts/replaced", steps)
    else:
        _run(cursor, "facts/crooked", steps, crooked="numbered")
        _run(cursor, "facts/stated", steps, stated="stated", **EXACTLY)


def compute_stock(cursor: duckdb.DuckDBPyConnection) -> None:
    """Leaves the fresh details of stock of the transactions that were computed; none where no workflow moves stock."""
    moves = cursor.execute("from def_workflows where workflow = $1", [STOCK_WORKFLOW]).fetchall()
    if moves:
        models.run(cursor, "facts/stock_passages")
    crooked = moves and cursor.execute("from stock_moves where not is_straight limit 1").fetchall()
    if crooked:
        models.run(cursor, "facts/stock_causes")
    for name, is_told in zip(STOCK, (moves, crooked), strict=True):
        if not is_told:
            cursor.execute(f"create or replace temp table fresh_{name} as from transaction_{name} where false")


def _run(cursor: duckdb.DuckDBPyConnection, name: str, steps: int, **words: str) -> None:
    cursor.execute(models.filled(_by_step(name, steps), words))


@cache
def _by_step(name: str, steps: int) -> str:
    """The statements with `{each: …}`, `{all: …}` and `{any: …}` said for every step number `#`.

    A column for each step is computed in a third of the time that a function over a list of them takes."""

    def said(match: re.Match[str]) -> str:
        between, nothing = {"each": (", ", "null::bigint"), "all": (" and ", "true"), "any": (" or ", "false")}[match[1]]
        return between.join(match[2].replace("#", str(step)) for step in range(1, steps + 1)) or nothing

    return re.sub(r"\{(each|all|any): ([^{}]*)\}", said, models.text(name))


def clear(cursor: duckdb.DuckDBPyConnection) -> None:
    """Empties the facts."""
    for table in ("facts", *DETAILS):
        cursor.execute(f"delete from transaction_{table}")
    minutes.clear(cursor)


def replace(cursor: duckdb.DuckDBPyConnection) -> None:
    """Takes the transactions in `scope` out of the facts."""
    models.run(cursor, "scope/leaving")
    minutes.leave(cursor)
    for detail in ("facts", *DETAILS):
        cursor.execute(f"delete from transaction_{detail} where transaction_no in (from leaving)")


def keep(cursor: duckdb.DuckDBPyConnection, *, everything: bool) -> None:
    """Puts what was computed into the facts, in the order of time it lies in: zones of neighbours are what makes reading fast."""
    for detail in STOCK if everything else (*AT_ONCE, *STOCK):
        cursor.execute(f"insert into transaction_{detail} by name from fresh_{detail}")
    minutes.renew(cursor)


def show(cursor: duckdb.DuckDBPyConnection) -> None:
    """Puts what was computed, but of stock, in front of the facts, for this cursor alone."""
    models.run(cursor, "moment/facts_then")
    for detail in set(DETAILS) - set(STOCK):
        models.run(cursor, "moment/details_then", detail=detail)


def show_stock(cursor: duckdb.DuckDBPyConnection) -> None:
    """Computes the details of stock of what was computed, and puts them in front, for this cursor alone."""
    compute_stock(cursor)
    for detail in STOCK:
        models.run(cursor, "moment/details_then", detail=detail)


def show_minutes(cursor: duckdb.DuckDBPyConnection) -> None:
    """Puts the settled minutes of what was computed in front, for this cursor alone."""
    minutes.show(cursor)
    show(cursor)  # counting them has put all facts in front
