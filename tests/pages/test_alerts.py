"""Alerts on their page: open and past, narrowed by the address, acknowledged with a note, and never of a site one may not see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.alerts.alert import Alert
from app.alerts.kept import Narrowed
from app.alerts.watcher import look_at
from app.application import Application
from app.instants import instant_text
from metrics.scope import EVERYTHING
from tests.pages import recovering, trees
from tests.pages.served import Client, drawn_text, someone


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with recovering.plant(tmp_path_factory.mktemp("alerts-page")) as application:
        look_at(application)
        yield application


@pytest.fixture(scope="module")
def confirming(plant: Application) -> Alert:
    """The group of failed confirmations in Augsburg."""
    found, _ = plant.alerts.listed(Narrowed(kind="failed"), EVERYTHING, 0, 50)
    return next(alert for alert in found if alert.title == "Production confirmed in ERP fails")


def take(client: Client, alert: Alert, note: str) -> str:
    answer = recovering.press(
        client,
        "alert-taking.children",
        {"type": "alert-do", "what": "take"},
        alert_number=("data", {"number": alert.number, "zone": "UTC"}),
        alert_note=("value", note),
    )
    return trees.text(trees.revived(answer.get_json()["response"]["alert-taking"]["children"]))


def test_the_list_says_what_where_since_when_and_whose(web: Flask, confirming: Alert) -> None:
    page = trees.drawn(someone(web, "tom").show("/alerts"))
    said = trees.text(page)
    assert re.search(r"Alerts \d+ things need somebody now\.", said)
    assert "Production confirmed in ERP fails" in said
    assert ("Production confirmed in ERP fails", f"/alerts?number={confirming.number}") in trees.links(page)
    assert re.search(r"Began: \d+ was the first", said)


def test_one_leads_to_where_the_approved_way_out_is_chosen(web: Flask, confirming: Alert) -> None:
    tom = someone(web, "tom")
    page = trees.drawn(tom.show("/alerts", f"?number={confirming.number}"))
    (href,) = [href for text, href in trees.links(page) if text == "What may be done about it"]
    assert href.startswith("/failure?kind=failed&")
    opened = drawn_text(tom.show("/failure", "?" + href.partition("?")[2]))
    assert "Ask the middleware to confirm again" in opened


def test_the_address_narrows(web: Flask, confirming: Alert) -> None:
    tom = someone(web, "tom")
    assert "Production confirmed in ERP fails" not in drawn_text(tom.show("/alerts", "?site=brno"))
    assert "Production confirmed in ERP fails" not in drawn_text(tom.show("/alerts", "?kind=missing"))
    assert "Production confirmed in ERP fails" in drawn_text(
        tom.show("/alerts", "?kind=failed&site=augsburg&severity=" + confirming.severity)
    )
    assert "No alert is like that" in drawn_text(tom.show("/alerts", "?state=past"))
    assert "No kind of alert is called 'party'" in drawn_text(tom.show("/alerts", "?kind=party"))
    before = instant_text(confirming.started_ns - 1)
    assert "Production confirmed in ERP fails" not in drawn_text(tom.show("/alerts", f"?as_of={before}"))


def test_who_may_not_see_the_site_is_told_nothing_of_it(web: Flask, confirming: Alert) -> None:
    bruno = someone(web, "bruno")
    said = drawn_text(bruno.show("/alerts"))
    assert "Production confirmed in ERP fails" not in said
    assert "Augsburg" not in said
    assert "There is no alert" in drawn_text(bruno.show("/alerts", f"?number={confirming.number}"))


def test_somebody_looks_after_it_and_says_so(web: Flask, plant: Application, confirming: Alert) -> None:
    assert re.search(r"tom, since .*: asked the ERP team", take(someone(web, "tom"), confirming, "asked the ERP team"))
    assert "tom looks after it" in drawn_text(someone(web, "maria").show("/alerts"))
    refused = take(someone(web, "eva"), confirming, "me too")
    assert "Only Supply chain or Plant IT and integration may acknowledge alerts." in refused
    alert = plant.alerts.one(confirming.number, EVERYTHING)
    assert alert is not None
    assert (alert.taken_by, alert.taken_note) == ("tom", "asked the ERP team")


def test_the_navigation_counts_what_is_open(web: Flask, plant: Application) -> None:
    client = someone(web, "tom")
    known = next(name for name in web.extensions["syncline_callbacks"] if "shell-asof.children" in name)
    counters = [{"type": "nav-count", "page": "/alerts"}]
    body: dict[str, Any] = {
        "output": known,
        "outputs": [
            {"id": "shell-asof", "property": "children"},
            [{"id": counters[0], "property": "children"}],
            {"id": "shell-counted", "property": "data"},
        ],
        "inputs": [{"id": "shell-tick", "property": "n_intervals", "value": 1}, {"id": "shell-url", "property": "search", "value": ""}],
        "state": [
            {"id": "shell-counted", "property": "data", "value": None},
            [{"id": counters[0], "property": "id", "value": counters[0]}],
        ],
        "changedPropIds": ["shell-tick.n_intervals"],
    }
    answer = client.post("_dash-update-component", json=body).get_json()["response"]
    (told,) = [value["children"] for name, value in answer.items() if "nav-count" in name]
    assert trees.text(trees.revived(told)) == f"{plant.alerts.open_count(EVERYTHING)} open"
