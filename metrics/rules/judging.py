"""Finds violations: of everything, or only of what new events touch; keeps them, or shows those of a past moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb

from metrics.rules.rule import ANY_EVENT, ANY_WORKFLOW, setting_value
from sql import models

# What the statement of a rule gives: the column, its type, and what holds where the statement leaves it out (None: it must not).
GIVES = {
    "kind": ("varchar", "null"),
    "key": ("varchar", None),
    "workflow": ("varchar", "null"),
    "transaction_id": ("varchar", "null"),
    "site": ("varchar", "null"),
    "from_ns": ("bigint", None),
    "until_ns": ("bigint", "null"),
    "waits_for": ("varchar", "null"),
    "quantity": ("decimal(18, 6)", "null"),
    "value": ("decimal(18, 6)", "null"),
    "currency": ("varchar", "null"),
    "detail": ("varchar", None),
    "evidence": ("bigint[]", None),
}
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
TYPES = {"from_ns": WHOLE, "until_ns": WHOLE, "evidence": tuple(f"{each}[]" for each in WHOLE)}  # NULL passes anywhere


_GIVEN: dict[str, dict[str, str]] = {}


class RuleFailed(Exception):
    """A rule that cannot be evaluated. `problem` says why, in a sentence for people."""

    def __init__(self, rule: str, problem: str) -> None:
        super().__init__(f"{rule}: {problem}")
        self.rule, self.problem = rule, problem


@dataclass(frozen=True, slots=True)
class Told:
    """A rule as the store has it."""

    name: str
    workflow: str | None
    kinds: tuple[str, ...]
    beside: tuple[str, ...]
    events: tuple[tuple[str, str | None], ...]  # type and system (None: any) of those it looks at
    statement: str
    settings: dict[str, Any]


def take_in(cursor: duckdb.DuckDBPyConnection) -> None:
    """Notes what new events name in columns. Comes before everything else that a refresh asks of rules."""
    models.run(cursor, "integrity/column_names")


def reach(cursor: duckdb.DuckDBPyConnection) -> None:
    """Adds to `changed` the events whose transactions a rule judges anew because of what it looks at beside them.

    Leaves `touched_things`. Comes before `scope` is made of `changed`."""
    if _is_any(cursor, "def_rules"):
        models.run(cursor, "integrity/touched")


def judge(cursor: duckdb.DuckDBPyConnection, *, everything: bool) -> None:
    """Leaves `found_violations` of what was computed, and in `judged_keys` what they were looked for of. Raises RuleFailed."""
    models.run(cursor, "integrity/begun")
    if everything:
        cursor.execute("delete from column_names")
    if not _is_any(cursor, "def_rules"):
        cursor.execute("create or replace temp table found_violations as from violations_kept where false")
        return
    if everything:
        take_in(cursor)
    rules = _rules(cursor)
    if not everything:
        models.run(cursor, "integrity/judged_keys")
        models.run(cursor, "integrity/judged_things")
        touched = {rule for (rule,) in cursor.execute("select distinct rule from judged_keys").fetchall()}
        rules = [rule for rule in rules if rule.name in touched]
    for rule in rules:
        try:
            _evaluate(cursor, rule, everything)
        except duckdb.Error as error:
            raise RuleFailed(rule.name, f"it failed: {str(error).splitlines()[0]}") from error
    models.run(cursor, "integrity/resolved", computed="fresh_facts" if everything else "scope")


def keep(cursor: duckdb.DuckDBPyConnection, *, everything: bool) -> None:
    """Puts what was found in the place of what was kept of it."""
    if everything:
        cursor.execute("delete from violations_kept")
        cursor.execute("delete from told_kinds")
        cursor.execute("insert into violations_kept by name from found_violations")
    elif _is_any(cursor, "violations_kept") or _is_any(cursor, "found_violations"):
        models.run(cursor, "integrity/staying")
        cursor.execute("delete from violations_kept")
        cursor.execute("insert into violations_kept by name from (from staying_violations union all by name from found_violations)")
    models.run(cursor, "integrity/told_kinds")


def show(cursor: duckdb.DuckDBPyConnection) -> None:
    """Puts what was found as of a past moment in front, for this cursor alone."""
    if _is_any(cursor, "def_rules"):
        models.run(cursor, "integrity/staying")
        models.run(cursor, "moment/violations_then")


def skip(cursor: duckdb.DuckDBPyConnection, failed: RuleFailed) -> None:
    """Leaves a rule out until the definitions change or everything is computed anew, and says why."""
    cursor.execute("update def_rules set skipped = $1 where rule = $2", [failed.problem, failed.rule])
    cursor.execute("delete from violations_kept where rule = $1", [failed.rule])


def _rules(cursor: duckdb.DuckDBPyConnection) -> list[Told]:
    kinds: dict[tuple[str, bool], list[str]] = {}
    for rule, kind, is_beside in cursor.execute("select rule, kind, is_beside from def_rule_kinds order by all").fetchall():
        kinds.setdefault((rule, is_beside), []).append(kind)
    events: dict[str, list[tuple[str, str | None]]] = {}
    for rule, event_type, system in cursor.execute("select rule, event_type, system from def_rule_events order by all").fetchall():
        events.setdefault(rule, []).append((event_type, system))
    rows = cursor.execute("select rule, workflow, statement, settings from def_rules where skipped is null order by place").fetchall()
    return [
        Told(
            name, workflow, tuple(kinds.get((name, False), ())), tuple(kinds.get((name, True), ())), tuple(events[name]), statement,
            {key: setting_value(text) for key, text in settings.items()},
        )
        for name, workflow, statement, settings in rows
    ]  # fmt: skip


def _is_looked_at(rule: Told) -> str:
    """Whether the rule looks at event `e`; types as a list, which a scan can be narrowed by."""
    if any(event_type == ANY_EVENT for event_type, _ in rule.events):
        return "true"
    types = _listed(sorted({event_type for event_type, _ in rule.events}))
    each = " or ".join(
        f"e.event_type = {quoted(event_type)}{f' and e.system = {quoted(system)}' if system else ''}" for event_type, system in rule.events
    )
    return f"e.event_type in ({types}) and ({each})"


def _evaluate(cursor: duckdb.DuckDBPyConnection, rule: Told, everything: bool) -> None:
    words = {"rule": quoted(rule.name), "event_columns": models.text("integrity/event_columns")}
    words["is_looked_at"] = _is_looked_at(rule)
    words["known_event"] = models.filled(models.text("integrity/known_event"), words)
    if rule.workflow:
        words["is_mine"] = "true" if rule.workflow == ANY_WORKFLOW else f"n.workflow = {quoted(rule.workflow)}"
        relations = _of_transactions(cursor, rule, words, everything)
    else:
        relations = _of_things(cursor, rule, words, everything)
    given = _given(cursor, rule, relations)
    if problem := _problem(rule, given):
        raise RuleFailed(rule.name, problem)
    mine = "true" if everything else f"exists (from judged_keys k where k.rule = {words['rule']} and k.kind = f.kind and k.key = f.key)"
    # The statement comes last: what it says in braces is its own.
    found = models.filled(
        models.text("integrity/found"),
        {**words, "relations": relations, "columns": _columns(rule, given), "mine": mine, "statement": rule.statement},
    )
    cursor.execute(found, rule.settings or None)


def _given(cursor: duckdb.DuckDBPyConnection, rule: Told, relations: str) -> dict[str, str]:
    """The columns of its statement with their types; asked once, for planning takes as long as a small answer."""
    asked = f"with {relations}\nselect * from (\n{rule.statement}\n) limit 0"
    if asked not in _GIVEN:
        _GIVEN[asked] = {column: str(kind) for column, kind, *_ in cursor.execute(asked, rule.settings or None).description}
    return _GIVEN[asked]


def _of_transactions(cursor: duckdb.DuckDBPyConnection, rule: Told, words: dict[str, str], everything: bool) -> str:
    names = "from scoped_objects"
    if rule.beside:
        models.run(cursor, "integrity/nearby", beside=_listed(rule.beside), **words)
        if not everything:  # then all names are in scope already
            names += (
                " union select event_no, object_type, object_id from named_objects where event_no in (select event_no from rule_nearby)"
            )
    else:
        cursor.execute("create or replace temp table rule_nearby (event_no bigint)")
    steps = _steps(cursor, rule)
    fields = {
        "names": names,
        "milestones": _milestones(rule, steps),
        "milestone": _of_step(rule, steps, 0),
        "adds_up": _of_step(rule, steps, 1),
    }
    return models.filled(models.text("integrity/of_transactions"), {**words, **fields})


def _steps(cursor: duckdb.DuckDBPyConnection, rule: Told) -> dict[str, list[tuple[str, str]]]:
    """Per workflow the rule is about: (milestone, whether it adds up) of its steps in order, as SQL."""
    rows = cursor.execute("select workflow, milestone, adds_up from rule_steps order by workflow, step").fetchall()
    steps: dict[str, list[tuple[str, str]]] = {}
    for workflow, milestone, adds_up in rows:
        if rule.workflow in (ANY_WORKFLOW, workflow):
            steps.setdefault(workflow, []).append((milestone, str(adds_up).lower()))
    return steps


def _of_step(rule: Told, steps: dict[str, list[tuple[str, str]]], field: int) -> str:
    """What there is to say of the step of event `b`: looked up in a list, for a join would be made even where nobody asks."""
    lists = {
        workflow: ", ".join(quoted(each[field]) if field == 0 else each[field] for each in listed) for workflow, listed in steps.items()
    }
    if rule.workflow != ANY_WORKFLOW:
        return f"[{lists.get(str(rule.workflow), 'null')}][b.step]"
    return f"map {{{', '.join(f'{quoted(workflow)}: [{listed}]' for workflow, listed in lists.items())}}}[n.workflow][b.step]"


def _milestones(rule: Told, steps: dict[str, list[tuple[str, str]]]) -> str:
    """`reached` and `due` by the names of the workflow's milestones."""
    if rule.workflow == ANY_WORKFLOW:
        return ""
    names = [milestone for milestone, _ in steps[str(rule.workflow)]]
    entries = {field: ", ".join(f"{_name(name)}: n.{field}[{step}]" for step, name in enumerate(names, 1)) for field in ("reached", "due")}
    return "".join(f", {{{fields}}} as {field}" for field, fields in entries.items())


