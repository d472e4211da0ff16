"""`make audit`: every locked package with version, licence and why it is there; what may not be there ends it. Needs no network."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.dependencies.advisories import Advisory, advisories
from tests.dependencies.bill import bill
from tests.dependencies.licences import BY_FILE, BY_LIBRARY, PERMISSIVE, is_allowed, licence_of
from tests.dependencies.locked import Lock, Locked
from tests.repository import ROOT

INDEX = "https://pypi.org/simple"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("--advisories", type=Path, metavar="FOLDER", help="a local advisory database in the OSV format")
    parser.add_argument("--bill", type=Path, default=ROOT / "dist" / "syncline.cdx.json", metavar="FILE", help="where the SBOM goes")
    arguments = parser.parse_args()
    packages = Lock(ROOT / "uv.lock").packages()
    licences = {package.name: licence_of(package.name) for package in packages}
    print("\n".join(table(packages, licences)))
    arguments.bill.parent.mkdir(exist_ok=True)
    arguments.bill.write_text(bill(version(), packages, licences), encoding="utf-8")
    print(f"\n{summary(packages)} Bill of materials, CycloneDX 1.6: {arguments.bill}")
    wrong = list(objections(packages, licences))
    if arguments.advisories:
        found = advisories(arguments.advisories, packages)
        wrong += list(map(said, found))
        print(f"{len(found) or 'No'} known vulnerabilities by {arguments.advisories}.")
    else:
        print("Nothing was asked about known vulnerabilities: give a local advisory database, AUDIT='--advisories FOLDER'.")
    for each in wrong:
        print(each, file=sys.stderr)
    return 1 if wrong else 0


def version() -> str:
    """Ours."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def table(packages: Iterable[Locked], licences: Mapping[str, str | None]) -> Iterator[str]:
    """One line per package."""
    rows = [("package", "version", "licence", "wanted", "")]
    rows += [
        (each.name, each.version, licences[each.name] or "unknown", ", ".join(each.why), "source only" if each.only_source else "")
        for each in packages
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def objections(packages: Iterable[Locked], licences: Mapping[str, str | None]) -> Iterator[str]:
    """A sentence for each package that may not be there as it is."""
    for package in packages:
        licence = licences[package.name]
        if licence is None:
            yield f"{package.name}: nobody knows its licence. Look it up and add it to tests/dependencies/licences.toml."
        elif not is_allowed(licence, allowed(package)):
            yield f"{package.name} is {licence}, which is not allowed for what is wanted {', '.join(package.why)}."
        if package.only_source:
            yield f"{package.name} {package.version} has no wheel: to install it runs code of its own."
        if package.index != INDEX:
            yield f"{package.name} comes from {package.index or 'no index'}, not from {INDEX}."
        if not package.why:
            yield f"{package.name} is locked, and nothing wants it. Run `make lock`."


def allowed(package: Locked) -> frozenset[str]:
    """What binds nobody who uses it; in extras, for which one asks, also what binds who links it. Never what binds the whole."""
    return PERMISSIVE | BY_FILE if package.is_default else PERMISSIVE | BY_FILE | BY_LIBRARY


def said(found: Advisory) -> str:
    mended = f"; mended in {found.fixed}" if found.fixed else ""
    return f"{found.name} {found.version}: {found.id}, {found.summary}{mended}."


def summary(packages: Iterable[Locked]) -> str:
    found = list(packages)
    default, extra = sum(each.is_default for each in found), sum(each.is_installed and not each.is_default for each in found)
    return (
        f"{default} packages are in every installation, {extra} more come with extras, {len(found) - default - extra} are for development."
    )


if __name__ == "__main__":
    sys.exit(main())
