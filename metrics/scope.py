"""What somebody may see: which sites, workflows and suppliers. What belongs to no workflow or supplier is for who sees all of these."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

Names = frozenset[str] | None
KINDS = ("sites", "workflows", "suppliers")


@dataclass(frozen=True, slots=True)
class Scope:
    """None: all of them, also those that come later. Something is seen when its site, its workflow and its supplier are."""

    sites: Names = None
    workflows: Names = None
    suppliers: Names = None

    @property
    def is_all(self) -> bool:
        """Nothing is kept back."""
        return self.sites is None and not self.is_narrow

    @property
    def is_narrow(self) -> bool:
        """Some workflows or suppliers only: what belongs to none is not seen."""
        return self.workflows is not None or self.suppliers is not None

    def has_site(self, site: str | None) -> bool:
        return _holds(self.sites, site)

    def has_workflow(self, workflow: str | None) -> bool:
        return _holds(self.workflows, workflow)

    def has_supplier(self, supplier: str | None) -> bool:
        return _holds(self.suppliers, supplier)

    def sees(self, site: str | None, workflow: str | None = None, supplier: str | None = None) -> bool:
        """Whether what is of these is seen; what names no site, workflow or supplier only where all of them are."""
        return self.has_site(site) and self.has_workflow(workflow) and self.has_supplier(supplier)

    def sees_sites(self, sites: Collection[str]) -> bool:
        """Whether what is about these sites, whatever workflow and supplier, is seen."""
        return not self.is_narrow and (self.sites is None or self.sites.issuperset(sites))

    def at(self, sites: Collection[str]) -> Scope:
        """As much of it as is of these sites; none given: all."""
        if not sites:
            return self
        return replace(self, sites=frozenset(sites) if self.sites is None else self.sites & frozenset(sites))

    def within(self, other: Scope) -> Scope:
        """What both of them see."""
        return Scope(*(_both(getattr(self, kind), getattr(other, kind)) for kind in KINDS))


def _both(one: Names, other: Names) -> Names:
    return other if one is None else one if other is None else one & other


def _holds(names: Names, name: str | None) -> bool:
    return names is None or name in names


EVERYTHING = Scope()
NOTHING = Scope(frozenset(), frozenset(), frozenset())
