"""Alerts in words: where they are, what they hold up, since when: the same on pages and in what is sent."""

from __future__ import annotations

from app.alerts.alert import Alert
from app.components.tiles import name_of
from app.figures import times, words
from app.figures.stakes import money_words
from metrics.impact_settings import Costs
from metrics.texts import _, _n


def where(alert: Alert) -> str:
    """The sites that may be seen."""
    return ", ".join(map(name_of, alert.sites)) or (_("all sites") if alert.kind == "objective" else _("no site is named"))


def holds_up(alert: Alert, costs: Costs) -> str:
    """7 cases, 3 orders, 12,400 EUR: of the sites that may be seen."""
    parts = [_n("{number} case", "{number} cases", alert.cases)] if alert.cases else []
    parts += [_n("{number} order", "{number} orders", alert.orders)] if alert.orders else []
    worths = money_words(alert.worths, costs)
    return ", ".join([*parts, *([worths] if worths else [])])


def lasting(alert: Alert, zone: str) -> str:
    """Since when it is so and when that was noticed; of what is over, how long it lasted."""
    began = _("Since {time}", time=times.full(alert.began_ns, zone))
    if alert.ended_ns is not None:
        gone = alert.absent_ns or alert.ended_ns
        return _(
            "{began}, over since {time}, after {duration}.",
            began=began,
            time=times.full(gone, zone),
            duration=words.span_of(alert.began_ns, gone),
        )
    return _("{began}, noticed {time}.", began=began, time=times.full(alert.started_ns, zone))
