"""Why somebody was not signed in, in a sentence for them."""

from __future__ import annotations


class Refused(Exception):
    """The text is for the person. `why` is for the log: what the provider said, or what was wrong with it; never a token or a secret."""

    def __init__(self, sentence: str, why: str = "", status: int = 403) -> None:
        super().__init__(sentence)
        self.why, self.status = why, status


class Away(Exception):
    """The provider gave no answer that can be used; the text says what happened, in words for an administrator."""
