"""The language each person chose for the pages, where they chose one."""

from __future__ import annotations

from sqlalchemy import Engine, delete, insert, select

from app.accounts.tables import chosen_languages


class ChosenLanguages:
    """By user, the tag of a language."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, user: str) -> str | None:
        with self._engine.connect() as connection:
            return connection.execute(select(chosen_languages.c.language).where(chosen_languages.c.user == user)).scalar()

    def choose(self, user: str, language: str | None) -> None:
        """From now on; None: whatever holds for people who chose none."""
        with self._engine.begin() as connection:
            connection.execute(delete(chosen_languages).where(chosen_languages.c.user == user))
            if language:
                connection.execute(insert(chosen_languages).values(user=user, language=language))
