"""What the SELECT of a rule may say: it reads events and what follows from them, no file, no clock, nothing by chance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import duckdb
import orjson

from metrics.rules.rule import Rule
from sql.store import OFFLINE

# Relations of one rule about transactions, and about other things.
OF_TRANSACTIONS = ("events", "transactions", "steps", "nearby", "names", "workflows")
OF_THINGS = ("events", "names", "workflows")
TABLE_FUNCTIONS = ("unnest", "range", "generate_series")
# What would make the answer depend on something else than events; what duckdb calls volatile is refused as well.
FORBIDDEN = frozenset({"getvariable", "current_setting", "getenv", "age", "may_see"})
Problem = tuple[int, str]  # line of the file, sentence


def problems_of(rule: Rule) -> list[Problem]:
    """What in the statement is not allowed; nothing of it is executed."""
    if not rule.sql:
        return [] if rule.off else [(rule.line, "there is no SELECT below the comments.")]
    with duckdb.connect(config=OFFLINE) as connection:
        said = orjson.loads(
            connection.execute("select json_serialize_sql($1::varchar, skip_null := true, skip_empty := true)", [rule.sql]).fetchall()[0][0]
        )
        if said["error"]:
            at = int(said["position"]) if "position" in said else 0
            return [(_line(rule, at), f"one SELECT is expected: {said['error_message'].rstrip('.!')}.")]
        if len(said["statements"]) != 1:
            return [(rule.line, f"one SELECT is expected, there are {len(said['statements'])}.")]
        return sorted({*_tables(rule, said), *_functions(rule, said, _volatile(connection)), *_others(rule, said)})


def milestones_of(rule: Rule) -> list[str]:
    """The milestones of its workflow that the statement reads: what follows `reached.` and `due.`."""
    with duckdb.connect(config=OFFLINE) as connection:
        said = orjson.loads(connection.execute("select json_serialize_sql($1::varchar, skip_null := true)", [rule.sql]).fetchall()[0][0])
    names = [node["column_names"] for node in _nodes(said) if node.get("class") == "COLUMN_REF"]
    pairs = [pair for name in names for pair in pairwise(name)]
    return sorted({milestone for field, milestone in pairs if field in ("reached", "due")})


def _tables(rule: Rule, said: dict[str, Any]) -> Iterator[Problem]:
    known = OF_TRANSACTIONS if rule.workflow else OF_THINGS
    own = {entry["key"].lower() for node in _nodes(said) for entry in node.get("cte_map", {}).get("map", ())}
    for node in _nodes(said):
        if node.get("type") != "BASE_TABLE":
            continue
        name = ".".join(filter(None, (node.get("catalog_name"), node.get("schema_name"), node["table_name"])))
        if name.lower() not in (*known, *own):
            yield _line(rule, node["query_location"]), f"a rule cannot read '{name}'. It reads: {', '.join(known)}."


def _functions(rule: Rule, said: dict[str, Any], volatile: frozenset[str]) -> Iterator[Problem]:
    for node in _nodes(said):
        if node.get("type") == "TABLE_FUNCTION":
            name = node["function"]["function_name"].lower()
            if name not in TABLE_FUNCTIONS:
                allowed = ", ".join(TABLE_FUNCTIONS)
                yield (
                    _line(rule, node["query_location"]),
                    f"a rule cannot read from '{name}(…)'; of functions in FROM it may use: {allowed}.",
                )
        elif node.get("class") == "FUNCTION" and (name := node["function_name"].lower()) in FORBIDDEN | volatile:
            yield (
                _line(rule, node["query_location"]),
                f"'{name}(…)' is not allowed: what a rule says follows from events alone, so that every moment can be asked about again.",
            )


def _others(rule: Rule, said: dict[str, Any]) -> Iterator[Problem]:
    for node in _nodes(said):
        if node.get("type") == "SHOW_REF":
            yield rule.line, "one SELECT is expected, not a description of tables."
        if "sample" in node:
            yield rule.line, "a sample is not allowed: what a rule says follows from events alone."
        if node.get("class") == "PARAMETER" and node["identifier"] not in dict(rule.settings):
            yield _parameter_line(rule, node), f"there is no setting '{node['identifier']}'. Add `-- setting: {node['identifier']} 0.01`."
    used = {node["identifier"] for node in _nodes(said) if node.get("class") == "PARAMETER"}
    yield from (
        (1, f"the setting '{name}' is nowhere used; the statement reads it as ${name}.") for name, _ in rule.settings if name not in used
    )


def _parameter_line(rule: Rule, node: dict[str, Any]) -> int:
    return _line(rule, max(0, rule.sql.find(f"${node['identifier']}")))


def _nodes(said: Any) -> Iterator[dict[str, Any]]:
    if isinstance(said, dict):
        yield said
        for value in said.values():
            yield from _nodes(value)
    elif isinstance(said, list):
        for value in said:
            yield from _nodes(value)


def _line(rule: Rule, position: int) -> int:
    """The line of the file at a byte of the statement; DuckDB writes the greatest number there is where it knows none."""
    known = position if position < len(rule.sql.encode()) + 1 else 0
    return rule.line + rule.sql.encode()[:known].count(b"\n")


def _volatile(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    rows = connection.execute(
        "select distinct function_name from duckdb_functions() where stability in ('VOLATILE', 'CONSISTENT_WITHIN_QUERY')"
    )
    return frozenset(name for (name,) in rows.fetchall())
