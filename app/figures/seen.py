"""What somebody may see, in words: the sites, the workflows and the suppliers they are limited to."""

from __future__ import annotations

from collections.abc import Iterable

from app.components.tiles import name_of
from metrics.scope import Scope
from metrics.texts import _
from metrics.workflows import Workflow


def seen_words(sees: Scope, workflows: Iterable[Workflow]) -> str:
    """Hamburg, Linz, Production to inventory: only what is limited is named."""
    titles = {workflow.name: workflow.title for workflow in workflows}
    said = []
    if sees.sites is not None:
        said.append(", ".join(name_of(site) for site in sorted(sees.sites)) or _("no site"))
    if sees.workflows is not None:
        said.append(", ".join(titles.get(name, name) for name in sorted(sees.workflows)) or _("no workflow"))
    if sees.suppliers is not None:
        said.append(", ".join(sorted(sees.suppliers)) or _("no supplier"))
    return "; ".join(said)
