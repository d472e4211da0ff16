"""Reports: an executive lands on the verdict of last week, opens its cases, publishes and signs; nobody sees more than they may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.accounts.landings import usual
from app.application import Application
from tests.pages import trees
from tests.pages.served import Client, drawn_text, signed_in, someone
from tests.reports import works

ALL = "?week=2026-W13"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with works.opened(tmp_path_factory.mktemp("works"), works.Clock(), port=1) as application:
        works.people(application)
        yield application


def does(client: Client, what: str, comment: str = "", number: int | None = None, site: str | None = None) -> str:
    """Presses one of the buttons, and what it answers."""
    pressed = {"type": "reports-do", "what": what}

    known = next(name for name in client.http.application.extensions["syncline_callbacks"] if name == "reports-said.children")
    body = {
        "output": known,
        "outputs": {"id": "reports-said", "property": "children"},
        "inputs": [[{"id": pressed, "property": "n_clicks", "value": 1}]],
        "changedPropIds": [f'{{"type":"reports-do","what":"{what}"}}.n_clicks'],
        "state": [
            {"id": "reports-here", "property": "data", "value": {"number": number, "week": "2026-W13", "site": site}},
            {"id": "reports-comment", "property": "value", "value": comment},
        ],
    }
    answer = client.post("_dash-update-component", json=body).get_json()
    return trees.text(trees.revived(answer["response"]["reports-said"]["children"]))


def test_an_executive_lands_on_the_verdict_of_last_week(web: Flask, plant: Application) -> None:
    assert usual(plant.accounts.user("eva")) == "reports"
    said = drawn_text(someone(web, "eva").show("/reports"))
    assert "Weekly service level report Week 13, 23 to 29 March 2026. All sites, by the clocks of Europe/Berlin." in said
    assert "Order release latency was missed: 85.71 % against 90 %" in said
    assert "Promises kept 0 of 1" in said


def test_each_number_opens_its_cases(web: Flask) -> None:
    page = trees.drawn(someone(web, "eva").show("/reports", ALL))
    links = {trees.text(part): part.href for part in trees.parts(page) if getattr(part, "href", "") and "/cases?" in part.href}
    assert "outcome=bad" in links["2"]
    assert "milestone=received&why=" in links["1"]
    assert links["85.71 %"].startswith("/cases?metric=order_release_latency")


def test_of_one_site_and_of_who_may_see_one(web: Flask) -> None:
    assert "80.00 % against 90 %" in drawn_text(someone(web, "eva").show("/reports", f"{ALL}&site=hamburg"))
    mine = drawn_text(someone(web, "hanna").show("/reports", ALL))
    assert "80.00 % against 90 %" in mine
    assert "Monterrey" not in mine
    assert "or you may not see it" in drawn_text(someone(web, "hanna").show("/reports", f"{ALL}&site=monterrey"))


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        ("?week=2026-W99", "'2026-W99' is no week."),
        ("?week=2027-W01", "Week 2027-W01 has not begun"),
        ("?site=atlantis", "o site is called 'atlantis'"),
        (f"{ALL}&revision=7", "There is no revision 7 of this week's report"),
    ],
)
def test_an_address_that_means_nothing_says_so(web: Flask, search: str, sentence: str) -> None:
    assert sentence in drawn_text(someone(web, "eva").show("/reports", search))


def test_published_and_signed_it_stays(web: Flask, plant: Application) -> None:
    eva = signed_in(web, "eva")
    assert "Only Management may publish and sign." in does(signed_in(web, "hanna"), "publish")
    assert "It is published." in does(eva, "publish")
    assert "It is published already." in does(eva, "publish")
    (revision,) = plant.reports.published.revisions("2026-W13", None)
    assert (revision.published_by, revision.revision) == ("eva", 1)
    assert "Say in a comment what you sign." in does(eva, "sign", number=revision.number)
    assert "You have signed it." in does(eva, "sign", "Seen with the plant", revision.number)
    said = drawn_text(eva.show("/reports", ALL))
    assert "Revision 1, published 08:30 CEST by eva." in said
    assert "eva signed it 08:30 CEST: Seen with the plant" in said
    assert "There is no such report" in does(signed_in(web, "hanna"), "send", number=revision.number)
    assert "Say your e-mail address" in does(eva, "send", number=revision.number)


def test_every_form_comes_over_the_api_with_the_rights_of_who_asks(web: Flask, plant: Application) -> None:
    eva, hanna = someone(web, "eva"), someone(web, "hanna")
    for form, begins in {"pdf": b"%PDF-", "xlsx": b"PK", "html": b"<!DOCTYPE html>", "json": b"{"}.items():
        answer = eva.get(f"api/v1/report?week=2026-W13&format={form}")
        assert (answer.status_code, answer.data[: len(begins)]) == (200, begins)
    assert hanna.get("api/v1/report?week=2026-W13&site=monterrey").status_code == 400
    assert hanna.get("api/v1/report?week=2026-W13").json["place"] == "Hamburg"
    assert eva.get("api/v1/report?week=2026-W54").json == {
        "error": "'2026-W54' is no week. Write the year and the number of the ISO week, such as 2026-W13."
    }
    assert eva.get("api/v1/report?wek=2026-W13").status_code == 400
    revision = plant.reports.publish(works_week(), "monterrey")
    assert revision is not None
    address = "api/v1/reports/2026-W13/1?site=monterrey&format=pdf"
    assert eva.get(address).data == plant.reports.published.file(revision.number, "pdf")
    assert hanna.get(address).status_code == 404
    assert [each["site"] for each in hanna.get("api/v1/reports").json] == []
    assert "monterrey" in [each["site"] for each in eva.get("api/v1/reports").json]


def works_week() -> object:
    from app.reports.week import week_of

    return week_of("2026-W13")


def test_the_command_writes_all_forms_or_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from app.cli import main

    with works.opened(tmp_path, works.Clock()):
        pass
    config = ["--config", str(tmp_path / "syncline.yaml"), "--week", "2026-W13"]
    assert main(["report", *config, "--out", str(tmp_path / "out")]) == 0
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["report.html", "report.json", "report.pdf", "report.xlsx"]
    assert main(["report", *config, "--site", "hamburg", "--format", "json", "--out", str(tmp_path / "one.json")]) == 0
    assert b'"place": "Hamburg"' in (tmp_path / "one.json").read_bytes()
    capsys.readouterr()
    assert main(["report", *config[:2], "--week", "2026-W60", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == (
        "syncline: '2026-W60' is no week. Write the year and the number of the ISO week, such as 2026-W13.\n"
    )
