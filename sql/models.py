"""The SQL files by name: run one, run a folder in its order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import duckdb

FOLDER = Path(__file__).parent


@cache
def text(name: str) -> str:
    """The statements of `folder/file`, without the ending `.sql`."""
    return (FOLDER / f"{name}.sql").read_text()


def filled(statements: str, words: Mapping[str, str]) -> str:
    """Each `{word}` replaced by the SQL given for it (never by data)."""
    for word, sql in words.items():
        statements = statements.replace("{" + word + "}", sql)
    return statements


def run(cursor: duckdb.DuckDBPyConnection, name: str, **words: str) -> duckdb.DuckDBPyConnection:
    """Executes one file, its words filled in."""
    return cursor.execute(filled(text(name), words))


@cache
def order(folder: str) -> tuple[str, ...]:
    """The files of a folder in the order of its manifest; a file missing on either side is an error of ours."""
    listed = (FOLDER / folder / "_order").read_text().split()
    there = {path.stem for path in (FOLDER / folder).glob("*.sql")}
    if there != set(listed):
        raise RuntimeError(f"sql/{folder}/_order and its folder differ: {sorted(there ^ set(listed))}")
    return tuple(f"{folder}/{name}" for name in listed)


def install_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates every macro and view anew unless those that are there are these, so that no Syncline ever reads through another one's."""
    installed = connection.execute("select value from meta where key = 'views'").fetchall()
    if installed == [(wanted := _fingerprint(connection),)]:
        return
    connection.execute("begin")
    try:
        for name in _views():
            run(connection, name)
        connection.execute("delete from meta where key = 'views'")
        connection.execute("insert into meta values ('views', $1)", [wanted])
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _views() -> tuple[str, ...]:
    return ("macros", *order("views"))


def _fingerprint(connection: duckdb.DuckDBPyConnection) -> str:
    """Of what the views say, the tables they are of and the DuckDB that read them: with any of them another, a view is another."""
    made_of = [duckdb.__version__, *connection.execute("select name from migrations order by number").fetchall(), *map(text, _views())]
    return hashlib.sha256(repr(made_of).encode()).hexdigest()
