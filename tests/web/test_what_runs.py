"""Nothing that somebody said is run: which ways to run something there are in the product, and where they stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.repository import ROOT

PARTS = ("app", "collectors", "metrics", "sql")
# What is called → the files that may, and why they may.
ALLOWED = {
    "eval": {},
    "exec": {},
    "compile": {},
    "__import__": {},
    "os.system": {},
    "os.popen": {},
    "os.exec": {},
    "os.spawn": {},
    "os.startfile": {},
    "pty": {},
    "ctypes": {},
    "shelve": {},
    "marshal": {},
    "dill": {},
    "jsonpickle": {},
    "subprocess": {
        "app/demo.py": "the simulator, with words of our own",
        "collectors/files/parquet_reader.py": "our own reader; the path of a file goes to its standard input",
    },
    "pickle": {"collectors/workers.py": "rows between processes of ours, over a pipe that nobody else has"},
    "random": {
        "app/jobs.py": "when a job begins, not a secret",
        "app/privacy/data.py": "which pseudonym, seeded by `secrets`",
        "app/privacy/disguise.py": "the same",
    },
    "hashlib.md5": {},
    "hashlib.sha1": {},
    "yaml.load": {},
    "yaml.unsafe_load": {},
    "yaml.full_load": {},
    "xml.dom": {},
    "xml.sax": {},
    "lxml": {},
    "logging.FileHandler": {},
    "logging.handlers": {"collectors/workers.py": "what processes of ours say, handed on to the one that serves"},
    "logging.StreamHandler": {"app/serve.py": "standard error, where the log goes"},
}
IN_SCRIPTS = (
    *("postMessage", '"message"', "onmessage", "eval(", "new Function"),
    *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"),
)
WORDS = re.compile(  # of a file worth parsing: all of them take seconds
    r"(?<![\w.])(?:eval|exec|compile|__import__)\(|\bos\.[a-z]+\(|from os import|\bpty\b|ctypes|shelve|marshal|dill|pickle"
    r"|subprocess|hashlib|random|yaml|xml|Handler|logging\.handlers"
)
FROM_XML = {"Element", "ParseError", "TreeBuilder"}  # what is built; who reads is defusedxml


@cache
def used() -> dict[str, set[str]]:
    """What each file of the product names of others: `subprocess`, `subprocess.Popen`, `eval`. The simulator's seeded luck is its point."""
    found: dict[str, set[str]] = {}
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith("app/simulator/"):
                text = path.read_text(encoding="utf-8")
                found[name] = set(_names(ast.parse(text))) if WORDS.search(text) else set()
    return found


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def test_the_whole_product_is_looked_at() -> None:
    assert len(used()) > 500
    assert "subprocess.Popen" in used()["collectors/files/parquet_reader.py"]
    written = "import os\nos.system('x')\neval('1')\nfrom pickle import loads"
    assert set(_names(ast.parse(written))) == {"os", "os.system", "eval", "pickle.loads"}


@pytest.mark.parametrize("what", ALLOWED)
def test_what_could_run_something_stands_only_where_it_is_said_why(what: str) -> None:
    named = {file for file, names in used().items() if any(name == what or name.startswith(f"{what}.") for name in names)}
    named |= {file for file, names in used().items() if what in ("os.exec", "os.spawn") and any(name.startswith(what) for name in names)}
    assert named == set(ALLOWED[what])


def test_no_command_goes_through_a_shell() -> None:
    for file in ALLOWED["subprocess"]:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("subprocess.")]
        calls = [call for call in calls if "Timeout" not in ast.unparse(call.func)]
        assert calls
        for call in calls:
            assert "shell" not in {keyword.arg for keyword in call.keywords}
            assert not isinstance(call.args[0], ast.Constant | ast.JoinedStr), "a list of words, never a line"


def test_xml_is_read_by_what_refuses_entities() -> None:
    read = {name for names in used().values() for name in names if name.startswith("xml.etree.ElementTree.")}
    assert {name.rpartition(".")[2] for name in read} <= FROM_XML
    assert not {file for file, names in used().items() for name in names if name in ("xml.etree.ElementTree", "xml.etree")}


def test_no_script_of_ours_listens_to_other_windows_or_makes_code_or_markup_of_texts() -> None:
    scripts = sorted((ROOT / "assets").glob("*.js"))
    assert len(scripts) > 5
    assert [(path.name, sign) for path in scripts for sign in IN_SCRIPTS if sign in path.read_text(encoding="utf-8")] == []
