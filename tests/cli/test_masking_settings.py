"""What a configuration may say about who sees messages and what is hidden of them, and the sentence for what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.access.rights import BREAK_GLASS, SEE_MESSAGES
from app.configuration.model import Settings
from app.configuration.problems import ConfigurationError
from app.messages.glass import Viewer
from app.messages.settings import why_not
from app.settings import load_settings


def settings_of(folder: Path, section: str) -> Settings:
    file = folder / "syncline.yaml"
    file.write_text(f"version: 1\n{section}")
    return load_settings(file, {})


def test_nothing_said_is_nothing_hidden_and_plant_it_sees_messages(tmp_path: Path) -> None:
    found = settings_of(tmp_path, "")
    assert (found.masking.fields, found.roles.holders(SEE_MESSAGES), found.notes) == ((), ["it"], ())


def test_fields_and_roles_are_as_they_are_written(tmp_path: Path) -> None:
    found = settings_of(tmp_path, 'masking: {fields: ["*price*", customer.name, "lines[].net", PO104, E1EDP01/NETPR], roles: [it, supply]}')
    assert found.masking.fields == ("*price*", "customer.name", "lines[].net", "PO104", "E1EDP01/NETPR")
    assert [role for role in found.roles.names if found.roles.may({role}, SEE_MESSAGES)] == ["supply", "it", "admin"]
    assert [role for role in found.roles.names if found.roles.may({role}, BREAK_GLASS)] == ["supply", "it", "admin"]


def test_no_role_at_all_leaves_messages_to_administrators(tmp_path: Path) -> None:
    found = settings_of(tmp_path, "masking: {roles: []}")
    assert found.roles.may({"admin"}, SEE_MESSAGES)
    assert not found.roles.may({"it"}, SEE_MESSAGES)
    assert "nobody but administrators" in str(why_not(Viewer("tom", frozenset({"it"}), access=found.roles)))


def test_what_was_hidden_of_recoveries_is_hidden_everywhere_and_a_note_says_where_it_belongs(tmp_path: Path) -> None:
    found = settings_of(tmp_path, "masking: {fields: [iban]}\nrecovery: {payloads: {masks: [price, iban]}}")
    assert found.masking.fields == ("iban", "price")
    assert found.notes == (
        "recovery.payloads.masks is read, and counts everywhere now. Its place is `masking: {fields: […]}`: move what it names there.",
    )


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("masking: {fields: [a..b]}", "masking.fields[0]: 'a..b' is no path"),
        ('masking: {fields: ["[]"]}', "masking.fields[0]: '[]' names no field; write it as in iban, *price*"),
        ("masking: {fields: [[a]]}", "masking.fields[0]: must be a text"),
        ("masking: {roles: [boss]}", "masking.roles[0]: "),
        ("masking: {field: [a]}", "Did you mean 'fields'"),
        ("recovery: {payloads: {masks: [a..b]}}", "recovery.payloads.masks[0]: 'a..b' is no path"),
    ],
)
def test_what_means_nothing_is_told_with_its_place(tmp_path: Path, section: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        settings_of(tmp_path, section)
    assert sentence in str(told.value)
