"""Which passwords are strong enough: by their length and by how soon they would be guessed, never by which characters they have."""

from __future__ import annotations

import re
from collections.abc import Collection

from app.accounts.people import AccountError
from metrics.texts import _

LEAST, MOST = 12, 1024
LEAST_GUESSES = 10**9  # who may try a few thousand a day needs centuries; who stole the hashes still needs weeks for one
LOOKED_AT = 72  # characters; what is strong at its beginning is not weaker for going on
OURS = ("syncline", "password", "passwort")
UNENCODABLE = re.compile("[\ud800-\udfff]")  # what Python makes of bytes that are no UTF-8


def check(password: str, name: str, words: Collection[str] = ()) -> None:
    """Raises AccountError with a sentence when that user's password is weak. `words`: what anybody here would try, such as the sites."""
    if len(password) < LEAST:
        raise AccountError(
            _(
                "The password has {length} characters; it needs at least {least}. Three or four unrelated words are a good one.",
                length=len(password),
                least=LEAST,
            )
        )
    if len(password) > MOST:
        raise AccountError(_("The password has {length} characters; at most {most} are allowed.", length=len(password), most=MOST))
    if UNENCODABLE.search(password):
        raise AccountError(_("The password is not UTF-8 text; type or save it as such, or use other characters."))
    if guesses(password, name, words) < LEAST_GUESSES:
        raise AccountError(
            _(
                "The password would soon be guessed: it is a common one, or made of names, years, words of this place or keys in a row. "
                "Three or four unrelated words are a good one."
            )
        )


def guesses(password: str, name: str, words: Collection[str] = ()) -> int:
    """How many tries it would take who knows what people use, and what they are called here."""
    from zxcvbn import zxcvbn  # its lists of words take a while to load, and only who sets a password needs them

    about = [part for word in (*OURS, name, *words) for part in {word, *re.split(r"[\W_\d]+", word)} if len(part) > 2]
    return int(zxcvbn(password[:LOOKED_AT], user_inputs=about)["guesses"])
