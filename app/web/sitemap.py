"""The pages of the product: which there are, which one a path means, and who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from urllib.parse import parse_qs, unquote

from dash.development.base_component import Component

from app.access.rights import page_named
from app.accounts import User


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `module.layout(**query)` draws it, its callbacks belong to those who may see it."""

    path: str
    title: str
    module: ModuleType
    icon: str
    group: str | None = None  # heading in the navigation; None: not in it
    parts: tuple[str, ...] = ()  # names of what may follow the path: /path/<workflow>/<transaction>
    help: str = "index"  # the document about it, and behind # the section

    @property
    def name(self) -> str:
        """As the configuration says which role sees it."""
        return page_named(self.path)

    def draw(self, search: str | None, below: str = "") -> Component:
        """The page for this query string, and what stands `below` its path. A name given several times comes as a list, else as text."""
        query = parse_qs((search or "").lstrip("?"), keep_blank_values=False)
        asked = {name: values[0] if len(values) == 1 else values for name, values in query.items()}
        named = dict(zip(self.parts, [unquote(part) for part in below.split("/")], strict=False)) if below else {}
        return self.module.layout(**{**asked, **named})


@dataclass(frozen=True, slots=True)
class Sitemap:
    """All pages below one prefix (starts and ends with a slash)."""

    pages: tuple[Page, ...]
    prefix: str = "/"

    def page_at(self, pathname: str) -> Page | None:
        """The page of a path as the browser has it, or None."""
        path = unquote(pathname or "/")
        if not (path + "/").startswith(self.prefix) or path.startswith("//"):  # two slashes: for a browser a host follows
            return None
        path = "/" + path.removeprefix(self.prefix.rstrip("/")).strip("/")
        return next((page for page in self.pages if page.path == path or (page.parts and path.startswith(f"{page.path}/"))), None)

    def below(self, page: Page, pathname: str) -> str:
        """What follows the page's path, as the browser has it: an id may hold an encoded slash."""
        return (pathname or "").removeprefix(self.prefix.rstrip("/")).removeprefix(page.path).strip("/") if page.parts else ""

    def page_of(self, module: str) -> Page | None:
        return next((page for page in self.pages if page.module.__name__ == module), None)

    def visible(self, user: User) -> list[Page]:
        return [page for page in self.pages if user.sees_page(page.name)]
