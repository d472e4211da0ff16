"""The roles of the section `access`: which there are and what each may, on top of those that ship with Syncline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from app.access.rights import HOME, OF_MESSAGES, PAGES, RIGHTS, page_named
from app.access.roles import ADMIN, Role, Roles
from app.configuration.document import Document, read_document
from app.configuration.model import Access
from app.configuration.packs import SHIPPED
from app.configuration.problems import ConfigurationError
from metrics.keys import Key, Place, Problem, list_of, mapping_of, read_keys, shown, text, unknown

FILE = SHIPPED / "roles.yaml"
NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
OF_ADMIN = ("pages", "may")  # what nobody can take from administrators, nor need give them


def page(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """The name of a page."""
    if value in PAGES:
        return str(value)
    problems.append(Problem(place, unknown("page", str(value), PAGES)))
    return None


def pages(value: Any, place: Place, problems: list[Problem]) -> frozenset[str] | None:
    """`all`, or a list of them."""
    if value == "all":
        return frozenset(PAGES)
    if isinstance(value, list):
        return frozenset(list_of(page, "pages")(value, place, problems) or ())
    problems.append(Problem(place, f"must be `all` or a list of pages (found {shown(value)})."))
    return None


def right(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """The name of something that code asks."""
    if isinstance(value, str) and value in RIGHTS:
        return value
    problems.append(Problem(place, unknown("right", str(value), RIGHTS)))
    return None


def rights(value: Any, place: Place, problems: list[Problem]) -> frozenset[str] | None:
    """A list of them."""
    found = list_of(right, "rights")(value, place, problems)
    return None if found is None else frozenset(found)


def landing(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """The name of a page, and what follows it in the address."""
    written = text(value, place, problems)
    if written is None:
        return None
    name, _mark, query = written.partition("?")
    if name not in PAGES:
        problems.append(Problem(place, unknown("page", name, PAGES)))
    elif not re.fullmatch(r"[A-Za-z0-9_.~%&=+:-]*", query):
        problems.append(Problem(place, f"must be a page and what follows it, such as recoveries?state=requested (found {shown(value)})."))
    return written


ROLE = (
    Key("title", text, "text", "What it is called on the screen. Absent: as the role is named."),
    Key("question", text, "text", "What whoever holds it is here for, in a sentence."),
    Key("lands_on", landing, "page", "Where it lands, such as `failures` or `recoveries?state=requested`. Absent: the first of its pages."),
    Key("pages", pages, "`all` or a list", "Which pages it sees; `account`, `docs` and `permissions` are everybody's. Absent: all."),
    Key("may", rights, "list of rights", "What it may do. Absent: only look."),
)


def role(value: Any, place: Place, problems: list[Problem]) -> dict[str, Any] | None:
    """What is said of one role, by key."""
    before, name = len(problems), str(place[-1])
    if not NAME.fullmatch(name):
        allowed = "1 to 32 letters a-z, digits, '_' and '-', beginning with a letter"
        problems.append(Problem(place, f"cannot be the name of a role; it needs {allowed} (found {shown(name)})."))
    if name == ADMIN and isinstance(value, dict):
        problems += [
            Problem((*place, key), "is not to be configured: administrators see every page and may everything. Leave it out.")
            for key in OF_ADMIN
            if key in value
        ]
    found = read_keys(value, ROLE, place, problems)
    return {key: said for key, said in found.items() if said is not None} if len(problems) == before else None


ROLES = (
    Key(
        "roles",
        mapping_of(role, "roles"),
        "mapping",
        "Roles by name. Of one that ships with Syncline, what is said stands in the place of what ships; any other name is one more role.",
        default={},
    ),
    Key("only", list_of(text, "roles"), "list", "Which roles there are, beside `admin`. Absent: those that ship, and those written here."),
)


@cache
def shipped() -> Roles:
    """The roles that ship with Syncline."""
    document = read_document(FILE, {})
    found = read_keys(document.data, ROLES, (), document.problems)
    if document.told():
        raise ConfigurationError([document])
    return Roles(tuple(_role(name, said, None) for name, said in found["roles"].items()))


def roles_of(section: Access, messages: tuple[str, ...] | None) -> Roles:
    """The roles as they are used. `messages`: what `masking.roles` says; it decides who reads messages, where it is given."""
    before = {role.name: role for role in shipped().roles}
    made = {**before, **{name: _role(name, said, before.get(name)) for name, said in section.roles.items()}}
    ordered = [*(role for name, role in made.items() if name != ADMIN), made[ADMIN]]
    kept = Roles(tuple(role for role in ordered if section.only is None or role.is_admin or role.name in section.only))
    return kept if messages is None else kept.with_messages(messages)


def _role(name: str, said: Mapping[str, Any], before: Role | None) -> Role:
    made = replace(before or Role(name, name), **said)
    if before is None and "lands_on" not in said and HOME not in made.pages:
        return replace(made, lands_on=next((page for page in PAGES if page in made.pages), "permissions"))
    return made


def names_written(document: Document) -> list[str]:
    """The roles that there are or would be, also those with mistakes: who names one of these makes no second mistake."""
    only = _said(document, "only")
    return [name for name in _known(document) if not isinstance(only, list) or name == ADMIN or name in only]


def _known(document: Document) -> list[str]:
    """Those that ship, and those that are written."""
    said = _said(document, "roles")
    return list(dict.fromkeys([*shipped().names, *(map(str, said) if isinstance(said, dict) else ())]))


def _said(document: Document, key: str) -> Any:
    section = document.data.get("access") if isinstance(document.data, dict) else None
    return section.get(key) if isinstance(section, dict) else None


def role_problems(document: Document, section: Access, messages: tuple[str, ...] | None) -> list[Problem]:
    """What the section says that does not go together, and roles that `masking` names and nobody has."""
    names = names_written(document)
    problems = [
        Problem(("masking", "roles", number), unknown("role", name, names))
        for number, name in enumerate(messages or ())
        if name not in names
    ]
    problems += _of_only(section, _known(document))
    for name in section.roles:
        problems += _of_role(name, section, messages) if name in names else ()
    return problems


def _of_only(section: Access, known: list[str]) -> Iterator[Problem]:
    for number, name in enumerate(section.only or ()):
        if name not in known:
            yield Problem(("access", "only", number), unknown("role", name, known))
    for name in section.roles if section.only is not None else ():
        if name not in (*(section.only or ()), ADMIN):
            yield Problem(("access", "roles", name), "is not among those that `access.only` names. Name it there, or leave it out here.")


def _of_role(name: str, section: Access, messages: tuple[str, ...] | None) -> Iterator[Problem]:
    made = next((role for role in roles_of(replace(section, only=None), None).roles if role.name == name), None)
    if made and not made.sees(page_named(made.lands_on)):
        at = ("lands_on",) if "lands_on" in section.roles[name] else ("pages",)
        where = f"lands on '{page_named(made.lands_on)}', which is not among its pages"
        yield Problem(("access", "roles", name, *at), f"{where}. Add it to `pages`, or name another page under `lands_on`.")
    if messages is not None and name not in (*messages, ADMIN):
        for each in sorted(set(OF_MESSAGES) & section.roles[name].get("may", frozenset())):
            said = f"gives '{each}', and `masking.roles`, which decides it where it is given, does not name '{name}'"
            yield Problem(("access", "roles", name, "may"), f"{said}. Name it there, or leave `masking.roles` out.")
