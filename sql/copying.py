"""A copy of a store as it is at one moment, made while others read and write it."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from sql.store import Store


def copy_store(store: Store, path: Path) -> None:
    """Writes what `store` holds now into a new store at `path`: whole row groups, so it is often smaller. Nobody waits for it meanwhile."""
    Store(path).close()
    copied = f"copied_{uuid4().hex}"  # all cursors of a store share the names of what is attached
    with store.read() as cursor:
        tables = [name for (name,) in cursor.execute("select table_name from duckdb_tables() where not temporary order by all").fetchall()]
        cursor.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as {copied}")
        try:
            cursor.execute("begin")
            for table in tables:
                cursor.execute(f'delete from {copied}."{table}"')
                cursor.execute(f'insert into {copied}."{table}" by name select * from "{table}"')
            cursor.execute("commit")
            cursor.execute(f"checkpoint {copied}")
        finally:
            cursor.execute(f"detach {copied}")
