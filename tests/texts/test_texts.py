"""Texts are looked up, filled and counted in the language of whoever reads; what is wrong with a catalogue is said."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from app.translations import FILE, written
from metrics.texts import ENGLISH, _, _later, _n, _of, _parts, _parts_n, language, speaking
from metrics.texts.catalogues import Catalogues, read_catalogues
from tests.repository import PRODUCT, files_of, name

HEAD = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n<5 ? 1 : 2);\\n"\n'
)
POLISH = (
    HEAD
    + """
msgid "{late} of {all} came late"
msgstr "{late} z {all} przyszło późno"

msgid "{number} order"
msgid_plural "{number} orders"
msgstr[0] "{number} zlecenie"
msgstr[1] "{number} zlecenia"
msgstr[2] "{number} zleceń"

msgid "Read {guide} first."
msgstr "Najpierw {guide}."

msgctxt "button"
msgid "Open"
msgstr "Otwórz"
"""
)
MOMENT = datetime(2026, 3, 23, 14, 5)


def catalogues(folder: Path, **texts: str) -> Catalogues:
    folder.mkdir(exist_ok=True)
    for tag, text in texts.items():
        (folder / f"{tag}.po").write_text(text)
    return read_catalogues([folder])


@pytest.fixture
def polish(tmp_path: Path) -> Iterator[None]:
    found = catalogues(tmp_path, pl=POLISH).called("pl")
    assert found
    with speaking(found):
        yield


def test_english_is_what_stands_in_the_code() -> None:
    assert language() == ENGLISH
    assert _("{late} of {all} came late", late=3, all=12_000) == "3 of 12,000 came late"
    assert (_n("{number} order", "{number} orders", 1), _n("{number} order", "{number} orders", 2)) == ("1 order", "2 orders")
    assert _parts("Read {guide} first.", guide=7.5) == ["Read ", 7.5, " first."]
    assert _parts("Read {guide} first.", guide="this") == ["Read this first."]
    assert _("{not a slot}") == "{not a slot}"


def test_another_language_has_its_own_words_forms_and_order(polish: None) -> None:
    assert _("{late} of {all} came late", late=3, all=12_000) == "3 z 12\N{NO-BREAK SPACE}000 przyszło późno"
    assert [_n("{number} order", "{number} orders", many) for many in (1, 3, 7)] == ["1 zlecenie", "3 zlecenia", "7 zleceń"]
    assert _n("{number} order", "{number} orders", np.int64(1200)) == "1\N{NO-BREAK SPACE}200 zleceń"
    assert _parts("Read {guide} first.", guide=7.5) == ["Najpierw ", 7.5, "."]
    assert _parts_n("{number} order", "{number} orders", 3, number=Decimal(3)) == [Decimal(3), " zlecenia"]
    assert (_of("button", "Open"), _("Open"), _of("state", "Open")) == ("Otwórz", "Open", "Open")
    assert _(_later("Nobody translated this")) == "Nobody translated this"
    assert _("") == ""


def test_numbers_dates_and_lists_are_written_as_the_language_does(polish: None) -> None:
    spoken = language()
    assert [spoken.number(1234.5), spoken.number(1234.56, 1), spoken.number(Decimal("0.5"), 2)] == [
        "1\N{NO-BREAK SPACE}234,5",
        "1\N{NO-BREAK SPACE}234,6",
        "0,50",
    ]
    assert [spoken.number(12_345), spoken.number(2.5, 0)] == ["12\N{NO-BREAK SPACE}345", "2"]
    assert spoken.date(MOMENT, year=True) == "pon., 23 mar 2026"
    assert spoken.listed(["a", "b", "c"]) == "a, b i c"
    assert spoken.listed(["a", "b"], either=True) == "a lub b"


def test_in_english_numbers_dates_and_lists_look_as_they_always_did() -> None:
    assert [ENGLISH.number(1234.5), ENGLISH.number(1234.56, 1), ENGLISH.number(2.5, 0)] == ["1,234.5", "1,234.6", "2"]
    assert [ENGLISH.date(MOMENT), ENGLISH.date(MOMENT, weekday=False, year=True)] == ["Mon 23 Mar", "23 Mar 2026"]
    assert [ENGLISH.listed([]), ENGLISH.listed(["a"]), ENGLISH.listed(["a", "b", "c"])] == ["", "a", "a, b and c"]
    assert ENGLISH.listed(["a", "b"], either=True) == "a or b"


@pytest.mark.parametrize(
    ("tag", "text", "said"),
    [
        ("xx", POLISH, "xx.po: no language is called 'xx'; name the file as HTML does, such as de.po or pt-BR.po."),
        ("de", HEAD + "this is no catalogue\n", "de.po cannot be read, English is shown instead: "),
        ("de", HEAD.replace("n==1 ?", "n==1 ??") + 'msgid "Open"\nmsgstr "Offen"\n', "de.po cannot be read, English is shown instead: "),
        ("de", HEAD, "de.po cannot be read, English is shown instead: it holds no translation."),
        ("de", "\0\0\0", "de.po cannot be read, English is shown instead: "),
    ],
)
def test_a_broken_catalogue_is_said_and_offered_to_nobody(tmp_path: Path, tag: str, text: str, said: str) -> None:
    found = catalogues(tmp_path, **{tag: text})
    assert found.languages == (ENGLISH,)
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"{tmp_path}/{said}")


def test_a_translation_whose_slots_are_wrong_is_left_out_and_the_others_hold(tmp_path: Path) -> None:
    texts = 'msgid "{late} of {all}"\nmsgstr "{late} von {alle}"\n\nmsgid "At {time}"\nmsgstr "Um {time"\n\nmsgid "Late"\nmsgstr "Spät"\n'
    found = catalogues(tmp_path, de=HEAD + texts)
    assert found.problems == (
        f"{tmp_path}/de.po: the translation of “{{late}} of {{all}}” has a slot {{alle}} that the text has not; it is shown in English.",
        f"{tmp_path}/de.po: the translation of “At {{time}}” has a bracket that belongs to no slot; it is shown in English.",
    )
    german = found.called("de")
    assert german
    with speaking(german):
        assert [_("{late} of {all}", late=1, all=2), _("At {time}", time="8"), _("Late")] == ["1 of 2", "At 8", "Spät"]


def test_texts_of_ones_own_come_before_the_installed_ones(tmp_path: Path) -> None:
    catalogues(tmp_path / "installed", de=HEAD + 'msgid "Late"\nmsgstr "Spät"\n\nmsgid "Order"\nmsgstr "Auftrag"\n')
    catalogues(tmp_path / "own", de=HEAD + 'msgid "Order"\nmsgstr "Bestellung"\n')
    found = read_catalogues([tmp_path / "installed", tmp_path / "own"])
    german = found.best(["fr", "de-AT"])
    assert german
    assert german.title == "Deutsch"
    with speaking(german):
        assert [_("Late"), _("Order")] == ["Spät", "Bestellung"]


def test_the_catalogue_has_every_text() -> None:
    assert FILE.read_text(encoding="utf-8") == written(), "run `make texts`"


def test_what_is_marked_is_a_text_and_every_slot_is_given() -> None:
    """A call of `_` with a text has the slots of the text, each by name; what is looked up by a name was marked by `_later`."""
    wrong = [f"{name(path)}:{line}" for path in files_of(PRODUCT, ".py") for line in _wrong_calls(ast.parse(path.read_text("utf-8")))]
    assert wrong == []


def _wrong_calls(tree: ast.Module) -> Iterator[int]:
    from string import Formatter

    texts_of = {"_": 1, "_parts": 1, "_n": 2, "_parts_n": 2}
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id not in texts_of:
            continue
        texts = [each.value for each in call.args[: texts_of[call.func.id]] if isinstance(each, ast.Constant)]
        given = {each.arg for each in call.keywords} | ({"number"} if call.func.id.endswith("n") else set())
        for text in texts:
            if not given and call.func.id == "_":
                continue  # without slots nothing is filled in
            slots = {slot for _said, slot, _spec, _conversion in Formatter().parse(str(text)) if slot is not None}
            if (slots != given - {"number"} and slots != given and None not in given) or not all(slot.isidentifier() for slot in slots):
                yield call.lineno


def test_where_texts_are_looked_up_nothing_else_is_called_so() -> None:
    wrong = []
    for path in files_of(PRODUCT, ".py"):
        tree = ast.parse(path.read_text("utf-8"))
        imported = {
            each.name for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "metrics.texts" for each in node.names
        }
        stored = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        wrong += [f"{name(path)}:{node.lineno}" for node in stored if node.id in imported & {"_", "_n"}]
    assert wrong == []
