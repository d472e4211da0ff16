"""Every text that can be translated, as the catalogue that translators begin with; `python -m app.translations` writes it."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from babel.messages import Catalog
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

from app.configuration.packs import PACKS
from app.configuration.roles import FILE as FILE_OF_ROLES
from app.configuration.roles import shipped
from app.figures.words import PATTERNS, counted_object, event_words, type_words
from metrics.catalog import CATALOG
from metrics.rules.rule import shipped_rules
from metrics.texts.catalogues import INSTALLED
from metrics.workflows import parse

ROOT = Path(__file__).parent.parent
FILE = INSTALLED / "syncline.pot"
WHERE = ("app", "metrics")
ONE, COUNTED, ABOUT = {"_", "_later", "_parts", "_said"}, {"_n", "_parts_n", "_later_n"}, {"_of"}
HEAD = """# The texts of Syncline, in English. A translation is a copy of this file called LANGUAGE.po, such as de.po.
# Slots such as {number} are kept as they are, in any order. `make texts` writes this file anew.
msgid ""
msgstr ""
"Project-Id-Version: Syncline\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


@dataclass(frozen=True, slots=True)
class Marked:
    """One marked text; a text that counts has two forms."""

    text: str | tuple[str, str]
    context: str | None = None


def catalogue() -> Catalog:
    """All texts in the order of the files, each once."""
    found = Catalog()
    for file in _files():
        for marked in _in_template(file) if file.suffix == ".html" else _in_code(file):
            found.add(marked.text, locations=[(file.relative_to(ROOT).as_posix(), 0)], context=marked.context)
    for place, text in _shipped():
        found.add(text, locations=[(place, 0)])
    return found


def written() -> str:
    """The file as it has to be: places without lines, so that a text which only moved changes nothing."""
    texts = io.BytesIO()
    write_po(texts, catalogue(), width=120, omit_header=True, include_lineno=False)
    return f"{HEAD}\n{texts.getvalue().decode().strip()}\n"


def _shipped() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """The names of what ships with Syncline and a page says in words: events, objects and steps of packs, roles, metrics, rules."""
    for pack in PACKS.values():
        place, (workflows, _problems) = pack.relative_to(ROOT).as_posix(), parse(yaml.safe_load(pack.read_text(encoding="utf-8")))
        for workflow in workflows:
            events = [*(step.event for step in workflow.milestones), *(event for event, _system in workflow.cancel)]
            kinds = (workflow.object, *workflow.related)
            yield from ((place, event_words(event)) for event in events)
            yield from ((place, type_words(step.name)) for step in workflow.milestones)
            yield from ((place, type_words(kind)) for kind in kinds)
            yield from ((place, counted_object(kind, pattern)) for kind in kinds for pattern in PATTERNS)
    of_roles = [text for role in shipped().roles for text in (role.title, role.question)]
    yield from ((FILE_OF_ROLES.relative_to(ROOT).as_posix(), text) for text in of_roles)
    yield from (("metrics/catalog.py", text) for metric in CATALOG for text in (metric.title, metric.question))
    yield from (("sql/rules", text) for rule in shipped_rules() for text in (rule.sentence, rule.sentence.rstrip("."), rule.why))


def _files() -> Iterator[Path]:
    for folder in WHERE:
        yield from sorted(file for suffix in (".py", ".html") for file in (ROOT / folder).rglob(f"*{suffix}"))


def _in_code(file: Path) -> Iterator[Marked]:
    """Read as Python reads it: Babel's own extraction sees nothing inside of f-strings. What is looked up by a name is marked elsewhere."""
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda each: (each.lineno, each.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else None
        texts = [each.value for each in call.args[:2] if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if name in ONE and texts and texts[0]:
            yield Marked(texts[0])
        elif name in COUNTED and len(texts) == 2:
            yield Marked((texts[0], texts[1]))
        elif name in ABOUT and len(texts) == 2:
            yield Marked(texts[1], context=texts[0])


def _in_template(file: Path) -> Iterator[Marked]:
    with file.open("rb") as opened:
        for _line, _function, text, _comments in babel_extract(opened, ["_"], [], {}):
            yield Marked(str(text))


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
