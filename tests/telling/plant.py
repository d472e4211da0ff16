"""Alerts that begin and end when a test says so, people who asked to be told of them, and what became of the messages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select

from app.alerts.alert import Alert, Condition, Part
from app.alerts.watch import look
from app.application import Application
from app.telling import outbox, teller
from app.telling.subscription import Wanted
from app.telling.tables import messages

HOUR, MINUTE = 3600 * 10**9, 60 * 10**9
NOON = 1_774_350_000_000_000_000 // (24 * HOUR) * 24 * HOUR + 12 * HOUR  # UTC
CONFIGURATION = """
version: 1
timezone: UTC
sites: [{name: hamburg, timezone: Europe/Berlin}, {name: brno, timezone: Europe/Prague}]
"""
HAMBURG = Part("hamburg", 7, 3, {"EUR": Decimal(12400)}, ("Isartal",), "Posting period is not open", "4711 was the first", "path/p/4711")
BRNO = Part("brno", 2, 1, {"EUR": Decimal(100)}, (), "Posting period is not open", "8150 was the first", "path/p/8150")
FAILING = Condition(
    "failed|a1",
    "failed",
    "critical",
    "Production confirmed in ERP fails",
    "p",
    "plant-it",
    "failure?signature=a1",
    NOON - HOUR,
    (HAMBURG, BRNO),
    (replace(HAMBURG, supplier="Isartal"),),
)
ANYTHING = Wanted()


class Clock:
    """Stands still until it is told."""

    ns = NOON

    def __call__(self) -> int:
        return self.ns

    def forward(self, ns: int) -> None:
        self.ns += ns


def starts(application: Application, *found: Condition) -> None:
    """Looks, and tells."""
    look(application.accounts.engine, found, application.now_ns(), 900)
    tells(application)


def tells(application: Application) -> None:
    with ThreadPoolExecutor(2) as senders:
        teller.tick(application, senders)


def states(application: Application, way: str = "mail") -> list[tuple[str, str, str | None]]:
    with application.accounts.engine.connect() as connection:
        rows = connection.execute(select(messages).where(messages.c.way == way).order_by(messages.c.number))
        return [(row.event.split()[0], row.state, row.words) for row in rows]


def asks(application: Application, user: str = "maria", wanted: Wanted = ANYTHING, ways: tuple[str, ...] = ("mail",)) -> None:
    if "mail" in ways:
        application.subscriptions.reach(user, f"{user}@example.com", application.subscriptions.contact(user).webhook or "", "")
    application.subscriptions.add(user, "What fails", wanted, ways)


def inbox(application: Application, user: str = "maria") -> list[tuple[str, Alert]]:
    return [(row.event, alert) for row, alert in outbox.inbox(application.accounts.engine, user, 20)]
