"""The part that an application has in several: of who is alone, all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.application import Application


def acts(application: Application) -> bool:
    """Whether telling, reporting and recovering is for this process to do."""
    return application.together is None or application.together.acts()


def may_read(application: Application, source: str) -> bool:
    """Whether this process reads a source."""
    return application.together is None or application.together.may_read(source)


def caught_up(application: Application) -> Application:
    """With everything that others have told. Raises Unreachable."""
    if application.together:
        application.together.catch_up()
    return application
