"""A text without a person: their name becomes a pseudonym wherever it stands as a value, and in sentences as a whole word."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.audit.entry import canonical

SHORTEST = 4  # letters: a user called `it` is not every `it` in a sentence
PREFIXES = ("user ", "user:")
INSIDE = r"A-Za-z0-9_\-\u00c0-\u024f"


@dataclass(frozen=True, slots=True)
class Replaced:
    """What becomes of texts: `names` stand for whole values, `words` are looked for in sentences as well."""

    names: Mapping[str, str]
    words: Mapping[str, str]

    def __call__(self, text: str) -> str:
        if (made := self._name(text)) is not None:
            return made
        if text[:1] in "[{" and (made := self._in_json(text)) is not None:
            return made
        return self.in_sentence(text)

    def in_sentence(self, text: str) -> str:
        for word, other in self.words.items():
            text = pattern_of(word).sub(other.replace("\\", r"\\"), text)
        return text

    def _name(self, text: str) -> str | None:
        if text in self.names:
            return self.names[text]
        for prefix in PREFIXES:
            if text.startswith(prefix) and text.removeprefix(prefix) in self.names:
                return prefix + self.names[text.removeprefix(prefix)]
        return None

    def _in_json(self, text: str) -> str | None:
        """None where it is none."""
        try:
            found = json.loads(text)
        except ValueError:
            return None
        made = _walked(found, self)
        return text if made == found else canonical(made)


def _walked(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_walked(each, change) for each in value]
    if isinstance(value, dict):
        return {change(name): _walked(each, change) for name, each in value.items()}
    return value


def pattern_of(word: str) -> re.Pattern[str]:
    """The word with nothing before or behind it that would make it a part of another; a dot may end the sentence."""
    return re.compile(rf"(?<![{INSIDE}])(?<![{INSIDE}][.@]){re.escape(word)}(?![{INSIDE}])(?![.@][{INSIDE}])", re.IGNORECASE)


def of_user(name: str, also: tuple[str, ...] = ()) -> Replaced:
    """For the user of that name and other spellings of the same person; the pseudonym is another at each call."""
    pseudonym = f"erased-{secrets.token_hex(4)}"
    spoken = {word: pseudonym for word in (name, *also) if len(word) >= SHORTEST}
    return Replaced(dict.fromkeys((name, *also), pseudonym), spoken)
