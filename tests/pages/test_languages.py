"""The language of a request: what the person chose, else the configuration's, else what the browser asks for, else English."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from app.application import Application
from tests.pages.plant import write_plant
from tests.pages.served import drawn_text, make_server, opened, signed_in
from tests.texts_pseudo import TAG, odd, write_pseudo

GERMAN = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Failures"\nmsgstr "Fehler"\n'


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """A plant whose pages are in Esperanto where nobody chose, and may be in German."""
    folder = tmp_path_factory.mktemp("plant")
    write_pseudo(folder / "catalogues")
    (folder / "catalogues" / "de.po").write_text(GERMAN)
    file = write_plant(folder, time.time_ns())
    file.write_text(f"{file.read_text()}texts: {{folder: catalogues, language: {TAG}}}\n")
    with opened(file) as application:
        yield application


def heading(server: Flask, who: str, **headers: str) -> str:
    client = signed_in(server, who)
    client.http.environ_base.update({f"HTTP_{name.upper()}": value for name, value in headers.items()})
    return drawn_text(client.show("/failures"))


def test_what_a_person_chose_comes_before_what_the_configuration_says(web: Flask, plant: Application) -> None:
    assert heading(web, "tom").startswith(odd("Failures"))
    plant.languages.choose("tom", "de")
    assert heading(web, "tom").startswith("Fehler What failed and what never came")
    plant.languages.choose("tom", "fr")  # that is no longer installed
    assert heading(web, "tom").startswith(odd("Failures"))
    plant.languages.choose("tom", None)
    assert plant.languages.of("tom") is None


def test_where_nothing_is_configured_the_browser_is_asked(plant: Application) -> None:
    from dataclasses import replace

    plain = replace(plant.settings, texts=replace(plant.settings.texts, language=None))
    plant.settings, before = plain, plant.settings
    server = make_server(plant)
    plant.settings = before
    assert heading(server, "tom", accept_language="fr, de-AT;q=0.8, en;q=0.5").startswith("Fehler")
    assert heading(server, "maria", accept_language="fr").startswith("Failures")
    assert '<html lang="de"' in signed_in(server, "tom").get("login", headers={"Accept-Language": "de"}, follow_redirects=True).text


def test_machines_hear_english_and_columns_have_one_name(web: Flask, plant: Application) -> None:
    client = signed_in(web, "ada")
    assert client.get("api/v1/nothing").json["error"].startswith("no export is called 'nothing'.")
    assert set(client.get("api/v1/transactions?format=csv").text.splitlines()[0].split(",")) >= {"workflow", "transaction_id", "status"}


def test_the_menu_offers_each_language_by_its_own_name_and_keeps_the_choice(web: Flask, plant: Application) -> None:
    client = signed_in(web, "eva")
    menu = client.get("_dash-layout").text
    assert re.findall(r'"tag":"(\w+)"', menu) == ["en", "de", TAG]
    assert [name in menu for name in ("English", "Deutsch", "Esperanto")] == [True, True, True]


def test_where_there_is_only_english_nothing_is_offered(server: Flask) -> None:
    layout = signed_in(server, "eva").get("_dash-layout").text
    assert "language-kept" not in layout
    assert '<html lang="en"' in signed_in(server, "eva").get().text