def _of_things(cursor: duckdb.DuckDBPyConnection, rule: Told, words: dict[str, str], everything: bool) -> str:
    if everything:
        models.run(cursor, "integrity/about_all", kinds=_listed(rule.kinds), **words)
        return models.filled(models.text("integrity/of_things"), {**words, "events": "events", "objects": "named_objects"})
    models.run(cursor, "integrity/about_judged", **words)
    return models.filled(models.text("integrity/of_things"), {**words, "events": "judged_events", "objects": "judged_objects"})


def _columns(rule: Told, given: dict[str, str]) -> str:
    """Every column that is kept, from the statement or as it is where that leaves it out."""
    kinds = (rule.workflow,) if rule.workflow else rule.kinds
    absent = {column: default or "" for column, (_, default) in GIVES.items()}
    if len(kinds) == 1 and rule.workflow != ANY_WORKFLOW:
        absent["kind"] = quoted(str(kinds[0]))
    if rule.workflow:
        absent |= {"workflow": "v.kind" if "kind" in given else absent["kind"], "transaction_id": "v.key"}
    names = {"site": "stated_site"}
    return ", ".join(
        f"({f'v.{column}' if column in given else absent[column]})::{kind} as {names.get(column, column)}"
        for column, (kind, _) in GIVES.items()
    )


def _problem(rule: Told, given: dict[str, str]) -> str | None:
    """What is wrong with the columns that a statement gives."""
    needed = [column for column, (_, default) in GIVES.items() if default is None]
    if rule.workflow == ANY_WORKFLOW or len(rule.kinds) > 1:
        needed = ["kind", *needed]
    if missing := [column for column in needed if column not in given]:
        return f"its SELECT does not give {', '.join(missing)}. It must give {', '.join(needed)}."
    if strange := sorted(given.keys() - GIVES.keys()):
        return f"its SELECT gives {', '.join(strange)}, which nobody reads. It may give {', '.join(GIVES)}."
    for column, allowed in TYPES.items():
        if column in given and given[column] not in (*allowed, '"NULL"', "NULL"):
            return f"its column {column} is {given[column]}; it must be {allowed[3]}."
    return None


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(map(quoted, texts))


def _name(milestone: str) -> str:
    return '"' + milestone.replace('"', '""') + '"'


def _is_any(cursor: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(cursor.execute(f"from {table} limit 1").fetchall())


def quoted(text: str) -> str:
    """As a text in SQL."""
    return "'" + text.replace("'", "''") + "'"
