"""Every setting, command and export is documented, and the reference is what the code says."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

from app import reference
from app.exports import EXPORTS
from app.recovery.exported import KEPT
from collectors.sources import SOURCES
from metrics.read import EXPORTS as READ

DOCS = Path(reference.__file__).parent / "docs"


def test_the_reference_is_what_the_code_says() -> None:
    assert reference.main(["--check"]) == 0, "run `python -m app.reference`"


def test_a_stale_reference_is_named(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    shutil.copytree(DOCS / "sources", tmp_path / "sources")
    assert reference.main(["--check"]) == 1
    names = "configuration.md, command-line.md, metrics.md, rules.md"
    assert capsys.readouterr().err == f"{names}: not what the code says. Run `python -m app.reference`.\n"
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0


def test_every_kind_of_source_and_every_key_of_it_is_explained() -> None:
    for kind, source in SOURCES.items():
        keys = {field.name for field in dataclasses.fields(source.Settings)}
        if reference.has_page(kind):
            page = (DOCS / "sources" / f"{kind}.md").read_text()
            assert {key for key in keys if f"`{key}`" not in page and f"{key}:" not in page} == set(), kind
        else:
            assert keys <= reference.OPTIONS.keys(), f"{kind}: write app/docs/sources/{kind}.md"


def test_every_command_has_its_section() -> None:
    from app.cli import COMMANDS

    text = reference.command_reference()
    assert [command.name for command in COMMANDS if f"## syncline {command.name}\n" not in text] == []


def test_the_exports_offered_are_those_that_can_be_read() -> None:
    assert set(EXPORTS) == {*READ, *KEPT}
