"""Rows of a Parquet file as JSON, exactly: decimals as their digits, times to the nanosecond, what is nested as it is nested.

DuckDB reads it, in a connection of its own that can open this one file and nothing else, and in a process of its own: a minute of files
with changed bytes ended DuckDB with a segmentation fault, which must not end more than that process.
Run as a program, this file is that process; it knows nothing of the rest of the package.
"""

from __future__ import annotations

import glob
import json
import resource
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any

import duckdb

BATCH = 1_000
MEMORY = "512MB"  # of all row groups in work; a file whose row groups need more is refused by DuckDB with a sentence
ADDRESS_SPACE = 8 << 30
MOST_DIGITS = 38  # of a decimal; DuckDB makes wrong numbers of longer ones
AS_IT_IS = {"boolean", "tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger", "ubigint", "varchar"}


CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": MEMORY,
    "temp_directory": "",
    "threads": "1",
}


class NoParquet(ValueError):
    """The file is none that can be read; the text says why."""


class ParquetFile:
    """One file that nobody writes to any more. Raises NoParquet. Close it."""

    def __init__(self, path: Path) -> None:
        self._name = glob.escape(str(path))  # DuckDB takes names for patterns
        self._connection = duckdb.connect(":memory:", config=CONFIG)
        try:
            self._ask("set timezone = 'UTC'")
            self._ask(f"set allowed_paths = [{_text(str(path))}, {_text(self._name)}]")
            self._ask("set enable_external_access = false")
            self._ask("set lock_configuration = true")
            too_long = self._ask("select name from parquet_schema(?) where precision > ?", self._name, MOST_DIGITS).fetchall()
            self.left_out = [str(name) for (name,) in too_long]  # columns that DuckDB would read wrong
            described = self._ask("select * from read_parquet(?, hive_partitioning = false) limit 0", self._name).description
            self._schema = [(column[0], column[1]) for column in described if column[0] not in self.left_out]
            self.columns = [name for name, _ in self._schema]
            ((self.count,),) = self._ask("select num_rows from parquet_file_metadata(?)", self._name).fetchall()
        except BaseException:
            self.close()
            raise

    def rows(self, after: int) -> Iterator[list[tuple[int, bytes]]]:
        """The rows behind the first `after`, in batches of (number from 1, JSON)."""
        fields = ", ".join(f"{_text(name)}, {_exact(_quoted(name), kind)}" for name, kind in self._schema)
        found = self._ask(
            f"select file_row_number + 1, json_object({fields})::varchar "
            "from read_parquet(?, file_row_number = true, hive_partitioning = false) where file_row_number >= ?",
            self._name,
            after,
        )
        while batch := self._fetched(found):
            yield [(number, row.encode()) for number, row in batch]

    def close(self) -> None:
        self._connection.close()

    def _fetched(self, found: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
        try:
            return found.fetchmany(BATCH)
        except duckdb.Error as error:
            raise NoParquet(_said(error)) from error

    def _ask(self, query: str, *values: Any) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(query, list(values))
        except duckdb.Error as error:
            raise NoParquet(_said(error)) from error


def _said(error: duckdb.Error) -> str:
    return str(error).partition("\n")[0].strip().rstrip(".")


def _exact(place: str, kind: Any) -> str:
    """The SQL that makes JSON of what stands at `place` without bending it."""
    name = kind.id
    if name in AS_IT_IS:
        return place
    if name in ("float", "double"):
        shortest = f"({place})::varchar::double" if name == "float" else place  # 0.1 as a float is not 0.10000000149011612
        return f"case when isfinite({place}) then {shortest} end"
    if name == "timestamp with time zone":
        return f"strftime({place}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    if name in ("list", "array"):
        return f"to_json(list_transform({place}, lambda x: {_exact('x', dict(kind.children)['child'])}))"
    if name == "struct":
        fields = ", ".join(f"{_text(field)}, {_exact(f'({place}).{_quoted(field)}', inner)}" for field, inner in kind.children)
        return f"case when {place} is not null then json_object({fields}) end"
    if name == "map":
        inner = dict(kind.children)
        key, value = _exact("x.key", inner["key"]), _exact("x.value", inner["value"])
        return f"to_json(map_from_entries(list_transform(map_entries({place}), lambda x: {{'k': ({key})::varchar, 'v': {value}}})))"
    return f"({place})::varchar"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def serve(requests: Iterable[bytes], answers: IO[bytes]) -> None:
    """Answers requests, one a line: `[path, null]` by what the file is, as a line of JSON; `[path, after]` by its rows, as lines of their
    number and JSON, and an empty line behind the last. A line `{"error": …}` says why not, or why not further."""
    for line in requests:
        path, after = json.loads(line)
        try:
            with closing(ParquetFile(Path(path))) as file:
                if after is None:
                    _tell(answers, {"columns": file.columns, "count": file.count, "left_out": file.left_out})
                else:
                    for batch in file.rows(after):
                        answers.write(b"".join(b"%d %b\n" % row for row in batch))
                    answers.write(b"\n")
        except (NoParquet, OSError, ValueError, MemoryError) as error:
            _tell(answers, {"error": str(error)})
        answers.flush()


def _tell(answers: IO[bytes], what: dict[str, Any]) -> None:
    answers.write(json.dumps(what).encode() + b"\n")


def _main() -> None:
    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, ADDRESS_SPACE)):
        with suppress(ValueError, OSError):  # some systems know no such limit
            resource.setrlimit(kind, (most, most))
    with suppress(BrokenPipeError):  # nobody listens any more
        serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    _main()
