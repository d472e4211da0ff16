"""What is installed is what was looked at, and nothing more is fetched, neither while it is installed nor while it runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sql.store import Store
from tests.repository import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
PARTS = ("app", "collectors", "metrics", "sql")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_names_one_version_by_its_hashes_and_no_other_place(lock: str) -> None:
    text = re.sub(r"^ *#.*\n", "", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)
    wanted = [each for each in re.split(r"\n(?=\S)", text.strip()) if each]
    assert len(wanted) > 50
    line = re.compile(r"[a-z0-9._-]+(\[[a-z,]+\])?==[\w.!+-]+( ; [^\\]+)?( \\\s+--hash=sha256:[0-9a-f]{64})+")
    assert [each[:60] for each in wanted if not line.fullmatch(each.rstrip())] == []


def test_whatever_installs_it_asks_for_the_hashes() -> None:
    installs = [line for file in ("Dockerfile", ".ci/setup") for line in _installing(ROOT / file)]
    assert len(installs) >= 2
    assert [line for line in installs if "--require-hashes" not in line and "--no-deps" not in line] == []


def _installing(file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8").replace("\\\n", " ")
    return (line.strip() for line in text.splitlines() if re.search(r"pip['\")]? install", line) and not line.lstrip().startswith("#"))


def test_it_is_said_how_soon_a_weakness_of_a_library_is_mended() -> None:
    said = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())
    assert "a library that Syncline brings counts as one of Syncline: a fix or a plan within thirty days" in said
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [name for name in ("lock", "audit") if f"\n{name}:" not in targets] == []


def test_no_database_of_ours_fetches_an_extension(tmp_path: Path) -> None:
    store = Store(tmp_path / "x.duckdb")
    try:
        with store.read() as cursor:
            names = ("autoinstall_known_extensions", "autoload_known_extensions")
            said = [cursor.execute("select current_setting($1)", [name]).fetchall()[0][0] for name in names]
            assert said == [False, False]
            with pytest.raises(duckdb.Error, match="httpfs"):
                cursor.execute("from read_csv('https://127.0.0.1:9/x.csv')")
    finally:
        store.close()


def test_every_database_is_opened_so() -> None:
    opened, wrong = 0, []
    for path in (each for part in PARTS for each in sorted((ROOT / part).rglob("*.py"))):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "duckdb.connect(" in text else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "duckdb.connect":
                opened += 1
                told = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                wrong += [] if told.get("config") in ("OFFLINE", "SETTINGS", "CONFIG") else [f"{path.name}:{node.lineno}"]
    assert (opened > 5, wrong) == (True, [])


def test_no_page_and_no_style_names_another_host() -> None:
    foreign = re.compile(r"""(?:src|href|action|url|import)\s*[=(:]?\s*["'(]*\s*(?:https?:)?//(?!www\.w3\.org)[\w.-]+""", re.IGNORECASE)
    files = [*(ROOT / "assets").rglob("*.css"), *(ROOT / "assets").rglob("*.js"), *(ROOT / "app" / "web" / "templates").glob("*.html")]
    assert len(files) > 30
    assert [(file.name, found[0]) for file in files if (found := foreign.search(file.read_text(encoding="utf-8")))] == []
