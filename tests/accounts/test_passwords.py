"""Passwords: by length and by how soon they are guessed; which characters they have is nobody's business."""

from __future__ import annotations

import pytest

from app.accounts import AccountError
from app.accounts.passwords import check

GUESSED = "The password would soon be guessed: it is a common one, or made of names, years, words of this place or keys in a row."


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "drei gelbe Kamele",
        "only small letters here",
        "4815162342 4815162342x",
        "спокойной ночи друзья",
        "x" * 3 + " kettle marble tiger",
        "   leading spaces count   ",
        "tiger kettle marble" * 50,
        "q7#Vt9!pLz2w",
    ],
)
def test_any_characters_will_do_where_they_are_not_guessed(password: str) -> None:
    check(password, "maria", ["hamburg"])


@pytest.mark.parametrize(
    "password",
    [
        "Password1234!",
        "passwordpassword",
        "P@ssw0rd2026!",
        "qwertzuiop12",
        "123456789012",
        "abcdefghijklmnop",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "iloveyou123456",
        "maria.hamburg",
        "Hamburg2026!",
        "syncline-2026!",
        "hamburghamburghamburg",
    ],
)
def test_what_anybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(AccountError, match=GUESSED):
        check(password, "maria.hinrichs", ["hamburg"])


def test_the_words_of_a_place_are_known_at_that_place() -> None:
    check("Ulvsundakajen7", "maria")
    with pytest.raises(AccountError, match=GUESSED):
        check("Ulvsundakajen7", "maria", ["ulvsundakajen"])


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "The password has 5 characters; it needs at least 12. Three or four unrelated words are a good one."),
        ("x" * 1025, "The password has 1,025 characters; at most 1,024 are allowed."),
        ("a long p\udcf6ssword", "The password is not UTF-8 text; type or save it as such, or use other characters."),
    ],
)
def test_what_cannot_be_a_password_is_refused_in_a_sentence(password: str, said: str) -> None:
    with pytest.raises(AccountError) as caught:
        check(password, "maria")
    assert str(caught.value) == said
