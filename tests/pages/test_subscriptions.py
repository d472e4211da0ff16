"""Tell me: from any page with its filters, listed with its ways, whether they work, and an inbox that shows what one may see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.alerts.alert import Condition, Part
from app.alerts.kept import Narrowed
from app.alerts.watch import look
from app.application import Application
from app.telling import outbox, teller
from app.telling.subscription import Wanted
from metrics.scope import EVERYTHING
from tests.pages import recovering, trees
from tests.pages.served import Client, drawn_text, make_server, someone

AUGSBURG, BRNO = Part("augsburg", 7, 3), Part("brno", 2, 1)
FAILING = Condition("failed|a1", "failed", "critical", "Confirmation fails", "p", None, "failure?signature=a1", 1, (AUGSBURG, BRNO))


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


@pytest.fixture(autouse=True)
def nothing_asked(application: Application) -> Iterator[None]:
    yield
    for each in application.subscriptions.every():
        application.subscriptions.remove(each.user, each.number)


def tell(client: Client, address: str, name: str = "", ways: list[str] | None = None) -> str:
    """What the menu answers."""
    outputs = [{"id": "tell-said", "property": "children"}, {"id": "tell-name", "property": "value"}]
    inputs = [{"id": "tell-here", "property": "data", "value": {"address": address, "name": name, "at": 1}}]
    state = [{"id": "tell-ways", "property": "value", "value": ways or []}]
    answer = client.call("..tell-said.children...tell-name.value..", inputs, outputs, state).get_json()["response"]
    return str(answer["tell-said"]["children"])


def tells(application: Application) -> None:
    outbox.fill(application.accounts.engine, application.subscriptions.every(), teller.people_of(application), application.now_ns())


@pytest.mark.parametrize(
    ("address", "said", "wanted"),
    [
        ("/", "Anything needs somebody", Wanted()),
        ("/?site=augsburg", "Anything needs somebody, at Augsburg", Wanted(sites=("augsburg",))),
        (
            "/expected?site=brno&workflow=production_to_inventory",
            "Missing, at Brno, of Production-to-inventory posting",
            Wanted(("missing",), (), ("brno",), ("production_to_inventory",)),
        ),
        ("/failures", "Failing or missing or rule broken or not placed", Wanted(("failed", "missing", "violation", "unplaced"))),
        ("/inventory", "Stock differs", Wanted(("inventory",))),
        ("/failure?kind=failed&workflow=x", "Failing, of x", Wanted(("failed",), (), (), ("x",))),
        ("/suppliers?partner=Isartal", "Anything needs somebody, from Isartal", Wanted(partners=("Isartal",))),
        ("/alerts?severity=critical", "Anything needs somebody, only critical", Wanted(severities=("critical",))),
        ("/objectives", "Promise at risk", Wanted(("objective",))),
        ("/transactions?status=overdue&site=brno", "Missing, at Brno", Wanted(("missing",), (), ("brno",))),
    ],
)
def test_what_a_page_is_narrowed_to_is_what_one_is_told_of(
    server: Flask, application: Application, address: str, said: str, wanted: Wanted
) -> None:
    assert tell(someone(server, "maria"), address) == f"You are told from now on: {said}."
    (kept,) = application.subscriptions.of("maria")
    assert (kept.name, kept.wanted, kept.ways) == (said, wanted, ())


@pytest.mark.parametrize("address", ["https://evil.example/", "/nothing-here", "/api/v1/alerts", ""])
def test_only_pages_of_ours_can_be_asked_about(server: Flask, application: Application, address: str) -> None:
    assert tell(someone(server, "maria"), address) == "Only about pages of Syncline can one be told."
    assert application.subscriptions.every() == []


def test_a_site_one_may_not_see_cannot_be_asked_about(server: Flask, application: Application) -> None:
    assert tell(someone(server, "bruno"), "/?site=augsburg") == "There is no site 'augsburg', or you may not see it."
    assert tell(someone(server, "maria"), "/", ways=["mail"]).startswith("Nobody can be told by e-mail")
    assert application.subscriptions.every() == []


def test_what_begins_stands_in_the_inbox_of_who_may_see_it(server: Flask, application: Application) -> None:
    for user in ("maria", "bruno", "tom"):
        if user != "tom":
            tell(someone(server, user), "/")
    now_ns = application.now_ns()
    look(application.accounts.engine, [FAILING], now_ns)
    tells(application)
    assert [outbox.unread(application.accounts.engine, user) for user in ("maria", "bruno", "tom")] == [1, 1, 0]
    shown = [layout(server, user) for user in ("maria", "bruno", "tom")]
    assert "Confirmation fails new Augsburg, Brno, 9 cases, 4 orders" in shown[0]
    assert "Confirmation fails new Brno, 2 cases, 1 order" in shown[1]
    assert "Augsburg" not in shown[1]
    assert "Nothing yet." in shown[2]
    (alert,) = application.alerts.listed(Narrowed(), EVERYTHING, 0, 5)[0]
    someone(server, "maria").show("/alerts", f"?number={alert.number}")  # looked at is read
    assert outbox.unread(application.accounts.engine, "maria") == 0
    look(application.accounts.engine, [], application.now_ns(), 0)
    tells(application)
    assert "Over: Confirmation fails new" in layout(server, "maria")


def layout(server: Flask, user: str) -> str:
    """What stands in the inbox of the header."""
    found = trees.revived(someone(server, user).get("_dash-layout").get_json())
    (inbox,) = (part for part in trees.parts(found) if getattr(part, "id", None) == "inbox-list")
    return trees.text(inbox)


def test_the_page_lists_adds_and_removes(server: Flask, application: Application) -> None:
    maria = someone(server, "maria")
    assert "You are told of nothing yet" in drawn_text(maria.show("/subscriptions"))
    lists = {"kinds": ["missing"], "severities": [], "sites": ["brno"], "workflows": [], "partners": []}
    assert "You are told from now on: Missing, at Brno." in change(maria, "subscription-add", name="Brno's deliveries", lists=lists)
    said = drawn_text(maria.show("/subscriptions"))
    assert "Brno's deliveries Missing, at Brno inbox" in said
    (kept,) = application.subscriptions.of("maria")
    bruno = someone(server, "bruno")
    change(bruno, {"type": "subscription-remove", "number": kept.number})  # nobody removes what is another's
    assert application.subscriptions.of("maria") == [kept]
    assert "You are not told of that any more." in change(maria, {"type": "subscription-remove", "number": kept.number})
    assert application.subscriptions.of("maria") == []


def change(client: Client, pressed: Any, name: str = "", lists: dict[str, list[str]] | None = None) -> str:
    """The list, as a press leaves it."""
    import orjson

    is_one = isinstance(pressed, dict)
    lists = lists or {each: [] for each in ("kinds", "severities", "sites", "workflows", "partners")}
    changed = f"{orjson.dumps(pressed, option=orjson.OPT_SORT_KEYS).decode()}.n_clicks" if is_one else f"{pressed}.n_clicks"
    state = [{"id": "subscription-name", "property": "value", "value": name}, {"id": "subscription-ways", "property": "value", "value": []}]
    state += [{"id": f"subscription-{each}", "property": "value", "value": values} for each, values in lists.items()]
    body = {
        "output": "..subscriptions-list.children...subscription-said.children..",
        "outputs": [{"id": "subscriptions-list", "property": "children"}, {"id": "subscription-said", "property": "children"}],
        "inputs": [
            {"id": "subscription-add", "property": "n_clicks", "value": None if is_one else 1},
            [{"id": pressed, "property": "n_clicks", "value": 1}] if is_one else [],
        ],
        "changedPropIds": [changed],
        "state": state,
    }
    answer = client.post("_dash-update-component", json=body).get_json()["response"]
    return trees.text([trees.revived(part.get("children")) for part in answer.values()])


def test_how_one_is_reached_is_kept_and_wrong_ones_are_said(server: Flask, application: Application) -> None:
    maria = someone(server, "maria")
    assert "Nobody can be told by e-mail: the configuration names no mail server." in drawn_text(maria.show("/subscriptions"))
    said = reach(maria, webhook="https://hooks.example.com/x", quiet="22:00 to 06:00")
    assert "It is kept." in said
    assert "whsec_" in said
    contact = application.subscriptions.contact("maria")
    assert (contact.webhook, contact.quiet_from, contact.quiet_to) == ("https://hooks.example.com/x", 1320, 360)
    assert "A webhook's address begins with https://." in reach(maria, webhook="http://169.254.169.254/latest")
    assert application.subscriptions.contact("maria") == contact
    assert "whsec_" not in drawn_text(someone(server, "tom").show("/subscriptions"))
    reach(maria)


def reach(client: Client, mail: str = "", webhook: str = "", quiet: str = "") -> str:
    answer = recovering.press(
        client,
        "subscriptions-reached.children",
        {"type": "reach-do", "what": "save"},
        reach_mail=("value", mail),
        reach_webhook=("value", webhook),
        reach_quiet=("value", quiet),
    )
    return trees.text(trees.revived(answer.get_json()["response"]["subscriptions-reached"]["children"]))
