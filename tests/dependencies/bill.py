"""The bill of materials in CycloneDX 1.6: what somebody installs, without what only development needs. The same bytes for the same lock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tests.dependencies.locked import ALWAYS, OURS, Locked


def bill(version: str, packages: Iterable[Locked], licences: Mapping[str, str | None]) -> str:
    """As JSON."""
    listed = [package for package in packages if package.is_installed]
    known = {(package.name, package.version) for package in listed}
    root = _reference(OURS, version)
    needs = {root: [_reference(*key(package)) for package in listed if ALWAYS in package.why]}
    needs |= {_reference(*key(package)): [_reference(*each) for each in package.needs if each in known] for package in listed}
    made = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _component(OURS, version, "Apache-2.0", "application")},
        "components": [_of(package, licences[package.name]) for package in listed],
        "dependencies": [{"ref": reference, "dependsOn": sorted(wanted)} for reference, wanted in sorted(needs.items())],
    }
    return json.dumps(made, indent=2) + "\n"


def key(package: Locked) -> tuple[str, str]:
    return package.name, package.version


def _of(package: Locked, licence: str | None) -> dict[str, Any]:
    """`required` is what every installation has; the rest comes with an extra, which is named."""
    made = _component(package.name, package.version, licence, "library")
    made["scope"] = "required" if package.is_default else "optional"
    made["properties"] = [{"name": "syncline:why", "value": why} for why in package.why]
    return made


def _component(name: str, version: str, licence: str | None, kind: str) -> dict[str, Any]:
    reference = _reference(name, version)
    made: dict[str, Any] = {"type": kind, "bom-ref": reference, "name": name, "version": version, "purl": reference}
    return made | ({"licenses": [{"expression": licence}]} if licence else {})


def _reference(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"
