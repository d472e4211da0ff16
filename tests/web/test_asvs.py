"""The list of what OWASP asks is whole, and what it says holds is held by a test that exists."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

import pytest

from tests.repository import ROOT

# Of version 5.0.0: section → the items of levels 1 and 2.
ASKED = {
    "1.1": "1-2", "1.2": "1-9", "1.3": "1-11", "1.4": "1-3", "1.5": "1-2", "2.1": "1-3", "2.2": "1-3", "2.3": "1-4", "2.4": "1",
    "3.2": "1-2", "3.3": "1-4", "3.4": "1-6", "3.5": "1-5", "3.7": "1-2", "4.1": "1-3", "4.2": "1", "4.3": "1-2", "4.4": "1-4",
    "5.1": "1", "5.2": "1-3", "5.3": "1-2", "5.4": "1-3", "6.1": "1-3", "6.2": "1-12", "6.3": "1-4", "6.4": "1-4", "6.5": "1-5",
    "6.6": "1-3", "6.8": "1-4", "7.1": "1-3", "7.2": "1-4", "7.3": "1-2", "7.4": "1-5", "7.5": "1-2", "7.6": "1-2", "8.1": "1-2",
    "8.2": "1-3", "8.3": "1", "8.4": "1", "9.1": "1-3", "9.2": "1-4", "10.1": "1-2", "10.2": "1-2", "10.3": "1-4", "10.4": "1-11",
    "10.5": "1-5", "10.6": "1-2", "10.7": "1-3", "11.1": "1-2", "11.2": "1-3", "11.3": "1-3", "11.4": "1-4", "11.5": "1", "11.6": "1",
    "12.1": "1-3", "12.2": "1-2", "12.3": "1-4", "13.1": "1", "13.2": "1-5", "13.3": "1-2", "13.4": "1-5", "14.1": "1-2", "14.2": "1-4",
    "14.3": "1-3", "15.1": "1-3", "15.2": "1-3", "15.3": "1-7", "16.1": "1", "16.2": "1-5", "16.3": "1-4", "16.4": "1-3", "16.5": "1-3",
    "17.1": "1", "17.2": "1-4", "17.3": "1-2",
}  # fmt: skip
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`([a-z_/]+\.py)::(test_\w+)`")
HOLDS, IN_PART, DOES_NOT, NOT_APPLICABLE = "holds", "in part", "does not", "not applicable"


class Item(NamedTuple):
    number: str
    asks: str
    answer: str
    by: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        return TEST.findall(self.by)

    @property
    def reason(self) -> str:
        """What is said beside the tests."""
        return TEST.sub("", self.by).strip(" ,:.")


ITEMS = [Item(*found) for found in ROW.findall((ROOT / "app" / "docs" / "asvs.md").read_text(encoding="utf-8"))]


def asked() -> list[str]:
    found = []
    for section, parts in ASKED.items():
        for part in parts.split():
            first, _, last = part.partition("-")
            found += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return found


def test_every_item_is_answered_once_and_in_order() -> None:
    assert [item.number for item in ITEMS] == asked()
    assert len(ITEMS) == 253


def test_what_holds_names_a_test_and_what_does_not_says_why() -> None:
    assert [item.number for item in ITEMS if item.answer not in (HOLDS, IN_PART, DOES_NOT, NOT_APPLICABLE)] == []
    assert [item.number for item in ITEMS if item.answer in (HOLDS, IN_PART) and not item.tests] == []
    assert [item.number for item in ITEMS if item.answer != HOLDS and len(item.reason) < len("There is none")] == []


# What encrypts, signs and hashes → what the document calls it.
CRYPTOGRAPHY = {
    "argon2": "argon2id",
    "authlib": "ID tokens of the provider",
    "cryptography.fernet": "Fernet",
    "hashlib": "SHA-256",
    "hmac": "HMAC-SHA-256",
    "itsdangerous": "key of the cookies",
    "joserfc": "ID tokens of the provider",
    "secrets": "random bytes",
    "ssl": "TLS to others",
}
IMPORTED = re.compile(
    r"^\s*(?:from|import) ((?:argon2|cryptography|hashlib|hmac|itsdangerous|joserfc|jose|authlib|secrets|ssl|Crypto|nacl|jwt)\b[\w.]*)",
    re.MULTILINE,
)


def test_the_keys_and_algorithms_that_are_used_are_listed() -> None:
    used = set()
    for path in (each for part in ("app", "collectors", "metrics", "sql") for each in (ROOT / part).rglob("*.py")):
        for name in IMPORTED.findall(path.read_text(encoding="utf-8")):
            used.add(next((known for known in CRYPTOGRAPHY if f"{name}.".startswith(f"{known}.")), name))
    assert used == set(CRYPTOGRAPHY)
    said = (ROOT / "app" / "docs" / "asvs.md").read_text(encoding="utf-8").partition("## Keys and algorithms")[2]
    assert [word for word in CRYPTOGRAPHY.values() if word not in said] == []


@pytest.mark.parametrize("file", sorted({file for item in ITEMS for file, _ in item.tests}))
def test_every_test_that_is_named_exists(file: str) -> None:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    known = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
    assert {name for item in ITEMS for where, name in item.tests if where == file} - known == set()
