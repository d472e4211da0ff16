"""Alerts in words: where they are, what they hold up, since when: the same on pages and in what is sent."""

from __future__ import annotations

from app.alerts.alert import Alert
from app.components.tiles import name_of
from app.figures import times, words
from app.figures.stakes import money_words
from metrics.impact_settings import Costs


def where(alert: Alert) -> str:
    """The sites that may be seen."""
    return ", ".join(map(name_of, alert.sites)) or ("all sites" if alert.kind == "objective" else "no site is named")


def holds_up(alert: Alert, costs: Costs) -> str:
    """7 cases, 3 orders, 12,400 EUR: of the sites that may be seen."""
    parts = [words.count(alert.cases, "case")] if alert.cases else []
    parts += [words.count(alert.orders, "order")] if alert.orders else []
    worths = money_words(alert.worths, costs)
    return ", ".join([*parts, *([worths] if worths else [])])


def lasting(alert: Alert, zone: str) -> str:
    """Since when it is so and when that was noticed; of what is over, how long it lasted."""
    began = f"Since {times.full(alert.began_ns, zone)}"
    if alert.ended_ns is not None:
        gone = alert.absent_ns or alert.ended_ns
        return f"{began}, over since {times.full(gone, zone)}, after {words.span_of(alert.began_ns, gone)}."
    return f"{began}, noticed {times.full(alert.started_ns, zone)}."
