"""Annotations on pages: written by who may, shown on every chart over their time with words beneath, and to nobody of other sites."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.annotations.annotation import Annotation, Given
from app.application import Application
from app.configuration.roles import shipped
from app.figures import marks
from app.figures.marks import Around, Noted
from app.instants import instant_text
from app.recovery.runs import Actor
from metrics.scope import EVERYTHING
from tests.pages import trees
from tests.pages.served import Client, drawn_text, make_server, someone

MINUTE, HOUR, DAY = 60 * 10**9, 3600 * 10**9, 86_400 * 10**9
ADA = Actor("ada", frozenset({"admin"}), access=shipped())


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


@pytest.fixture(autouse=True)
def nothing_noted(application: Application) -> Iterator[None]:
    yield
    for each in application.annotations.every(application.now_ns(), EVERYTHING):
        application.annotations.take_back(each.number, ADA)


def note(application: Application, hours_ago: float, text: str = "Update to 7.2", lasted: float | None = 1, **about: Any) -> Annotation:
    from_ns = application.now_ns() - int(hours_ago * HOUR)
    to_ns = from_ns + int(lasted * HOUR) if lasted else None
    return application.annotations.say(Given("maintenance", text, from_ns, to_ns, **about), ADA)


def write(client: Client, what: str, number: int | None = None, **typed: Any) -> str:
    """What the form answers."""
    ident = {"type": "annotation-do", "what": what}
    fields = {"kind": "release", "text": "", "from": "", "to": "", "sites": [], "workflows": [], "systems": [], **typed}
    state = [{"id": "annotation-number", "property": "data", "value": number}]
    state += [{"id": f"annotation-{name}", "property": "value", "value": value} for name, value in fields.items()]
    outputs = {"id": "annotation-said", "property": "children"}
    body = {
        "output": "annotation-said.children",
        "outputs": outputs,
        "inputs": [[{"id": ident, "property": "n_clicks", "value": 1}]],
        "state": state,
        "changedPropIds": ['{"type":"annotation-do","what":"' + what + '"}.n_clicks'],
    }
    answer = client.post("_dash-update-component", json=body)
    return trees.text(trees.revived(answer.get_json()["response"]["annotation-said"]["children"]))


def test_what_was_noted_stands_on_the_chart_of_the_board_and_below_it_in_words(server: Flask, application: Application) -> None:
    made = note(application, 3, systems=("wms",))
    page = trees.drawn(someone(server, "tom").show("/"))
    (lane,) = trees.with_class(page, "note-marks")
    (mark,) = trees.with_class(lane, "note-mark")
    assert mark.href == f"/annotations?number={made.number}"
    assert vars(mark)["aria-label"].startswith("1: Maintenance of WMS, ")
    assert mark.style["gridColumn"].split(" / ")[0] in ("21", "22")  # of 24 hours the one three hours ago
    (listed,) = trees.with_class(page, "noted")
    assert trees.text(listed).startswith("1 Maintenance of WMS, ")
    assert trees.text(listed).endswith(": Update to 7.2")
    assert trees.with_class(page, "note-marks-behind")


def test_a_board_of_one_site_shows_what_is_about_it(server: Flask, application: Application) -> None:
    note(application, 3, sites=("augsburg",))
    tom = someone(server, "tom")
    assert "Update to 7.2" in drawn_text(tom.show("/", "?site=augsburg"))
    assert "Update to 7.2" not in drawn_text(tom.show("/", "?site=brno"))


def test_who_may_not_see_the_site_reads_nothing_of_it(server: Flask, application: Application) -> None:
    hidden, shown = note(application, 3, "Hidden", sites=("augsburg",)), note(application, 3, "Shown", sites=("augsburg", "brno"))
    bruno = someone(server, "bruno")
    for address in ("/", "/annotations", "/objectives"):
        said = drawn_text(bruno.show(address))
        assert "Hidden" not in said
        assert "Shown" in said
    assert "Augsburg" not in drawn_text(bruno.show("/annotations", f"?number={shown.number}"))
    assert f"There is no annotation {hidden.number}." in drawn_text(bruno.show("/annotations", f"?number={hidden.number}"))


def test_a_past_moment_knows_what_had_begun_and_been_said(server: Flask, application: Application) -> None:
    note(application, 3)
    tom, now_ns = someone(server, "tom"), application.now_ns()
    assert "Update to 7.2" not in drawn_text(tom.show("/", f"?as_of={instant_text(now_ns - 4 * HOUR)}"))
    assert "Update to 7.2" in drawn_text(tom.show("/", f"?as_of={instant_text(now_ns - 2 * HOUR)}"))
    then = instant_text(now_ns - 2 * HOUR)
    assert "Update to 7.2" not in drawn_text(tom.show("/", f"?as_of={then}&known_at={then}"))


def test_every_page_with_time_on_it_shows_it(server: Flask, application: Application) -> None:
    note(application, 3)
    maria = someone(server, "maria")
    rows = application.read_now()
    with rows as now:
        frame, _ = now.transactions({"workflow": ["production_to_inventory"], "site": ["augsburg"]})
    ran = frame[frame["start_ns"] < application.now_ns() - 4 * HOUR]
    running = ran[ran["state"].isin(["failed", "in_progress"])].iloc[0]
    path = f"/path/production_to_inventory/{running['transaction_id']}"
    for address, query in (("/objectives", ""), ("/business-case", ""), (path, "")):
        assert "Update to 7.2" in drawn_text(maria.show(address, query)), address
    page = trees.drawn(maria.show(path))
    assert trees.with_class(page, "swim-noted")
    assert len(trees.with_class(page, "swim-mark")) == 1


def test_on_a_path_stands_only_what_is_about_its_systems(server: Flask, application: Application) -> None:
    note(application, 3, "Of a system it never meets", systems=("plm",))
    note(application, 3, "Of one it meets", systems=("mes",))
    with application.read_now() as now:
        frame, _ = now.transactions({"workflow": ["production_to_inventory"], "site": ["augsburg"], "status": ["failed"]})
    said = drawn_text(someone(server, "tom").show(f"/path/production_to_inventory/{frame.iloc[0]['transaction_id']}"))
    assert "Of a system it never meets" not in said
    assert "Of one it meets" in said


def test_who_may_notes_something_and_finds_it(server: Flask, application: Application) -> None:
    maria = someone(server, "maria")
    assert ("Note something here", "/annotations?note=yes&site=augsburg") in trees.links(trees.drawn(maria.show("/", "?site=augsburg")))
    assert write(maria, "save", text="Connector 7.2", **{"from": "2 hours ago", "to": "now"}, sites=["augsburg"]) == (
        "It is noted, and stands on the charts. Look at it"
    )
    (made,) = application.annotations.every(application.now_ns(), EVERYTHING)
    assert (made.given.kind, made.given.sites, made.said_by) == ("release", ("augsburg",), "maria")
    assert write(maria, "save", made.number, text="Connector 7.3", **{"from": "2 hours ago"}) == (
        "It is noted, and stands on the charts. Look at it"
    )
    said = drawn_text(maria.show("/annotations", f"?number={made.number}"))
    assert "maria changed it" in said
    assert "maria noted it" in said
    assert write(maria, "take back", made.number) == "It is taken back. All annotations"
    assert f"There is no annotation {made.number}." in drawn_text(maria.show("/annotations", f"?number={made.number}"))


def test_who_may_not_is_told_so_and_refused(server: Flask, application: Application) -> None:
    eva = someone(server, "eva")
    said = drawn_text(eva.show("/annotations"))
    assert "Only Supply chain or Plant IT and integration may note something." in said
    assert "Note something here" not in drawn_text(eva.show("/"))
    assert write(eva, "save", text="x") == "Only Supply chain or Plant IT and integration may write annotations."
    assert application.annotations.every(application.now_ns(), EVERYTHING) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text": ""}, "Say in a sentence what happened."),
        ({"text": "x", "from": "soon"}, "'soon' is no time that is understood here."),
        ({"text": "x", "from": "1 hour ago", "to": "2 hours ago"}, "It must end after it began"),
    ],
)
def test_what_cannot_be_noted_is_said_below_the_form(server: Flask, typed: dict[str, str], said: str) -> None:
    assert write(someone(server, "maria"), "save", **typed).startswith(said)


def test_the_list_is_narrowed_by_its_address(server: Flask, application: Application) -> None:
    note(application, 3)
    application.annotations.say(Given("release", "Connector 7.2", application.now_ns() - DAY), ADA)
    tom = someone(server, "tom")
    assert "Update to 7.2" not in drawn_text(tom.show("/annotations", "?kind=release"))
    assert "Nothing like that was noted" in drawn_text(tom.show("/annotations", "?kind=shutdown"))
    since = instant_text(application.now_ns() - 4 * HOUR)
    assert "Connector 7.2" not in drawn_text(tom.show("/annotations", f"?from={since}"))
    assert "no kind of annotation is called 'party'" in drawn_text(tom.show("/annotations", "?kind=party")).lower()
    assert "There is no annotation 'x'" in drawn_text(tom.show("/annotations", "?number=x"))


def test_a_sentence_is_text_whatever_stands_in_it(server: Flask, application: Application) -> None:
    note(application, 3, "<img src=x onerror=alert(1)>")
    assert "<img src=x onerror=alert(1)>" in drawn_text(someone(server, "tom").show("/"))


# ── marks ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
def annotation(number: int, from_ns: int, to_ns: int | None = None) -> Annotation:
    return Annotation(number, Given("other", f"Text {number}", from_ns, to_ns), "ada", 0)


def placed(*noted: Annotation) -> list[tuple[int, int, int]]:
    return [(mark.number, mark.first, mark.last) for mark in marks.marks_on([(0, 10), (10, 20), (20, 30)], noted)]


def test_a_mark_stands_at_the_columns_it_touches() -> None:
    assert placed(annotation(1, 10)) == [(1, 1, 1)]
    assert placed(annotation(1, 5, 20)) == [(1, 0, 1)]  # until 20 is not at 20
    assert placed(annotation(1, -5, 99)) == [(1, 0, 2)]
    assert placed(annotation(1, 30), annotation(2, 29)) == [(1, 2, 2)]


def test_between_snapshots_it_stands_at_the_later_one() -> None:
    edges = marks.between([100, 200, 300])
    assert [(mark.first, mark.last) for mark in marks.marks_on(edges, [annotation(1, 150), annotation(2, 150, 250)])] == [(1, 1), (1, 2)]


def test_of_many_the_newest_are_told_and_the_rest_is_counted() -> None:
    noted = Noted(marks.marks_on([(0, 100)], [annotation(number, number) for number in range(1, 12)]), Around())
    listed = marks.listed(noted, "/annotations?from=x")
    assert trees.text(listed).startswith("3 annotations before these 4 Other , ")
    assert trees.links(listed)[0] == ("3 annotations before these", "/annotations?from=x")


def test_of_very_many_the_newest_are_drawn_and_the_rest_is_counted(server: Flask, application: Application) -> None:
    now_ns = application.now_ns()
    for minutes in range(60):
        application.annotations.say(Given("release", f"Release {minutes}", now_ns - (minutes + 5) * MINUTE), ADA)
    page = trees.drawn(someone(server, "tom").show("/"))
    assert len(trees.with_class(page, "note-mark")) == 40
    assert "52 annotations before these" in trees.text(trees.with_class(page, "noted"))


def test_one_list_explains_several_charts() -> None:
    charts = [Noted(marks.marks_on([(0, 10)], [annotation(7, 5)])), Noted(marks.marks_on([(0, 10)], [annotation(3, 2), annotation(7, 5)]))]
    numbered = marks.numbered(charts)
    assert [[(mark.number, mark.annotation.number) for mark in chart.marks] for chart in numbered] == [[(2, 7)], [(1, 3), (2, 7)]]
    assert [mark.number for mark in marks.together(numbered, Around()).marks] == [1, 2]
