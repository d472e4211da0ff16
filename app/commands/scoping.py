"""The options that say what a user or token may see: `--site`, `--workflow`, `--supplier`; read, checked, and said in words."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.trouble import Mistake
from metrics.scope import EVERYTHING, KINDS, Names, Scope

if TYPE_CHECKING:
    from app.settings import Settings


def limits(parser: argparse.ArgumentParser) -> None:
    """Of somebody new."""
    for kind in KINDS:
        parser.add_argument(_option(kind), **_named(kind), help=f"limit to this {kind[:-1]}; may be repeated (default: all {kind})")


def new_limits(parser: argparse.ArgumentParser) -> None:
    """Of somebody who is there."""
    for kind in KINDS:
        group = parser.add_mutually_exclusive_group()
        group.add_argument(_option(kind), **_named(kind), help=f"from now on these {kind}; may be repeated")
        group.add_argument(f"--all-{kind}", action="store_true", help=f"from now on all {kind}, also those that come later")


def changes_scope(arguments: argparse.Namespace) -> bool:
    return any(getattr(arguments, kind[:-1]) or getattr(arguments, f"all_{kind}") for kind in KINDS)


def asked_scope(arguments: argparse.Namespace, settings: Settings, before: Scope = EVERYTHING) -> Scope:
    """What is asked for in place of `before`, where something is. Raises Mistake for a site or workflow that the configuration does not
    have; suppliers come with the data."""
    _check("site", arguments.site, [site.name for site in settings.definitions.sites])
    _check("workflow", arguments.workflow, [workflow.name for workflow in settings.definitions.workflows])
    found = before
    for kind in KINDS:
        if names := getattr(arguments, kind[:-1]):
            found = replace(found, **{kind: frozenset(names)})
        elif getattr(arguments, f"all_{kind}", False):
            found = replace(found, **{kind: None})
    return found


def columns_of(sees: Scope) -> tuple[str, ...]:
    """Of lists, in the order of KINDS."""
    return tuple(_words(getattr(sees, kind)) for kind in KINDS)


def words_of(sees: Scope) -> str:
    """`sites Hamburg, Linz and all suppliers`; workflows and suppliers only where not all are seen."""
    shown = [kind for kind in KINDS if kind == "sites" or getattr(sees, kind) is not None]
    said = [f"all {kind}" if getattr(sees, kind) is None else f"the {kind} {_words(getattr(sees, kind))}" for kind in shown]
    return " and ".join(said)


def _words(names: Names) -> str:
    return "all" if names is None else ", ".join(sorted(names)) or "none"


def _check(what: str, names: Collection[str], known: Collection[str]) -> None:
    if strange := [name for name in names if name not in known]:
        missing = f"none; add them under `{what}s` in the configuration"
        raise Mistake(f"no {what} is called '{strange[0]}'. Known: {', '.join(known) or missing}.")


def _option(kind: str) -> str:
    return f"--{kind[:-1]}"


def _named(kind: str) -> dict[str, Any]:
    return {"action": "append", "default": [], "metavar": kind[:-1].upper()}
