"""Who sees some workflows or suppliers only: every page answers them, counts what is theirs, and says of the rest that it is not there."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest
from flask import Flask

from app.application import Application
from app.instants import instant_text
from app.machines.wanted import Wanted
from app.server import PAGES
from metrics.read import Moment
from metrics.scope import Scope
from tests.pages import trees
from tests.pages.served import PASSWORD, Client, drawn_text, make_server, someone
from tests.people import Changed

MINE, OTHER = "production_to_inventory", "order_to_production"
OF_WORKFLOW, OF_SUPPLIER, AT_BRNO = (
    Scope(workflows=frozenset({MINE})),
    Scope(suppliers=frozenset({"20017"})),
    Scope(frozenset({"brno"}), frozenset({MINE})),
)


@pytest.fixture(scope="module")
def limited(application: Application) -> Iterator[Flask]:
    for name, sees in (("wanda", OF_WORKFLOW), ("sue", OF_SUPPLIER), ("bea", AT_BRNO)):
        application.accounts.add_user(name, PASSWORD, ["it", "supply"], sees)
    yield make_server(application)
    for name in ("wanda", "sue", "bea"):
        Changed(application.accounts).disable(name)


@pytest.fixture(scope="module")
def others(application: Application) -> str:
    """A transaction of another workflow, in trouble."""
    now_ns = application.now_ns()
    with application.reader(Moment(now_ns, now_ns)) as reader:
        return next(row["transaction_id"] for row in reader.export("transactions") if row["workflow"] == OTHER and row["is_overdue"])


@pytest.mark.parametrize("path", [page.path for page in PAGES if page.path != "/path"])
def test_every_page_answers_them(application: Application, limited: Flask, path: str) -> None:
    then = instant_text(application.now_ns() - 12 * 3600 * 10**9)
    for name, search in (("wanda", ""), ("sue", ""), ("bea", f"?as_of={then}")):
        drawn = someone(limited, name).show(path, search)
        assert drawn.status_code == 200
        assert "could not be made" not in drawn.text


def test_what_is_counted_is_theirs(application: Application, limited: Flask) -> None:
    now_ns = application.now_ns()
    with application.reader(Moment(now_ns, now_ns)) as reader:
        every = [(row["workflow"], row["site"]) for row in reader.export("transactions")]
    expected = {"wanda": sum(w == MINE for w, _ in every), "sue": 0, "bea": every.count((MINE, "brno"))}
    assert 0 < expected["bea"] < expected["wanda"] < len(every)
    for name, many in expected.items():
        rows = [orjson.loads(line) for line in someone(limited, name).get("api/v1/transactions").data.splitlines()]
        assert len(rows) == many
        assert {row["workflow"] for row in rows} <= {MINE}
    found = trees.text(trees.with_class(trees.drawn(someone(limited, "bea").show("/transactions")), "found"))
    assert found == f"{expected['bea']} transactions. You may see Brno; Production-to-inventory posting only."


def test_the_board_has_tiles_of_their_workflows_alone(limited: Flask) -> None:
    shown = drawn_text(someone(limited, "wanda").show("/"))
    assert "Production-to-inventory posting" in shown
    assert "Order-to-production release" not in shown


def test_what_is_not_theirs_is_as_if_it_were_not_there(application: Application, limited: Flask, others: str) -> None:
    wanda = someone(limited, "wanda")
    then = f"?as_of={instant_text(application.now_ns())}"  # the answer says the moment
    shown, none = (drawn_text(wanda.show(f"/path/{OTHER}/{name}", then)).replace(name, "X") for name in (others, "NO-SUCH-ONE"))
    assert shown == none
    asked = f"api/v1/recoveries/plan?kind=missing&workflow={OTHER}&transaction_id="
    assert wanda.get(asked + others).get_json() == wanda.get(f"{asked}NO-SUCH-ONE").get_json()


def test_a_token_is_limited_as_a_person_is(application: Application, limited: Flask) -> None:
    secret = application.machines.add(Wanted("buyer", "read", OF_WORKFLOW))
    answer = Client(limited).get("api/v1/transactions", headers={"Authorization": f"Bearer {secret}"})
    assert {orjson.loads(line)["workflow"] for line in answer.data.splitlines()} == {MINE}
    empty = Client(limited).get("api/v1/spans", headers={"Authorization": f"Bearer {secret}"})
    assert (empty.status_code, empty.data) == (200, b"")


def test_your_permissions_say_all_three(limited: Flask) -> None:
    wanda = drawn_text(someone(limited, "wanda").show("/permissions"))
    assert "Sites All sites, also those that come later. Workflows Production-to-inventory posting" in wanda
    assert "Suppliers 20017" in drawn_text(someone(limited, "sue").show("/permissions"))
