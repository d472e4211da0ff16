"""What a person reads on a page in the language of tests/texts_pseudo.py that did not come out of the catalogue and is no data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import Any

from babel import Locale
from playwright.sync_api import Page
from sqlalchemy import MetaData, select

from app.application import Application
from tests.texts_pseudo import ODD, TAG

# Every text that is seen or read aloud, without what is quoted: code, the addresses of files, and documents, which are in English.
READ = r"""
() => {
  const found = [document.title], hidden = "script, style, noscript, code, pre, kbd, .markdown, [data-quoted]";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (element && !element.closest(hidden) && element.checkVisibility()) found.push(walker.currentNode.textContent);
  }
  for (const name of ["title", "aria-label", "placeholder", "alt"])
    document.querySelectorAll(`[${name}]`).forEach(
      each => each.checkVisibility() && !each.closest("[data-quoted]") && found.push(each.getAttribute(name)));
  return [...new Set(found.map(each => each.replace(/\s+/g, " ").trim()).filter(each => each && !/^[{\[]"/.test(each)))];
}
"""
OUT_OF_THE_CATALOGUE = re.compile(f"[{ODD}⟦⟧·]+")
# The same in every language: the product's name, and the parts of a code.
NAMES = {"syncline", "opentelemetry", "cloudevents", "kafka", "idoc", "protobuf", "traces", "logs"}
CODE = re.compile(r"\S*[\d_@/=:#+~]\S*|\b[A-Z]{2,}\b")
APART = re.compile(r"[,.;:!?()“”‘’|→…–]+(?=\s|$)|(?<=\s)[(“‘→–]|^[(“‘]| \| ")
EDGES = " .,:;!?…()“”‘’\"'→–|×%§-"


def read(page: Page) -> list[str]:
    """The texts of the page that stands there."""
    return page.evaluate(READ)


def english(texts: Iterable[str], data: set[str]) -> list[str]:
    """Of these texts the words that are neither out of the catalogue nor data."""
    return sorted({words for text in texts for words in _plain(text) if not _is_data(words, data)})


def _plain(text: str) -> Iterator[str]:
    for run in OUT_OF_THE_CATALOGUE.split(text):
        if re.search("[A-Za-z]{2}", run):
            yield run.strip(EDGES)


def _is_data(words: str, data: set[str]) -> bool:
    """Known as a whole, or each part of it, without the codes in it."""
    if _known(words, data):
        return True
    before, _comma, last = words.rpartition(", ")
    if before and _known(last, data) and _is_data(before, data):
        return True
    return all(_known(part, data) or _known(CODE.sub(" ", part), data) for part in APART.split(words))


def _known(words: str, data: set[str]) -> bool:
    said = normal(words)
    return not re.search("[a-z]{2}", said) or said in data or said in NAMES


def normal(text: str) -> str:
    """Without what pages change of a name: capitals, underscores, and the full stop of a sentence."""
    return " ".join(text.replace("_", " ").casefold().split()).strip(EDGES)


def data_of(application: Application) -> set[str]:
    """Everything that the plant's configuration, its events and its people say in words, whole and in its parts of a list."""
    locale = Locale.parse(TAG)
    calendar = [*locale.months["format"]["abbreviated"].values(), *locale.days["format"]["abbreviated"].values()]
    found = {*_of_store(application), *_of_accounts(application), *_of_settings(application), *calendar, "kaj", "aŭ"}
    return {normal(part) for each in found for part in (each, *APART.split(each))}


def _of_store(application: Application) -> Iterator[str]:
    with application.store.read() as cursor:
        columns = cursor.execute("select table_name, column_name from duckdb_columns() where not internal and data_type = 'VARCHAR'")
        for table, column in columns.fetchall():
            for (value,) in cursor.execute(f'select distinct "{column}" from "{table}"').fetchall():
                yield from _inside(str(value))


def _of_accounts(application: Application) -> Iterator[str]:
    engine, metadata = application.accounts.engine, MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for value in row:
                    yield from _inside(value) if isinstance(value, str) else ()


def _inside(text: str) -> Iterator[str]:
    """The text, and where it is JSON its names and values."""
    yield text
    if text[:1] in "{[":
        with suppress(ValueError):
            yield from _walked(json.loads(text))


def _of_settings(application: Application) -> Iterator[str]:
    yield from _walked(application.settings)


def _walked(value: Any) -> Iterator[str]:
    """Every text in it, also the names of what it holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from (*_walked(key), *_walked(each))
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _walked(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _walked(getattr(value, field.name))
