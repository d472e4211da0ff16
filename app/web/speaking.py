"""Which language a request is answered in: the person's choice, else the configuration's, else what the browser asks for, else English."""

from __future__ import annotations

from flask import Flask, current_app, request
from flask_login import current_user

from app.accounts.languages import ChosenLanguages
from app.configuration.model import Texts
from app.web.guard import OWN_RULES
from metrics.texts import ENGLISH, Language, _, _n, language, speak
from metrics.texts.catalogues import INSTALLED, Catalogues, read_catalogues

FILES = ("_dash_assets.static", "_dash-component-suites")  # parts of names of endpoints that say nothing in words


def catalogues_of(texts: Texts) -> Catalogues:
    """The installed ones and those of the configuration."""
    return read_catalogues([INSTALLED, *([texts.folder] if texts.folder else [])])


def install(server: Flask, catalogues: Catalogues, chosen: ChosenLanguages, default: str | None) -> None:
    """Where there is only English nothing is asked; machines always hear English."""
    server.extensions["syncline_languages"] = catalogues
    server.jinja_env.globals.update(_=_, _n=_n, language=language)
    if len(catalogues.languages) > 1:

        @server.before_request
        def _choose() -> None:
            is_words = request.blueprint not in OWN_RULES and not any(name in (request.endpoint or "") for name in FILES)
            speak(_wanted(catalogues, chosen, default) if is_words else ENGLISH)

        @server.teardown_request
        def _end(_fault: BaseException | None) -> None:
            speak(ENGLISH)  # whatever else this thread does


def _wanted(catalogues: Catalogues, chosen: ChosenLanguages, default: str | None) -> Language:
    own = chosen.of(current_user.name) if current_user.is_authenticated else None
    asked = [tag for tag, _weight in request.accept_languages]
    return catalogues.called(own) or catalogues.called(default) or catalogues.best(asked) or ENGLISH


def languages() -> tuple[Language, ...]:
    """Those there are, English first."""
    return current_app.extensions["syncline_languages"].languages
