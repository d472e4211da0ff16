"""The samples beside the documentation are read as written beside them: `expected.jsonl`, a line per event, stock line or rejection.

A line names the fields that matter; a field it does not name may be anything. `objects` are all objects, by type.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.settings import load_settings
from collectors.collector import Trouble
from collectors.explain import Explanation, explain_file
from collectors.files.tail import Folder
from collectors.meaning import Meaning

EXAMPLES = Path(__file__).parents[2] / "app" / "docs" / "examples"
FOLDERS = sorted(path.parent for path in EXAMPLES.glob("*/expected.jsonl"))
SECRET = re.compile(r"\$\{(\w+)\}")


def told(folder: Path) -> list[dict[str, Any]]:
    """What `check --sample` tells of the samples, source by source: files its path names, else those called `sample…` or like it."""
    config = folder / "syncline.yaml"
    settings = load_settings(config, dict.fromkeys(SECRET.findall(config.read_text(encoding="utf-8")), "secret"))
    meaning = Meaning(settings.identifiers, settings.error_rules)
    found = []
    for source in settings.sources:
        for file in sample_files(folder, source.name, source.options):
            found += [as_line(each, source.name) for each in explain_file(source.options, file, meaning) if is_told(each)]
    return found


def sample_files(folder: Path, name: str, options: dict[str, Any]) -> Iterator[Path]:
    if "path" in options:
        yield from (path for _, path in Folder(folder, options["path"]).streams())
    else:
        yield from sorted(path for path in folder.iterdir() if path.stem in (name, "sample"))


def is_told(found: Explanation | Trouble) -> bool:
    return isinstance(found, Trouble) or bool(found.fields) or found.verdict.startswith("rejected")


def as_line(found: Explanation | Trouble, source: str) -> dict[str, Any]:
    if isinstance(found, Trouble):
        return {"source": source, "trouble": found.sentence}
    objects: dict[str, list[str]] = {}
    for name, value, _ in found.fields:
        if name.startswith("object "):
            objects.setdefault(name.removeprefix("object "), []).append(value)
    fields = {name: value for name, value, _ in found.fields if not name.startswith("object ")}
    rejected = {"rejected": found.verdict.removeprefix("rejected: ")} if found.verdict.startswith("rejected") else {}
    return {"source": source, "position": found.position, **fields, **({"objects": objects} if objects else {}), **rejected}


@pytest.mark.parametrize("example", FOLDERS, ids=lambda folder: folder.name)
def test_a_sample_is_read_as_written_beside_it(example: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(example, tmp_path / example.name, ignore=shutil.ignore_patterns("home")))
    expected = [orjson.loads(line) for line in (example / "expected.jsonl").read_bytes().splitlines()]
    found = told(folder)
    alike = zip(found, [*expected, *({} for _ in found[len(expected) :])], strict=False)
    assert [{name: line.get(name) for name in wanted} for line, wanted in alike] == expected, "\n".join(map(str, found))
    assert len(found) == len(expected)
