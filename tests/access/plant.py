"""The plant of the pages' tests, with a mark on everything that belongs to one of its sites."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.annotations.annotation import Given
from app.application import Application
from app.configuration.roles import shipped
from app.recovery.runs import Actor
from metrics.scope import Scope
from tests.pages.plant import write_plant
from tests.pages.served import PASSWORD, opened

MARK = "HIDDEN"  # stands in every id and every word of SITE, and nowhere else
MARKED = re.compile(rf"{MARK}\w+")
SITE, OTHER = "brno", "augsburg"
# A provider that never answers, so that all that single sign-on can be asked is there.
PROVIDER = """
access:
  oidc: {name: Nobody, issuer: "http://127.0.0.1:9", client_id: syncline, client_secret: secret, groups: {it: {roles: [it]}}, timeout: 1s}
"""
# Plant IT, supply chain and management of one site, of another one, of one workflow, of one supplier.
LIMITED = {
    "near": Scope(frozenset({SITE})),
    "far": Scope(frozenset({OTHER})),
    "narrow": Scope(workflows=frozenset({"order_to_production"})),
    "supplier": Scope(suppliers=frozenset({"nobody"})),
}
ROLES = ("viewer", "supply", "it", "exec", "approver", "admin")


@contextmanager
def marked(folder: Path, more: str = "") -> Iterator[Application]:
    """The application; its people are called as their role, or as in LIMITED. `more`: what else its configuration says."""
    file = write_plant(folder, time.time_ns(), per_day=6)
    file.write_text(file.read_text() + more)
    with (folder / "bus.csv").open(newline="") as written:
        rows = list(csv.DictReader(written))
    with (folder / "bus.csv").open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, **_marked(row)} for row in rows)
    file.write_text(file.read_text() + PROVIDER)
    with opened(file) as application:
        for role in ROLES:
            application.accounts.add_user(role, PASSWORD, [role])
        for name, sees in LIMITED.items():
            application.accounts.add_user(name, PASSWORD, ["it", "supply", "exec"], sees)
        who = Actor("near", frozenset({"it"}), LIMITED["near"], access=shipped())
        application.annotations.say(Given("other", f"{MARK} works", application.now_ns(), sites=(SITE,)), who)  # number 1
        application.advance()
        yield application


def without_what_was_asked(said: str, asked: str) -> str:
    """An answer without the marked names that stood in the question: what who asks said themselves is no news to them."""
    for name in MARKED.findall(asked):
        said = said.replace(name, "")
    return said


def _marked(row: dict[str, str]) -> dict[str, str]:
    if row["site"] != SITE:
        return {}
    error = f"{MARK} {row['error']}" if row["error"] else ""
    return {"object_id": f"{MARK}{row['object_id']}", "error": error}
