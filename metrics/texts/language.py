"""A language: its catalogue of texts, and how it writes numbers, dates and lists. English needs neither catalogue nor Babel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from gettext import NullTranslations
from operator import index
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale


@dataclass(frozen=True, slots=True)
class Language:
    """English, which the code is written in: every answer is the text itself. `tag` is what HTML calls it, `title` its own name."""

    tag: str
    title: str

    def text(self, message: str, context: str | None = None) -> str:
        """What the catalogue has for this text; the text itself where it has nothing."""
        return message

    def counted(self, one: str, many: str, number: int) -> str:
        """The form for that many."""
        return one if number == 1 else many

    def number(self, value: int | float | Decimal, digits: int | None = None) -> str:
        """1,204.5: thousands apart; with `digits` so many behind the point, else as many as there are."""
        return f"{value:,}" if digits is None else f"{value:,.{digits}f}"

    def date(self, moment: datetime, *, weekday: bool = True, year: bool = False) -> str:
        """Mon 23 Mar 2026"""
        return f"{f'{moment:%a} ' if weekday else ''}{moment.day} {moment:%b}{f' {moment.year}' if year else ''}"

    def listed(self, parts: Sequence[str], *, either: bool = False) -> str:
        """One, two and three; with `either` one, two or three."""
        *first, last = parts or [""]
        return f"{', '.join(first)} {'or' if either else 'and'} {last}" if first else last


@dataclass(frozen=True, slots=True)
class Translation(Language):
    """Another language: texts out of a catalogue, numbers, dates and lists as its locale has them."""

    catalogue: NullTranslations
    locale: Locale

    def text(self, message: str, context: str | None = None) -> str:
        # Of nothing a catalogue tells its own head.
        if not message:
            return message
        return self.catalogue.pgettext(context, message) if context else self.catalogue.gettext(message)

    def counted(self, one: str, many: str, number: int) -> str:
        return self.catalogue.ngettext(one, many, index(number))  # a whole number of numpy is none to gettext

    def number(self, value: int | float | Decimal, digits: int | None = None) -> str:
        from babel.numbers import format_decimal

        # Python rounds, as it does for English: the same figure in every language.
        exact = Decimal(f"{value:.{digits}f}" if digits is not None else str(value))
        return format_decimal(exact, _pattern(self.locale, digits), self.locale, decimal_quantization=False)

    def date(self, moment: datetime, *, weekday: bool = True, year: bool = False) -> str:
        from babel.dates import format_skeleton

        return format_skeleton(f"{'y' if year else ''}MMM{'E' if weekday else ''}d", moment, locale=self.locale)

    def listed(self, parts: Sequence[str], *, either: bool = False) -> str:
        from babel.lists import format_list

        return format_list(parts, style="or" if either else "standard", locale=self.locale)


def _pattern(locale: Locale, digits: int | None) -> str | None:
    """The locale's own way to group, with exactly so many digits behind the sign."""
    if digits is None:
        return None
    whole, _sign, _rest = locale.decimal_formats[None].pattern.partition(".")
    return f"{whole}.{'0' * digits}" if digits else whole


ENGLISH = Language("en", "English")
