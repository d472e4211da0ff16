"""The project keeps its form: who imports whom, who reads the clock, how files open, what is never written."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repository import BELOW_APP, PRODUCT, ROOT, files, files_of, name

# Time and settings travel as arguments, so that any moment can be asked about and every test can choose its own.
CLOCKS = {
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "time.ctime",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "pandas.Timestamp.now",
    "pandas.Timestamp.utcnow",
    "pandas.Timestamp.today",
}
ENVIRONMENT = {"os.environ", "os.getenv", "os.environb", "os.getenvb"}
CLOCKS_OF_SQL = re.compile(
    r"\b(now|today|get_current_timestamp|get_current_time|transaction_timestamp|current_localtimestamp)\s*\(|"
    r"\bcurrent_(timestamp|date|time)\b|\blocaltimestamp\b",
    re.IGNORECASE,
)
COUNTED_OVER_ALL = re.compile(r"(?<!row_number\(\)) over \(\s*\)", re.IGNORECASE)
VAGUE_NAMES = {"manager", "helper", "helpers", "util", "utils", "common", "base", "misc"}
# In halves, so that this file may be searched as well.
UNFINISHED = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|NotImplemented" + r"Error)\b")
MACHINE_PATH = re.compile(r"(^|[\s\"'(=:`])/(root|home|work|farm|Users)/[a-z.]", re.MULTILINE)
LONGEST_FUNCTION = 60
LONGEST_FILE = 400


def test_imports_keep_the_contracts() -> None:
    # As a process of its own: called in this one it would switch off every logger that exists.
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_product_does_not_import_its_tests() -> None:
    wrong = [f"{name(path)}:{line}" for path in files_of(PRODUCT, ".py") for line, what in _imports(path) if what.split(".")[0] == "tests"]
    assert wrong == []


def test_below_app_nobody_reads_the_clock_or_the_environment() -> None:
    wrong = [f"{name(path)}:{line} {what}" for path in files_of(BELOW_APP, ".py") for line, what in _uses(path, CLOCKS | ENVIRONMENT)]
    assert wrong == [], "take the time or the setting as an argument"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import os\nos.environ['A']", ["os.environ"]),
        ("from os import environ as e\ne['A']", ["os.environ"]),
        ("import time as t\nt.time_ns()", ["time.time_ns"]),
        ("from time import time\ndefault = time", ["time.time"]),
        ("from datetime import datetime\ndatetime.now()", ["datetime.datetime.now"]),
        ("import time\ntime.monotonic()", []),
        ("def f(now_ns):\n    return now_ns()", []),
    ],
)
def test_a_reading_of_the_clock_or_the_environment_is_found_under_any_name(tmp_path: Path, code: str, found: list[str]) -> None:
    path = tmp_path / "code.py"
    path.write_text(code)
    assert [what for _, what in _uses(path, CLOCKS | ENVIRONMENT)] == found


def test_callbacks_are_registered_with_every_server_of_a_process() -> None:
    dashs_own = {"dash.callback", "dash.clientside_callback"}
    wrong = [f"{name(path)}:{line} {what}" for path in files_of(("app",), ".py") for line, what in _imports(path) if what in dashs_own]
    assert wrong == [], "take callback from app.components.callbacks"


def test_models_do_not_read_the_clock() -> None:
    wrong = [f"{name(path)}: {hit[0]}" for path in files_of(("sql",), ".sql") if (hit := CLOCKS_OF_SQL.search(_without_comments(path)))]
    assert wrong == [], "models read as_of"


def test_models_count_all_rows_by_a_query_of_its_own() -> None:
    """In DuckDB 1.5.5 a window over all rows of a result of few rows fails once in some hundred times, and takes the whole database with it
    until the process ends (duckdb/duckdb#25713)."""
    wrong = [name(path) for path in files_of(("sql",), ".sql") if COUNTED_OVER_ALL.search(_without_comments(path))]
    assert wrong == [], "write (select count(*) from …) instead of count(*) over ()"


def test_every_module_opens_with_one_sentence() -> None:
    wrong = [name(path) for path in files_of((*PRODUCT, "tests"), ".py") if not _opens_with_a_sentence(path)]
    assert wrong == [], "the first statement is a docstring that opens with a sentence"


def test_every_model_opens_with_a_comment() -> None:
    assert [name(path) for path in files_of(("sql",), ".sql") if not path.read_text().startswith("-- ")] == []


def test_modules_are_named_by_what_they_hold() -> None:
    assert [name(path) for path in files() if path.suffix == ".py" and VAGUE_NAMES & set(path.stem.split("_"))] == []


def test_functions_and_files_stay_readable() -> None:
    long_functions = [
        f"{name(path)}:{each.lineno} {each.name} ({_length(each)})"
        for path in files_of(PRODUCT, ".py")
        for each in ast.walk(_tree(path))
        if isinstance(each, ast.FunctionDef) and _length(each) > LONGEST_FUNCTION
    ]
    long_files = [
        name(path)
        for suffix in (".py", ".sql")
        for path in files_of(PRODUCT, suffix)
        if path.read_text(encoding="utf-8").count("\n") > LONGEST_FILE
    ]
    assert long_functions + long_files == []


def test_nothing_is_left_unfinished() -> None:
    assert [f"{name(path)}: {hit[0]}" for path, text in _texts() if (hit := UNFINISHED.search(text))] == []


def test_no_path_of_a_machine_is_written_down() -> None:
    assert [f"{name(path)}: {hit[0].strip()}" for path, text in _texts() if (hit := MACHINE_PATH.search(text))] == []


def _texts() -> Iterator[tuple[Path, str]]:
    """Every text of the repository. Locks are checked by tests/test_locks.py, fonts and images are no text."""
    for path in files():
        if path.suffix != ".lock":
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Each import of the file: line and full name of what is imported."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{each.name}") for each in node.names)


def _uses(path: Path, forbidden: set[str]) -> list[tuple[int, str]]:
    """Where the file mentions one of the full names, whatever it calls them."""
    tree = _tree(path)
    known = _local_names(tree)
    mentions = [(node.lineno, _full_name(node, known)) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name)]
    return sorted({(line, what) for line, what in mentions if what in forbidden})


def _local_names(tree: ast.Module) -> dict[str, str]:
    """Local name → full name, for all that is imported."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.asname or each.name.split(".")[0]: each.name if each.asname else each.name.split(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return names


def _full_name(node: ast.expr, known: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_full_name(node.value, known)}.{node.attr}"
    return known.get(node.id, "") if isinstance(node, ast.Name) else ""


def _opens_with_a_sentence(path: Path) -> bool:
    opening = (ast.get_docstring(_tree(path)) or "").split("\n\n")[0]
    return opening.endswith((".", "?", "`"))


def _without_comments(path: Path) -> str:
    return re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))


def _length(function: ast.FunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1
