"""`Roles`: the roles there are and what each of them may; `Holder`: whoever holds some of them, and is asked by the right."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from app.access.rights import ALWAYS, HOME, OF_MESSAGES, PAGES, RIGHTS, page_named
from metrics.texts import ENGLISH, _, language

ADMIN = "admin"  # may everything, and is always there
PERMISSIONS = "permissions"  # where somebody lands to whom nothing else is shown


@dataclass(frozen=True, slots=True)
class Role:
    """What somebody is here for. `lands_on`: the name of a page, and what follows it in the address."""

    name: str
    title: str
    question: str = ""
    lands_on: str = HOME
    pages: frozenset[str] = frozenset(PAGES)
    may: frozenset[str] = frozenset()

    @property
    def is_admin(self) -> bool:
        return self.name == ADMIN

    def sees(self, page: str) -> bool:
        return self.is_admin or page in self.pages or page in ALWAYS

    def holds(self, right: str) -> bool:
        return self.is_admin or right in self.may


@dataclass(frozen=True, slots=True)
class Roles:
    """All roles, in the order in which they are told. Without any, nobody but administrators may do anything."""

    roles: tuple[Role, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(role.name for role in self.roles)

    def of(self, names: Collection[str]) -> list[Role]:
        """The roles of those names that there are."""
        return [role for role in self.roles if role.name in names]

    def may(self, names: Collection[str], right: str) -> bool:
        """Whether who holds the roles of those names has the right. A right nobody knows is a mistake of ours."""
        if right not in RIGHTS:
            raise KeyError(right)
        return ADMIN in names or any(role.holds(right) for role in self.of(names))

    def sees(self, names: Collection[str], page: str) -> bool:
        """Whether the page of that name is shown to who holds these roles."""
        return ADMIN in names or page in ALWAYS or any(role.sees(page) for role in self.of(names))

    def holders(self, right: str) -> list[str]:
        """The roles that have it, beside administrators."""
        return [role.name for role in self.roles if right in role.may and not role.is_admin]

    def seers(self, page: str) -> list[str]:
        """The roles that see it, administrators too."""
        return [role.name for role in self.roles if role.sees(page)]

    def words(self, names: Collection[str]) -> str:
        """`Plant IT and integration or Supply chain`; a role that nobody knows stays as it is."""
        return language().listed(self._titles(names, _), either=True)

    def said(self, names: Collection[str]) -> str:
        """The same in English, as it is recorded."""
        return ENGLISH.listed(self._titles(names, str), either=True)

    def only(self, right: str) -> str:
        """Who has it, in words: the roles, else that only administrators do."""
        return self.words(self.holders(right)) or _("administrators")

    def only_said(self, right: str) -> str:
        """The same in English, as it is recorded."""
        return self.said(self.holders(right)) or "administrators"

    def landing(self, names: Collection[str]) -> str:
        """Where the role's question is answered; with several roles the board, and the next best where that is not shown to them."""
        mine = self.of(names)
        landings = [role.lands_on for role in mine]
        asked = landings if len(mine) == 1 else [HOME, *landings]
        return next((landing for landing in asked if self.sees(names, page_named(landing))), PERMISSIONS)

    def reads_first(self, names: Collection[str], page: str) -> bool:
        """Whether one of the roles lands there."""
        return any(page_named(role.lands_on) == page for role in self.of(names))

    def with_messages(self, names: Collection[str]) -> Roles:
        """With messages for exactly these roles, and administrators."""
        both = frozenset(OF_MESSAGES)
        return Roles(tuple(replace(role, may=role.may - both | (both if role.name in names else frozenset())) for role in self.roles))

    def _titles(self, names: Iterable[str], spoken: Callable[[str], str]) -> list[str]:
        titles = {role.name: role.title for role in self.roles}
        return [spoken(titles[name]) if name in titles else name for name in names]


class Holder:
    """Whoever holds roles: a user, an actor, a viewer, a token."""

    __slots__ = ()
    roles: frozenset[str]
    access: Roles

    def may(self, right: str) -> bool:
        return self.access.may(self.roles, right)

    def sees_page(self, page: str) -> bool:
        return self.access.sees(self.roles, page)

    def reads_first(self, page: str) -> bool:
        """Whether one of their roles lands there."""
        return self.access.reads_first(self.roles, page)

    def holds(self, roles: Collection[str]) -> bool:
        """Whether one of `roles` is theirs, as approved paths name them; administrators hold all."""
        return ADMIN in self.roles or not self.roles.isdisjoint(roles)
