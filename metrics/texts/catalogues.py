"""The catalogues of other languages: `LANGUAGE.po` in this folder and in one of the installation's own, read, checked and said about."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from metrics.texts.language import ENGLISH, Language, Translation

if TYPE_CHECKING:
    from babel import Locale
    from babel.messages import Catalog

INSTALLED = Path(__file__).parent
SLOT = re.compile(r"\{(\w+)\}")
SHOWN = 60  # letters of a text in a sentence about it


@dataclass(frozen=True, slots=True)
class Catalogues:
    """The languages there are, English first, and a sentence for whatever is wrong with one."""

    languages: tuple[Language, ...] = (ENGLISH,)
    problems: tuple[str, ...] = ()

    def called(self, tag: str | None) -> Language | None:
        """The language of that tag, or None."""
        return next((each for each in self.languages if each.tag == tag), None)

    def best(self, wanted: Iterable[str]) -> Language | None:
        """The first of the wanted tags that is there: `de-AT` takes `de`."""
        for tag in wanted:
            if found := self.called(tag) or self.called(tag.split("-")[0]):
                return found
        return None


def tags_in(folders: Sequence[Path]) -> list[str]:
    """The languages that have a file in one of these folders."""
    return sorted({file.stem for folder in folders for file in folder.glob("*.po")})


def read_catalogues(folders: Sequence[Path]) -> Catalogues:
    """Of two folders that have a language the later one's texts come first. What cannot be used is left out, and said."""
    languages, problems = [ENGLISH], []
    for tag in tags_in(folders):
        read: gettext.NullTranslations | None = None
        locale = _locale(tag)
        for file in (folder / f"{tag}.po" for folder in folders if (folder / f"{tag}.po").is_file()):
            if locale is None:
                problems.append(f"{file}: no language is called '{tag}'; name the file as HTML does, such as de.po or pt-BR.po.")
                continue
            try:
                found = _read(file, problems)
            except (OSError, ValueError, SyntaxError) as error:
                problems.append(f"{file} cannot be read, English is shown instead: {_first_line(error)}")
                continue
            if read is not None:
                found.add_fallback(read)
            read = found
        if read is not None and locale is not None:
            languages.append(Translation(tag, locale.display_name or tag, read, locale))
    return Catalogues(tuple(languages), tuple(problems))


def _locale(tag: str) -> Locale | None:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


def _read(file: Path, problems: list[str]) -> gettext.GNUTranslations:
    """As the standard library reads it. Raises OSError, ValueError, SyntaxError (of its rule of plurals)."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    try:
        with file.open("rb") as opened:
            catalogue = read_po(opened, locale=None, abort_invalid=True)
    except PoFileError as error:
        raise ValueError(str(error)) from error
    if not any(message.id and message.string for message in catalogue):
        raise ValueError("it holds no translation.")
    problems += _leave_out_wrong(file, catalogue)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _leave_out_wrong(file: Path, catalogue: Catalog) -> list[str]:
    """Takes out the translations with slots their text has not: what belongs into them is nowhere. Gives a sentence for each."""
    told = []
    for message in [message for message in catalogue if message.id and message.string]:
        sources = message.id if isinstance(message.id, list | tuple) else (message.id,)
        known = {slot for text in sources for slot in SLOT.findall(text)}
        written = message.string if isinstance(message.string, list | tuple) else (message.string,)
        if wrong := sorted({_slot_trouble(text or "", known) for text in written} - {""}):
            told.append(f"{file}: the translation of “{sources[0][:SHOWN]}” {wrong[0]}; it is shown in English.")
            catalogue.delete(message.id, message.context)
    return told


def _slot_trouble(text: str, known: set[str]) -> str:
    if strange := sorted(set(SLOT.findall(text)) - known):
        return f"has a slot {{{strange[0]}}} that the text has not"
    if known and ("{" in (rest := SLOT.sub("", text)) or "}" in rest):
        return "has a bracket that belongs to no slot"
    return ""


def _first_line(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).splitlines()[0]
