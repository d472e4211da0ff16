"""The class of an error: first all rules by code, then all by words, a site's own before the default ones.

    error_rules:
      - {class: business, codes: ["sap:RU/494"], words: [gesperrt, "nicht angelegt*"]}

Words are whole words without case, in any language; `*` stands for any letters of the same word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from collectors.suggest import unknown

Words = Callable[[str], object]
CLASSES = ("configuration", "contract", "dependency", "business", "transient", "unknown")
NUMBERED = {
    "configuration": {"http": "401 403 407", "idoc": "29 56"},
    "contract": {
        "http": "400 406 415",
        "idoc": "04 05 07 09 17 26 54 60",
        "x12.997": "R E",
        "edifact.contrl": "4",
        "kafka.connect": "KEY_CONVERTER VALUE_CONVERTER HEADER_CONVERTER",
    },
    "dependency": {"http": "424", "idoc": "66"},
    "business": {"http": "404 409 410 412 422", "idoc": "40 51 52", "x12.855": "RD RJ", "edifact.ordrsp": "RE"},
    "transient": {"http": "408 425 429 502 503 504", "idoc": "02 20 63", "rabbitmq": "expired"},
}
WORDS = {
    "configuration": ["unauthorised", "unauthorized", "forbidden", "certificate", "expired token", "access denied", "partner profile"],
    "contract": [
        "schema*",
        "parse",
        "parser",
        "parsing",
        "malformed",
        "unsupported version",
        "mandatory",
        "invalid format",
        "deserialis*",
        "deserializ*",
    ],
    "dependency": ["predecessor", "circuit", "waiting for"],
    "business": [
        "not maintained",
        "does not exist",
        "is blocked",
        "purchasing block",
        "posting period",
        "insufficient",
        "exceeds",
        "not allowed",
        "duplicate key",
        "already posted",
        "already confirmed",
        "validation*",
    ],
    "transient": [
        "*timeout*",
        "timed out",
        "connection refused",
        "connection reset",
        "unavailable",
        "deadlock*",
        "lock",
        "locked",
        "too many requests",
        "temporarily",
        "*SocketException",
        "*ConnectException",
    ],
}


class ErrorRules:
    """The rules in force: those of the configuration's `error_rules` (checked before with check_error_rules), then the default ones."""

    def __init__(self, own: list[dict[str, Any]] | None = None) -> None:
        self._own = own
        self._own_codes = _first_of((code, rule["class"]) for rule in own or [] for code in rule.get("codes") or [])
        self._words = [(rule["class"], any_word(rule["words"])) for rule in own or [] if rule.get("words")] + DEFAULT_WORDS

    def __reduce__(self) -> tuple[type[ErrorRules], tuple[Any]]:
        """For another process: what they were made from."""
        return ErrorRules, (self._own,)

    def class_of(self, code: str | None, error_type: str | None, text: str | None) -> str:
        """One of CLASSES for an error's `system:code`, its type and its text."""
        if code in self._own_codes:
            return self._own_codes[code]
        words = f"{error_type or ''} {text or ''}"
        if code == "idoc:51" and LOCKED_BY(words):  # the one posting error that ends by itself
            return "transient"
        if code in DEFAULT_CODES:
            return DEFAULT_CODES[code]
        for name, found in self._words:
            if found(words):
                return name
        return "transient" if code == "http:500" else "unknown"


def check_error_rules(data: Any) -> list[tuple[str, str]]:
    """Every problem of the section `error_rules` as (path inside it, sentence)."""
    if data is None:
        return []
    if not isinstance(data, list):
        return [("", f"must be a list of rules (found {data!r}), as in `- {{class: business, words: [gesperrt]}}`")]
    return [(f"[{i}]{where}", text) for i, rule in enumerate(data) for where, text in _check_rule(rule)]


def any_word(words: list[str]) -> Words:
    """Searches a text for any of `words`: whole ones, without case; `*` is the rest of a word."""
    patterns = (re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE).search


def _check_rule(rule: Any) -> list[tuple[str, str]]:
    if not isinstance(rule, dict):
        return [("", f"must be a mapping with class, codes and words (found {rule!r})")]
    problems = [(f".{key}", unknown("key", key, ("class", "codes", "words"))) for key in rule if key not in ("class", "codes", "words")]
    if rule.get("class") not in CLASSES:
        problems.append((".class", unknown("class", rule.get("class"), CLASSES)))
    for key in ("codes", "words"):
        value = rule.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            problems.append((f".{key}", f"must be a list of texts (found {value!r})"))
    if not rule.get("codes") and not rule.get("words"):
        problems.append(("", "names neither codes nor words, so it would never match"))
    return problems


def _first_of(pairs: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, name in pairs:
        found.setdefault(code, name)
    return found


DEFAULT_CODES = {
    f"{system}:{number}": name for name, codes in NUMBERED.items() for system, numbers in codes.items() for number in numbers.split()
}
DEFAULT_WORDS = [(name, any_word(words)) for name, words in WORDS.items()]
LOCKED_BY = any_word(["locked by"])
